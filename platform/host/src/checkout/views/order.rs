use billing::{Method, Order, Refund, Status, Way, office::may_bill_to};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;
use web::views::Block;

use super::{DueView, LineView, RefundView, SumsView, moment, money};
use crate::checkout::service::{OrderView, Paper, has_paper};

/// How an order looks to its buyer at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    /// Paid, or free.
    Paid,
    /// Paid in part: instalments are still to come.
    PartPaid,
    /// The money went back.
    Refunded,
    /// It was undone, and there was no money.
    Undone,
    /// Part of the money went back.
    PartlyRefunded,
    /// Money came that the order could not take, and goes back.
    GivenBack,
    /// The buyer is to pay by transfer or in cash.
    Transfer,
    /// Money is on its way.
    Processing,
    /// The last try was refused.
    Declined,
    /// Not paid yet.
    Unpaid,
    /// Nothing is to be paid now; it waits for a card.
    CardWanted,
    /// Too late to pay.
    Expired,
    /// Given up.
    Cancelled,
}

impl Shown {
    /// Invariant: an order whose time is over is never shown as payable, whether or not the job that ends it has run.
    pub(crate) fn of(order: &Order, declined: bool, now: Instant) -> Self {
        match order.status {
            Status::Paid if order.owes_more() => Self::PartPaid,
            Status::Paid => Self::Paid,
            Status::PartiallyRefunded => Self::PartlyRefunded,
            Status::Refunded if order.total == 0 => Self::Undone,
            Status::Refunded => Self::Refunded,
            Status::Cancelled => Self::Cancelled,
            Status::Expired => Self::Expired,
            Status::Draft | Status::PendingPayment if !order.may_be_paid(now) => Self::Expired,
            Status::Draft | Status::PendingPayment if order.waits_for_card() => Self::CardWanted,
            Status::Draft | Status::PendingPayment if order.provider == Method::Manual => Self::Transfer,
            Status::Draft | Status::PendingPayment if declined => Self::Declined,
            Status::Draft | Status::PendingPayment => Self::Unpaid,
        }
    }
    /// Whether another try makes sense.
    pub(crate) const fn payable(self) -> bool {
        matches!(self, Self::Transfer | Self::Declined | Self::Unpaid | Self::CardWanted)
    }
    /// The same while money is on its way: nobody should pay twice.
    pub(crate) const fn while_on_its_way(self, on_its_way: bool) -> Self {
        match self {
            Self::Declined | Self::Unpaid if on_its_way => Self::Processing,
            other => other,
        }
    }
    /// As a page with the order's refunds shows it.
    pub(crate) fn with(self, refunds: &[Refund]) -> Self {
        let unpaid = matches!(self, Self::Expired | Self::Cancelled);
        if unpaid && !refunds.is_empty() { Self::GivenBack } else { self }
    }
    /// Key of its name.
    pub(crate) fn label(self) -> String {
        format!("checkout-state-{}", self.code()).replace('_', "-")
    }
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::PartPaid => "part_paid",
            Self::Refunded => "refunded",
            Self::Undone => "undone",
            Self::PartlyRefunded => "partly_refunded",
            Self::GivenBack => "given_back",
            Self::Transfer => "transfer",
            Self::Processing => "processing",
            Self::Declined => "declined",
            Self::Unpaid => "unpaid",
            Self::CardWanted => "card_wanted",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// `/order/{token}`: the receipt, or what is still to be done.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderPage {
    pub(crate) business: String,
    pub(crate) state: &'static str,
    pub(crate) payable: bool,
    /// Whether the last try was refused.
    pub(crate) declined: bool,
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) lines: Vec<LineView>,
    pub(crate) sums: SumsView,
    pub(crate) total: Money,
    pub(crate) free: bool,
    /// Instalments; what is to be paid of them next, and whether by a button.
    pub(crate) dues: Vec<DueView>,
    pub(crate) due: Option<Money>,
    pub(crate) due_by_button: bool,
    /// Number of its invoice: `INV-00042`.
    pub(crate) invoice: Option<String>,
    /// Which documents there are.
    pub(crate) has_receipt: bool,
    pub(crate) has_invoice: bool,
    /// Who the invoice is for, and whether the buyer may still say so.
    pub(crate) bill_to: String,
    pub(crate) buyer_tax_id: String,
    pub(crate) may_bill_to: bool,
    pub(crate) form: FormState,
    pub(crate) placed_at: Instant,
    pub(crate) paid_at: Option<Instant>,
    pub(crate) pay_until: Option<Instant>,
    /// Key of the name of the way it is or was paid.
    pub(crate) method: String,
    /// Markdown; how to pay by transfer.
    pub(crate) instructions: Option<String>,
    pub(crate) ways: Vec<Way>,
    pub(crate) refunds: Vec<RefundView>,
    /// Where the buyer goes on, below the tenant's base, and whether the seller said so.
    pub(crate) back: String,
    pub(crate) goes_on: bool,
    /// What the module that sold it shows the buyer.
    pub(crate) cards: Vec<Block>,
}

