//! Questions about local time: wall-clock times, series, notice, reminders.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::CaseError;
use super::read::Node;
use crate::local::{after_quiet_hours, calendar_days_after, elapsed_after, instant_of, series as series_of};

const MAX_TIMES: usize = 10_000;

pub(super) fn wall_times(root: &Node<'_>) -> Result<Value, CaseError> {
    let zone = root.field("host_tz")?.zone()?;
    let viewer = root.opt("viewer_tz").map(|viewer| viewer.zone()).transpose()?;
    let mut instants = Vec::new();
    for entry in root.field("wall_times")?.list(MAX_TIMES)? {
        let at = instant_of(&zone, entry.date_time()?);
        let mut one = json!({ "local": entry.text()?, "utc": at.to_string() });
        if let (Some(viewer), Some(one)) = (&viewer, one.as_object_mut()) {
            let shown = at.display_with_offset(viewer.to_offset(at)).to_string();
            one.insert("viewer_local".into(), Value::from(shown));
        }
        instants.push(one);
    }
    Ok(json!({ "instants": instants }))
}

pub(super) fn series(root: &Node<'_>) -> Result<Value, CaseError> {
    let zone = root.field("tz")?.zone()?;
    let first = root.field("first_local")?.date_time()?;
    let count = |key: &str, most: u32| {
        let number = root.field(key)?.number(1, most)?;
        Ok::<u16, CaseError>(u16::try_from(number).unwrap_or(u16::MAX))
    };
    let instants = series_of(&zone, first, count("every_days", 3_660)?, count("count", 10_000)?);
    Ok(json!({ "utc": instants.iter().map(Timestamp::to_string).collect::<Vec<_>>() }))
}

pub(super) fn notice(root: &Node<'_>) -> Result<Value, CaseError> {
    let zone = root.field("host_tz")?.zone()?;
    let now = root.field("now")?.instant()?;
    let field = root.field("notice")?;
    let Some(Distance::Days(days)) = Distance::read(field.text()?) else {
        return Err(field.error("must be a number of days, such as 7 days"));
    };
    let elapsed = elapsed_after(now, SignedDuration::from_hours(i64::from(days) * 24));
    let calendar = calendar_days_after(&zone, now, days);
    let local = |at| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    Ok(json!({
        "earliest_if_elapsed_hours": elapsed.to_string(),
        "earliest_local_if_elapsed": local(elapsed),
        "earliest_if_calendar_days": calendar.to_string(),
        "earliest_local_if_calendar": local(calendar),
    }))
}

/// A distance in words: hours are elapsed time, days are calendar days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distance {
    Hours(i32),
    Days(i32),
}

impl Distance {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let number = words.next()?.parse::<u16>().ok().map(i32::from)?;
        match words.next()? {
            "h" | "hour" | "hours" => Some(Self::Hours(number)),
            "d" | "day" | "days" => Some(Self::Days(number)),
            _ => None,
        }
    }
}

/// `reminder: "24 h before"`, `"24 h vs 1 day before"` for both readings, or with quiet hours
/// `{offset, quiet_from, quiet_to}`.
pub(super) fn reminder(root: &Node<'_>) -> Result<Value, CaseError> {
    let zone = root.field("tz")?.zone()?;
    let start = root.field("start_utc")?.instant()?;
    let field = root.field("reminder")?;
    let offset = if field.is_object() { field.field("offset")? } else { root.field("reminder")? };
    let shown = |at: Timestamp| Value::from(at.display_with_offset(zone.to_offset(at)).to_string());
    let hours_before = |hours| elapsed_after(start, SignedDuration::from_hours(-i64::from(hours)));
    let mut out = Map::new();
    let mut due = None;
    for part in offset.text()?.split(" vs ") {
        let distance = Distance::read(part);
        let distance = distance.ok_or_else(|| offset.error("must be hours or days, such as 24 h before"))?;
        let (key, at) = match distance {
            Distance::Hours(hours) => (format!("elapsed_{hours}h_utc"), hours_before(hours)),
            Distance::Days(days) => {
                (format!("calendar_{days}d_utc"), calendar_days_after(&zone, start, -days))
            }
        };
        if matches!(distance, Distance::Hours(_)) {
            out.insert("elapsed_local".into(), shown(at));
        }
        out.insert(key, Value::from(at.to_string()));
        due = due.or(Some(at));
    }
    let due = due.unwrap_or(start);
    let send_at = match (field.opt("quiet_from"), field.opt("quiet_to")) {
        (Some(from), Some(to)) => after_quiet_hours(&zone, due, from.wall_time()?, to.wall_time()?),
        _ => due,
    };
    out.insert("due_utc".into(), Value::from(due.to_string()));
    out.insert("due_local".into(), shown(due));
    out.insert("send_at_utc".into(), Value::from(send_at.to_string()));
    out.insert("local".into(), shown(send_at));
    Ok(Value::Object(out))
}
