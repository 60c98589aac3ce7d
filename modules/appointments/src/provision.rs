//! The `[appointments]` section of a tenant file: types and weekly windows.
//!
//! What exists is left as it is, so that applying a file again changes nothing and undoes nobody's work in the studio.

use std::collections::BTreeMap;

use events::MemberId;
use kernel::{BoxFuture, Ctx, Problem, Tx};
use people::members;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    error::{schedule_problem, type_problem},
    model::{
        CoachMode, PlaceKind,
        type_input::TypeInput,
        hours::{self, WindowInput},
    },
    policy::{AVAILABILITY_WRITE, TYPES_WRITE},
    queries::{
        schedules::{schedule_exists, schedule_replace},
        types::{type_exists, type_insert},
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Section {
    types: Vec<TypeEntry>,
    schedules: Vec<ScheduleEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeEntry {
    slug: String,
    name: String,
    #[serde(default)]
    description: String,
    minutes: i64,
    #[serde(default)]
    step_minutes: Option<i64>,
    #[serde(default)]
    buffer_before_minutes: i64,
    #[serde(default)]
    buffer_after_minutes: i64,
    #[serde(default)]
    notice_minutes: i64,
    #[serde(default = "sixty")]
    horizon_days: i64,
    place_kind: PlaceKind,
    #[serde(default)]
    place: String,
    #[serde(default = "fixed")]
    coach_mode: CoachMode,
    /// E-mails of staff.
    coaches: Vec<String>,
}

fn sixty() -> i64 {
    60
}
fn fixed() -> CoachMode {
    CoachMode::Fixed
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleEntry {
    /// E-mail of one of the staff.
    coach: String,
    #[serde(default)]
    zone: Option<String>,
    /// `mon = ["09:00-12:30", "14:00-17:00"]`
    weekly: BTreeMap<String, Vec<String>>,
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Makes what the section names and the tenant does not have yet.
pub(crate) fn provision(ctx: Ctx, section: Value) -> BoxFuture<'static, Result<(), Problem>> {
    Box::pin(async move {
        let section: Section = serde_json::from_value(section).map_err(|error| refused("section", &error))?;
        let (types, schedules) = (section.types, section.schedules);
        ctx.tx(AVAILABILITY_WRITE, async move |tx: &mut Tx| {
            let staff = staff(tx).await?;
            for entry in schedules {
                schedule(tx, &staff, entry).await?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
        ctx.tx(TYPES_WRITE, async move |tx: &mut Tx| {
            let staff = staff(tx).await?;
            for (position, entry) in types.into_iter().enumerate() {
                appointment_type(tx, &staff, entry, i64::try_from(position).unwrap_or(0)).await?;
            }
            Ok(())
        })
        .await
    })
}

type Staff = BTreeMap<String, MemberId>;

async fn staff(tx: &mut Tx) -> Result<Staff, Problem> {
    let all = members::list(tx).await?;
    Ok(all.into_iter().map(|member| (member.email.to_lowercase(), member.id)).collect())
}

fn member(staff: &Staff, field: &str, email: &str) -> Result<MemberId, Problem> {
    staff
        .get(&email.trim().to_lowercase())
        .copied()
        .ok_or_else(|| refused(field, &format!("no staff {email}")))
}

async fn schedule(tx: &mut Tx, staff: &Staff, entry: ScheduleEntry) -> Result<(), Problem> {
    let coach = member(staff, "schedules/coach", &entry.coach)?;
    if schedule_exists(tx, coach).await? {
        return Ok(());
    }
    let windows = hours::check(coach, &windows(&entry.weekly)?)?;
    if let Some(zone) = &entry.zone {
        let mut check = kernel::Check::new();
        check.zone("schedules/zone", zone);
        check.finish()?;
    }
    schedule_replace(tx, coach, entry.zone.as_deref(), &windows).await.map_err(schedule_problem)
}

fn windows(weekly: &BTreeMap<String, Vec<String>>) -> Result<Vec<WindowInput>, Problem> {
    let mut windows = Vec::new();
    for (name, hours) in weekly {
        let place = WEEKDAYS.iter().position(|weekday| weekday == name);
        let weekday = place.ok_or_else(|| refused("schedules/weekly", &format!("no weekday {name}")))?;
        for text in hours {
            let (opens, closes) = text.split_once('-').ok_or_else(|| refused("schedules/weekly", text))?;
            let weekday = i64::try_from(weekday + 1).unwrap_or(0);
            windows.push(WindowInput { weekday, opens: opens.trim().into(), closes: closes.trim().into() });
        }
    }
    Ok(windows)
}

async fn appointment_type(
    tx: &mut Tx,
    staff: &Staff,
    entry: TypeEntry,
    position: i64,
) -> Result<(), Problem> {
    if type_exists(tx, &entry.slug).await? {
        return Ok(());
    }
    let coaches =
        entry.coaches.iter().map(|email| member(staff, "types/coaches", email)).collect::<Result<_, _>>()?;
    let input = TypeInput {
        slug: entry.slug,
        name: entry.name,
        description: entry.description,
        minutes: entry.minutes,
        step_minutes: entry.step_minutes,
        buffer_before_minutes: entry.buffer_before_minutes,
        buffer_after_minutes: entry.buffer_after_minutes,
        notice_minutes: entry.notice_minutes,
        horizon_days: entry.horizon_days,
        place_kind: entry.place_kind,
        place: entry.place,
        coach_mode: entry.coach_mode,
        coaches,
        position,
        ..TypeInput::default()
    };
    let (row, coaches) = input.check(tx.ctx().new_id(), tx.ctx().now())?;
    type_insert(tx, &row, &coaches).await.map_err(type_problem)
}

/// A field error with what exactly is wrong, for the person who wrote the file.
fn refused(field: &str, cause: &impl ToString) -> Problem {
    Problem { cause: Some(cause.to_string()), ..Problem::field(field, "unreadable") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_by_weekday() {
        let weekly =
            BTreeMap::from([("tue".to_owned(), vec!["09:00-12:30".to_owned(), "14:00 - 17:00".to_owned()])]);
        let read: Vec<_> =
            windows(&weekly).unwrap().into_iter().map(|w| (w.weekday, w.opens, w.closes)).collect();
        assert_eq!(read, [(2, "09:00".into(), "12:30".into()), (2, "14:00".into(), "17:00".into())]);
        assert!(windows(&BTreeMap::from([("tuesday".to_owned(), vec![])])).is_err());
        assert!(windows(&BTreeMap::from([("tue".to_owned(), vec!["9".to_owned()])])).is_err());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let read = serde_json::from_value::<Section>;
        assert!(read(serde_json::json!({ "types": [], "schedules": [] })).is_ok());
        assert!(read(serde_json::json!({ "typos": [] })).is_err());
    }
}
