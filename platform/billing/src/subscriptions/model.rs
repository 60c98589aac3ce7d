use diesel::{
    AsChangeset, Queryable, Selectable, deserialize::FromSqlRow, expression::AsExpression, sql_types::Jsonb,
};
use events::{ClientId, Currency, Instant, Money, OrderId, SubscriptionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Method, Period, Tax, schema};

crate::text_enum! {
    /// State of a subscription.
    pub enum SubscriptionStatus {
        /// Its first order waits for its payment.
        Incomplete = "incomplete",
        /// It runs without payment for some days.
        Trialing = "trialing",
        /// Its period is paid.
        Active = "active",
        /// A period began and is owed.
        PastDue = "past_due",
        /// It rests: nothing is charged, nothing is given.
        Paused = "paused",
        /// It is over, or never began.
        Ended = "ended",
    }
}

impl SubscriptionStatus {
    /// The one table of what may follow. `begun`: whether a period ever began; one that ended without is brought to life
    /// by money that comes late.
    #[must_use]
    pub const fn may_become(self, next: Self, begun: bool) -> bool {
        use SubscriptionStatus::{Active, Ended, Incomplete, PastDue, Paused, Trialing};
        match (self, next) {
            (Incomplete, Trialing | Active | PastDue | Ended)
            | (Trialing, Active | PastDue | Paused | Ended)
            // A provider may give free days to one that runs.
            | (Active | PastDue, Active | Trialing | PastDue | Paused | Ended)
            | (Paused, Active | Trialing | PastDue | Ended) => true,
            (Ended, Trialing | Active) => !begun,
            _ => false,
        }
    }
    /// Whether it may still cost something.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue | Self::Paused)
    }
    /// Whether what it promises is given now.
    #[must_use]
    pub const fn gives(self) -> bool {
        matches!(self, Self::Trialing | Self::Active)
    }
}

crate::text_enum! {
    /// Unit of a period.
    pub enum Every {
        /// Seven days.
        Week = "week",
        /// A month of the calendar.
        Month = "month",
        /// A year of the calendar.
        Year = "year",
    }
}

crate::text_enum! {
    /// When the client may end it alone.
    pub enum MayCancel {
        /// Whenever they like; it then ends with the period.
        AnyTime = "any_time",
        /// When the term is paid.
        AfterTerm = "after_term",
        /// Never; staff do it.
        Never = "never",
    }
}

/// What the client may do alone, and how it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(default)]
pub struct ClientRules {
    /// When they may end it.
    pub cancel: MayCancel,
    /// Whether they may pause it.
    pub pause: bool,
    /// For how many days at most.
    pub pause_days: i32,
    /// Whether they may change to another plan.
    pub change: bool,
    /// Days that it runs before the first payment.
    pub trial_days: i32,
}

kernel::json_column!(ClientRules);

impl Default for ClientRules {
    fn default() -> Self {
        Self { cancel: MayCancel::AnyTime, pause: true, pause_days: 60, change: true, trial_days: 0 }
    }
}

/// What is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What it is to the module that sells it: `pln_…`.
    pub item: String,
    /// Its name.
    pub name: String,
    /// Price of a period, minor units.
    pub price: i64,
    /// Which tax the price contains or lacks.
    pub tax: Option<Tax>,
    /// Unit of a period.
    pub every: Every,
    /// So many of them, 1 to 52.
    pub every_count: i32,
    /// So many periods are paid, then it ends; `None`: until somebody ends it.
    pub periods: Option<i32>,
    /// What the client may do alone.
    pub rules: ClientRules,
    /// What the module remembers of the moment of sale, and needs each period.
    pub detail: Value,
}

/// A discount on the periods to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct PeriodDiscount {
    /// As it stands on receipts.
    pub name: String,
    /// What the buyer typed.
    pub code: String,
    /// Hundredths of a percent; else an amount.
    #[serde(default)]
    pub bp: Option<i32>,
    /// Minor units.
    #[serde(default)]
    pub amount: Option<i64>,
    /// On how many further periods; `None`: all.
    #[serde(default)]
    pub left: Option<i32>,
}

