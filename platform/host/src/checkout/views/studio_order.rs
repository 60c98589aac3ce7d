use billing::{OrderLine, PaymentStatus, Status, StepKind};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use web::views::Block;

use super::{
    DueView, LineView, RefundView, StudioOrderRow, SumsView, moment, money,
    studio_happened::{DisputeView, StepView},
};
use crate::checkout::{
    service::{OrderDetail, Paper, has_paper},
    words::rate,
};

/// A payment of an order.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PaymentView {
    pub(crate) at: Instant,
    pub(crate) amount: Money,
    pub(crate) method_label: String,
    /// What it was paid with: `Visa •• 4242`.
    pub(crate) label: String,
    /// Which instalment it pays, from 1; none when there is only one payment to make.
    pub(crate) place: Option<i32>,
    pub(crate) failed: bool,
    /// The order could not take it, and it goes back.
    pub(crate) returned: bool,
    pub(crate) note: String,
}

/// A line of an order with what staff see of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioLine {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) quantity: i32,
    pub(crate) amount: Money,
    /// Its share of the discounts.
    pub(crate) discount: Option<Money>,
    /// `VAT 20 %`; empty: none.
    pub(crate) tax_name: String,
    pub(crate) tax_rate: String,
    pub(crate) tax: Money,
    /// What went back of it, and what is left, with the field that asks for it.
    pub(crate) back: Option<Money>,
    pub(crate) left: Money,
    pub(crate) field: String,
    pub(crate) refundable: bool,
    /// What of it is unused.
    pub(crate) unused: Option<UnusedView>,
}

/// What of a line is unused, and what that is worth.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UnusedView {
    pub(crate) left: i64,
    pub(crate) of: i64,
    pub(crate) worth: Money,
}

/// The period of a subscription that an order pays.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PeriodView {
    pub(crate) subscription: String,
    pub(crate) from: Instant,
    pub(crate) to: Instant,
}

