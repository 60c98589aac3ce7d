//! What was agreed when it was booked; later changes of the type don't touch it.

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Jsonb};
use events::{Currency, Instant, Money};
use kernel::json_column;
use serde::{Deserialize, Serialize};

use super::AppointmentType;

/// What was agreed when it was booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(default)]
pub struct Terms {
    /// Minor units; 0: free.
    pub price: i64,
    /// ISO 4217 code of the price; `None`: free.
    pub currency: Option<Currency>,
    /// Its client may cancel free of charge until that many minutes before the start.
    pub cancel_free_minutes: i32,
    /// Per cent of the price that come back when it is cancelled later; `None`: later is refused.
    pub late_refund_percent: Option<i32>,
    /// Its client may move it until that many minutes before the start.
    pub move_free_minutes: i32,
    /// Minutes before the start at which the client is reminded.
    pub reminder_minutes: Vec<i32>,
    /// Whether the client is asked for a rating afterwards.
    pub asks_rating: bool,
    /// The earliest start from which its client moved it away when cancelling was not free of charge any more: moving does
    /// not make it so again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_late_from: Option<Instant>,
    /// Credits that it was paid with, instead of money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credits: Option<i32>,
}
json_column!(Terms);

/// What a client who cancels now gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CancelRule {
    /// That many per cent of what was paid come back.
    Refund(i32),
    /// It is too late to cancel.
    TooLate,
}

impl Terms {
    /// What a type says now, for a length of that price.
    pub(crate) fn of(kind: &AppointmentType, price: i64, currency: Currency) -> Self {
        Self {
            price,
            currency: (price > 0).then_some(currency),
            cancel_free_minutes: kind.cancel_free_minutes,
            late_refund_percent: kind.late_refund_percent,
            move_free_minutes: move_window(kind, price),
            reminder_minutes: kind.reminder_minutes.0.clone(),
            asks_rating: kind.asks_rating,
            moved_late_from: None,
            credits: None,
        }
    }
    /// The same, paid with credits: there is no price in money any more.
    pub(crate) fn paid_with(self, credits: i32) -> Self {
        Self { price: 0, currency: None, credits: Some(credits), ..self }
    }
    /// Credits that come back at that per cent, whole ones; 0: it was not paid with credits.
    pub(crate) fn credits_back(&self, percent: i32) -> i32 {
        let back = i64::from(self.credits.unwrap_or(0)) * i64::from(percent.clamp(0, 100)) / 100;
        i32::try_from(back).unwrap_or(0)
    }
    /// Whether it was to be paid, in money or credits.
    pub(crate) const fn costs(&self) -> bool {
        self.price > 0 || self.credits.is_some()
    }
    /// The same after its client moved it away from `start` at `now`.
    pub(crate) fn moved_by_client(&self, start: Instant, now: Instant) -> Self {
        let late = self.keeps_something(start, now).then(|| self.judged_by(start));
        Self { moved_late_from: late.or(self.moved_late_from), ..self.clone() }
    }
    /// Whether a client who cancels at `now` would be refused, or get back less than what was paid.
    pub(crate) fn keeps_something(&self, start: Instant, now: Instant) -> bool {
        match self.cancel_rule(start, now) {
            CancelRule::TooLate => true,
            CancelRule::Refund(percent) => percent < 100 && self.costs(),
        }
    }
    /// The start by which cancelling is judged.
    fn judged_by(&self, start: Instant) -> Instant {
        self.moved_late_from.map_or(start, |from| from.min(start))
    }
    /// The price; `None` when it is free.
    #[must_use]
    pub fn price(&self) -> Option<Money> {
        self.currency.filter(|_| self.price > 0).map(|currency| Money::new(self.price, currency))
    }
    /// What a client who cancels at `now` gets.
    pub(crate) fn cancel_rule(&self, start: Instant, now: Instant) -> CancelRule {
        if now <= self.cancel_free_until(start) {
            return CancelRule::Refund(100);
        }
        self.late_refund_percent.map_or(CancelRule::TooLate, CancelRule::Refund)
    }
    /// The last moment at which cancelling is free of charge.
    pub(crate) fn cancel_free_until(&self, start: Instant) -> Instant {
        self.judged_by(start).plus_minutes(-i64::from(self.cancel_free_minutes))
    }
    /// The last moment at which its client may move it.
    pub(crate) fn move_until(&self, start: Instant) -> Instant {
        start.plus_minutes(-i64::from(self.move_free_minutes))
    }
}

/// So many minutes before the start the client of such a booking may move it: as the type says; when it says nothing, as
/// long as cancelling costs nothing, for otherwise a move would be the way around that rule.
pub(crate) fn move_window(kind: &AppointmentType, price: i64) -> i32 {
    let always_free = kind.late_refund_percent.is_some_and(|percent| percent >= 100 || price <= 0);
    if kind.move_free_minutes > 0 || always_free { kind.move_free_minutes } else { kind.cancel_free_minutes }
}

