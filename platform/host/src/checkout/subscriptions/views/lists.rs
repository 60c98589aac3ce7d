use billing::subscriptions::{Figures, SubscriptionStatus};
use kernel::{Layout, Text, View};
use serde::Serialize;

use super::{Row, Shown};
use crate::checkout::views::{Choice, money};
use events::Money;

/// `/me/subscriptions`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MinePage {
    pub(crate) rows: Vec<Row>,
}

impl View for MinePage {
    const TEMPLATE: &'static str = "subscriptions/mine";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("subscriptions-mine-title")
    }
    fn samples() -> Vec<Self> {
        vec![Self { rows: Shown::ALL.map(Row::sample).into() }, Self { rows: vec![] }]
    }
}

/// A figure.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Tile {
    pub(crate) label: &'static str,
    pub(crate) count: Option<i64>,
    pub(crate) amount: Option<Money>,
}

impl Tile {
    pub(crate) fn all(figures: &Figures) -> Vec<Self> {
        let count = |label, count| Self { label, count: Some(count), amount: None };
        let mut all = vec![
            count("subscriptions-figure-active", figures.active),
            count("subscriptions-figure-trialing", figures.trialing),
            count("subscriptions-figure-past-due", figures.past_due),
            count("subscriptions-figure-paused", figures.paused),
        ];
        let monthly = |amount: &Money| Self {
            label: "subscriptions-figure-monthly",
            count: None,
            amount: Some(*amount),
        };
        all.extend(figures.monthly.iter().map(monthly));
        all
    }
}

/// `/studio/subscriptions`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StudioPage {
    pub(crate) rows: Vec<Row>,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) search: String,
    pub(crate) statuses: Vec<Choice>,
    pub(crate) plans: Vec<PlanChoice>,
    pub(crate) filtered: bool,
    /// The filter as a query, for links.
    pub(crate) query: String,
    pub(crate) next: Option<String>,
    pub(crate) may_export: bool,
}

/// A plan of the filter.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PlanChoice {
    pub(crate) item: String,
    pub(crate) name: String,
    pub(crate) chosen: bool,
}

impl StudioPage {
    pub(crate) fn statuses(chosen: &str) -> Vec<Choice> {
        let codes: Vec<&str> = SubscriptionStatus::ALL.iter().map(|status| status.code()).collect();
        Choice::codes(|code| format!("subscriptions-state-{code}"), &codes, chosen)
    }
    pub(crate) fn plans(items: Vec<(String, String)>, chosen: &str) -> Vec<PlanChoice> {
        items.into_iter().map(|(item, name)| PlanChoice { chosen: item == chosen, item, name }).collect()
    }
}

impl View for StudioPage {
    const TEMPLATE: &'static str = "subscriptions/studio";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("subscriptions-studio-title")
    }
    fn samples() -> Vec<Self> {
        let figures =
            Figures { trialing: 1, active: 12, past_due: 2, paused: 1, monthly: vec![money(123_400)] };
        let full = Self {
            rows: Shown::ALL.map(Row::sample).into(),
            tiles: Tile::all(&figures),
            search: "sam".into(),
            statuses: Self::statuses("active"),
            plans: Self::plans(vec![("pln_1".into(), "Committed".into())], "pln_1"),
            filtered: true,
            query: "search=sam&".into(),
            next: Some("c".into()),
            may_export: true,
        };
        let none = Self { rows: vec![], next: None, may_export: false, ..full.clone() };
        vec![full, Self { filtered: false, plans: vec![], ..none.clone() }, none]
    }
}
