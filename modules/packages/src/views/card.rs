use events::Money;
use serde::Serialize;

use crate::model::{Availability, GrantSpec, Offer};

/// One thing that an offer gives. The template puts it in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Give {
    /// `credits`, `credits_for_days` or `product`.
    pub(crate) kind: &'static str,
    pub(crate) credits: i32,
    pub(crate) days: i32,
    pub(crate) name: String,
    pub(crate) times: i32,
}

/// A price card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Card {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) price: Money,
    pub(crate) free: bool,
    pub(crate) featured: bool,
    /// Code of [`Availability`].
    pub(crate) state: &'static str,
    pub(crate) open: bool,
    pub(crate) gives: Vec<Give>,
}

impl Card {
    pub(crate) fn of(offer: &Offer, state: Availability) -> Self {
        let own = offer.grants.iter().filter_map(give);
        let bundled = offer.items.iter().map(|item| Give {
            kind: "product",
            credits: 0,
            days: 0,
            name: item.name.clone(),
            times: item.quantity,
        });
        Self {
            slug: offer.row.slug.clone(),
            name: offer.row.name.clone(),
            summary: offer.row.summary.clone(),
            price: offer.price(),
            free: offer.row.price == 0,
            featured: offer.row.featured,
            state: state.code(),
            open: state == Availability::Open,
            gives: own.chain(bundled).collect(),
        }
    }
    pub(in crate::views) fn sample(state: Availability, featured: bool) -> Self {
        let credits = Give { kind: "credits", credits: 1, days: 0, name: String::new(), times: 1 };
        Self {
            slug: "kickstarter".into(),
            name: "Kickstarter".into(),
            summary: "Six weeks, five sessions a week".into(),
            price: super::money(29_700),
            free: false,
            featured,
            state: state.code(),
            open: state == Availability::Open,
            gives: vec![
                Give { kind: "credits_for_days", credits: 30, days: 42, ..credits.clone() },
                Give { kind: "product", name: "Welcome call".into(), times: 2, ..credits.clone() },
                credits,
            ],
        }
    }
    pub(in crate::views) fn free_sample() -> Self {
        let price = super::money(0);
        Self {
            summary: String::new(),
            gives: vec![],
            free: true,
            price,
            ..Self::sample(Availability::Open, false)
        }
    }
}

fn give(grant: &GrantSpec) -> Option<Give> {
    let GrantSpec::Credits { credits, days } = grant else { return None };
    Some(Give {
        kind: if days.is_some() { "credits_for_days" } else { "credits" },
        credits: *credits,
        days: days.unwrap_or(0),
        name: String::new(),
        times: 1,
    })
}