kernel::json_column!(PeriodDiscount);

impl PeriodDiscount {
    /// What it takes off `price`, minor units, rounded half up; never more than the price.
    #[must_use]
    pub fn off(&self, price: i64) -> i64 {
        let by_share = self.bp.map(|bp| super::share(price, i64::from(bp), 10_000));
        by_share.or(self.amount).unwrap_or(0).clamp(0, price.max(0))
    }
    /// What is left of it after another period.
    #[must_use]
    pub fn after_one(mut self) -> Option<Self> {
        self.left = self.left.map(|left| left - 1);
        if self.left.is_some_and(|left| left <= 0) { None } else { Some(self) }
    }
}

/// A change that waits for its payment, or for the period's end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct Planned {
    /// What it changes to.
    pub terms: Terms,
    /// The order that brings it about when it is paid; `None`: the end of the period does.
    pub order: Option<OrderId>,
    /// When it was planned.
    pub at: Instant,
}

kernel::json_column!(Planned);

/// Something that is paid again and again.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = schema::subscriptions, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Subscription {
    /// Identity.
    pub id: SubscriptionId,
    /// Opens its page without an account.
    pub token: String,
    /// Which module sold it.
    pub module: String,
    /// What it is to that module.
    pub item: String,
    /// The name it was sold under.
    pub name: String,
    /// Whose it is.
    pub client_id: ClientId,
    /// What it is paid in.
    pub currency: Currency,
    /// Price of a period, minor units.
    pub price: i64,
    /// Which tax the price contains or lacks.
    pub tax: Option<Tax>,
    /// Unit of a period.
    pub every: Every,
    /// So many of them.
    pub every_count: i32,
    /// So many periods are paid, then it ends.
    pub periods: Option<i32>,
    /// How many are paid.
    pub periods_paid: i32,
    /// A discount on the periods to come.
    pub discount: Option<PeriodDiscount>,
    /// A change that is to come.
    pub planned: Option<Planned>,
    /// What the client may do alone.
    pub rules: ClientRules,
    /// What the module remembers.
    pub detail: Value,
    /// Its state.
    pub status: SubscriptionStatus,
    /// How it is paid.
    pub provider: Method,
    /// What the provider calls it; empty: the platform renews it.
    pub reference: String,
    /// The moment from which periods count.
    pub anchor: Option<Instant>,
    /// Where the present period begins.
    pub period_start: Option<Instant>,
    /// Where it ends.
    pub period_end: Option<Instant>,
    /// Whether it ends with the period.
    pub ends_with_period: bool,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Since when it rests.
    pub paused_at: Option<Instant>,
    /// When the pause ends by itself.
    pub resumes_at: Option<Instant>,
    /// Since when a period is owed.
    pub owed_since: Option<Instant>,
    /// How often the client was told that it is: 0 to 4.
    pub dunned: i32,
    /// When the platform looks at it next.
    pub next_at: Option<Instant>,
    /// Moment of the provider's state that is written here.
    pub provider_at: Option<Instant>,
    /// When it was bought.
    pub created_at: Instant,
}

