use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{moment, money};
use crate::service::Account;

/// One order in the client area.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyOrder {
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) names: String,
    pub(crate) total: Money,
    pub(crate) placed_at: Instant,
    /// Code of [`super::Shown`].
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
    const TEMPLATE: &'static str = "packages/my_orders";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("packages-my-orders-title")
    }
    fn samples() -> Vec<Self> {
        let order = |state: &'static str| MyOrder {
            number: 1001,
            token: "t".into(),
            names: "Kickstarter".into(),
            total: money(29_700),
            placed_at: moment(),
            state,
            state_label: format!("packages-state-{state}"),
        };
        let orders =
            ["paid", "refunded", "transfer", "declined", "unpaid", "expired", "cancelled"].map(order).into();
        vec![Self { orders, next: Some("c".into()) }, Self { orders: vec![], next: None }]
    }
}

/// A lot of credits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LotView {
    pub(crate) name: String,
    pub(crate) credits: i32,
    pub(crate) expires_at: Option<Instant>,
}

/// A line of the history.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MovementView {
    pub(crate) at: Instant,
    /// Key of what happened, in words.
    pub(crate) what: String,
    pub(crate) reason: String,
    /// With its sign.
    pub(crate) amount: String,
    pub(crate) gain: bool,
}

/// `/me/credits`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MyCreditsPage {
    pub(crate) credits: i64,
    pub(crate) expiring: i64,
    pub(crate) next_expiry: Option<Instant>,
    pub(crate) lots: Vec<LotView>,
    pub(crate) history: Vec<MovementView>,
    pub(crate) next: Option<String>,
}

impl MyCreditsPage {
    pub(crate) fn of(account: Account) -> Self {
        let lot = |lot: ledger::credits::Lot| LotView {
            name: lot.name,
            credits: lot.balance,
            expires_at: lot.expires_at,
        };
        let movement = |one: ledger::credits::Movement| MovementView {
            at: one.at,
            what: format!("packages-credit-{}", one.kind),
            reason: one.reason,
            gain: one.amount > 0,
            amount: if one.amount > 0 {
                format!("+{}", one.amount)
            } else {
                format!("−{}", one.amount.unsigned_abs())
            },
        };
        Self {
            credits: account.balance.credits,
            expiring: account.balance.expiring,
            next_expiry: account.balance.next_expiry,
            lots: account.lots.into_iter().map(lot).collect(),
            history: account.history.into_iter().map(movement).collect(),
            next: account.next,
        }
    }
}

impl View for MyCreditsPage {
    const TEMPLATE: &'static str = "packages/my_credits";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("packages-my-credits-title")
    }
    fn samples() -> Vec<Self> {
        let movement = |kind: &str, gain: bool| MovementView {
            at: moment(),
            what: format!("packages-credit-{kind}"),
            reason: if gain { "Ten classes".into() } else { String::new() },
            amount: if gain { "+10".into() } else { "−1".into() },
            gain,
        };
        let kinds =
            [("grant", true), ("spend", false), ("refund", true), ("expire", false), ("revoke", false)];
        let empty = Self::of(Account::default());
        let lot = |expires_at| LotView { name: "Ten classes".into(), credits: 9, expires_at };
        let full = Self {
            credits: 19,
            expiring: 9,
            next_expiry: Some(moment()),
            lots: vec![lot(Some(moment())), lot(None)],
            history: kinds.map(|(kind, gain)| movement(kind, gain)).into(),
            next: Some("c".into()),
        };
        vec![full, empty]
    }
}
