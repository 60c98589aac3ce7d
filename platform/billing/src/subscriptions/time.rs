//! Where periods begin and end: in the calendar of the tenant's zone.

use events::Instant;
use jiff::{Span, tz::TimeZone};

use super::Every;

/// The zone of a name; UTC when it is unknown.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Where the period after `n` periods begins: the anchor's day and time of day in the zone, moved by the calendar. A day
/// that a month lacks is its last one, and later months have the anchor's day again. A time of day that a change of clocks
/// leaves out is the one an hour later. `None` beyond representable time.
#[must_use]
pub fn boundary(anchor: Instant, zone: &TimeZone, every: Every, every_count: i32, n: i64) -> Option<Instant> {
    let units = n.checked_mul(i64::from(every_count))?;
    let span = match every {
        Every::Week => Span::new().try_weeks(units),
        Every::Month => Span::new().try_months(units),
        Every::Year => Span::new().try_years(units),
    };
    let civil = anchor.timestamp().to_zoned(zone.clone()).datetime().checked_add(span.ok()?).ok()?;
    Some(Instant::new(civil.to_zoned(zone.clone()).ok()?.timestamp()))
}

/// The period that `at` lies in: the boundaries around it, the earlier one not after `at`. Before the anchor: the first
/// period.
#[must_use]
pub fn period_at(
    anchor: Instant,
    zone: &TimeZone,
    every: Every,
    every_count: i32,
    at: Instant,
) -> Option<(Instant, Instant)> {
    // No unit is longer than this, so this many periods have passed at least, less one for changes of clocks.
    let longest = match every {
        Every::Week => 7,
        Every::Month => 31,
        Every::Year => 366,
    };
    let days = at.seconds_since(anchor).div_euclid(24 * 3600);
    let mut n = (days.checked_div(longest * i64::from(every_count))? - 1).max(0);
    let mut start = boundary(anchor, zone, every, every_count, n)?;
    loop {
        let end = boundary(anchor, zone, every, every_count, n + 1)?;
        if end > at {
            return Some((start, end));
        }
        (start, n) = (end, n + 1);
    }
}

/// The moment so many days later, at the same time of day in the zone.
#[must_use]
pub fn days_later(from: Instant, zone: &TimeZone, days: i32) -> Option<Instant> {
    let civil = from.timestamp().to_zoned(zone.clone()).datetime();
    let civil = civil.checked_add(Span::new().try_days(i64::from(days)).ok()?).ok()?;
    Some(Instant::new(civil.to_zoned(zone.clone()).ok()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }
    fn bounds(anchor: &str, name: &str, every: Every, count: i32, upto: i64) -> Vec<String> {
        let zone = TimeZone::get(name).unwrap();
        (1..=upto).map(|n| boundary(at(anchor), &zone, every, count, n).unwrap().to_string()).collect()
    }

    #[test]
    fn a_day_that_a_month_lacks_comes_back() {
        let all = bounds("2026-01-31T09:00:00Z", "UTC", Every::Month, 1, 4);
        assert_eq!(
            all,
            ["2026-02-28T09:00:00Z", "2026-03-31T09:00:00Z", "2026-04-30T09:00:00Z", "2026-05-31T09:00:00Z"]
        );
        assert_eq!(bounds("2024-02-29T09:00:00Z", "UTC", Every::Year, 1, 4)[3], "2028-02-29T09:00:00Z");
        assert_eq!(bounds("2024-02-29T09:00:00Z", "UTC", Every::Year, 1, 1)[0], "2025-02-28T09:00:00Z");
    }
    #[test]
    fn the_time_of_day_is_that_of_the_zone() {
        // 10:00 in London in winter and in summer.
        let all = bounds("2026-03-15T10:00:00Z", "Europe/London", Every::Month, 1, 1);
        assert_eq!(all, ["2026-04-15T09:00:00Z"]);
        // 01:30 does not exist on 29 March in London; the period begins an hour later, and the next at 01:30 again.
        let all = bounds("2026-03-22T01:30:00Z", "Europe/London", Every::Week, 1, 2);
        assert_eq!(all, ["2026-03-29T01:30:00Z", "2026-04-05T00:30:00Z"]);
        let six = bounds("2026-11-23T08:00:00Z", "Europe/London", Every::Week, 6, 1);
        assert_eq!(six, ["2027-01-04T08:00:00Z"]);
    }
    #[test]
    fn a_month_ends_in_its_own_zone() {
        // 31 January, 23:30 in New York, is February in UTC.
        let all = bounds("2026-02-01T04:30:00Z", "America/New_York", Every::Month, 1, 2);
        assert_eq!(all, ["2026-03-01T04:30:00Z", "2026-04-01T03:30:00Z"]);
    }

    fn every() -> impl Strategy<Value = Every> {
        prop_oneof![Just(Every::Week), Just(Every::Month), Just(Every::Year)]
    }
    fn zones() -> impl Strategy<Value = TimeZone> {
        proptest::sample::select(vec![
            "UTC",
            "Europe/London",
            "America/New_York",
            "Australia/Lord_Howe",
            "Pacific/Apia",
        ])
        .prop_map(|name| TimeZone::get(name).unwrap())
    }
    proptest! {
        /// Periods follow one another without gap and overlap.
        #[test]
        fn boundaries_rise(second in 0..4_000_000_000_i64, zone in zones(), every in every(), count in 1..=52_i32, n in 0..40_i64) {
            let anchor = Instant::new(jiff::Timestamp::from_second(second).unwrap());
            let this = boundary(anchor, &zone, every, count, n).unwrap();
            prop_assert!(this < boundary(anchor, &zone, every, count, n + 1).unwrap());
        }
        /// Every moment lies in one period, which begins and ends at boundaries.
        #[test]
        fn each_moment_has_its_period(second in 0..2_000_000_000_i64, zone in zones(), every in every(), count in 1..=12_i32, after in 0..400_000_000_i64) {
            let anchor = Instant::new(jiff::Timestamp::from_second(second).unwrap());
            let at = anchor.plus_seconds(after);
            let (start, end) = period_at(anchor, &zone, every, count, at).unwrap();
            prop_assert!(start <= at && at < end, "{start} {at} {end}");
            // The end belongs to the period after it.
            let (next, _) = period_at(anchor, &zone, every, count, end).unwrap();
            prop_assert_eq!(next, end);
        }
    }
}
