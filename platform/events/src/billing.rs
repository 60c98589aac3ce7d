//! What the platform's billing tells.

use serde::{Deserialize, Serialize};

use crate::{ClientId, Event, Id, Money, OrderId, OrderLineId};

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
