//! Weeks of a business: in its zone, from midnight to midnight, whatever its clocks do.

use events::Instant;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// Weeks that are made up for at most when nobody looked for long.
const MOST_MISSED: usize = 60;

/// How a business counts its weeks.
#[derive(Clone, Debug)]
pub(crate) struct Weeks {
    zone: TimeZone,
    first: Weekday,
}

/// A week: its first date in the zone of the business, and its bounds, the end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Week {
    pub(crate) first: Date,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
}

impl Weeks {
    /// Weeks that begin on that day (1 is Monday, 7 is Sunday) in a zone. What is not known is Monday, and UTC.
    pub(crate) fn new(zone: &str, first_weekday: i16) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let day = i8::try_from(first_weekday).ok().and_then(|day| Weekday::from_monday_one_offset(day).ok());
        Self { zone, first: day.unwrap_or(Weekday::Monday) }
    }
    /// The week of an instant.
    ///
    /// Invariant: weeks meet without gap or overlap, and the instant lies in its week.
    pub(crate) fn of(&self, at: Instant) -> Week {
        let date = at.timestamp().to_zoned(self.zone.clone()).date();
        let back = date.weekday().since(self.first);
        let mut week = self.from(moved(date, -i64::from(back)));
        // Where clocks go back over midnight, a date's first minutes may lie before the last ones of the day before it.
        while at >= week.end {
            week = self.from(moved(week.first, 7));
        }
        while at < week.start {
            week = self.from(moved(week.first, -7));
        }
        week
    }
    /// The first instant of a date: midnight, or what comes after it when clocks skip it.
    pub(crate) fn midnight(&self, date: Date) -> Instant {
        let midnight = date.to_zoned(self.zone.clone()).map(|at| at.timestamp());
        Instant::new(midnight.unwrap_or(jiff::Timestamp::MAX))
    }
    /// The weeks that are due at `now`, the oldest first, when the last one was that of the date `last`. Without `catch_up`
    /// only the present week counts; with it also those since `since` that were missed.
    ///
    /// Invariant: the seven days that begin with `last` are never given a second time, also when the business counts its
    /// weeks from another day on.
    pub(crate) fn due(&self, now: Instant, since: Instant, last: Option<Date>, catch_up: bool) -> Vec<Week> {
        let present = self.of(now);
        let after = last.map(|last| self.midnight(moved(last, 7)));
        if after.is_some_and(|after| now < after) {
            return Vec::new();
        }
        if !catch_up {
            return vec![present];
        }
        let from = after.map_or(since, |after| after.max(since)).min(now);
        let mut all = vec![self.of(from)];
        while let Some(week) = all.last().filter(|week| week.first < present.first) {
            let next = self.of(week.end);
            all.push(next);
        }
        let skip = all.len().saturating_sub(MOST_MISSED);
        all.split_off(skip)
    }
    fn from(&self, first: Date) -> Week {
        Week { first, start: self.midnight(first), end: self.midnight(moved(first, 7)) }
    }
}