impl OrderPage {
    pub(crate) fn of(business: &str, view: &OrderView, now: Instant) -> Self {
        let order = &view.order;
        let shown = Shown::of(order, view.declined, now);
        let shown = shown.while_on_its_way(view.on_its_way).with(&view.refunds);
        let goes_on = !order.return_path.is_empty();
        // Somebody who pays by transfer is offered the other ways too; the one that is set needs no button.
        let other: Vec<Method> = view
            .ways
            .iter()
            .copied()
            .filter(|way| shown != Shown::Transfer || *way != Method::Manual)
            .collect();
        let by_transfer = shown == Shown::Transfer || order.owes_more() && order.provider == Method::Manual;
        let instructions = by_transfer.then(|| view.settings.manual_instructions.clone());
        Self {
            business: business.into(),
            state: shown.code(),
            payable: shown.payable(),
            declined: view.declined,
            number: order.number,
            invoice: order.invoice(),
            token: order.token.clone(),
            name: order.client_name.clone(),
            email: order.client_email.clone(),
            lines: LineView::all(&view.lines, order.total()),
            sums: SumsView::of(order, &view.lines, &view.discounts),
            total: order.total(),
            free: order.total == 0,
            dues: DueView::all(order, &view.dues, now),
            due: Some(order.due()).filter(|_| order.owes_more()),
            due_by_button: order.owes_more() && order.provider != Method::Manual && !view.on_its_way,
            has_receipt: has_paper(order, Paper::Receipt),
            has_invoice: has_paper(order, Paper::Invoice) && !order.waits_for_card(),
            bill_to: order.bill_to.clone(),
            buyer_tax_id: order.buyer_tax_id.clone(),
            may_bill_to: may_bill_to(order, now),
            form: FormState::default(),
            placed_at: order.created_at,
            paid_at: order.paid_at,
            pay_until: order.expires_at.filter(|_| shown.payable()),
            method: format!("checkout-method-{}", order.provider),
            instructions: instructions.filter(|text| !text.is_empty()),
            ways: if shown.payable() { Way::all(&other, "") } else { Vec::new() },
            refunds: RefundView::all(&view.refunds, false, false),
            back: if goes_on { order.return_path.clone() } else { "/".into() },
            goes_on,
            cards: view.cards.iter().map(|card| Block::new(card.template, card.data.clone())).collect(),
        }
    }
    fn sample(shown: Shown, method: Method) -> Self {
        Self {
            business: "Northside".into(),
            state: shown.code(),
            payable: shown.payable(),
            declined: shown == Shown::Declined,
            number: 1001,
            invoice: (shown == Shown::Paid).then(|| "INV-00042".into()),
            token: "t".into(),
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            lines: LineView::samples(),
            sums: SumsView::default(),
            total: money(30_700),
            free: false,
            dues: vec![],
            due: None,
            due_by_button: false,
            has_receipt: shown == Shown::Paid,
            has_invoice: shown == Shown::Paid || shown == Shown::Transfer,
            bill_to: String::new(),
            buyer_tax_id: String::new(),
            may_bill_to: shown == Shown::Transfer,
            form: FormState::default(),
            placed_at: moment(),
            paid_at: (shown == Shown::Paid).then(moment),
            pay_until: shown.payable().then(moment),
            method: format!("checkout-method-{method}"),
            instructions: (shown == Shown::Transfer).then(|| "IBAN **DE00**".into()),
            ways: match shown {
                Shown::Transfer => Way::all(&[Method::Sandbox], ""),
                shown if shown.payable() => Way::all(&[Method::Sandbox, Method::Manual], ""),
                _ => Vec::new(),
            },
            refunds: match shown {
                Shown::Refunded | Shown::PartlyRefunded | Shown::GivenBack => RefundView::samples(),
                _ => Vec::new(),
            },
            back: "/".into(),
            goes_on: shown == Shown::Paid,
            cards: vec![],
        }
    }
}

