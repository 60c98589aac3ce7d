//! `{tz, weekly, overrides, travel}` as a schedule.
//!
//! Data from elsewhere is taken more kindly than what people type: windows without length are dropped (an
//! override without length still replaces the day's hours), overlapping overrides of a date add up, and
//! `closed` wins over hours.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::CaseError;
use super::read::Node;
use crate::error::ScheduleError;
use crate::schedule::{DateOverride, OverrideHours, Schedule, ScheduleSpec, Travel, WeeklyWindow};
use crate::window::{Hours, WallTime};

const MAX_ENTRIES: usize = 1_000;

pub(super) fn schedule(node: &Node<'_>) -> Result<Schedule, CaseError> {
    let zone = node.field("tz")?.text()?.to_owned();
    let mut weekly = Vec::new();
    for entry in node.opt_list("weekly", MAX_ENTRIES)? {
        let open = hours(&entry)?;
        for day in entry.field("days")?.list(7)? {
            let number = i8::try_from(day.number(0, 6)?).unwrap_or_default();
            let weekday =
                Weekday::from_sunday_zero_offset(number).map_err(|_| day.error("must be 0 to 6"))?;
            weekly.extend(open.map(|hours| WeeklyWindow { weekday, hours }));
        }
    }
    let overrides = overrides(node)?;
    let mut travel = Vec::new();
    for entry in node.opt_list("travel", MAX_ENTRIES)? {
        entry.field("tz")?.zone()?;
        travel.push(Travel {
            from: entry.field("from")?.date()?,
            to: entry.field("to")?.date()?,
            zone: entry.field("tz")?.text()?.to_owned(),
        });
    }
    let spec = ScheduleSpec { zone, weekly, overrides, travel };
    Schedule::new(&spec).map_err(|errors| named(node, &errors))
}

/// `{start, end}`; `None` when the window has no length.
fn hours(entry: &Node<'_>) -> Result<Option<Hours>, CaseError> {
    let (start_field, end) = (entry.field("start")?, entry.field("end")?.wall_time()?);
    let start = start_field.wall_time()?;
    if start == end {
        return Ok(None);
    }
    if start == WallTime::END_OF_DAY {
        return Err(start_field.error("a window cannot start at 24:00"));
    }
    Ok(Some(Hours::new(start, end)))
}

fn overrides(node: &Node<'_>) -> Result<Vec<DateOverride>, CaseError> {
    let mut days: BTreeMap<Date, (bool, Vec<Hours>)> = BTreeMap::new();
    for entry in node.opt_list("overrides", MAX_ENTRIES)? {
        let (closed, open) = days.entry(entry.field("date")?.date()?).or_default();
        if entry.opt("closed").map_or(Ok(false), |flag| flag.flag())? {
            *closed = true;
        } else {
            open.extend(hours(&entry)?);
        }
    }
    let of_day = |(date, (closed, open)): (Date, (bool, Vec<Hours>))| {
        let open = if closed { Vec::new() } else { add_up(open) };
        let closed = open.is_empty().then_some(OverrideHours::Closed);
        let all = closed.into_iter().chain(open.into_iter().map(OverrideHours::Open));
        all.map(move |hours| DateOverride { date, hours }).collect::<Vec<_>>()
    };
    Ok(days.into_iter().flat_map(of_day).collect())
}

/// Hours of one date without overlaps.
fn add_up(mut open: Vec<Hours>) -> Vec<Hours> {
    let minutes = |hours: &Hours| hours.local_minutes().unwrap_or_default();
    open.sort_by_key(minutes);
    let mut sum: Vec<Hours> = Vec::new();
    for next in open {
        match sum.last_mut() {
            Some(last) if minutes(&next).0 <= minutes(last).1 => {
                if minutes(&next).1 > minutes(last).1 {
                    last.end = next.end;
                }
            }
            _ => sum.push(next),
        }
    }
    sum
}

fn named(node: &Node<'_>, errors: &[ScheduleError]) -> CaseError {
    let Some(error) = errors.first() else {
        return node.error("not a schedule");
    };
    let message = match error {
        ScheduleError::UnknownZone { .. } => "unknown time zone",
        ScheduleError::EndBeforeStart { .. } => "ends before it starts",
        ScheduleError::OverlappingTravel { .. } => "overlaps another stay",
        ScheduleError::TooMany { .. } => "too many entries",
        _ => "not a schedule",
    };
    let field = if error.field() == "/zone" { "/tz" } else { error.field() };
    CaseError::new(format!("{}{field}", node.pointer()), message)
}
