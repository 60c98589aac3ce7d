//! A coach's open hours: weekly windows, overrides for dates, zones for travel.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::error::ScheduleError;
use crate::local::{day_number, zone};
use crate::window::Hours;

const MAX_WEEKLY: usize = 1_000;
const MAX_OVERRIDES: usize = 10_000;
const MAX_TRAVEL: usize = 1_000;

/// Open hours on one day of every week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyWindow {
    /// The day on which the window opens.
    pub weekday: Weekday,
    /// Its hours on the wall clock.
    pub hours: Hours,
}

/// Other hours on one date, or none. All overrides of a date together replace its weekly windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateOverride {
    /// The local date.
    pub date: Date,
    /// What holds on it.
    pub hours: OverrideHours,
}

/// What an override says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideHours {
    /// No hours that day.
    Closed,
    /// These hours; several overrides of one date add up.
    Open(Hours),
}

/// Local dates (both inclusive) on which the same wall-clock hours are read in another zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travel {
    /// First date away.
    pub from: Date,
    /// Last date away.
    pub to: Date,
    /// IANA zone of the stay.
    pub zone: String,
}

/// A schedule as it was written down, not checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScheduleSpec {
    /// IANA zone of the coach at home.
    pub zone: String,
    /// Weekly windows in any order; they may touch, overlap and cross midnight.
    pub weekly: Vec<WeeklyWindow>,
    /// Overrides in any order.
    pub overrides: Vec<DateOverride>,
    /// Stays elsewhere in any order.
    pub travel: Vec<Travel>,
}

/// Where open hours come from; the index is that of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayHours {
    /// Minutes after the day's midnight.
    pub start: i64,
    /// The same; may be past 1440.
    pub end: i64,
    pub index: usize,
}

#[derive(Clone, Debug)]
struct Stay {
    from: i64,
    to: i64,
    zone: TimeZone,
    index: usize,
}

#[derive(Clone, Debug)]
struct OverriddenDay {
    day: i64,
    hours: Vec<DayHours>,
}

/// Checked open hours.
///
/// Invariant: hours of a day are sorted by start, overridden days by date, stays by date and disjoint.
#[derive(Clone, Debug)]
pub struct Schedule {
    home: TimeZone,
    /// Monday first.
    weekly: [Vec<DayHours>; 7],
    overrides: Vec<OverriddenDay>,
    travel: Vec<Stay>,
}

impl Schedule {
    /// Checks a specification; all that is wrong with it is reported, not the first finding alone.
    pub fn new(spec: &ScheduleSpec) -> Result<Self, Vec<ScheduleError>> {
        let mut errors = Vec::new();
        too_many(&mut errors, "/weekly", spec.weekly.len(), MAX_WEEKLY);
        too_many(&mut errors, "/overrides", spec.overrides.len(), MAX_OVERRIDES);
        too_many(&mut errors, "/travel", spec.travel.len(), MAX_TRAVEL);
        if !errors.is_empty() {
            return Err(errors);
        }
        let home = zone(&spec.zone);
        if home.is_none() {
            errors.push(ScheduleError::UnknownZone { field: "/zone".to_owned() });
        }
        let weekly = weekly(&spec.weekly, &mut errors);
        let overrides = overrides(&spec.overrides, &mut errors);
        let travel = travel(&spec.travel, &mut errors);
        match home {
            Some(home) if errors.is_empty() => Ok(Self { home, weekly, overrides, travel }),
            _ => Err(errors),
        }
    }

    /// The coach's own zone.
    pub fn home(&self) -> &TimeZone {
        &self.home
    }

    /// The zone in which a local date's hours are read.
    pub fn zone_on(&self, date: Date) -> &TimeZone {
        self.zone_of_day(day_number(date)).1
    }

    /// The zone of a day, with a number that is the same for days of the same stay.
    pub(crate) fn zone_of_day(&self, day: i64) -> (usize, &TimeZone) {
        let next = self.travel.partition_point(|stay| stay.from <= day);
        let stay = next.checked_sub(1).and_then(|last| self.travel.get(last));
        match stay.filter(|stay| day <= stay.to) {
            Some(stay) => (next, &stay.zone),
            None => (0, &self.home),
        }
    }

    /// The zone with that number.
    pub(crate) fn zone_number(&self, number: usize) -> &TimeZone {
        let stay = number.checked_sub(1).and_then(|at| self.travel.get(at));
        stay.map_or(&self.home, |stay| &stay.zone)
    }

