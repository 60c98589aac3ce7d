use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{Shown, moment, money};

/// One order in the client area.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyOrder {
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) names: String,
    pub(crate) total: Money,
    pub(crate) placed_at: Instant,
    /// Code of [`Shown`].
    pub(crate) state: &'static str,
    pub(crate) state_label: String,
}

/// `/me/orders`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyOrdersPage {
    pub(crate) orders: Vec<MyOrder>,
    pub(crate) next: Option<String>,
}

impl View for MyOrdersPage {
    const TEMPLATE: &'static str = "checkout/my_orders";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("checkout-my-orders-title")
    }
    fn samples() -> Vec<Self> {
        let order = |shown: Shown| MyOrder {
            number: 1001,
            token: "t".into(),
            names: "Kickstarter".into(),
            total: money(29_700),
            placed_at: moment(),
            state: shown.code(),
            state_label: shown.label(),
        };
        use Shown::{Cancelled, Declined, Expired, Paid, PartlyRefunded, Refunded, Transfer, Unpaid};
        let all = [Paid, Refunded, PartlyRefunded, Transfer, Declined, Unpaid, Expired, Cancelled];
        let orders = all.map(order).into();
        vec![Self { orders, next: Some("c".into()) }, Self { orders: vec![], next: None }]
    }
}
