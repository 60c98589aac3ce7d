use billing::{Method, OrderLine, Refund, RefundCause, RefundState, office::Todo};
use events::{Instant, Money};
use kernel::Block;
use serde::Serialize;

use super::{StudioOrderRow, moment, money};

/// One line of an order on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LineView {
    pub(crate) label: String,
    pub(crate) quantity: i32,
    pub(crate) amount: Money,
}

impl LineView {
    pub(crate) fn all(lines: &[OrderLine], total: Money) -> Vec<Self> {
        let line = |line: &OrderLine| Self {
            label: line.name.clone(),
            quantity: line.quantity,
            amount: Money { amount: line.amount, ..total },
        };
        lines.iter().map(line).collect()
    }
    pub(crate) fn samples() -> Vec<Self> {
        let one = Self { label: "Kickstarter".into(), quantity: 1, amount: money(29_700) };
        vec![Self { label: "Towel".into(), quantity: 2, amount: money(1_000) }, one]
    }
}

/// A refund on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RefundView {
    pub(crate) id: String,
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    /// What it took off payments that were still to come.
    pub(crate) lowered: Option<Money>,
    /// Whether it did nothing else: no money goes back.
    pub(crate) only_lowered: bool,
    /// Key of how far it has got.
    pub(crate) state_label: String,
    /// Whether staff still owe it by hand.
    pub(crate) by_hand: bool,
    /// Key of why.
    pub(crate) cause_label: String,
    /// What staff wrote.
    pub(crate) reason: String,
    /// What a provider said when it refused; for staff.
    pub(crate) trouble: String,
    /// Names of the lines it is for; empty: the order as a whole.
    pub(crate) lines: String,
    /// Whether the viewer may say that it is paid back, or ask the provider again.
    pub(crate) can_pay_back: bool,
    pub(crate) can_retry: bool,
}

impl RefundView {
    /// `inside`: on a page of the studio. A client is not troubled with what the provider refused: it is on its way.
    pub(crate) fn all(refunds: &[Refund], inside: bool, may: bool) -> Vec<Self> {
        let one = |one: &Refund| {
            let failed = one.state == RefundState::Failed;
            let state = if failed && !inside { RefundState::Requested } else { one.state };
            Self {
                id: one.id.to_string(),
                at: one.created_at,
                amount: one.money(),
                lowered: one.taken_off(),
                only_lowered: one.amount == 0,
                state_label: format!("checkout-refund-state-{state}"),
                by_hand: one.is_owed_by_hand(),
                cause_label: format!("checkout-refund-cause-{}", one.cause),
                reason: one.reason.clone(),
                trouble: if failed && inside { one.reference.clone() } else { String::new() },
                lines: String::new(),
                can_pay_back: may && (failed || one.is_owed_by_hand()),
                can_retry: may && failed && one.provider != Method::Manual,
            }
        };
        refunds.iter().map(one).collect()
    }
    pub(crate) fn samples() -> Vec<Self> {
        let one = |state: &RefundState, cause: RefundCause, by_hand: bool| Self {
            id: "ref_00000000000000000000000000000009".into(),
            at: moment(),
            amount: money(9_700),
            lowered: by_hand.then(|| money(2_000)),
            only_lowered: false,
            state_label: format!("checkout-refund-state-{state}"),
            by_hand,
            cause_label: format!("checkout-refund-cause-{cause}"),
            reason: if cause == RefundCause::Staff { "The class fell out".into() } else { String::new() },
            trouble: if *state == RefundState::Failed { "Insufficient funds".into() } else { String::new() },
            lines: if by_hand { "Towel".into() } else { String::new() },
            can_pay_back: by_hand,
            can_retry: *state == RefundState::Failed,
        };
        let states = RefundState::ALL.iter().map(|state| one(state, RefundCause::Staff, false));
        let lowered = one(&RefundState::Done, RefundCause::Staff, false);
        let lowered = Self { amount: money(0), lowered: Some(money(2_000)), only_lowered: true, ..lowered };
        states.chain([one(&RefundState::Requested, RefundCause::Late, true), lowered]).collect()
    }
}

/// This month's revenue on the studio's dashboard.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RevenueCard {
    pub(crate) revenue: Money,
    pub(crate) orders: i64,
    /// Against the month before, in percent; none when there was nothing then.
    pub(crate) change: Option<i64>,
    /// Whether there is a change to tell; zero is one.
    pub(crate) has_change: bool,
}

/// What waits for somebody, on the studio's dashboard.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TodoCard {
    pub(crate) todo: Todo,
    /// The earliest moment until which a bank takes an answer.
    pub(crate) answer_by: Option<Instant>,
}

/// A client's latest orders, in the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClientOrders {
    pub(crate) orders: Vec<StudioOrderRow>,
}

fn block(template: &'static str, data: &impl Serialize, order: i32) -> Block {
    Block { template, data: serde_json::to_value(data).unwrap_or_default(), order }
}

impl RevenueCard {
    pub(crate) fn block(&self) -> Block {
        block("checkout/card_revenue", self, 40)
    }
}
impl TodoCard {
    pub(crate) fn block(&self) -> Block {
        block("checkout/card_todo", self, 5)
    }
}
impl ClientOrders {
    pub(crate) fn block(&self) -> Block {
        block("checkout/card_client", self, 45)
    }
}

/// All blocks, in every form, for the test that renders them.
#[must_use]
pub fn block_samples() -> Vec<Block> {
    let revenue = RevenueCard { revenue: money(1_234_500), orders: 12, change: Some(-8), has_change: true };
    let todo = TodoCard {
        todo: Todo { disputes: 1, refunds: 2, overdue: 3, transfers: 4 },
        answer_by: Some(moment()),
    };
    vec![
        revenue.block(),
        RevenueCard { orders: 0, change: None, has_change: false, ..revenue }.block(),
        TodoCard { todo: Todo { disputes: 0, ..todo.todo }, answer_by: None }.block(),
        todo.block(),
        ClientOrders { orders: StudioOrderRow::samples() }.block(),
    ]
}
