use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{super::Card, Choice};
use crate::model::{Availability, OfferStatus};

/// The key of the name of an offer's status.
pub(crate) fn status_label(code: &str) -> String {
    format!("packages-status-{code}")
}
/// The key of the name of a kind of offer.
pub(crate) fn kind_label(code: &str) -> String {
    format!("packages-kind-{code}")
}

/// An offer in the studio's list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOfferRow {
    pub(crate) id: String,
    /// `product`, `package` or `plan`.
    pub(crate) kind: &'static str,
    pub(crate) kind_label: String,
    /// Code of the status.
    pub(crate) status: &'static str,
    pub(crate) status_label: String,
    /// Whether it stands before all others of its page, or behind them.
    pub(crate) first: bool,
    pub(crate) last: bool,
    /// How many there are, when that is limited.
    pub(crate) left: Option<i32>,
    pub(crate) card: Card,
}

/// `/studio/offers`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioOffersPage {
    pub(crate) offers: Vec<StudioOfferRow>,
    /// Numbers of the pages beside this one, as text: none is there where it is empty.
    pub(crate) earlier: String,
    pub(crate) later: String,
    /// Whether it is the whole list, so that it can be put into another order.
    pub(crate) ordered: bool,
    /// A table; else cards.
    pub(crate) table: bool,
    pub(crate) search: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) filtered: bool,
    /// No way to pay is offered yet, so only free things can be bought.
    pub(crate) unpayable: bool,
}

impl StudioOfferRow {
    fn sample(status: OfferStatus, kind: &'static str) -> Self {
        Self {
            id: "prd_00000000000000000000000000000007".into(),
            kind,
            kind_label: kind_label(kind),
            status: status.code(),
            status_label: status_label(status.code()),
            first: false,
            last: false,
            left: Some(24),
            card: Card::sample(Availability::SoldOut, true),
        }
    }
}

impl View for StudioOffersPage {
    const TEMPLATE: &'static str = "packages/studio_offers";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("packages-studio-offers-title")
    }
    fn samples() -> Vec<Self> {
        let row = StudioOfferRow::sample;
        let mut offers: Vec<_> = OfferStatus::ALL.iter().map(|status| row(*status, "product")).collect();
        offers.push(StudioOfferRow { card: Card::free_sample(), ..row(OfferStatus::Active, "package") });
        offers.extend(Card::plan_samples().into_iter().map(|card| StudioOfferRow {
            card,
            left: None,
            ..row(OfferStatus::Active, "plan")
        }));
        for (index, offer) in offers.iter_mut().enumerate() {
            offer.id = format!("prd_{index:032x}");
            offer.first = index == 0;
        }
        let codes: Vec<&str> = OfferStatus::ALL.iter().map(|status| status.code()).collect();
        let full = Self {
            offers,
            earlier: "0".into(),
            later: "2".into(),
            ordered: false,
            table: true,
            search: "ten".into(),
            statuses: Choice::codes(status_label, &codes, "active"),
            kinds: Choice::codes(kind_label, &["product", "package", "plan"], "plan"),
            filtered: true,
            unpayable: false,
        };
        let whole = Self { ordered: true, filtered: false, search: String::new(), ..full.clone() };
        let none = Self {
            offers: vec![],
            earlier: String::new(),
            later: String::new(),
            search: String::new(),
            ..full.clone()
        };
        vec![
            Self { table: false, ..whole.clone() },
            Self { table: false, ..full.clone() },
            whole,
            full,
            Self { filtered: false, unpayable: true, ordered: true, ..none.clone() },
            none,
        ]
    }
}