impl Subscription {
    /// Price of a period, before tax that comes on top.
    #[must_use]
    pub const fn price(&self) -> Money {
        Money::new(self.price, self.currency)
    }
    /// Which tax the price contains or lacks.
    #[must_use]
    pub fn tax(&self) -> Option<Tax> {
        self.tax.clone()
    }
    /// A discount on the periods to come.
    #[must_use]
    pub fn discount(&self) -> Option<PeriodDiscount> {
        self.discount.clone()
    }
    /// A change that is to come.
    #[must_use]
    pub fn planned(&self) -> Option<Planned> {
        self.planned.clone()
    }
    /// What the client may do alone.
    #[must_use]
    pub fn rules(&self) -> ClientRules {
        self.rules.clone()
    }
    /// What is subscribed to.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            item: self.item.clone(),
            name: self.name.clone(),
            price: self.price,
            tax: self.tax(),
            every: self.every,
            every_count: self.every_count,
            periods: self.periods,
            rules: self.rules(),
            detail: self.detail.clone(),
        }
    }
    /// The present period, once one has begun.
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        let (start, end) = self.period_start.zip(self.period_end)?;
        Some(Period { subscription: self.id, start, end })
    }
    /// Whether the provider renews it, not the platform.
    #[must_use]
    pub const fn is_followed(&self) -> bool {
        !self.reference.is_empty()
    }
    /// Whether all periods of its term are paid.
    #[must_use]
    pub fn term_is_paid(&self) -> bool {
        self.periods.is_some_and(|periods| self.periods_paid >= periods)
    }
    /// Whether it ends when the present period does.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.status.is_live() && (self.ends_with_period || self.term_is_paid())
    }
    /// Whether it rests because a period was not paid.
    #[must_use]
    pub fn rests_unpaid(&self) -> bool {
        self.status == SubscriptionStatus::Paused && self.owed_since.is_some()
    }
    /// When the next payment is due; `None`: none is.
    #[must_use]
    pub fn next_payment(&self) -> Option<Instant> {
        self.period_end.filter(|_| self.status.gives() && !self.is_ending())
    }
    /// The page of the subscription, a path inside the tenant.
    #[must_use]
    pub fn own_path(&self) -> String {
        format!("/subscription/{}", self.token)
    }
    /// Whether what it promises is given at `at`: it is on trial or paid, and `at` lies before the end of its period.
    #[must_use]
    pub fn gives_at(&self, at: Instant) -> bool {
        let within = self.period().is_some_and(|period| period.start <= at && at < period.end);
        within && self.status.gives()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SubscriptionStatus as S, *};

    #[test]
    fn an_end_is_an_end_unless_it_never_began() {
        for next in S::ALL {
            assert!(!S::Ended.may_become(*next, true), "{next}");
            assert!(
                !next.may_become(S::Incomplete, true) && !next.may_become(S::Incomplete, false),
                "{next}"
            );
        }
        assert!(S::Ended.may_become(S::Active, false));
    }
    #[test]
    fn a_discount_lasts_as_long_as_it_says() {
        let off = |bp, amount, left| PeriodDiscount { name: "N".into(), code: "C".into(), bp, amount, left };
        assert_eq!(off(Some(5_000), None, None).off(9_999), 5_000, "half up");
        assert_eq!(off(None, Some(20_000), None).off(9_900), 9_900, "never more than the price");
        assert_eq!(off(Some(10_000), None, Some(1)).after_one(), None);
        assert_eq!(off(Some(1), None, Some(2)).after_one().unwrap().left, Some(1));
        assert_eq!(off(Some(1), None, None).after_one().unwrap().left, None);
    }
    proptest! {
        /// Whatever is tried in whatever order: once a period began, an end is final, and it never waits for its first
        /// payment again.
        #[test]
        fn states_go_one_way(tries in proptest::collection::vec(0..S::ALL.len(), 0..60)) {
            let (mut now, mut begun, mut over) = (S::Incomplete, false, false);
            for next in tries.into_iter().map(|index| S::ALL[index]) {
                if !now.may_become(next, begun) {
                    continue;
                }
                prop_assert!(!over, "{now} became {next} after its end");
                prop_assert!(next != S::Incomplete);
                begun |= next.gives();
                over = begun && next == S::Ended;
                now = next;
            }
        }
        #[test]
        fn a_discount_stays_within_the_price(price in 0..1_000_000_000_i64, bp in 0..20_000, amount in 0..2_000_000_000_i64) {
            let by = |bp, amount| PeriodDiscount { name: String::new(), code: String::new(), bp, amount, left: None };
            prop_assert!((0..=price).contains(&by(Some(bp), None).off(price)));
            prop_assert!((0..=price).contains(&by(None, Some(amount)).off(price)));
        }
    }
}
