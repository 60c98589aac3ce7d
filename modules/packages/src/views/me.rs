use events::Instant;
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::moment;
use crate::service::Account;

/// A lot of credits.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LotView {
    pub(crate) name: String,
    pub(crate) credits: i32,
    pub(crate) expires_at: Option<Instant>,
}

impl LotView {
    pub(crate) fn of(lot: ledger::credits::Lot) -> Self {
        Self { name: lot.name, credits: lot.balance, expires_at: lot.expires_at }
    }
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
            lots: account.lots.into_iter().map(LotView::of).collect(),
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
