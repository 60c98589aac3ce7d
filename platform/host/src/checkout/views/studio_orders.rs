use billing::{
    Method, Order, Status,
    office::{Flags, Needs, Sum},
};
use events::{Instant, Money};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{Choice, Shown, moment, money};
use crate::checkout::{filter::FilterText, service::Export};

/// A badge beside the state of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Badge {
    /// `warn` or `bad`.
    pub(crate) tone: &'static str,
    /// Key of its word.
    pub(crate) status_label: &'static str,
}

/// An order in a list of the studio.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrderRow {
    pub(crate) id: String,
    pub(crate) number: i64,
    /// Number of its invoice: `INV-00042`.
    pub(crate) invoice: Option<String>,
    pub(crate) client: String,
    pub(crate) email: String,
    pub(crate) total: Money,
    pub(crate) placed_at: Instant,
    pub(crate) method_label: String,
    /// `ok`, `warn`, `bad` or `plain`, for the badge's colour.
    pub(crate) tone: &'static str,
    pub(crate) status_label: String,
    /// What needs somebody.
    pub(crate) badges: Vec<Badge>,
}

impl StudioOrderRow {
    pub(crate) fn of(order: &Order, now: Instant) -> Self {
        Self::flagged(order, &Flags::default(), now)
    }
    pub(crate) fn flagged(order: &Order, flags: &Flags, now: Instant) -> Self {
        let shown = Shown::of(order, false, now);
        let overdue = order.next_due_at.is_some_and(|at| at < now);
        let badges = [
            (flags.disputed.contains(&order.id), "bad", "checkout-needs-disputed"),
            (flags.refund_owed.contains(&order.id), "warn", "checkout-needs-refund-owed"),
            (overdue, "bad", "checkout-needs-overdue"),
        ];
        let badge = |(_, tone, status_label)| Badge { tone, status_label };
        Self {
            id: order.id.to_string(),
            number: order.number,
            invoice: order.invoice(),
            client: order.client_name.clone(),
            email: order.client_email.clone(),
            total: order.total(),
            placed_at: order.created_at,
            method_label: format!("checkout-method-{}", order.provider),
            tone: tone(shown),
            status_label: shown.label(),
            badges: badges.into_iter().filter(|(there, ..)| *there).map(badge).collect(),
        }
    }
    pub(crate) fn samples() -> Vec<Self> {
        let row = |shown: Shown| Self {
            id: "ord_00000000000000000000000000000005".into(),
            number: 1001,
            invoice: matches!(shown, Shown::Paid | Shown::Refunded).then(|| "INV-00042".into()),
            client: "Sam Reed".into(),
            email: "sam@example.com".into(),
            total: money(29_700),
            placed_at: moment(),
            method_label: format!("checkout-method-{}", Method::Manual),
            tone: tone(shown),
            status_label: shown.label(),
            badges: match shown {
                Shown::PartPaid => vec![Badge { tone: "bad", status_label: "checkout-needs-overdue" }],
                Shown::Refunded => vec![Badge { tone: "warn", status_label: "checkout-needs-refund-owed" }],
                _ => vec![],
            },
        };
        use Shown::{Cancelled, Expired, Paid, PartPaid, Refunded, Transfer, Unpaid};
        [Paid, Transfer, Unpaid, Expired, Cancelled, Refunded, PartPaid].map(row).into()
    }
}

const fn tone(shown: Shown) -> &'static str {
    match shown {
        Shown::Paid => "ok",
        Shown::Transfer | Shown::Processing | Shown::Unpaid | Shown::CardWanted | Shown::PartPaid => "warn",
        Shown::Declined => "bad",
        Shown::Refunded
        | Shown::Undone
        | Shown::PartlyRefunded
        | Shown::GivenBack
        | Shown::Expired
        | Shown::Cancelled => "plain",
    }
}

