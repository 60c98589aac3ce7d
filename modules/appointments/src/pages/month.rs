//! A month of days, of which some have slots. Pure.

use std::collections::BTreeMap;

use events::Instant;
use jiff::{
    ToSpan,
    civil::{Date, date},
    tz::TimeZone,
};
use serde::Serialize;

use crate::model::when::{date_in, end_of_day, start_of_day};

/// A day of the month as the calendar shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Day {
    pub day: i8,
    /// A moment of it, for its name.
    pub at: Instant,
    /// Where its times are, when it has any.
    pub path: Option<String>,
    /// How many times it has.
    pub count: usize,
    pub current: bool,
    pub today: bool,
}

/// A month as the calendar shows it: weeks from Monday to Sunday, with gaps at the ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Month {
    /// A moment of it, for its name.
    pub at: Instant,
    /// `2026-12`, for the form that keeps it.
    pub name: String,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub weeks: Vec<Vec<Option<Day>>>,
}

impl Month {
    /// A month with its marks, and the ways to those beside it: from that of the first date to that of the last.
    pub(super) fn new(
        shown: Date,
        marks: &Marks<'_>,
        (first, last): (Date, Date),
        leaf: impl Fn(Date) -> String,
        path: impl Fn(Date) -> String,
    ) -> Self {
        let (before, after) = neighbours(shown, first, last);
        Self {
            at: midday(shown.first_of_month(), marks.zone),
            name: name(shown),
            previous: before.map(&leaf),
            next: after.map(&leaf),
            weeks: weeks(shown, marks, path),
        }
    }
}

/// `2026-12`, or nothing else.
pub(super) fn parse(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
    Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()
}

/// `2026-12`
pub(super) fn name(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// From the first moment of a month to the first after it.
pub(super) fn bounds(month: Date, zone: &TimeZone) -> Option<(Instant, Instant)> {
    Some((start_of_day(month.first_of_month(), zone)?, end_of_day(month.last_of_month(), zone)?))
}

/// The month before and the one after, within the months of `first` and `last`.
pub(super) fn neighbours(month: Date, first: Date, last: Date) -> (Option<Date>, Option<Date>) {
    let month = month.first_of_month();
    let before = month.checked_sub(1.month()).ok().filter(|before| *before >= first.first_of_month());
    let after = month.checked_add(1.month()).ok().filter(|after| *after <= last.first_of_month());
    (before, after)
}

/// Things under the dates on which they start in a zone.
pub(super) fn by_day<T: Copy>(
    all: &[T],
    zone: &TimeZone,
    start: impl Fn(&T) -> Instant,
) -> BTreeMap<Date, Vec<T>> {
    let mut days: BTreeMap<Date, Vec<T>> = BTreeMap::new();
    for one in all {
        days.entry(date_in(start(one), zone)).or_default().push(*one);
    }
    days
}

/// How many there are on each day.
pub(super) fn counts<T>(days: &BTreeMap<Date, Vec<T>>) -> BTreeMap<Date, usize> {
    days.iter().map(|(day, all)| (*day, all.len())).collect()
}

/// What the days of a month are, and where their links lead.
pub(super) struct Marks<'a> {
    pub counts: &'a BTreeMap<Date, usize>,
    pub zone: &'a TimeZone,
    pub chosen: Option<Date>,
    pub today: Date,
}

/// The weeks of a month.
pub(super) fn weeks(month: Date, marks: &Marks<'_>, path: impl Fn(Date) -> String) -> Vec<Vec<Option<Day>>> {
    let first = month.first_of_month();
    let gap = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or(0);
    let mut cells: Vec<Option<Day>> = vec![None; gap];
    let days = first.series(1.day()).take_while(|day| day.month() == first.month());
    cells.extend(days.map(|day| Some(cell(day, marks, &path))));
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    cells.chunks(7).map(<[_]>::to_vec).collect()
}

fn cell(day: Date, marks: &Marks<'_>, path: &impl Fn(Date) -> String) -> Day {
    let count = marks.counts.get(&day).copied().unwrap_or(0);
    Day {
        day: day.day(),
        at: midday(day, marks.zone),
        path: (count > 0).then(|| path(day)),
        count,
        current: marks.chosen == Some(day),
        today: marks.today == day,
    }
}

/// A moment that is on the date in the zone whatever its clock does.
pub(super) fn midday(day: Date, zone: &TimeZone) -> Instant {
    let noon = day.at(12, 0, 0, 0).to_zoned(zone.clone());
    Instant::new(noon.map_or(jiff::Timestamp::UNIX_EPOCH, |noon| noon.timestamp()))
}

/// A Monday, for naming weekdays.
pub(super) const MONDAY: Date = date(2026, 11, 23);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_are_read_strictly() {
        assert_eq!(parse("2026-12"), Some(date(2026, 12, 1)));
        for bad in ["2026-13", "2026-1", "12-2026", "2026-12-01", "", "+026-12"] {
            assert_eq!(parse(bad).filter(|d| name(*d) == bad), None, "{bad}");
        }
    }

    #[test]
    fn one_cannot_leaf_beyond_what_is_bookable() {
        let (first, last) = (date(2026, 11, 23), date(2027, 1, 10));
        assert_eq!(neighbours(date(2026, 11, 1), first, last), (None, Some(date(2026, 12, 1))));
        assert_eq!(neighbours(date(2027, 1, 1), first, last), (Some(date(2026, 12, 1)), None));
    }

    proptest! {
        #[test]
        fn a_month_has_its_days_once_and_weeks_begin_on_monday(year in 1990_i16..2100, month in 1_i8..=12) {
            let first = date(year, month, 1);
            let (counts, zone) = (BTreeMap::new(), TimeZone::get("Europe/Berlin").unwrap());
            let marks = Marks { counts: &counts, zone: &zone, chosen: None, today: first };
            let weeks = weeks(first, &marks, |_| String::new());
            let days: Vec<i8> = weeks.iter().flatten().flatten().map(|day| day.day).collect();
            prop_assert_eq!(days, (1..=first.days_in_month()).collect::<Vec<_>>());
            prop_assert!(weeks.iter().all(|week| week.len() == 7));
            for week in &weeks {
                for (place, day) in week.iter().enumerate() {
                    if let Some(day) = day {
                        let weekday = date_in(day.at, &zone).weekday().to_monday_zero_offset();
                        prop_assert_eq!(usize::try_from(weekday).unwrap(), place);
                    }
                }
            }
        }
    }
}