/// That share of an amount in minor units, rounded half up. Percentages outside of 0 to 100 count as the nearest of them.
pub(crate) fn share(amount: i64, percent: i32) -> i64 {
    let part = i128::from(amount) * i128::from(percent.clamp(0, 100));
    i64::try_from((part + 50).div_euclid(100)).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::appointment_type::tests::{input, row};

    fn terms(free: i32, late: Option<i32>) -> Terms {
        Terms { cancel_free_minutes: free, late_refund_percent: late, ..Terms::default() }
    }

    #[test]
    fn each_rule_at_each_moment() {
        let start: Instant = "2026-12-01T12:00:00Z".parse().unwrap();
        // (free until that long before, share later, minutes before the start, what comes back)
        let cases = [
            (0, None, 1, CancelRule::Refund(100)),
            (0, None, 0, CancelRule::Refund(100)),
            (0, None, -1, CancelRule::TooLate),
            (1_440, None, 1_441, CancelRule::Refund(100)),
            (1_440, None, 1_440, CancelRule::Refund(100)),
            (1_440, None, 1_439, CancelRule::TooLate),
            (1_440, Some(50), 1_440, CancelRule::Refund(100)),
            (1_440, Some(50), 1_439, CancelRule::Refund(50)),
            (1_440, Some(0), 5, CancelRule::Refund(0)),
            (1_440, Some(100), 5, CancelRule::Refund(100)),
        ];
        for (free, late, before, expected) in cases {
            let now = start.plus_minutes(-before);
            assert_eq!(terms(free, late).cancel_rule(start, now), expected, "{free} {late:?} {before}");
        }
    }

    #[test]
    fn without_a_rule_of_its_own_moving_ends_with_free_cancelling() {
        // (own rule, free until, share later, price, until when it can be moved)
        let cases = [
            (0, 1_440, None, 0, 1_440),
            (0, 1_440, Some(50), 9_000, 1_440),
            (0, 1_440, Some(0), 9_000, 1_440),
            (0, 1_440, Some(50), 0, 0),
            (0, 1_440, Some(100), 9_000, 0),
            (0, 0, None, 9_000, 0),
            (60, 1_440, None, 9_000, 60),
            (2_880, 1_440, Some(50), 9_000, 2_880),
        ];
        for (own, free, late, price, expected) in cases {
            let kind = AppointmentType {
                move_free_minutes: own,
                cancel_free_minutes: free,
                late_refund_percent: late,
                ..row(input())
            };
            assert_eq!(move_window(&kind, price), expected, "{own} {free} {late:?} {price}");
            assert_eq!(Terms::of(&kind, price, "GBP".parse().unwrap()).move_free_minutes, expected);
        }
    }

    proptest! {
        /// However often its client moves it: who could not cancel for nothing before a move can't after it.
        #[test]
        fn no_move_makes_cancelling_free_again(
            late in proptest::option::of(0..100_i32),
            moves in proptest::collection::vec((1..4_000_i64, 0..100_000_i64), 1..6),
        ) {
            let mut terms = Terms { price: 9_000, ..terms(1_440, late) };
            let mut now: Instant = "2026-12-01T12:00:00Z".parse().unwrap();
            let mut start = now.plus_minutes(2_000);
            for (wait, ahead) in moves {
                now = now.plus_minutes(wait);
                let rule = terms.cancel_rule(start, now);
                terms = terms.moved_by_client(start, now);
                start = now.plus_minutes(ahead);
                if rule == CancelRule::Refund(100) {
                    prop_assert_eq!(terms.moved_late_from, None);
                } else {
                    prop_assert_eq!(terms.cancel_rule(start, now), rule);
                }
            }
        }
    }

    #[test]
    fn credits_come_back_whole() {
        let of = |credits, percent| terms(0, None).paid_with(credits).credits_back(percent);
        assert_eq!([of(1, 100), of(1, 99), of(2, 50), of(3, 50), of(5, 0), of(4, 400)], [1, 0, 1, 1, 0, 4]);
        assert_eq!(terms(0, None).credits_back(100), 0);
        let paid = Terms { price: 4_500, currency: Some("GBP".parse().unwrap()), ..terms(1_440, Some(50)) }
            .paid_with(1);
        assert_eq!((paid.price(), paid.costs()), (None, true));
        let start: Instant = "2026-12-01T12:00:00Z".parse().unwrap();
        assert!(
            paid.keeps_something(start, start.plus_minutes(-5))
                && !paid.keeps_something(start, start.plus_minutes(-2_000))
        );
    }

    #[test]
    fn shares_are_rounded_half_up() {
        let cases = [
            (10_000, 50, 5_000),
            (9_999, 50, 5_000),
            (1, 49, 0),
            (1, 50, 1),
            (7, 0, 0),
            (7, 100, 7),
            (7, 400, 7),
        ];
        for (amount, percent, expected) in cases {
            assert_eq!(share(amount, percent), expected, "{amount} {percent}");
        }
    }

    proptest! {
        #[test]
        fn a_share_is_never_more_than_all_and_both_shares_make_the_whole(amount in 0_i64..1_000_000_000_000, percent in 0_i32..101) {
            let (part, rest) = (share(amount, percent), share(amount, 100 - percent));
            prop_assert!((0..=amount).contains(&part));
            prop_assert!((part + rest - amount).abs() <= 1);
        }
    }
}