/// `/studio/orders/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrderPage {
    pub(crate) row: StudioOrderRow,
    pub(crate) client_id: String,
    pub(crate) token: String,
    pub(crate) lines: Vec<LineView>,
    /// The same with all that staff see.
    pub(crate) studio_lines: Vec<StudioLine>,
    pub(crate) sums: SumsView,
    pub(crate) total: Money,
    pub(crate) pay_until: Option<Instant>,
    pub(crate) dues: Vec<DueView>,
    /// What is still owed of a paid order.
    pub(crate) owed: Option<Money>,
    pub(crate) payments: Vec<PaymentView>,
    pub(crate) disputes: Vec<DisputeView>,
    pub(crate) period: Option<PeriodView>,
    pub(crate) bill_to: String,
    pub(crate) buyer_tax_id: String,
    pub(crate) has_receipt: bool,
    pub(crate) has_invoice: bool,
    pub(crate) steps: Vec<StepView>,
    /// What the selling module shows.
    pub(crate) cards: Vec<Block>,
    pub(crate) refunds: Vec<RefundView>,
    /// What may still be refunded by the viewer, if anything; as money and as a form shows it.
    pub(crate) left: Option<Money>,
    pub(crate) left_text: String,
    /// Whether the form was about lines.
    pub(crate) by_lines: bool,
    /// What is unused of all lines, when it is worth something.
    pub(crate) unused: Option<Money>,
    /// One refund form shown is one refund.
    pub(crate) refund_key: String,
    /// Whether money that the order can't take may be noted as owed.
    pub(crate) can_give_back: bool,
    /// Whether staff may mark it (or its next instalment, so many minor units) as paid, cancel it, send its mail again.
    pub(crate) can_mark_paid: bool,
    pub(crate) mark_due: i32,
    pub(crate) mark_amount: Money,
    pub(crate) can_cancel: bool,
    /// Whether no money came, so that it can be undone.
    pub(crate) can_undo: bool,
    /// Number of its invoice: `INV-00042`.
    pub(crate) invoice: Option<String>,
    pub(crate) can_resend: bool,
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
        let dues = DueView::all(order, &detail.dues, now);
        let next = dues.iter().find(|due| due.is_next).map(|due| due.position);
        let owed = if order.owes_more() { detail.owed() } else { 0 };
        let lines: Vec<OrderLine> = detail.lines.iter().map(|one| one.line.clone()).collect();
        Self {
            row: StudioOrderRow::flagged(order, &detail.flags, now),
            client_id: order.client_id.to_string(),
            token: order.token.clone(),
            lines: LineView::all(&lines, order.total()),
            studio_lines: detail
                .lines
                .iter()
                .map(|one| StudioLine::of(one, &detail, order.total()))
                .collect(),
            sums: SumsView::of(order, &lines, &detail.discounts),
            total: order.total(),
            pay_until: order.expires_at.filter(|_| open),
            owed: Some(Money::new(owed, order.currency)).filter(|owed| owed.amount > 0),
            payments: detail.payments.iter().map(|one| PaymentView::of(one, !dues.is_empty())).collect(),
            dues,
            disputes: detail.disputes.iter().map(DisputeView::of).collect(),
            period: order.period().map(|period| PeriodView {
                subscription: period.subscription.to_string(),
                from: period.start,
                to: period.end,
            }),
            bill_to: order.bill_to.clone(),
            buyer_tax_id: order.buyer_tax_id.clone(),
            has_receipt: has_paper(order, Paper::Receipt),
            has_invoice: has_paper(order, Paper::Invoice),
            steps: detail.steps.iter().map(|one| StepView::of(one, order.total())).collect(),
            refunds: detail.refund_views(may.refund),
            left,
            left_text: billing::price_text(detail.left, order.currency),
            by_lines: false,
            unused: Some(detail.unused.iter().map(|one| one.amount).sum::<i64>())
                .filter(|sum| *sum > 0)
                .map(|sum| Money { amount: sum, ..order.total() }),
            refund_key: key,
            can_give_back: late,
            can_mark_paid: may.write && (open || late || next.is_some()),
            mark_due: next.unwrap_or(0),
            mark_amount: order.due(),
            can_cancel: may.write && open,
            can_undo: may.refund && billing::may_undo(order),
            invoice: order.invoice(),
            can_resend: may.write
                && (order.status.was_paid() || open && order.provider == billing::Method::Manual),
            form: FormState::default(),
            cards: detail.cards.into_iter().map(|card| Block::new(card.template, card.data)).collect(),
        }
    }
}

impl StudioLine {
    fn of(one: &billing::LineBack, detail: &OrderDetail, total: Money) -> Self {
        let unused = detail.unused.iter().find(|part| part.part.line == one.line.id);
        let (line, money) = (&one.line, |amount: i64| Money { amount, ..total });
        Self {
            id: line.id.to_string(),
            label: line.name.clone(),
            quantity: line.quantity,
            amount: money(line.amount),
            discount: (line.discount() > 0).then(|| money(-line.discount())),
            tax_name: line.tax_name.clone(),
            tax_rate: rate(line.tax_bp),
            tax: money(line.tax),
            back: (one.back > 0).then(|| money(one.back)),
            left: money(one.left()),
            field: format!("line-{}", line.id),
            refundable: one.left() > 0,
            unused: unused.map(|one| UnusedView {
                left: one.part.unused,
                of: one.part.of,
                worth: money(one.amount),
            }),
        }
    }
    fn samples() -> Vec<Self> {
        let plain = Self {
            id: "oln_00000000000000000000000000000006".into(),
            label: "Towel".into(),
            quantity: 2,
            amount: money(1_000),
            discount: None,
            tax_name: String::new(),
            tax_rate: "0".into(),
            tax: money(0),
            back: Some(money(1_000)),
            left: money(0),
            field: "line-oln_00000000000000000000000000000006".into(),
            refundable: false,
            unused: None,
        };
        let taxed = Self {
            id: "oln_00000000000000000000000000000007".into(),
            label: "Kickstarter".into(),
            quantity: 1,
            amount: money(29_700),
            discount: Some(money(-970)),
            tax_name: "VAT".into(),
            tax_rate: "20".into(),
            tax: money(4_788),
            back: None,
            left: money(28_730),
            field: "line-oln_00000000000000000000000000000007".into(),
            refundable: true,
            unused: Some(UnusedView { left: 7, of: 10, worth: money(20_111) }),
        };
        vec![plain, taxed]
    }
}

