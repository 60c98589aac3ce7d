//! What happened to an order, as the studio shows it: disputes and the timeline.

use billing::{DisputeState, StepKind};
use events::{Instant, Money};
use serde::Serialize;

use super::{moment, money};

/// A dispute of a payment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DisputeView {
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    /// Key of how it stands.
    pub(crate) state_label: String,
    pub(crate) tone: &'static str,
    /// The provider's word for the reason.
    pub(crate) reason: String,
    pub(crate) answer_by: Option<Instant>,
}

/// A line of the timeline.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StepView {
    pub(crate) at: Instant,
    /// Key of what happened.
    pub(crate) what: String,
    pub(crate) actor: String,
    /// How many of what the step is about: credits that were handed out.
    pub(crate) count: Option<i64>,
    /// How much money it is about.
    pub(crate) amount: Option<Money>,
}

impl DisputeView {
    pub(super) fn of(one: &billing::Dispute) -> Self {
        Self {
            at: one.created_at,
            amount: Money::new(one.amount, one.currency),
            state_label: format!("checkout-dispute-state-{}", one.state).replace('_', "-"),
            tone: match one.state {
                DisputeState::Open => "bad",
                DisputeState::UnderReview => "warn",
                DisputeState::Won => "ok",
                DisputeState::Lost => "plain",
            },
            reason: one.reason.replace('_', " "),
            answer_by: one.answer_by.filter(|_| one.state == DisputeState::Open),
        }
    }
    pub(super) fn samples() -> Vec<Self> {
        let one = |state: &DisputeState| Self {
            at: moment(),
            amount: money(29_700),
            state_label: format!("checkout-dispute-state-{state}").replace('_', "-"),
            tone: "bad",
            reason: "product not received".into(),
            answer_by: (*state == DisputeState::Open).then(moment),
        };
        DisputeState::ALL.iter().map(one).collect()
    }
}

impl StepView {
    /// A step tells a count, an amount of money, or nothing that belongs on a page.
    pub(super) fn of(one: &billing::Step, total: Money) -> Self {
        let number: Option<i64> = one.detail.parse().ok();
        let counts = one.kind == StepKind::Granted || one.kind == StepKind::TakenBack;
        Self {
            at: one.at,
            what: format!("checkout-step-{}", one.kind).replace('_', "-"),
            actor: one.actor.clone(),
            count: number.filter(|_| counts),
            amount: number
                .filter(|_| !counts && one.kind != StepKind::Undone)
                .map(|amount| Money { amount, ..total }),
        }
    }
}