    /// The hours that begin on a day, and whether overrides made them.
    pub(crate) fn hours_of_day(&self, day: i64) -> (&[DayHours], bool) {
        let found = self.overrides.binary_search_by_key(&day, |overridden| overridden.day);
        if let Some(overridden) = found.ok().and_then(|at| self.overrides.get(at)) {
            return (&overridden.hours, true);
        }
        let weekday = usize::try_from(crate::local::days_since_monday(day)).unwrap_or_default();
        (self.weekly.get(weekday).map_or(&[], Vec::as_slice), false)
    }
}

fn too_many(errors: &mut Vec<ScheduleError>, field: &str, count: usize, most: usize) {
    if count > most {
        errors.push(ScheduleError::TooMany { field: field.to_owned(), most });
    }
}

fn weekly(windows: &[WeeklyWindow], errors: &mut Vec<ScheduleError>) -> [Vec<DayHours>; 7] {
    let mut days: [Vec<DayHours>; 7] = Default::default();
    for (index, window) in windows.iter().enumerate() {
        let weekday = usize::try_from(window.weekday.to_monday_zero_offset()).unwrap_or_default();
        match (window.hours.local_minutes(), days.get_mut(weekday)) {
            (Ok((start, end)), Some(day)) => day.push(DayHours { start, end, index }),
            (Err(error), _) => errors.push(error.at(&format!("/weekly/{index}"))),
            (Ok(_), None) => {}
        }
    }
    for day in &mut days {
        day.sort_by_key(|hours| hours.start);
    }
    days
}

fn overrides(list: &[DateOverride], errors: &mut Vec<ScheduleError>) -> Vec<OverriddenDay> {
    let mut order: Vec<(i64, usize, &DateOverride)> =
        list.iter().enumerate().map(|(index, entry)| (day_number(entry.date), index, entry)).collect();
    order.sort_by_key(|&(day, index, _)| (day, index));
    order.chunk_by(|a, b| a.0 == b.0).filter_map(|same_day| overridden_day(same_day, errors)).collect()
}

fn overridden_day(
    entries: &[(i64, usize, &DateOverride)],
    errors: &mut Vec<ScheduleError>,
) -> Option<OverriddenDay> {
    let &(day, first, _) = entries.first()?;
    let overlap = |index: usize, other| ScheduleError::OverlappingOverride {
        field: format!("/overrides/{index}"),
        other,
    };
    let mut hours: Vec<DayHours> = Vec::new();
    for &(_, index, entry) in entries {
        match entry.hours {
            OverrideHours::Closed if entries.len() > 1 => {
                let other = entries.iter().map(|entry| entry.1).find(|&other| other != index);
                errors.push(overlap(index, other.unwrap_or(first)));
            }
            OverrideHours::Closed => {}
            OverrideHours::Open(open) => match open.local_minutes() {
                Ok((start, end)) => hours.push(DayHours { start, end, index }),
                Err(error) => errors.push(error.at(&format!("/overrides/{index}"))),
            },
        }
    }
    hours.sort_by_key(|hours| (hours.start, hours.index));
    // A longer window may reach over several that follow, so the furthest end so far is what counts.
    let mut furthest: Option<DayHours> = None;
    for open in &hours {
        if let Some(before) = furthest.filter(|before| open.start < before.end) {
            errors.push(overlap(open.index.max(before.index), open.index.min(before.index)));
        }
        furthest = furthest.filter(|before| before.end >= open.end).or(Some(*open));
    }
    Some(OverriddenDay { day, hours })
}

fn travel(list: &[Travel], errors: &mut Vec<ScheduleError>) -> Vec<Stay> {
    let mut stays = Vec::new();
    for (index, entry) in list.iter().enumerate() {
        let (from, to) = (day_number(entry.from), day_number(entry.to));
        if to < from {
            errors.push(ScheduleError::EndBeforeStart { field: format!("/travel/{index}/to") });
        }
        match zone(&entry.zone) {
            Some(zone) => stays.push(Stay { from, to, zone, index }),
            None => errors.push(ScheduleError::UnknownZone { field: format!("/travel/{index}/zone") }),
        }
    }
    stays.sort_by_key(|stay| (stay.from, stay.index));
    for pair in stays.windows(2) {
        if let [before, after] = pair
            && after.from <= before.to
        {
            let (later, other) = (before.index.max(after.index), before.index.min(after.index));
            errors.push(ScheduleError::OverlappingTravel { field: format!("/travel/{later}"), other });
        }
    }
    stays
}
