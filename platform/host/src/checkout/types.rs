use billing::{Order, Refund, Settings};
use events::{ClientId, Instant, Money, OrderId, RefundId};
use poem_openapi::Object;

use super::service::OrderDetail;

/// An order in a list.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderRow {
    id: OrderId,
    number: i64,
    /// The module that sold it.
    module: String,
    /// `pending_payment`, `paid`, `partially_refunded`, `refunded`, `cancelled` or `expired`.
    status: String,
    client: ClientId,
    client_name: String,
    client_email: String,
    total: Money,
    /// How it is paid.
    method: String,
    created_at: Instant,
    expires_at: Option<Instant>,
    paid_at: Option<Instant>,
}

impl OrderRow {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            number: order.number,
            module: order.module.clone(),
            status: order.status.to_string(),
            client: order.client_id,
            client_name: order.client_name.clone(),
            client_email: order.client_email.clone(),
            total: order.total(),
            method: order.provider.to_string(),
            created_at: order.created_at,
            expires_at: order.expires_at,
            paid_at: order.paid_at,
        }
    }
}

/// A page of orders.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderList {
    pub(super) items: Vec<OrderRow>,
    /// Where the next page begins; none: this is the last one.
    pub(super) next_cursor: Option<String>,
}

/// A line of an order.
#[derive(Clone, Debug, Object)]
struct LineOut {
    /// What it is to the module that sold it: `prd_…`, `pkg_…`, `bkg_…`.
    item: String,
    /// The name it was sold under.
    name: String,
    unit_price: Money,
    quantity: i32,
    amount: Money,
}

/// A payment of an order, or a try that failed.
#[derive(Clone, Debug, Object)]
struct PaymentOut {
    method: String,
    /// `succeeded`, `failed`, or `returned` when the order could not take the money and it goes back.
    status: String,
    amount: Money,
    note: String,
    at: Instant,
}

/// Money that goes back.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundOut {
    id: RefundId,
    amount: Money,
    /// `requested`, `done` or `failed`.
    state: String,
    /// `staff`, `cancelled`, `unavailable`, `late` or `twice`.
    cause: String,
    /// What staff wrote.
    reason: String,
    /// Through whom it goes back; `manual`: staff pay it back by hand.
    method: String,
    created_at: Instant,
    updated_at: Instant,
}

impl RefundOut {
    pub(super) fn of(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            amount: refund.money(),
            state: refund.state.to_string(),
            cause: refund.cause.to_string(),
            reason: refund.reason.clone(),
            method: refund.provider.to_string(),
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}

/// A line of the timeline.
#[derive(Clone, Debug, Object)]
struct StepOut {
    at: Instant,
    /// `placed`, `payment_started`, `payment_failed`, `paid`, `cancelled`, `expired`, `granted`, `nothing_to_grant`,
    /// `payment_returned`, `refund_requested`, `refund_done` or `refund_failed`.
    kind: String,
    /// The staff person who did it, if one did.
    actor: String,
    detail: String,
}

/// An order with all that happened to it.
#[derive(Clone, Debug, Object)]
pub(super) struct OrderOut {
    order: OrderRow,
    lines: Vec<LineOut>,
    payments: Vec<PaymentOut>,
    refunds: Vec<RefundOut>,
    /// What can still be refunded.
    refundable: Money,
    timeline: Vec<StepOut>,
}

impl OrderOut {
    pub(super) fn of(detail: OrderDetail) -> Self {
        let currency = detail.order.currency;
        let line = |line: billing::OrderLine| LineOut {
            item: line.item,
            name: line.name,
            unit_price: Money::new(line.unit_price, currency),
            quantity: line.quantity,
            amount: Money::new(line.amount, currency),
        };
        let payment = |one: billing::Payment| PaymentOut {
            method: one.provider.to_string(),
            status: one.status.to_string(),
            amount: Money::new(one.amount, one.currency),
            note: one.note,
            at: one.at,
        };
        let step = |one: billing::Step| StepOut {
            at: one.at,
            kind: one.kind.to_string(),
            actor: one.actor,
            detail: one.detail,
        };
        Self {
            order: OrderRow::of(&detail.order),
            lines: detail.lines.into_iter().map(line).collect(),
            payments: detail.payments.into_iter().map(payment).collect(),
            refunds: detail.refunds.iter().map(RefundOut::of).collect(),
            refundable: Money::new(detail.left, currency),
            timeline: detail.steps.into_iter().map(step).collect(),
        }
    }
}

/// Staff say that an order was paid.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct MarkPaidIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
    /// When the order can't take the money any more (what it was for is gone, or it was cancelled): note the payment and
    /// owe the money to the client, instead of refusing. Left out: refuse.
    pub(super) give_back: Option<bool>,
}

/// Money to be given back.
#[derive(Clone, Debug, Object)]
pub(super) struct RefundIn {
    /// In the currency of the order, above zero, at most what is left.
    pub(super) amount: Money,
    /// The client reads it. At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) reason: Option<String>,
}

/// Staff say that they have paid a refund back.
#[derive(Clone, Debug, Default, Object)]
pub(super) struct PaidBackIn {
    /// At most 500 characters.
    #[oai(validator(max_length = 500))]
    pub(super) note: Option<String>,
}

/// How clients can pay.
#[derive(Clone, Debug, Object)]
pub(super) struct PaymentSettings {
    /// Whether bank transfer and cash are offered.
    pub(super) manual: bool,
    /// How to pay that way, Markdown; must be given when it is offered.
    #[oai(validator(max_length = 2000))]
    pub(super) manual_instructions: String,
    /// Days until an order that is paid that way expires.
    #[oai(validator(minimum(value = "1"), maximum(value = "60")))]
    pub(super) manual_days: i32,
    /// Whether the practice page is offered, where the installation has one.
    pub(super) sandbox: bool,
}

impl From<Settings> for PaymentSettings {
    fn from(settings: Settings) -> Self {
        Self {
            manual: settings.manual_on,
            manual_instructions: settings.manual_instructions,
            manual_days: settings.manual_days,
            sandbox: settings.sandbox_on,
        }
    }
}

impl From<PaymentSettings> for Settings {
    fn from(settings: PaymentSettings) -> Self {
        Self {
            manual_on: settings.manual,
            manual_instructions: settings.manual_instructions,
            manual_days: settings.manual_days,
            sandbox_on: settings.sandbox,
        }
    }
}
