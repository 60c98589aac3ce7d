use billing::subscriptions::{Preview, Subscription, Terms, When};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::every_key;
use crate::checkout::views::{moment, money};

/// What a change means, before it is made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangeView {
    /// Where the form goes, below the tenant's base.
    pub(crate) base: String,
    pub(crate) name: String,
    pub(crate) to: String,
    pub(crate) to_name: String,
    pub(crate) price: Money,
    pub(crate) every: String,
    pub(crate) count: i32,
    pub(crate) now: bool,
    pub(crate) at: Instant,
    /// What is to be paid now; none: nothing.
    pub(crate) due: Option<Money>,
    pub(crate) unused: Money,
    pub(crate) cost: Money,
    pub(crate) back: Option<Money>,
    pub(crate) next: Option<Instant>,
    /// What was asked for: empty, `now` or `period_end`.
    pub(crate) when: &'static str,
    pub(crate) form: FormState,
}

impl ChangeView {
    pub(crate) fn of(
        base: String,
        sub: &Subscription,
        terms: &Terms,
        preview: &Preview,
        when: Option<When>,
    ) -> Self {
        let some = |money: Money| Some(money).filter(|money| money.amount > 0);
        Self {
            base,
            name: sub.name.clone(),
            to: terms.item.clone(),
            to_name: terms.name.clone(),
            price: preview.price,
            every: every_key(terms.every),
            count: terms.every_count,
            now: preview.when == When::Now,
            at: preview.at,
            due: some(preview.due),
            unused: preview.unused,
            cost: preview.cost,
            back: some(preview.back),
            next: preview.next_payment,
            when: match when {
                None => "",
                Some(When::Now) => "now",
                Some(When::PeriodEnd) => "period_end",
            },
            form: FormState::default(),
        }
    }
    fn samples() -> Vec<Self> {
        let up = Self {
            base: "/me/subscriptions/sub_1".into(),
            name: "Committed".into(),
            to: "pln_2".into(),
            to_name: "Totally Committed".into(),
            price: money(9_900),
            every: every_key(billing::subscriptions::Every::Month),
            count: 1,
            now: true,
            at: moment(),
            due: Some(money(500)),
            unused: money(4_950),
            cost: money(5_450),
            back: None,
            next: Some(moment()),
            when: "",
            form: FormState::default(),
        };
        let later = Self { now: false, due: None, ..up.clone() };
        vec![Self { due: None, back: Some(money(500)), when: "now", ..up.clone() }, later, up]
    }
}

/// A page that shows a change.
macro_rules! page_of_change {
    ($(#[$meta:meta])* $name:ident, $template:literal, $layout:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) ChangeView);
        impl View for $name {
            const TEMPLATE: &'static str = $template;
            const LAYOUT: Layout = $layout;
            fn title(&self) -> Text {
                Text::key("subscriptions-change-title").arg("name", &self.0.to_name)
            }
            fn samples() -> Vec<Self> {
                ChangeView::samples().into_iter().map(Self).collect()
            }
        }
    };
}

page_of_change!(
    /// `/me/subscriptions/{id}/change`.
    MyChangePage, "subscriptions/my_change", Layout::Client
);
page_of_change!(
    /// `/studio/subscriptions/{id}/change`.
    StudioChangePage, "subscriptions/studio_change", Layout::Studio
);