impl View for OrderPage {
    const TEMPLATE: &'static str = "checkout/order";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("checkout-order-title").arg("number", self.number)
    }
    fn samples() -> Vec<Self> {
        let card = [
            Shown::Paid,
            Shown::Refunded,
            Shown::Undone,
            Shown::PartlyRefunded,
            Shown::GivenBack,
            Shown::Declined,
            Shown::Unpaid,
            Shown::Processing,
            Shown::Expired,
            Shown::Cancelled,
        ];
        let mut all: Vec<_> = card.map(|shown| Self::sample(shown, Method::Sandbox)).into();
        all.push(Self::sample(Shown::Transfer, Method::Manual));
        let card = Self { free: true, total: money(0), ..Self::sample(Shown::CardWanted, Method::Sandbox) };
        all.push(Self { declined: true, ..card.clone() });
        all.push(card);
        let part = Self::sample(Shown::PartPaid, Method::Sandbox);
        let owes = Self {
            cards: vec![Block::new(
                "web/block/about",
                serde_json::json!({ "title": "A card", "text": "Of a module." }),
            )],
            dues: DueView::samples(),
            due: Some(money(9_900)),
            due_by_button: true,
            ..part
        };
        let company = || "Reed Ltd\n1 High Street".to_owned();
        all.push(Self {
            bill_to: company(),
            buyer_tax_id: "GB123".into(),
            sums: SumsView::samples(),
            ..owes
        });
        let by_hand = Self::sample(Shown::PartPaid, Method::Manual);
        let how = Some("IBAN **DE00**".into());
        all.push(Self { dues: DueView::samples(), due: Some(money(9_900)), instructions: how, ..by_hand });
        all.push(Self { free: true, total: money(0), ..Self::sample(Shown::Paid, Method::Free) });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(status: Status, provider: Method) -> Order {
        let paid = <events::billing::OrderPaid as events::Event>::sample();
        Order {
            id: paid.order,
            number: 1,
            token: "t".into(),
            module: "packages".into(),
            client_id: paid.client,
            client_name: paid.client_name,
            client_email: paid.client_email,
            currency: paid.total.currency,
            subtotal: 1,
            taken_off: 0,
            voucher: 0,
            tax: 0,
            total: 1,
            status,
            provider,
            created_at: moment(),
            expires_at: Some(moment().plus_minutes(30)),
            paid_at: None,
            closed_at: None,
            return_path: String::new(),
            tax_included: 0,
            due_now: 1,
            next_due_at: None,
            bill_to: String::new(),
            buyer_tax_id: String::new(),
            subscription_id: None,
            period_start: None,
            period_end: None,
            invoice_number: None,
        }
    }

    #[test]
    fn what_the_buyer_sees() {
        let (before, after) = (moment().plus_minutes(29), moment().plus_minutes(30));
        let waits = order(Status::PendingPayment, Method::Sandbox);
        assert_eq!(Shown::of(&waits, false, before), Shown::Unpaid);
        assert_eq!(Shown::of(&waits, true, before), Shown::Declined);
        assert_eq!(Shown::of(&waits, true, after), Shown::Expired, "before the job has run");
        assert_eq!(Shown::of(&order(Status::PendingPayment, Method::Manual), false, before), Shown::Transfer);
        let card = Order { subtotal: 0, total: 0, due_now: 0, ..waits.clone() };
        assert_eq!(Shown::of(&card, true, before), Shown::CardWanted);
        assert_eq!(Shown::of(&card, true, after), Shown::Expired);
        let paid = Order { due_now: 0, ..order(Status::Paid, Method::Sandbox) };
        assert_eq!(Shown::of(&paid, true, after), Shown::Paid, "an old refusal does not matter");
        assert_eq!(Shown::of(&Order { due_now: 1, ..paid }, false, after), Shown::PartPaid);
    }
}
