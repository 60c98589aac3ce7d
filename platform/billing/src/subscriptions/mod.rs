//! Subscriptions: something that is paid again and again.
//!
//! **Words.** A *subscription* has *terms*: what it is for, its price and how long a period is. Each period that is paid is
//! an order. Its *anchor* is the moment from which periods count. A *wish* is what a client or staff want with it. It is
//! *followed* when a provider renews it, else the platform does. A *step* is a line of its timeline.
//!
//! **Invariants.**
//! - A period is paid by one order: the database refuses a second.
//! - The platform charges one period at a time, the one that has begun. What went by while nobody looked is not charged.
//! - The first period begins when it is paid. So does a period that is paid after a pause for want of money: time without
//!   what was promised is not paid for.
//! - While it rests nothing is charged; what is left of a paid period is there when it goes on.
//! - A provider's older state never overwrites a newer one.
//! - Lock order: the order, then its subscription.

mod act;
mod begin;
mod change;
mod collect;
mod dunning;
mod figures;
mod follow;
mod list;
mod model;
mod paid;
mod pay_now;
mod proration;
mod provider;
mod refunded;
mod renew;
mod rest;
mod standing;
mod steps;
mod store;
mod time;
mod way;
mod wish;

/// Kind of the job that renews subscriptions, reminds of what is owed and ends what is over. The host runs it.
pub const SUBSCRIPTIONS_JOB: &str = "billing.subscriptions";
/// Kind of the job that tells a client something about a subscription that no event tells;
/// `{"subscription": "sub_…", "what": "trial_ends" | "ending" | "kept" | "change_planned"}`. The host runs it.
pub const TELL_JOB: &str = "billing.tell_subscription";
/// Kind of the job that gives money back that came for a change that is not wanted any more; `{"order": "ord_…"}`. The
/// host runs it.
pub const STALE_JOB: &str = "billing.give_back_stale";
/// Kind of the job that ends a subscription whose present period was wholly refunded; `{"order": "ord_…"}`. The host runs
/// it.
pub const END_JOB: &str = "billing.end_refunded";
/// Days after a period was owed at which the client is told; with the last one the subscription rests.
pub const DUNNING_DAYS: [i64; 4] = [0, 3, 5, 7];
/// Days before the end of a trial at which the client is told.
pub const TRIAL_NOTICE_DAYS: i32 = 3;

pub use act::{Carried, carry_out};
pub use begin::{NewSubscription, place};
pub use change::{Preview, When, choices, preview};
pub use collect::{Outcome, collect};
pub use figures::{Figures, News, figures, monthly, news};
pub use follow::{ProviderState, bind, follow, payment_failed, period_paid};
pub use list::{
    Listed, SubscriptionFilter, by_id, by_token, entitled, had, items, list, of_client, orders_of, pay_with,
    payer,
};
pub use model::{
    ClientRules, Every, MayCancel, PeriodDiscount, Planned, Subscription, SubscriptionStatus, Terms,
};
pub use paid::give_back_stale;
pub use pay_now::order_to_pay;
pub use proration::{Difference, Switch, share};
pub use provider::{SubscriptionProvider, Wish};
pub use refunded::{end_refunded, pays_present};
pub use renew::advance_due;
pub use standing::{Ends, Giving, giving, over_among};
pub use steps::{SubscriptionStep, SubscriptionStepKind, ends_by_staff, steps};
pub use time::{boundary, days_later, period_at};
pub use way::use_method;
pub use wish::{By, may};

pub(crate) use paid::{order_closed, order_paid};
pub(crate) use refunded::order_refunded;
pub(crate) use way::chosen as chosen_for;

use steps::step;
