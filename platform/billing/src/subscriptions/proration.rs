//! What a change of plan costs, by the seconds that are left of the period.

use events::Instant;

/// `amount × part / whole`, rounded half up; zero when `whole` is not above zero.
#[must_use]
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (amount, part, whole) = (i128::from(amount), i128::from(part), i128::from(whole));
    let rounded = (amount * part * 2 + whole).div_euclid(whole * 2);
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// A change at a moment of a paid period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What the present period costs, minor units.
    pub paid: i64,
    /// What a period will cost.
    pub price: i64,
    /// Whether a period stays as long as it is; else a new one begins at once.
    pub same_length: bool,
    /// Where the present period begins.
    pub start: Instant,
    /// Where it ends.
    pub end: Instant,
    /// The moment of the change.
    pub now: Instant,
}

/// What a change at once costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is left unused of what was paid, minor units.
    pub unused: i64,
    /// What the new plan costs for the time that is to be paid.
    pub cost: i64,
}

impl Difference {
    /// What is to be paid; zero when nothing is.
    #[must_use]
    pub fn due(self) -> i64 {
        (self.cost - self.unused).max(0)
    }
    /// What is too much; zero when nothing is.
    #[must_use]
    pub fn back(self) -> i64 {
        (self.unused - self.cost).max(0)
    }
}

impl Switch {
    /// What the change costs at once. With periods of the same length both plans count for the seconds that are left; else
    /// what is left of the old period is set off against a whole new one.
    #[must_use]
    pub fn difference(self) -> Difference {
        let whole = self.end.seconds_since(self.start);
        let left = self.end.seconds_since(self.now).clamp(0, whole.max(0));
        let unused = share(self.paid, left, whole);
        let cost = if self.same_length { share(self.price, left, whole) } else { self.price };
        Difference { unused, cost }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }
    fn switch(paid: i64, price: i64, same_length: bool, now: i64) -> Switch {
        Switch { paid, price, same_length, start: at(0), end: at(30 * 86_400), now: at(now) }
    }

    #[test]
    fn half_a_month_is_half_the_difference() {
        let half = switch(9_900, 10_900, true, 15 * 86_400).difference();
        assert_eq!((half.unused, half.cost, half.due(), half.back()), (4_950, 5_450, 500, 0));
        let down = switch(10_900, 9_900, true, 15 * 86_400).difference();
        assert_eq!((down.due(), down.back()), (0, 500));
        let longer = switch(9_900, 29_700, false, 15 * 86_400).difference();
        assert_eq!(longer.due(), 29_700 - 4_950);
    }
    #[test]
    fn half_a_penny_goes_up() {
        assert_eq!(share(1, 1, 2), 1);
        assert_eq!(share(1, 1, 3), 0);
        assert_eq!(share(5, 1, 0), 0);
        assert_eq!(share(i64::MAX, i64::MAX, 1), i64::MAX);
    }
    proptest! {
        #[test]
        fn parts_stay_within_the_whole(amount in 0..1_000_000_000_i64, whole in 1..40_000_000_i64, part in 0..40_000_000_i64) {
            let part = part.min(whole);
            let one = share(amount, part, whole);
            prop_assert!((0..=amount).contains(&one));
            // Both parts together are the whole, but for one minor unit of rounding.
            let sum = one + share(amount, whole - part, whole);
            prop_assert!((amount..=amount + 1).contains(&sum));
        }
        #[test]
        fn the_later_the_less(paid in 0..1_000_000_i64, price in 0..1_000_000_i64, early in 0..2_592_000_i64, later in 0..2_592_000_i64) {
            let (early, later) = (early.min(later), early.max(later));
            let (first, second) = (switch(paid, price, true, early).difference(), switch(paid, price, true, later).difference());
            prop_assert!(first.unused >= second.unused && first.cost >= second.cost);
            prop_assert!(first.due() == 0 || first.back() == 0);
            prop_assert!(second.due() <= price);
        }
        #[test]
        fn no_change_costs_nothing(price in 0..1_000_000_i64, now in 0..2_592_000_i64) {
            let same = switch(price, price, true, now).difference();
            prop_assert_eq!((same.due(), same.back()), (0, 0));
        }
    }
}
