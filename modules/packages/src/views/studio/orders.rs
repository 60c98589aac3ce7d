use billing::{Method, Order, PaymentStatus, Status};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::Choice;
use crate::{
    service::OrderDetail,
    views::{LineView, LotView, Shown, moment, money},
};

/// An order in a list of the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrderRow {
    pub(crate) id: String,
    pub(crate) number: i64,
    pub(crate) client: String,
    pub(crate) email: String,
    pub(crate) total: Money,
    pub(crate) placed_at: Instant,
    pub(crate) method_label: String,
    /// `ok`, `warn`, `bad` or `plain`, for the badge's colour.
    pub(crate) tone: &'static str,
    pub(crate) status_label: String,
}

impl StudioOrderRow {
    pub(crate) fn of(order: &Order, now: Instant) -> Self {
        let shown = Shown::of(order, false, now);
        Self {
            id: order.id.to_string(),
            number: order.number,
            client: order.client_name.clone(),
            email: order.client_email.clone(),
            total: order.total(),
            placed_at: order.created_at,
            method_label: format!("packages-method-{}", order.provider),
            tone: tone(shown),
            status_label: format!("packages-state-{}", shown.code()),
        }
    }
    pub(crate) fn samples() -> Vec<Self> {
        let row = |shown: Shown| Self {
            id: "ord_00000000000000000000000000000005".into(),
            number: 1001,
            client: "Sam Reed".into(),
            email: "sam@example.com".into(),
            total: money(29_700),
            placed_at: moment(),
            method_label: format!("packages-method-{}", Method::Manual),
            tone: tone(shown),
            status_label: format!("packages-state-{}", shown.code()),
        };
        [Shown::Paid, Shown::Transfer, Shown::Unpaid, Shown::Expired, Shown::Cancelled, Shown::Refunded]
            .map(row)
            .into()
    }
}

const fn tone(shown: Shown) -> &'static str {
    match shown {
        Shown::Paid => "ok",
        Shown::Transfer | Shown::Unpaid => "warn",
        Shown::Declined => "bad",
        Shown::Refunded | Shown::Expired | Shown::Cancelled => "plain",
    }
}

/// `/studio/orders`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrdersPage {
    pub(crate) orders: Vec<StudioOrderRow>,
    pub(crate) next: Option<String>,
    pub(crate) search: String,
    pub(crate) status: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) methods: Vec<Choice>,
    pub(crate) filtered: bool,
}

impl StudioOrdersPage {
    /// The choices of the two filters.
    pub(crate) fn choices(status: &str, method: &str) -> (Vec<Choice>, Vec<Choice>) {
        let statuses: Vec<&str> = Status::ALL
            .iter()
            .filter(|status| **status != Status::Draft)
            .map(|status| status.code())
            .collect();
        let methods: Vec<&str> = Method::ALL.iter().map(|method| method.code()).collect();
        let label = |code: &str| format!("packages-order-status-{code}");
        let method_label = |code: &str| format!("packages-method-{code}");
        (Choice::codes(label, &statuses, status), Choice::codes(method_label, &methods, method))
    }
}

impl View for StudioOrdersPage {
    const TEMPLATE: &'static str = "packages/studio_orders";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-studio-orders-title")
    }
    fn samples() -> Vec<Self> {
        let (statuses, methods) = Self::choices("paid", "");
        let full = Self {
            orders: StudioOrderRow::samples(),
            next: Some("c".into()),
            search: "sam".into(),
            status: "paid".into(),
            statuses,
            methods,
            filtered: true,
        };
        let none = Self { orders: vec![], next: None, ..full.clone() };
        vec![full, Self { filtered: false, ..none.clone() }, none]
    }
}

/// A payment of an order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentView {
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    pub(crate) method_label: String,
    pub(crate) failed: bool,
    pub(crate) note: String,
}

