use billing::{Method, Way};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::Card;
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
