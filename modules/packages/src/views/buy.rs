use billing::{Method, Way};
use events::Money;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::{BasketView, Card};
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
        offers.extend(Card::plan_samples());
        vec![Self { offers }, Self { offers: vec![] }]
    }
}

/// `/buy/{offer}`: one offer, with the checkout.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferPage {
    pub(crate) offer: Card,
    /// Markdown.
    pub(crate) description: String,
    /// What it comes to; `None`: it can't be bought.
    pub(crate) basket: Option<BasketView>,
    pub(crate) ways: Vec<Way>,
    /// Whether there is a choice to make.
    pub(crate) choice: bool,
    /// Whether somebody who is not signed in looks at it.
    pub(crate) guest: bool,
    /// Where signing in leads back to, as a value in an address.
    pub(crate) back: String,
    /// Whether the buyer is asked to sign in first.
    pub(crate) sign_in: bool,
    /// Whether the part for companies stands open.
    pub(crate) company_open: bool,
    /// Where the buyer sees the plan that they have already, or have begun to buy.
    pub(crate) own: Option<String>,
    /// What the last press did: `applied`; empty: nothing to be told.
    pub(crate) said: &'static str,
    pub(crate) business: String,
    pub(crate) form: FormState,
}

impl View for OfferPage {
    const TEMPLATE: &'static str = "packages/offer";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("packages-offer-title").arg("name", &self.offer.name)
    }
    fn samples() -> Vec<Self> {
        let page = |state, methods: &[Method], basket: Option<BasketView>| Self {
            offer: Card::sample(state, true),
            description: "Small groups, **five** times a week.".into(),
            basket,
            ways: Way::all(methods, ""),
            choice: methods.len() > 1,
            guest: true,
            back: "%2Fbuy%2Fkickstarter".into(),
            sign_in: false,
            company_open: false,
            own: None,
            said: "",
            business: "Anna Fit".into(),
            form: FormState::default().with("key", "k"),
        };
        let both = [Method::Sandbox, Method::Manual];
        let mut all: Vec<Self> = BasketView::samples()
            .into_iter()
            .map(|basket| page(Availability::Open, &both, Some(basket)))
            .collect();
        let full = all.first().cloned();
        if let Some(full) = full {
            let wrong = FormState::default()
                .with("key", "k")
                .with("email", "sam@")
                .with("bill_to", "ACME")
                .wrong(&kernel::FieldError::new("email", "email"))
                .wrong(&kernel::FieldError::new("code", "code_unknown"));
            let refused = FormState {
                error: Some(Text::key("problem-price-changed")),
                ..FormState::default().with("key", "k")
            };
            all.push(Self { form: wrong, company_open: true, guest: false, ..full.clone() });
            let own = Some("https://example.com/me/subscriptions".to_owned());
            all.push(Self { form: refused, own, sign_in: true, ..full.clone() });
            all.push(Self {
                said: "applied",
                choice: false,
                ways: Way::all(&[Method::Manual], ""),
                ..full.clone()
            });
            all.push(Self {
                offer: Card::free_sample(),
                choice: false,
                ways: Way::all(&[Method::Free], ""),
                ..full
            });
        }
        all.push(page(Availability::Open, &[], None));
        all.push(Self { description: String::new(), ..page(Availability::SoldOut, &[], None) });
        all.extend(
            [Availability::NotYet, Availability::Over, Availability::Archived]
                .map(|state| page(state, &[], None)),
        );
        all
    }
}

/// `/voucher/{code}`: a gift voucher for whoever has its code, to be looked at and printed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherPage {
    pub(crate) business: String,
    pub(crate) code: String,
    /// `active`, `spent`, `expired` or `blocked`.
    pub(crate) state: &'static str,
    pub(crate) left: Money,
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) expires_at: Option<events::Instant>,
}

impl View for VoucherPage {
    const TEMPLATE: &'static str = "packages/voucher";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("packages-voucher-title").arg("business", &self.business)
    }
    fn samples() -> Vec<Self> {
        let one = |state| Self {
            business: "Anna Fit".into(),
            code: "7KQ2-M0XD-94TB".into(),
            state,
            left: super::money(5_000),
            name: "Kim".into(),
            message: "Happy birthday!".into(),
            expires_at: Some(super::moment()),
        };
        let bare = Self { name: String::new(), message: String::new(), expires_at: None, ..one("active") };
        vec![one("active"), bare, one("spent"), one("expired"), one("blocked")]
    }
}

/// `/voucher`: asks for a code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct VoucherAskPage {
    pub(crate) form: FormState,
}

impl View for VoucherAskPage {
    const TEMPLATE: &'static str = "packages/voucher_ask";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("packages-voucher-ask-title")
    }
    fn samples() -> Vec<Self> {
        let wrong =
            FormState::default().with("code", "X").wrong(&kernel::FieldError::new("code", "code_unknown"));
        vec![Self { form: FormState::default() }, Self { form: wrong }]
    }
}