/// A field that a form sends along unseen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Hidden {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// What the list is narrowed by, as its form shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Narrowing {
    pub(crate) search: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) methods: Vec<Choice>,
    pub(crate) modules: Vec<Choice>,
    pub(crate) needs: Vec<Choice>,
    pub(crate) from: String,
    pub(crate) to: String,
    /// All of it, for another form.
    pub(crate) hidden: Vec<Hidden>,
}

impl Narrowing {
    /// `modules`: name and key of the label of each that sells.
    pub(crate) fn of(text: &FilterText, modules: &[(&str, &str)]) -> Self {
        let statuses: Vec<&str> = Status::ALL
            .iter()
            .filter(|status| **status != Status::Draft)
            .map(|status| status.code())
            .collect();
        let methods: Vec<&str> = Method::ALL.iter().map(|method| method.code()).collect();
        let needs: Vec<&str> = Needs::ALL.iter().map(|needs| needs.code()).collect();
        let module = |(id, label): &(&str, &str)| Choice {
            value: (*id).into(),
            label: (*label).into(),
            chosen: *id == text.module,
        };
        let all = Choice {
            value: String::new(),
            label: "checkout-module-all".into(),
            chosen: text.module.is_empty(),
        };
        let hidden = text.pairs().into_iter().map(|(name, value)| Hidden { name, value });
        Self {
            search: text.search.trim().to_owned(),
            statuses: Choice::codes(|code| format!("checkout-order-status-{code}"), &statuses, &text.status),
            methods: Choice::codes(|code| format!("checkout-method-{code}"), &methods, &text.method),
            needs: Choice::codes(|code| format!("checkout-needs-{code}"), &needs, &text.needs),
            modules: std::iter::once(all).chain(modules.iter().map(module)).collect(),
            from: text.from.clone(),
            to: text.to.clone(),
            hidden: hidden.collect(),
        }
    }
    /// Whether anything narrows the list.
    pub(crate) const fn is_any(&self) -> bool {
        !self.hidden.is_empty()
    }
}

/// `/studio/orders`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOrdersPage {
    pub(crate) orders: Vec<StudioOrderRow>,
    pub(crate) newer_href: Option<String>,
    pub(crate) older_href: Option<String>,
    pub(crate) narrowing: Narrowing,
    pub(crate) filtered: bool,
    /// What the whole list comes to, by currency.
    pub(crate) sums: Vec<Sum>,
    /// What may be taken away as files; nothing: the viewer may not.
    pub(crate) exports: Vec<Choice>,
    /// Whether the viewer may choose the ways to pay.
    pub(crate) may_payments: bool,
}

impl StudioOrdersPage {
    /// The kinds of files.
    pub(crate) fn exports() -> Vec<Choice> {
        let one = |what: &Export| Choice {
            value: what.to_string(),
            label: format!("checkout-export-{what}"),
            chosen: *what == Export::Orders,
        };
        Export::ALL.iter().map(one).collect()
    }
}

impl View for StudioOrdersPage {
    const TEMPLATE: &'static str = "checkout/studio_orders";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("checkout-studio-orders-title")
    }
    fn samples() -> Vec<Self> {
        let text = FilterText { search: "sam".into(), status: "paid".into(), ..FilterText::default() };
        let full = Self {
            orders: StudioOrderRow::samples(),
            newer_href: Some("?before=c".into()),
            older_href: Some("?cursor=c".into()),
            narrowing: Narrowing::of(&text, &[("packages", "web-total")]),
            filtered: true,
            sums: vec![Sum { orders: 1_234, total: money(12_345_600) }],
            exports: Self::exports(),
            may_payments: true,
        };
        let none = Self { orders: vec![], sums: vec![], newer_href: None, older_href: None, ..full.clone() };
        let narrowing = Narrowing::of(&FilterText::default(), &[]);
        let first = Self { filtered: false, may_payments: false, exports: vec![], narrowing, ..none.clone() };
        vec![full, first, none]
    }
}
