//! What the platform's billing tells.

use serde::{Deserialize, Serialize};

pub use crate::subscriptions::{
    SubscriptionChanged, SubscriptionEnded, SubscriptionFacts, SubscriptionPaused, SubscriptionPaymentFailed,
    SubscriptionRenewed, SubscriptionResumed, SubscriptionStarted,
};
use crate::{ClientId, DisputeId, Event, Id, Instant, Money, OrderId, OrderLineId, RefundId};

/// An order is paid in full (or was free). Grants follow from it, exactly once a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order: OrderId,
    /// Number on the receipt, unique in the tenant.
    pub number: i64,
    /// Who bought.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// What was paid.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<PaidLine>,
}

/// One line of a paid order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PaidLine {
    /// The line; the unique source of whatever is granted for it.
    pub line: OrderLineId,
    /// Which module sells it, for example `packages`.
    pub module: String,
    /// What it is to that module: its identifier as text, for example `pkg_…`.
    pub item: String,
    /// The name it was sold under.
    pub name: String,
    /// How many.
    pub quantity: i32,
}
impl Event for OrderPaid {
    const NAME: &'static str = "order.paid";
    const MODULE: &'static str = "platform";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        Self {
            order: Id::from_uuid(uuid::Uuid::from_u128(5)),
            number: 1001,
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            total: Money::new(
                29_700,
                "GBP".parse().unwrap_or_else(|_| unreachable!("GBP is a listed currency")),
            ),
            lines: vec![PaidLine {
                line: Id::from_uuid(uuid::Uuid::from_u128(6)),
                module: "packages".into(),
                item: "pkg_00000000000000000000000000000007".into(),
                name: "Kickstarter".into(),
                quantity: 1,
            }],
        }
    }
}

/// Money of an order is to go back, wholly or in part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderRefunded {
    /// The order.
    pub order: OrderId,
    /// Number on the receipt, unique in the tenant.
    pub number: i64,
    /// The refund.
    pub refund: RefundId,
    /// Who bought.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// What goes back this time; zero when only what was still to come is lower.
    pub amount: Money,
    /// What is taken off instalments that were still to come; none: nothing.
    #[serde(default)]
    pub lowered: Option<Money>,
    /// What goes or went back of the same payment, this time included.
    pub refunded: Money,
    /// What the order costs.
    pub total: Money,
    /// The order's state now: `partially_refunded` or `refunded`, or what it was when the money came too late or twice.
    pub status: String,
    /// Why: `staff`, `cancelled`, `unavailable`, `late` or `twice`.
    pub cause: String,
    /// What staff wrote; empty: nothing.
    pub reason: String,
}
impl Event for OrderRefunded {
    const NAME: &'static str = "order.refunded";
    const MODULE: &'static str = "platform";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let OrderPaid { order, number, client, client_name, client_email, total, .. } = OrderPaid::sample();
        Self {
            order,
            number,
            refund: Id::from_uuid(uuid::Uuid::from_u128(9)),
            client,
            client_name,
            client_email,
            amount: Money { amount: 9_700, ..total },
            lowered: Some(Money { amount: 2_000, ..total }),
            refunded: Money { amount: 9_700, ..total },
            total,
            status: "partially_refunded".into(),
            cause: "staff".into(),
            reason: "One class was cancelled".into(),
        }
    }
}

/// Staff undid an order for which no money came: it was free, or paid by vouchers and coupons alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderUndone {
    /// The order.
    pub order: OrderId,
    /// Number on the receipt, unique in the tenant.
    pub number: i64,
    /// Who bought.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// What staff wrote; empty: nothing.
    pub reason: String,
}
impl Event for OrderUndone {
    const NAME: &'static str = "order.undone";
    const MODULE: &'static str = "platform";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let OrderPaid { order, number, client, client_name, client_email, .. } = OrderPaid::sample();
        Self { order, number, client, client_name, client_email, reason: "The class fell out".into() }
    }
}

/// A cardholder's bank wants money of an order back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisputeOpened {
    /// The dispute.
    pub dispute: DisputeId,
    /// The order.
    pub order: OrderId,
    /// Number on the receipt.
    pub number: i64,
    /// Who bought.
    pub client: ClientId,
    /// How much is disputed.
    pub amount: Money,
    /// The provider's code of the reason: `fraudulent`.
    pub reason: String,
    /// Until when the bank takes an answer.
    pub answer_by: Option<Instant>,
}
impl Event for DisputeOpened {
    const NAME: &'static str = "dispute.opened";
    const MODULE: &'static str = "platform";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let OrderPaid { order, number, client, total, .. } = OrderPaid::sample();
        Self {
            dispute: Id::from_uuid(uuid::Uuid::from_u128(11)),
            order,
            number,
            client,
            amount: total,
            reason: "product_not_received".into(),
            answer_by: Some(Instant::new(jiff::Timestamp::constant(1_806_573_600, 0))),
        }
    }
}

/// A bank has decided a dispute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisputeClosed {
    /// The dispute.
    pub dispute: DisputeId,
    /// The order.
    pub order: OrderId,
    /// Number on the receipt.
    pub number: i64,
    /// How much was disputed.
    pub amount: Money,
    /// Whether the money stays with the business.
    pub won: bool,
}
impl Event for DisputeClosed {
    const NAME: &'static str = "dispute.closed";
    const MODULE: &'static str = "platform";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let DisputeOpened { dispute, order, number, amount, .. } = DisputeOpened::sample();
        Self { dispute, order, number, amount, won: true }
    }
}
