//! Limits read from JSON, and questions about them alone.
//!
//! `limits: {PER_DAY: 2}` is a number of bookings, `{PER_DAY: {count, minutes}}` either or both, and
//! `duration_limits: {PER_DAY: 90}` minutes. `week_start` names a weekday; without it weeks begin on Sunday,
//! the day that the form also counts weekdays from.

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::CaseError;
use super::read::Node;
use crate::busy::Busy;
use crate::explain::{Closing, explain};
use crate::limits::{Booked, Limit, Limits, Period, Tally, Used, period_of};
use crate::request::{Host, HostMode, Request};
use crate::rules::{MAX_DURATION_MIN, Rules, RulesSpec};
use crate::schedule::{Schedule, ScheduleSpec};
use crate::span::floor;

const MAX_STARTS: usize = 100_000;

pub(super) fn limits(root: &Node<'_>) -> Result<Limits, CaseError> {
    let mut limits = Limits { week_start: Weekday::Sunday, ..Limits::default() };
    if let Some(day) = root.opt("week_start") {
        limits.week_start = day.weekday_name()?;
    }
    if let Some(node) = root.opt("limits") {
        for (name, value) in node.members(20)? {
            let limit = period_mut(&mut limits, name, &value)?;
            if value.is_object() {
                let read = |key: &str| value.opt(key).map(|most| most.number(0, u32::MAX)).transpose();
                (limit.count, limit.minutes) = (read("count")?, read("minutes")?);
            } else {
                limit.count = Some(value.number(0, u32::MAX)?);
            }
        }
    }
    if let Some(node) = root.opt("duration_limits") {
        for (name, value) in node.members(20)? {
            period_mut(&mut limits, name, &value)?.minutes = Some(value.number(0, u32::MAX)?);
        }
    }
    Ok(limits)
}

fn period_mut<'a>(limits: &'a mut Limits, name: &str, at: &Node<'_>) -> Result<&'a mut Limit, CaseError> {
    match name {
        "PER_DAY" | "day" => Ok(&mut limits.day),
        "PER_WEEK" | "week" => Ok(&mut limits.week),
        "PER_MONTH" | "month" => Ok(&mut limits.month),
        "PER_YEAR" | "year" => Ok(&mut limits.year),
        _ => Err(at.error("must be PER_DAY, PER_WEEK, PER_MONTH or PER_YEAR")),
    }
}

pub(super) fn answer(root: &Node<'_>) -> Result<Value, CaseError> {
    let limits = limits(root)?;
    if root.opt("new_start_utc").is_some() {
        return at_start(root, limits);
    }
    let minutes = root.opt("booked_minutes_in_each_period");
    let count = root.number_or("already_booked_in_each_period", 0, 0, u32::MAX)?;
    if minutes.is_none() && root.opt("already_booked_in_each_period").is_none() {
        return Err(CaseError::new("/already_booked_in_each_period", "missing"));
    }
    // When minutes are given, plain numbers among the limits are minutes.
    let as_minutes = |limit: Limit| Limit { count: None, minutes: limit.minutes.or(limit.count) };
    let by_minutes = minutes.is_some() && root.opt("already_booked_in_each_period").is_none();
    let used = Used {
        count: u64::from(count),
        minutes: minutes.map_or(Ok(0), |minutes| minutes.number(0, u32::MAX)).map(u64::from)?,
    };
    let new_minutes = root.number_or("new_minutes", 0, 0, MAX_DURATION_MIN)?;
    let accepts = |limit: Limit| {
        let limit = if by_minutes { as_minutes(limit) } else { limit };
        limit.exceeded(used, new_minutes).is_none()
    };
    Ok(json!({ "accept": limits.by_period().into_iter().all(|(_, limit)| accepts(limit)) }))
}

/// Asks the engine itself: a schedule that is always open, with the starts as bookings.
fn at_start(root: &Node<'_>, limits: Limits) -> Result<Value, CaseError> {
    let zone_field = root.field("tz")?;
    let spec = ScheduleSpec { zone: zone_field.text()?.to_owned(), ..ScheduleSpec::default() };
    let schedule = Schedule::new(&spec).map_err(|_| zone_field.error("unknown time zone"))?;
    let start_field = root.field("new_start_utc")?;
    let start = start_field.instant()?;
    let length = root.number_or("new_minutes", 1, 1, MAX_DURATION_MIN)?;
    let mut booked = Vec::new();
    for entry in root.opt_list("booked_starts_utc", MAX_STARTS)? {
        booked.push(Booked { start: entry.instant()?, minutes: length });
    }
    let rules = Rules::new(RulesSpec { limits, ..RulesSpec::of(length) });
    let rules = rules.map_err(|_| CaseError::new("/limits", "a longer period may not allow less"))?;
    let busy: &[Busy] = &[];
    let hosts = [Host { booked: &booked, busy, ..Host::new(&schedule) }];
    let request = Request {
        hosts: &hosts,
        mode: HostMode::Single,
        rules: &rules,
        duration_min: length,
        now: Timestamp::MIN,
        from: start,
        to: start.saturating_add(SignedDuration::from_secs(1)).unwrap_or(start),
    };
    let explained =
        explain(&request, start).map_err(|error| start_field.error(format!("cannot be asked: {error}")))?;
    let mut closings = explained.hosts.iter().flat_map(|host| &host.closed_by);
    let mut out = Map::new();
    let accept = !closings.any(|closing| matches!(closing, Closing::Limit { .. }));
    out.insert("accept".into(), Value::from(accept));
    let first = limits.set().next();
    let count = |(period, _): (Period, Limit)| {
        let within = period_of(schedule.home(), limits.week_start, period, floor(start));
        Tally::new(&booked).used(within).count
    };
    out.extend(first.map(|limit| ("count_in_period".to_owned(), Value::from(count(limit)))));
    Ok(Value::Object(out))
}
