//! Wall-clock time and instants: the one rule for gaps and folds, and what follows from it.
//!
//! Everything that turns a local time into an instant (windows, reminders, series) goes through here.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::span::{DAY, instant};
use crate::window::WallTime;

/// The instant of a wall-clock time in a zone by the "compatible" rule: in a gap, later by its length; in a
/// fold, the first occurrence. Times at the ends of the calendar are taken as UTC.
pub fn instant_of(zone: &TimeZone, wall: DateTime) -> Timestamp {
    let utc = || Offset::UTC.to_timestamp(wall).unwrap_or(Timestamp::MAX);
    zone.to_ambiguous_timestamp(wall).compatible().unwrap_or_else(|_| utc())
}

/// A zone by its IANA name; "unknown" placeholders and offsets are no zones.
pub fn zone(name: &str) -> Option<TimeZone> {
    let known = !name.is_empty() && name.len() <= 64 && name.is_ascii();
    known.then(|| TimeZone::get(name).ok()).flatten().filter(|zone| !zone.is_unknown())
}

/// The instants of a series that keeps its wall-clock time: every `every_days` days, `count` times.
pub fn series(zone: &TimeZone, first: DateTime, every_days: u16, count: u16) -> Vec<Timestamp> {
    let nth = |n: u16| first.checked_add((i64::from(every_days) * i64::from(n)).days()).ok();
    (0..count).map_while(nth).map(|wall| instant_of(zone, wall)).collect()
}

/// The instant that many calendar days after (or, negative, before) another, at the same wall-clock time.
/// Differs from elapsed hours by the clock changes in between.
pub fn calendar_days_after(zone: &TimeZone, at: Timestamp, days: i32) -> Timestamp {
    let wall = zone.to_datetime(at).checked_add(i64::from(days).days());
    wall.map_or(at, |wall| instant_of(zone, wall))
}

/// That much elapsed time after (or, negative, before) an instant, at most the ends of the calendar.
pub fn elapsed_after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(at)
}

/// The instant itself, or the end of the quiet hours it falls into. Quiet hours run on the wall clock from
/// one time to another, past midnight when the second is the smaller; equal times mean none.
pub fn after_quiet_hours(zone: &TimeZone, at: Timestamp, from: WallTime, to: WallTime) -> Timestamp {
    let today = zone.to_datetime(at).date();
    let yesterday = today.yesterday().unwrap_or(today);
    let end_of = |date: Date| {
        let end_date = if to < from { date.tomorrow().unwrap_or(date) } else { date };
        let (start, end) = (on(zone, date, from), on(zone, end_date, to));
        (start <= at && at < end).then_some(end)
    };
    end_of(yesterday).or_else(|| end_of(today)).unwrap_or(at)
}

/// The instant of a wall-clock time on a date; 24:00 is the next midnight.
pub fn on(zone: &TimeZone, date: Date, time: WallTime) -> Timestamp {
    instant(second_of(zone, day_number(date) * DAY + i64::from(time.minutes()) * 60))
}

/// Days since 1970-01-01.
pub(crate) fn day_number(date: Date) -> i64 {
    let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0));
    midnight.map_or(0, |at| at.as_second().div_euclid(DAY))
}

/// The date of a day number.
pub(crate) fn date_of(day: i64) -> Date {
    Offset::UTC.to_datetime(instant(day.saturating_mul(DAY))).date()
}

/// The instant, in seconds, of a wall-clock time given in seconds as if it were UTC.
pub(crate) fn second_of(zone: &TimeZone, wall: i64) -> i64 {
    instant_of(zone, Offset::UTC.to_datetime(instant(wall))).as_second()
}

/// Day number and minute of the day that a zone's clock shows at an instant.
pub(crate) fn wall_of(zone: &TimeZone, at: i64) -> (i64, i64) {
    let shown = at + i64::from(zone.to_offset(instant(at)).seconds());
    (shown.div_euclid(DAY), shown.rem_euclid(DAY) / 60)
}

/// The first instant of a day in a zone, in seconds.
pub(crate) fn start_of_day(zone: &TimeZone, day: i64) -> i64 {
    second_of(zone, day.saturating_mul(DAY))
}

/// Days since the Monday of a day's week, 0 to 6.
pub(crate) fn days_since_monday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}
