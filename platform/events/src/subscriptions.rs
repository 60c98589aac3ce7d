//! What the platform's billing tells about subscriptions.

use serde::{Deserialize, Serialize};

use crate::{ClientId, Event, Id, Instant, Money, OrderId, SubscriptionId};

/// A subscription as its events tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubscriptionFacts {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Which module sells it, for example `packages`.
    pub module: String,
    /// What it is to that module: `pln_…`.
    pub item: String,
    /// The name it was sold under.
    pub name: String,
    /// Whose it is.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// Its state now: `trialing`, `active`, `past_due`, `paused` or `ended`.
    pub status: String,
    /// Price of a period.
    pub price: Money,
    /// Where the present period begins, once one has begun.
    pub period_start: Option<Instant>,
    /// Where it ends.
    pub period_end: Option<Instant>,
}

impl SubscriptionFacts {
    /// A sample with every field filled.
    #[must_use]
    pub fn sample(status: &str) -> Self {
        Self {
            subscription: Id::from_uuid(uuid::Uuid::from_u128(11)),
            module: "packages".into(),
            item: "pln_0000000000000000000000000000000c".into(),
            name: "Committed".into(),
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            status: status.into(),
            price: Money::new(
                10_900,
                "GBP".parse().unwrap_or_else(|_| unreachable!("GBP is a listed currency")),
            ),
            period_start: Some(Instant::new(jiff::Timestamp::constant(1_798_797_600, 0))),
            period_end: Some(Instant::new(jiff::Timestamp::constant(1_801_476_000, 0))),
        }
    }
}

/// An event about a subscription: its facts, and further fields with their samples.
macro_rules! subscription_event {
    ($(#[$meta:meta])* $name:ident = $published:literal, $status:literal $(, $(#[$doc:meta])* $field:ident: $type:ty = $sample:expr)* $(,)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// The subscription as it is now.
            #[serde(flatten)]
            pub of: SubscriptionFacts,
            $($(#[$doc])* pub $field: $type,)*
        }
        impl Event for $name {
            const NAME: &'static str = $published;
            const MODULE: &'static str = "platform";
            const VERSION: i32 = 1;
            fn sample() -> Self {
                Self { of: SubscriptionFacts::sample($status), $($field: $sample,)* }
            }
        }
    };
}

subscription_event!(
    /// A subscription began: its first order is paid, or was free.
    SubscriptionStarted = "subscription.started", "active",
    /// Its first order.
    order: OrderId = Id::from_uuid(uuid::Uuid::from_u128(5)),
);
subscription_event!(
    /// Another period is paid.
    SubscriptionRenewed = "subscription.renewed", "active",
    /// The order that pays it.
    order: OrderId = Id::from_uuid(uuid::Uuid::from_u128(5)),
    /// How many periods are paid so far.
    periods_paid: i32 = 2,
);
subscription_event!(
    /// A period is owed and could not be collected. Told at the first try, and three, five and seven days later.
    SubscriptionPaymentFailed = "subscription.payment_failed", "past_due",
    /// The order that is to be paid; none while a provider renews the subscription and asks for the money itself.
    order: Option<OrderId> = Some(Id::from_uuid(uuid::Uuid::from_u128(5))),
    /// How often the client was told: 1 to 4.
    reminder: i32 = 1,
    /// `declined`, `needs_buyer` or `no_method`.
    reason: String = "declined".into(),
);
subscription_event!(
    /// It rests: nothing is charged and nothing is given.
    SubscriptionPaused = "subscription.paused", "paused",
    /// `client`, `staff`, `unpaid` or `provider`.
    cause: String = "client".into(),
    /// When it goes on by itself, if it does.
    resumes_at: Option<Instant> = Some(Instant::new(jiff::Timestamp::constant(1_801_476_000, 0))),
);
subscription_event!(
    /// It goes on after a pause.
    SubscriptionResumed = "subscription.resumed", "active",
    /// `client`, `staff`, `paid`, `time` or `provider`.
    cause: String = "time".into(),
);
subscription_event!(
    /// It is for something else from now on.
    SubscriptionChanged = "subscription.changed", "active",
    /// What it was for: `pln_…`.
    before: String = "pln_0000000000000000000000000000000d".into(),
    /// The name that had.
    before_name: String = "Totally Committed".into(),
);
subscription_event!(
    /// It is over.
    SubscriptionEnded = "subscription.ended", "ended",
    /// `term`, `client`, `staff` or `provider`.
    cause: String = "term".into(),
    /// When it ended.
    ended_at: Instant = Instant::new(jiff::Timestamp::constant(1_801_476_000, 0)),
);