impl PaymentView {
    fn of(one: &billing::Payment, in_parts: bool) -> Self {
        Self {
            at: one.at,
            amount: Money::new(one.amount, one.currency),
            method_label: format!("checkout-method-{}", one.provider),
            label: one.label.clone(),
            place: in_parts.then_some(one.due.saturating_add(1)),
            failed: one.status == PaymentStatus::Failed,
            returned: one.status == PaymentStatus::Returned,
            note: one.note.clone(),
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
        let mut pages: Vec<Self> = StudioOrderRow::samples().into_iter().map(Self::bare).collect();
        if let [paid, waits, ..] = pages.as_mut_slice() {
            paid.fill();
            (waits.can_mark_paid, waits.can_cancel, waits.pay_until) = (true, true, Some(moment()));
            (waits.can_give_back, waits.can_resend, waits.has_invoice) = (true, true, true);
            waits.bill_to = "Reed Ltd\n1 High Street".into();
        }
        if let Some(part) = pages.last_mut() {
            (part.dues, part.owed) = (DueView::samples(), Some(money(19_800)));
            (part.can_mark_paid, part.mark_due) = (true, 1);
            let period = PeriodView { subscription: "sub_0".into(), from: moment(), to: moment() };
            (part.period, part.by_lines) = (Some(period), true);
            (part.left, part.studio_lines) = (Some(money(20_000)), StudioLine::samples());
        }
        pages.extend(pages.first().cloned().map(|paid| Self { can_undo: true, left: None, ..paid }));
        pages
    }
}

impl StudioOrderPage {
    /// For samples: nothing but its row.
    fn bare(row: StudioOrderRow) -> Self {
        Self {
            client_id: "cli_00000000000000000000000000000003".into(),
            token: "t".into(),
            lines: LineView::samples(),
            studio_lines: vec![],
            sums: SumsView::default(),
            total: row.total,
            pay_until: None,
            dues: vec![],
            owed: None,
            payments: vec![],
            disputes: vec![],
            period: None,
            bill_to: String::new(),
            buyer_tax_id: String::new(),
            has_receipt: false,
            has_invoice: false,
            steps: vec![],
            cards: vec![],
            refunds: vec![],
            left: None,
            left_text: String::new(),
            by_lines: false,
            unused: Some(money(20_111)),
            refund_key: "k".into(),
            can_give_back: false,
            can_mark_paid: false,
            mark_due: 0,
            mark_amount: row.total,
            can_cancel: false,
            can_undo: false,
            invoice: None,
            can_resend: false,
            form: FormState::default(),
            row,
        }
    }
    /// For samples: with all there is.
    fn fill(&mut self) {
        let step = |kind: &StepKind| StepView {
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
            label: if failed { String::new() } else { "Visa •• 4242".into() },
            place: failed.then_some(2),
            failed,
            returned: !failed,
            note: if failed { String::new() } else { "Transfer of 3 May".into() },
        };
        self.payments = vec![payment(true), payment(false)];
        self.invoice = Some("INV-00042".into());
        self.steps = StepKind::ALL.iter().map(step).collect();
        let card = serde_json::json!({ "title": "A card", "text": "Of a module." });
        self.cards = vec![Block::new("web/block/about", card)];
        (self.refunds, self.disputes) = (RefundView::samples(), DisputeView::samples());
        (self.left, self.left_text) = (Some(money(20_000)), "200.00".into());
        (self.studio_lines, self.sums) = (StudioLine::samples(), SumsView::samples());
        (self.has_receipt, self.has_invoice, self.can_resend) = (true, true, true);
        (self.bill_to, self.buyer_tax_id) = ("Reed Ltd\n1 High Street".into(), "GB123".into());
    }
}
