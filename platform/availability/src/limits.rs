//! Most bookings and booked minutes a day, week, month and year of the schedule's home zone.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::RulesError;
use crate::local::{date_of, day_number, days_since_monday, start_of_day, wall_of};
use crate::span::{Span, floor, instant};

/// A calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A local day.
    Day,
    /// Seven local days from the week's first weekday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Bookings.
    Count,
    /// Booked minutes.
    Minutes,
}

/// The most that a period takes; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// Bookings.
    pub count: Option<u32>,
    /// Booked minutes.
    pub minutes: Option<u32>,
}

impl Limit {
    /// What stands against one more booking of that many minutes, with the amount used and the limit.
    pub fn exceeded(&self, used: Used, new_minutes: u32) -> Option<(Measure, u64, u32)> {
        let full = self.count.filter(|&most| used.count >= u64::from(most));
        let too_long = || {
            let after = used.minutes.saturating_add(u64::from(new_minutes));
            self.minutes.filter(|&most| after > u64::from(most))
        };
        match full {
            Some(most) => Some((Measure::Count, used.count, most)),
            None => too_long().map(|most| (Measure::Minutes, used.minutes, most)),
        }
    }

    fn is_set(&self) -> bool {
        self.count.is_some() || self.minutes.is_some()
    }
}

/// What is booked in a period already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Bookings.
    pub count: u64,
    /// Their minutes.
    pub minutes: u64,
}

/// Limits of all periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// A day.
    pub day: Limit,
    /// A week.
    pub week: Limit,
    /// A month.
    pub month: Limit,
    /// A year.
    pub year: Limit,
    /// The weekday on which weeks begin.
    pub week_start: Weekday,
}

impl Default for Limits {
    /// No limits; weeks begin on Monday.
    fn default() -> Self {
        let none = Limit::default();
        Self { day: none, week: none, month: none, year: none, week_start: Weekday::Monday }
    }
}

impl Limits {
    /// The limits by period, shortest first.
    pub fn by_period(&self) -> [(Period, Limit); 4] {
        let Self { day, week, month, year, .. } = *self;
        [(Period::Day, day), (Period::Week, week), (Period::Month, month), (Period::Year, year)]
    }

    /// The starts whose appointments have to be known to answer about `[from, to)`: all days, weeks, months
    /// and years with a limit that the range touches, in the schedule's home zone. `None` without limits.
    pub fn counted_range(
        &self,
        home: &TimeZone,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let edge = |at: Timestamp| {
            self.set().map(move |(period, _)| period_of(home, self.week_start, period, floor(at)))
        };
        let first = edge(from).map(|period| period.start).min()?;
        let last = edge(to).map(|period| period.end).max()?;
        Some((instant(first), instant(last)))
    }

    /// The periods that have a limit.
    pub(crate) fn set(&self) -> impl Iterator<Item = (Period, Limit)> {
        self.by_period().into_iter().filter(|(_, limit)| limit.is_set())
    }

    pub(crate) fn check(&self) -> Vec<RulesError> {
        const FIELDS: [&str; 4] = ["/limits/day", "/limits/week", "/limits/month", "/limits/year"];
        let (mut count, mut minutes) = (0, 0);
        let mut errors = Vec::new();
        for ((_, limit), field) in self.by_period().into_iter().zip(FIELDS) {
            if limit.count.is_some_and(|own| own < count) || limit.minutes.is_some_and(|own| own < minutes) {
                errors.push(RulesError::LimitBelowShorterPeriod { field });
            }
            count = count.max(limit.count.unwrap_or(0));
            minutes = minutes.max(limit.minutes.unwrap_or(0));
        }
        errors
    }
}

/// One appointment that counts against the limits. A slot with several clients is one appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    /// When it starts: that decides its day, week, month and year.
    pub start: Timestamp,
    /// How long it is.
    pub minutes: u32,
}

/// The calendar period that holds an instant, as instants in seconds.
pub(crate) fn period_of(zone: &TimeZone, week_start: Weekday, period: Period, at: i64) -> Span {
    let (first, next) = period_days(week_start, period, wall_of(zone, at).0);
    Span::new(start_of_day(zone, first), start_of_day(zone, next))
}

/// First day of the period and of the one that follows, as day numbers.
fn period_days(week_start: Weekday, period: Period, day: i64) -> (i64, i64) {
    let date = date_of(day);
    let after = |first: jiff::civil::Date, span: jiff::Span| {
        (day_number(first), first.checked_add(span).map_or(i64::MAX, day_number))
    };
    match period {
        Period::Day => (day, day + 1),
        Period::Week => {
            let offset = i64::from(week_start.to_monday_zero_offset());
            let first = day - (days_since_monday(day) - offset).rem_euclid(7);
            (first, first + 7)
        }
        Period::Month => after(date.first_of_month(), 1.month()),
        Period::Year => after(date.first_of_year(), 1.year()),
    }
}

/// Appointments in order of their starts, with running sums, so that a period costs two look-ups.
pub(crate) struct Tally {
    starts: Vec<i64>,
    /// Minutes of all before; one longer than `starts`.
    minutes_before: Vec<u64>,
}

impl Tally {
    pub fn new(booked: &[Booked]) -> Self {
        let mut entries: Vec<(i64, u32)> = booked.iter().map(|one| (floor(one.start), one.minutes)).collect();
        entries.sort_unstable();
        let mut sum = 0_u64;
        let mut minutes_before = vec![sum];
        minutes_before.extend(entries.iter().map(|&(_, minutes)| {
            sum += u64::from(minutes);
            sum
        }));
        Self { starts: entries.into_iter().map(|(start, _)| start).collect(), minutes_before }
    }

    /// What is booked with a start in the period.
    pub fn used(&self, period: Span) -> Used {
        let from = self.starts.partition_point(|&start| start < period.start);
        let to = self.starts.partition_point(|&start| start < period.end);
        let before = |at: usize| self.minutes_before.get(at).copied().unwrap_or_default();
        let count = u64::try_from(to.saturating_sub(from)).unwrap_or(u64::MAX);
        Used { count, minutes: before(to).saturating_sub(before(from)) }
    }
}
