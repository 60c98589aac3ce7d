use billing::{Due, DueState, Order};
use events::{Instant, Money};
use serde::Serialize;

use super::{moment, money};

/// An instalment on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DueView {
    /// Which one, from 1.
    pub(crate) place: i32,
    pub(crate) position: i32,
    pub(crate) amount: Money,
    /// What was agreed, when something was taken off and something is left.
    pub(crate) agreed: Option<Money>,
    pub(crate) due_at: Instant,
    /// Key of how far it has got.
    pub(crate) state_label: &'static str,
    /// `ok`, `warn`, `bad` or `plain`, for the badge's colour.
    pub(crate) tone: &'static str,
    /// Whether it is the one to be paid next, of an order whose first one is paid.
    pub(crate) is_next: bool,
}

impl DueView {
    pub(crate) fn all(order: &Order, dues: &[Due], now: Instant) -> Vec<Self> {
        let next = dues.iter().find(|due| due.state == DueState::Open).map(|due| due.position);
        let one = |due: &Due| {
            let (state_label, tone) = match due.state {
                DueState::Paid => ("checkout-due-state-paid", "ok"),
                DueState::Void => ("checkout-due-state-void", "plain"),
                DueState::Open if due.due_at < now && order.status.was_paid() => {
                    ("checkout-due-state-overdue", "bad")
                }
                DueState::Open => ("checkout-due-state-open", "plain"),
            };
            Self {
                place: due.position.saturating_add(1),
                position: due.position,
                // What is not owed any more shows what it would have been.
                amount: Money::new(if due.amount() == 0 { due.agreed } else { due.amount() }, order.currency),
                agreed: (due.lowered > 0 && due.amount() > 0).then(|| Money::new(due.agreed, order.currency)),
                due_at: due.due_at,
                state_label,
                tone,
                is_next: Some(due.position) == next && order.owes_more(),
            }
        };
        dues.iter().map(one).collect()
    }
    /// Whether it is still to be paid.
    pub(crate) fn is_to_come(&self) -> bool {
        matches!(self.state_label, "checkout-due-state-open" | "checkout-due-state-overdue")
    }
    pub(crate) fn samples() -> Vec<Self> {
        let one = |position: i32, state_label, tone| Self {
            place: position + 1,
            position,
            amount: money(9_900),
            agreed: (position == 2).then(|| money(12_900)),
            due_at: moment(),
            state_label,
            tone,
            is_next: position == 1,
        };
        vec![
            one(0, "checkout-due-state-paid", "ok"),
            one(1, "checkout-due-state-overdue", "bad"),
            one(2, "checkout-due-state-open", "warn"),
            one(3, "checkout-due-state-void", "plain"),
        ]
    }
}
