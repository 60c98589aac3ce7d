use billing::{Method, Order, PaymentStatus, Status, StepKind};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use web::views::Block;

use super::{Choice, LineView, RefundView, Shown, moment, money};
use crate::checkout::service::OrderDetail;

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
            method_label: format!("checkout-method-{}", order.provider),
            tone: tone(shown),
            status_label: shown.label(),
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
            method_label: format!("checkout-method-{}", Method::Manual),
            tone: tone(shown),
            status_label: shown.label(),
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
        Shown::Refunded | Shown::PartlyRefunded | Shown::GivenBack | Shown::Expired | Shown::Cancelled => {
            "plain"
        }
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
    /// Whether the viewer may choose the ways to pay.
    pub(crate) may_payments: bool,
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
        let label = |code: &str| format!("checkout-order-status-{code}");
        let method_label = |code: &str| format!("checkout-method-{code}");
        (Choice::codes(label, &statuses, status), Choice::codes(method_label, &methods, method))
    }
}

impl View for StudioOrdersPage {
    const TEMPLATE: &'static str = "checkout/studio_orders";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-studio-orders-title")
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
            may_payments: true,
        };
        let none = Self { orders: vec![], next: None, ..full.clone() };
        vec![full, Self { filtered: false, may_payments: false, ..none.clone() }, none]
    }
}

/// A payment of an order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentView {
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    pub(crate) method_label: String,
    pub(crate) failed: bool,
    /// The order could not take it, and it goes back.
    pub(crate) returned: bool,
    pub(crate) note: String,
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
    /// What the selling module shows.
    pub(crate) cards: Vec<Block>,
    pub(crate) refunds: Vec<RefundView>,
    /// What may still be refunded by the viewer, if anything; as money and as a form shows it.
    pub(crate) left: Option<Money>,
    pub(crate) left_text: String,
    /// One refund form shown is one refund.
    pub(crate) refund_key: String,
    /// Whether money that the order can't take may be noted as owed.
    pub(crate) can_give_back: bool,
    /// Whether staff may mark it as paid, or cancel it.
    pub(crate) can_mark_paid: bool,
    pub(crate) can_cancel: bool,
    pub(crate) form: FormState,
}

/// What the viewer may do with an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct May {
    /// Mark it as paid, cancel it.
    pub(crate) write: bool,
    /// Give money back.
    pub(crate) refund: bool,
}

impl StudioOrderPage {
    pub(crate) fn of(detail: OrderDetail, may: May, key: String, now: Instant) -> Self {
        let order = &detail.order;
        let open = order.status.is_open();
        let late = matches!(order.status, Status::Expired | Status::Cancelled);
        let left = Some(Money::new(detail.left, order.currency)).filter(|left| may.refund && left.amount > 0);
        let payment = |one: &billing::Payment| PaymentView {
            at: one.at,
            amount: Money::new(one.amount, one.currency),
            method_label: format!("checkout-method-{}", one.provider),
            failed: one.status == PaymentStatus::Failed,
            returned: one.status == PaymentStatus::Returned,
            note: one.note.clone(),
        };
        let step = |one: &billing::Step| StepView {
            at: one.at,
            what: format!("checkout-step-{}", one.kind).replace('_', "-"),
            actor: one.actor.clone(),
            count: one.detail.parse().ok().filter(|_| one.kind == StepKind::Granted),
            amount: one
                .detail
                .parse()
                .ok()
                .filter(|_| one.kind != StepKind::Granted)
                .map(|amount| Money::new(amount, order.currency)),
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
            cards: detail.cards.into_iter().map(|card| Block::new(card.template, card.data)).collect(),
            refunds: RefundView::all(&detail.refunds, true, may.refund),
            left,
            left_text: billing::price_text(detail.left, order.currency),
            refund_key: key,
            can_give_back: late,
            can_mark_paid: may.write && (open || late),
            can_cancel: may.write && open,
            form: FormState::default(),
        }
    }
}

impl View for StudioOrderPage {
    const TEMPLATE: &'static str = "checkout/studio_order";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-order-title").arg("number", self.row.number)
    }
    fn samples() -> Vec<Self> {
        let step = |kind: &billing::StepKind| StepView {
            at: moment(),
            what: format!("checkout-step-{kind}").replace('_', "-"),
            actor: if kind.code() == "paid" { "Jonas".into() } else { String::new() },
            count: (kind.code() == "granted").then_some(30),
            amount: kind.code().starts_with("refund").then(|| money(9_700)),
        };
        let payment = |failed| PaymentView {
            at: moment(),
            amount: money(29_700),
            method_label: "checkout-method-manual".into(),
            failed,
            returned: !failed,
            note: if failed { String::new() } else { "Transfer of 3 May".into() },
        };
        let page = |row: StudioOrderRow| Self {
            client_id: "cli_00000000000000000000000000000003".into(),
            token: "t".into(),
            lines: LineView::samples(),
            total: row.total,
            pay_until: None,
            payments: vec![],
            steps: vec![],
            cards: vec![],
            refunds: vec![],
            left: None,
            left_text: String::new(),
            refund_key: "k".into(),
            can_give_back: false,
            can_mark_paid: false,
            can_cancel: false,
            form: FormState::default(),
            row,
        };
        let mut pages: Vec<Self> = StudioOrderRow::samples().into_iter().map(page).collect();
        if let [paid, waits, ..] = pages.as_mut_slice() {
            paid.payments = vec![payment(true), payment(false)];
            paid.steps = billing::StepKind::ALL.iter().map(step).collect();
            paid.cards = vec![Block::new(
                "web/block/about",
                serde_json::json!({ "title": "A card", "text": "Of a module." }),
            )];
            paid.refunds = RefundView::samples();
            (paid.left, paid.left_text) = (Some(money(20_000)), "200.00".into());
            (waits.can_mark_paid, waits.can_cancel, waits.pay_until) = (true, true, Some(moment()));
            waits.can_give_back = true;
        }
        pages
    }
}
