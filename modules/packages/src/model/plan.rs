use diesel::{Queryable, Selectable};
use kernel::Check;
use serde::{Deserialize, Serialize};

use super::tidy_pays_for;
use crate::schema::offer_plans;

billing::text_enum! {
    /// What a period is counted in.
    pub enum Every {
        /// Weeks.
        Week = "week",
        /// Months.
        Month = "month",
        /// Years.
        Year = "year",
    }
}

impl Every {
    /// The longest period: three years, which is what card providers take.
    pub(crate) const fn most(self) -> i32 {
        match self {
            Self::Week => 52,
            Self::Month => 36,
            Self::Year => 3,
        }
    }
}

billing::text_enum! {
    /// When a client may cancel alone.
    pub enum MayCancel {
        /// At the end of any period.
        AnyTime = "any_time",
        /// Once the term is over.
        AfterTerm = "after_term",
        /// Never: staff do it.
        Never = "never",
    }
}

/// What makes an offer a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = offer_plans, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PlanTerms {
    pub(crate) every: Every,
    /// A period is so many of `every`.
    pub(crate) every_count: i32,
    /// The term: so many periods are paid, then it ends. `None`: until somebody ends it; 1: all is paid at once.
    pub(crate) periods: Option<i32>,
    pub(crate) trial_days: i32,
    pub(crate) credits_per_week: i32,
    /// So many unused credits go on into the next week.
    pub(crate) rollover_cap: Option<i32>,
    /// What the weekly credits pay for; empty: everything.
    pub(crate) pays_for: Vec<String>,
    pub(crate) may_cancel: MayCancel,
    pub(crate) may_pause: bool,
    /// The longest pause.
    pub(crate) pause_days: i32,
    pub(crate) may_change: bool,
    /// Whether a free trial begins with a card that is saved, where the business takes cards.
    pub(crate) trial_card: bool,
}

impl PlanTerms {
    /// A month at a time, without credits, until somebody ends it.
    pub(crate) const fn monthly() -> Self {
        Self {
            every: Every::Month,
            every_count: 1,
            periods: None,
            trial_days: 0,
            credits_per_week: 0,
            rollover_cap: None,
            pays_for: Vec::new(),
            may_cancel: MayCancel::AnyTime,
            may_pause: true,
            pause_days: 60,
            may_change: true,
            trial_card: true,
        }
    }
    /// Whether all of it is paid with the first payment.
    pub(crate) fn at_once(&self) -> bool {
        self.periods == Some(1)
    }
    /// How long it runs, counted in `every`; `None`: until somebody ends it.
    pub(crate) fn length(&self) -> Option<i32> {
        self.periods.map(|periods| periods.saturating_mul(self.every_count))
    }
    /// What its whole term costs when each period costs `price`; `None`: it has no end.
    pub(crate) fn in_all(&self, price: i64) -> Option<i64> {
        self.periods.and_then(|periods| price.checked_mul(i64::from(periods)))
    }

    /// Tells what makes no sense, and tidies the rest.
    pub(crate) fn check(&mut self, check: &mut Check) {
        check.number("every_count", i64::from(self.every_count), 1, i64::from(self.every.most()));
        if let Some(periods) = self.periods {
            check.number("periods", i64::from(periods), 1, 120);
        }
        check.number("trial_days", i64::from(self.trial_days), 0, 365);
        check.number("credits_per_week", i64::from(self.credits_per_week), 0, 100);
        if let Some(cap) = self.rollover_cap {
            check.number("rollover_cap", i64::from(cap), 1, 1000);
            check.require(self.credits_per_week > 0, "rollover_cap", "offer_rollover_of_nothing");
        }
        check_pays_for(check, &mut self.pays_for);
        check.number("pause_days", i64::from(self.pause_days), 1, 365);
        let ends = self.periods.is_some();
        check.require(
            ends || self.may_cancel != MayCancel::AfterTerm,
            "may_cancel",
            "offer_after_term_without_term",
        );
    }
}

/// At most 50 names of at most 60 characters.
pub(crate) fn check_pays_for(check: &mut Check, pays_for: &mut Vec<String>) {
    *pays_for = tidy_pays_for(pays_for);
    check.require(pays_for.len() <= 50, "pays_for", "offer_pays_for");
    let fits = |one: &String| one.chars().count() <= 60 && !one.chars().any(char::is_control);
    check.require(pays_for.iter().all(fits), "pays_for", "offer_pays_for");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrong(mut terms: PlanTerms) -> Vec<String> {
        let mut check = Check::new();
        terms.check(&mut check);
        check.finish().err().map(|p| p.fields.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    #[test]
    fn the_starter_plans_in_figures() {
        let kickstarter =
            PlanTerms { every: Every::Week, every_count: 6, periods: Some(1), ..PlanTerms::monthly() };
        assert!(kickstarter.at_once());
        assert_eq!((kickstarter.length(), kickstarter.in_all(29_700)), (Some(6), Some(29_700)));
        let committed = PlanTerms { periods: Some(6), ..PlanTerms::monthly() };
        assert!(!committed.at_once());
        assert_eq!((committed.length(), committed.in_all(10_900)), (Some(6), Some(65_400)));
        assert_eq!((PlanTerms::monthly().length(), PlanTerms::monthly().in_all(1)), (None, None));
    }
    #[test]
    fn terms_that_make_no_sense() {
        let good = PlanTerms::monthly();
        assert!(wrong(good.clone()).is_empty());
        let says = |change: fn(&mut PlanTerms)| {
            let mut terms = PlanTerms::monthly();
            change(&mut terms);
            wrong(terms)
        };
        assert_eq!(says(|p| p.every_count = 0), ["every_count"]);
        assert_eq!(says(|p| p.every_count = 37), ["every_count"]);
        assert_eq!(says(|p| (p.every, p.every_count) = (Every::Year, 4)), ["every_count"]);
        assert_eq!(says(|p| p.periods = Some(0)), ["periods"]);
        assert_eq!(says(|p| p.periods = Some(121)), ["periods"]);
        assert_eq!(says(|p| p.trial_days = -1), ["trial_days"]);
        assert_eq!(says(|p| p.credits_per_week = 101), ["credits_per_week"]);
        assert_eq!(says(|p| p.rollover_cap = Some(5)), ["rollover_cap"]);
        assert_eq!(says(|p| p.pause_days = 0), ["pause_days"]);
        assert_eq!(says(|p| p.may_cancel = MayCancel::AfterTerm), ["may_cancel"]);
        assert!(says(|p| (p.may_cancel, p.periods) = (MayCancel::AfterTerm, Some(6))).is_empty());
        assert!(says(|p| (p.credits_per_week, p.rollover_cap) = (5, Some(5))).is_empty());
        assert_eq!(says(|p| p.pays_for = (0..51).map(|n| n.to_string()).collect()), ["pays_for"]);
        assert_eq!(says(|p| p.pays_for = vec!["a\u{7}".into()]), ["pays_for"]);
    }
    proptest! {
        #[test]
        fn a_term_costs_its_periods(price in 0..=1_000_000_000_i64, periods in 1..=120_i32, count in 1..=52_i32) {
            let terms = PlanTerms { every: Every::Week, every_count: count, periods: Some(periods), ..PlanTerms::monthly() };
            prop_assert!(wrong(terms.clone()).is_empty());
            prop_assert_eq!(terms.in_all(price), Some((0..periods).map(|_| price).sum()));
            prop_assert_eq!(terms.length(), Some(periods * count));
            prop_assert_eq!(terms.at_once(), terms.in_all(price.max(1)) == Some(price.max(1)));
        }
    }
}