/// A line of the timeline.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StepView {
    pub(crate) at: Instant,
    /// Key of what happened.
    pub(crate) what: String,
    pub(crate) actor: String,
    /// How many credits were handed out, when that is what happened.
    pub(crate) credits: Option<i64>,
}

/// `/studio/orders/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrderPage {
    pub(crate) row: StudioOrderRow,
    pub(crate) client_id: String,
    pub(crate) token: String,
    pub(crate) lines: Vec<LineView>,
    pub(crate) total: Money,
    pub(crate) pay_until: Option<Instant>,
    pub(crate) payments: Vec<PaymentView>,
    pub(crate) steps: Vec<StepView>,
    pub(crate) lots: Vec<LotView>,
    /// Whether staff may mark it as paid, or cancel it.
    pub(crate) can_mark_paid: bool,
    pub(crate) can_cancel: bool,
    pub(crate) form: FormState,
}

impl StudioOrderPage {
    pub(crate) fn of(detail: OrderDetail, may_write: bool, now: Instant) -> Self {
        let order = &detail.order;
        let (open, late) = (order.status.is_open(), order.status == Status::Expired);
        let payment = |one: &billing::Payment| PaymentView {
            at: one.at,
            amount: Money::new(one.amount, one.currency),
            method_label: format!("packages-method-{}", one.provider),
            failed: one.status == PaymentStatus::Failed,
            note: one.note.clone(),
        };
        let step = |one: &billing::Step| StepView {
            at: one.at,
            what: format!("packages-step-{}", one.kind).replace('_', "-"),
            actor: one.actor.clone(),
            credits: one.detail.parse().ok(),
        };
        let lot = |lot: &ledger::credits::Lot| LotView {
            name: lot.name.clone(),
            credits: lot.balance,
            expires_at: lot.expires_at,
        };
        Self {
            row: StudioOrderRow::of(order, now),
            client_id: order.client_id.to_string(),
            token: order.token.clone(),
            lines: LineView::all(&detail.lines, order.total()),
            total: order.total(),
            pay_until: order.expires_at.filter(|_| open),
            payments: detail.payments.iter().map(payment).collect(),
            steps: detail.steps.iter().map(step).collect(),
            lots: detail.lots.iter().map(lot).collect(),
            can_mark_paid: may_write && (open || late),
            can_cancel: may_write && open,
            form: FormState::default(),
        }
    }
}

impl View for StudioOrderPage {
    const TEMPLATE: &'static str = "packages/studio_order";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-order-title").arg("number", self.row.number)
    }
    fn samples() -> Vec<Self> {
        let step = |kind: &billing::StepKind| StepView {
            at: moment(),
            what: format!("packages-step-{kind}").replace('_', "-"),
            actor: if kind.code() == "paid" { "Jonas".into() } else { String::new() },
            credits: (kind.code() == "granted").then_some(30),
        };
        let payment = |failed| PaymentView {
            at: moment(),
            amount: money(29_700),
            method_label: "packages-method-manual".into(),
            failed,
            note: if failed { String::new() } else { "Transfer of 3 May".into() },
        };
        let lot = |expires_at| LotView { name: "Kickstarter".into(), credits: 30, expires_at };
        let page = |row: StudioOrderRow| Self {
            client_id: "cli_00000000000000000000000000000003".into(),
            token: "t".into(),
            lines: LineView::samples(),
            total: row.total,
            pay_until: None,
            payments: vec![],
            steps: vec![],
            lots: vec![],
            can_mark_paid: false,
            can_cancel: false,
            form: FormState::default(),
            row,
        };
        let mut pages: Vec<Self> = StudioOrderRow::samples().into_iter().map(page).collect();
        if let [paid, waits, ..] = pages.as_mut_slice() {
            paid.payments = vec![payment(true), payment(false)];
            paid.steps = billing::StepKind::ALL.iter().map(step).collect();
            paid.lots = vec![lot(Some(moment())), lot(None)];
            (waits.can_mark_paid, waits.can_cancel, waits.pay_until) = (true, true, Some(moment()));
        }
        pages
    }
}
