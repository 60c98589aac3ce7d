use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{super::Card, Choice};
use crate::model::{Availability, OfferStatus};

/// The key of the name of an offer's status.
pub(crate) fn status_label(code: &str) -> String {
    format!("packages-status-{code}")
}

/// An offer in the studio's list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOfferRow {
    pub(crate) id: String,
    /// `product` or `package`.
    pub(crate) kind: &'static str,
    pub(crate) kind_label: String,
    /// Code of the status.
    pub(crate) status: &'static str,
    pub(crate) status_label: String,
    pub(crate) card: Card,
}

/// `/studio/offers`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOffersPage {
    pub(crate) offers: Vec<StudioOfferRow>,
    pub(crate) next: Option<String>,
    pub(crate) search: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) filtered: bool,
    /// No way to pay is offered yet, so only free things can be bought.
    pub(crate) unpayable: bool,
}

impl View for StudioOffersPage {
    const TEMPLATE: &'static str = "packages/studio_offers";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-studio-offers-title")
    }
    fn samples() -> Vec<Self> {
        let row = |status: OfferStatus, kind: &'static str| StudioOfferRow {
            id: "prd_00000000000000000000000000000007".into(),
            kind,
            kind_label: format!("packages-kind-{kind}"),
            status: status.code(),
            status_label: format!("packages-status-{status}"),
            card: Card::sample(Availability::SoldOut, true),
        };
        let mut offers: Vec<_> = OfferStatus::ALL.iter().map(|status| row(*status, "product")).collect();
        offers.push(StudioOfferRow { card: Card::free_sample(), ..row(OfferStatus::Active, "package") });
        let codes: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.code()).collect();
        let statuses = Choice::codes(status_label, &codes, "active");
        let full = Self {
            offers,
            next: Some("c".into()),
            search: "ten".into(),
            statuses,
            filtered: true,
            unpayable: false,
        };
        let none = Self { offers: vec![], next: None, search: String::new(), ..full.clone() };
        vec![full, Self { filtered: false, unpayable: true, ..none.clone() }, none]
    }
}

/// A product that a package may hold, in the form.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ItemField {
    /// Name of the field: `item-prd_…`.
    pub(crate) field: String,
    pub(crate) name: String,
}

/// `/studio/offers/new/{kind}` and `/studio/offers/{id}`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfferFormPage {
    /// Where the form posts to, below the tenant's base.
    pub(crate) action: String,
    pub(crate) is_new: bool,
    pub(crate) package: bool,
    pub(crate) currency: String,
    pub(crate) zone: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) items: Vec<ItemField>,
    pub(crate) archived: bool,
    /// Path of its public page, when it has one.
    pub(crate) public: Option<String>,
    pub(crate) form: FormState,
}

impl View for OfferFormPage {
    const TEMPLATE: &'static str = "packages/studio_offer";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key(match (self.is_new, self.package) {
            (true, true) => "packages-studio-new-package",
            (true, false) => "packages-studio-new-product",
            (false, _) => "packages-studio-edit-offer",
        })
    }
    fn samples() -> Vec<Self> {
        let new = Self {
            action: "/studio/offers/new/product".into(),
            is_new: true,
            package: false,
            currency: "GBP".into(),
            zone: "Europe/London".into(),
            statuses: Choice::codes(status_label, &["draft", "active"], "draft").split_off(1),
            items: vec![],
            archived: false,
            public: None,
            form: FormState::default(),
        };
        let item = ItemField {
            field: "item-prd_00000000000000000000000000000007".into(),
            name: "Ten classes".into(),
        };
        let wrong = FormState::default().with("price", "-1").wrong(&FieldError::new("price", "offer_price"));
        vec![
            Self { is_new: false, public: Some("/buy/ten".into()), form: wrong, ..new.clone() },
            Self { is_new: false, archived: true, ..new.clone() },
            Self { package: true, items: vec![item], ..new.clone() },
            Self { package: true, ..new.clone() },
            new,
        ]
    }
}
