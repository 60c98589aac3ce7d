//! What the pages show, as plain data with samples.

mod change;
mod lists;
mod methods;
mod one;

pub(crate) use {
    change::{ChangeView, MyChangePage, StudioChangePage},
    lists::{MinePage, StudioPage, Tile},
    methods::{MethodRow, MethodsPage, SandboxCardPage},
    one::{LinkPage, MyOnePage, One, StudioOnePage},
};

use billing::subscriptions::{Every, Subscription, SubscriptionStatus};
use events::{Instant, Money};
use kernel::ViewDef;
use serde::Serialize;

use crate::checkout::views::{moment, money};

/// Views with samples.
#[must_use]
pub fn all() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<MinePage>(),
        ViewDef::of::<MyOnePage>(),
        ViewDef::of::<MyChangePage>(),
        ViewDef::of::<LinkPage>(),
        ViewDef::of::<MethodsPage>(),
        ViewDef::of::<SandboxCardPage>(),
        ViewDef::of::<StudioPage>(),
        ViewDef::of::<StudioOnePage>(),
        ViewDef::of::<StudioChangePage>(),
    ]
}

/// How a subscription looks to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Its first order waits.
    Incomplete,
    /// On trial.
    Trialing,
    /// Paid.
    Active,
    /// Paid, and it ends with the period.
    Ending,
    /// Owed.
    PastDue,
    /// Rests.
    Paused,
    /// Rests because it was not paid.
    Unpaid,
    /// Over.
    Ended,
}

impl Shown {
    pub(crate) const ALL: [Self; 8] = [
        Self::Active,
        Self::Trialing,
        Self::Ending,
        Self::PastDue,
        Self::Paused,
        Self::Unpaid,
        Self::Ended,
        Self::Incomplete,
    ];
    pub(crate) fn of(sub: &Subscription) -> Self {
        match sub.status {
            SubscriptionStatus::Incomplete => Self::Incomplete,
            SubscriptionStatus::PastDue => Self::PastDue,
            SubscriptionStatus::Paused if sub.rests_unpaid() => Self::Unpaid,
            SubscriptionStatus::Paused => Self::Paused,
            SubscriptionStatus::Ended => Self::Ended,
            SubscriptionStatus::Trialing | SubscriptionStatus::Active if sub.is_ending() => Self::Ending,
            SubscriptionStatus::Trialing => Self::Trialing,
            SubscriptionStatus::Active => Self::Active,
        }
    }
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::Ending => "ending",
            Self::PastDue => "past_due",
            Self::Paused => "paused",
            Self::Unpaid => "unpaid",
            Self::Ended => "ended",
        }
    }
    pub(crate) fn label(self) -> String {
        format!("subscriptions-state-{}", self.code()).replace('_', "-")
    }
    /// For the badge's colour.
    pub(crate) const fn tone(self) -> &'static str {
        match self {
            Self::Active | Self::Trialing => "ok",
            Self::Ending | Self::Paused | Self::Incomplete => "warn",
            Self::PastDue | Self::Unpaid => "bad",
            Self::Ended => "plain",
        }
    }
}

/// Key of how long a period is; it takes a `count`.
pub(crate) fn every_key(every: Every) -> String {
    format!("subscriptions-every-{every}")
}

/// A subscription in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) client: String,
    pub(crate) email: String,
    pub(crate) price: Money,
    /// Key of how long a period is, and how many units it has.
    pub(crate) every: String,
    pub(crate) count: i32,
    pub(crate) tone: &'static str,
    pub(crate) state_label: String,
    /// When the next payment is.
    pub(crate) next: Option<Instant>,
    /// When it ends or ended.
    pub(crate) ends: Option<Instant>,
    pub(crate) since: Instant,
}

impl Row {
    pub(crate) fn of(sub: &Subscription, client: &str, email: &str) -> Self {
        let shown = Shown::of(sub);
        Self {
            id: sub.id.to_string(),
            name: sub.name.clone(),
            client: client.into(),
            email: email.into(),
            price: sub.price(),
            every: every_key(sub.every),
            count: sub.every_count,
            tone: shown.tone(),
            state_label: shown.label(),
            next: sub.next_payment(),
            ends: sub.ended_at.or(sub.period_end.filter(|_| shown == Shown::Ending)),
            since: sub.created_at,
        }
    }
    pub(crate) fn sample(shown: Shown) -> Self {
        Self {
            id: "sub_0000000000000000000000000000000b".into(),
            name: "Committed".into(),
            client: "Sam Reed".into(),
            email: "sam@example.com".into(),
            price: money(10_900),
            every: every_key(Every::Month),
            count: 1,
            tone: shown.tone(),
            state_label: shown.label(),
            next: matches!(shown, Shown::Active | Shown::Trialing).then(moment),
            ends: matches!(shown, Shown::Ending | Shown::Ended).then(moment),
            since: moment(),
        }
    }
}
