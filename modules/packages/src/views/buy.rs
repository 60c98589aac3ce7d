use billing::{Method, OrderLine};
use events::Money;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::{Card, money};
use crate::model::Availability;

/// `/buy`: what is for sale.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OffersPage {
    pub(crate) offers: Vec<Card>,
}

impl View for OffersPage {
    const TEMPLATE: &'static str = "packages/offers";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("packages-offers-title")
    }
    fn samples() -> Vec<Self> {
        let card = Card::sample;
        let states = [Availability::SoldOut, Availability::NotYet, Availability::Over];
        let mut offers = vec![card(Availability::Open, true), Card::free_sample()];
        offers.extend(states.map(|state| card(state, false)));
        vec![Self { offers }, Self { offers: vec![] }]
    }
}

/// A way to pay as a page offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Way {
    /// Identifier of the control; the first carries the field's own.
    pub(crate) id: String,
    pub(crate) code: &'static str,
    /// Keys of its name and of one line about it.
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) chosen: bool,
}

impl Way {
    /// The ways with the one chosen that was chosen before, else the first.
    pub(crate) fn all(methods: &[Method], chosen: &str) -> Vec<Self> {
        let known = methods.iter().any(|method| method.code() == chosen);
        let way = |(index, method): (usize, &Method)| Self {
            id: if index == 0 { "f-method".into() } else { format!("f-method-{index}") },
            code: method.code(),
            label: format!("packages-method-{method}"),
            hint: format!("packages-method-{method}-hint"),
            chosen: if known { method.code() == chosen } else { index == 0 },
        };
        methods.iter().enumerate().map(way).collect()
    }
}

/// `/buy/{offer}`: one offer, with the checkout.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferPage {
    pub(crate) offer: Card,
    /// Markdown.
    pub(crate) description: String,
    pub(crate) ways: Vec<Way>,
    /// Whether there is a choice to make.
    pub(crate) choice: bool,
    /// Whether it can be bought: it is open and there is a way to pay.
    pub(crate) buyable: bool,
    pub(crate) form: FormState,
}

impl View for OfferPage {
    const TEMPLATE: &'static str = "packages/offer";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("packages-offer-title").arg("name", &self.offer.name)
    }
    fn samples() -> Vec<Self> {
        let page = |state, methods: &[Method]| Self {
            offer: Card::sample(state, true),
            description: "Small groups, **five** times a week.".into(),
            ways: Way::all(methods, ""),
            choice: methods.len() > 1,
            buyable: state == Availability::Open && !methods.is_empty(),
            form: FormState::default().with("key", "k"),
        };
        let open = page(Availability::Open, &[Method::Sandbox, Method::Manual]);
        let wrong = FormState::default()
            .with("key", "k")
            .with("email", "sam@")
            .wrong(&kernel::FieldError::new("email", "email"));
        let refused = FormState {
            error: Some(Text::key("problem-offer-sold-out")),
            ..FormState::default().with("key", "k")
        };
        vec![
            Self { form: wrong, ..open.clone() },
            Self { form: refused, ..open },
            page(Availability::Open, &[Method::Manual]),
            page(Availability::Open, &[]),
            Self { offer: Card::free_sample(), ..page(Availability::Open, &[Method::Free]) },
            Self { description: String::new(), ..page(Availability::SoldOut, &[]) },
            page(Availability::NotYet, &[]),
            page(Availability::Over, &[]),
            page(Availability::Archived, &[]),
        ]
    }
}

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
    pub(in crate::views) fn samples() -> Vec<Self> {
        let one = Self { label: "Kickstarter".into(), quantity: 1, amount: money(29_700) };
        vec![Self { label: "Towel".into(), quantity: 2, amount: money(1_000) }, one]
    }
}

/// `/pay/sandbox/{token}`: the pay page of the sandbox; the template is the platform's own.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SandboxPage {
    pub(crate) business: String,
    pub(crate) total: Money,
    pub(crate) lines: Vec<LineView>,
    /// Whether the bank asks (3-D Secure).
    pub(crate) challenge: bool,
    pub(crate) action: String,
    pub(crate) cancel_href: Option<String>,
}

impl View for SandboxPage {
    const TEMPLATE: &'static str = "web/sandbox_pay";
    const LAYOUT: Layout = Layout::Bare;
    fn title(&self) -> Text {
        Text::key("web-sandbox-title")
    }
    fn samples() -> Vec<Self> {
        let pay = Self {
            business: "Northside".into(),
            total: money(30_700),
            lines: LineView::samples(),
            challenge: false,
            action: "/northside/pay/sandbox/t".into(),
            cancel_href: Some("/northside/order/t".into()),
        };
        vec![Self { challenge: true, cancel_href: None, ..pay.clone() }, pay]
    }
}