/// A date so many days later; at the ends of the calendar: the last one.
fn moved(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }
    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }
    const HOUR: i64 = 3_600;

    #[test]
    fn a_week_with_a_change_of_clocks_is_an_hour_shorter_or_longer() {
        let london = Weeks::new("Europe/London", 1);
        let week = london.of(at("2026-03-28T12:00:00Z"));
        assert_eq!(
            (week.first, week.start, week.end),
            (date("2026-03-23"), at("2026-03-23T00:00:00Z"), at("2026-03-29T23:00:00Z"))
        );
        assert_eq!(week.end.seconds_since(week.start), 167 * HOUR);
        assert_eq!(london.of(week.end).first, date("2026-03-30"));
        let autumn = london.of(at("2026-10-25T12:00:00Z"));
        assert_eq!(autumn.end.seconds_since(autumn.start), 169 * HOUR);
    }
    #[test]
    fn weeks_begin_on_the_day_of_the_business() {
        let sunday = Weeks::new("America/New_York", 7);
        assert_eq!(sunday.of(at("2026-11-23T04:59:59Z")).first, date("2026-11-22"));
        assert_eq!(sunday.of(at("2026-11-22T04:59:59Z")).first, date("2026-11-15"));
        assert_eq!(Weeks::new("Nowhere/At-all", 0).of(at("2026-11-22T23:59:59Z")).first, date("2026-11-16"));
    }
    #[test]
    fn where_midnight_is_skipped_or_comes_twice() {
        // In Beirut clocks skip the midnight that begins 2024-03-31, a Sunday.
        let beirut = Weeks::new("Asia/Beirut", 7);
        let week = beirut.of(at("2024-03-31T12:00:00Z"));
        assert_eq!((week.first, week.start), (date("2024-03-31"), at("2024-03-30T22:00:00Z")));
        // In St. John's they went back at one minute past midnight, on a Sunday.
        let st_johns = Weeks::new("America/St_Johns", 7);
        let again = at("2010-11-07T02:45:00Z");
        let week = st_johns.of(again);
        assert!(week.start <= again && again < week.end, "{week:?}");
        // Samoa left out a whole Friday.
        let apia = Weeks::new("Pacific/Apia", 5);
        let week = apia.of(at("2011-12-31T12:00:00Z"));
        assert!(week.start <= at("2011-12-31T12:00:00Z") && week.start < week.end, "{week:?}");
    }
    #[test]
    fn what_is_due_when() {
        let london = Weeks::new("Europe/London", 1);
        let firsts = |now: &str, since: &str, last: Option<&str>, catch_up| -> Vec<String> {
            let due = london.due(at(now), at(since), last.map(date), catch_up);
            due.iter().map(|week| week.first.to_string()).collect()
        };
        let (wednesday, since) = ("2026-11-18T10:00:00Z", "2026-11-04T10:00:00Z");
        assert_eq!(firsts(wednesday, wednesday, None, false), ["2026-11-16"], "whole and at once");
        assert_eq!(firsts(wednesday, since, None, false), ["2026-11-16"], "what expired is not made up for");
        assert_eq!(firsts(wednesday, since, None, true), ["2026-11-02", "2026-11-09", "2026-11-16"]);
        assert_eq!(firsts(wednesday, since, Some("2026-11-02"), true), ["2026-11-09", "2026-11-16"]);
        assert!(firsts(wednesday, since, Some("2026-11-16"), true).is_empty());
        assert!(firsts("2026-11-22T23:59:59Z", since, Some("2026-11-16"), false).is_empty());
        assert_eq!(firsts("2026-11-23T00:00:00Z", since, Some("2026-11-16"), false), ["2026-11-23"]);
        assert_eq!(firsts(wednesday, "2020-01-01T00:00:00Z", None, true).len(), MOST_MISSED);
        // From Monday to Sunday in mid-week: the seven days of the old week come first, and none is left out.
        let sunday = Weeks::new("Europe/London", 7);
        let due = |now: &str, last: &str| -> Vec<String> {
            let weeks = sunday.due(at(now), at(since), Some(date(last)), false);
            weeks.iter().map(|week| week.first.to_string()).collect()
        };
        assert!(due("2026-11-22T12:00:00Z", "2026-11-16").is_empty());
        assert_eq!(due("2026-11-23T00:00:00Z", "2026-11-16"), ["2026-11-22"]);
        assert_eq!(due("2026-11-29T00:00:00Z", "2026-11-22"), ["2026-11-29"]);
    }

    fn any_zone() -> impl Strategy<Value = String> {
        let mut all: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        all.sort();
        assert!(all.len() > 300, "the zones of the world");
        proptest::sample::select(all)
    }
    /// 1990 to 2060.
    fn any_second() -> impl Strategy<Value = i64> {
        631_152_000..2_840_140_800_i64
    }
    fn instant(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn weeks_are_the_whole_of_time(zone in any_zone(), day in 1..=7_i16, second in any_second()) {
            let (weeks, now) = (Weeks::new(&zone, day), instant(second));
            let week = weeks.of(now);
            prop_assert!(week.start <= now && now < week.end);
            prop_assert_eq!(week.first.weekday(), Weekday::from_monday_one_offset(i8::try_from(day).unwrap()).unwrap());
            let (before, after) = (weeks.of(week.start.plus_seconds(-1)), weeks.of(week.end));
            prop_assert_eq!((before.end, after.start), (week.start, week.end));
            prop_assert_eq!(weeks.of(week.start), week);
            prop_assert_eq!(weeks.of(week.end.plus_seconds(-1)), week);
            // No change of clocks is longer than a day.
            let hours = week.end.seconds_since(week.start) / HOUR;
            prop_assert!((143..=193).contains(&hours), "{} hours", hours);
        }
        #[test]
        fn bounds_are_midnights_of_the_zone(zone in any_zone(), day in 1..=7_i16, second in any_second()) {
            let week = Weeks::new(&zone, day).of(instant(second));
            let zone = TimeZone::get(&zone).unwrap();
            let just_before = week.start.plus_seconds(-1).timestamp().to_zoned(zone.clone());
            prop_assert!(just_before.date() < week.first);
            prop_assert!(week.start.timestamp().to_zoned(zone).date() >= week.first);
        }
        /// However often and late somebody looks: each week is given at most once, and the present one always.
        #[test]
        fn each_week_once(zone in any_zone(), day in 1..=7_i16, second in any_second(), waits in proptest::collection::vec(0..1_500_i64, 1..20), catch_up in any::<bool>()) {
            let weeks = Weeks::new(&zone, day);
            let (since, mut now, mut given) = (instant(second), instant(second), Vec::<Week>::new());
            for hours in waits {
                now = now.plus_seconds(hours * HOUR);
                given.extend(weeks.due(now, since, given.last().map(|week| week.first), catch_up));
                prop_assert_eq!(*given.last().unwrap(), weeks.of(now));
            }
            prop_assert!(given.windows(2).all(|two| two[0].end <= two[1].start));
            if catch_up {
                prop_assert!(given.windows(2).all(|two| two[0].end == two[1].start));
                prop_assert_eq!(given[0], weeks.of(since));
            }
        }
    }
}
