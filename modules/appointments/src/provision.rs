//! The `[appointments]` section of a tenant file: types and weekly windows.
//!
//! What exists is left as it is, so that applying a file again changes nothing and undoes nobody's work in the studio.

use std::collections::BTreeMap;

use billing::parse_price;
use events::{Currency, MemberId};
use kernel::{BoxFuture, Ctx, Problem, Tx};
use people::members;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    error::{schedule_problem, type_problem},
    model::{
        CoachMode, PlaceKind,
        day::Day,
        details::{Duration, Question, TypeLimits},
        hours::{self, WindowInput},
        type_input::TypeInput,
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
    /// In the major unit of the tenant's currency: `"45.00"`.
    #[serde(default)]
    price: Option<String>,
    /// `[{ minutes = 90, price = "120" }]`
    #[serde(default)]
    other_durations: Vec<LengthEntry>,
    #[serde(default)]
    step_minutes: Option<i64>,
    #[serde(default)]
    buffer_before_minutes: i64,
    #[serde(default)]
    buffer_after_minutes: i64,
    #[serde(default)]
    notice_minutes: i64,
    horizon_days: Option<i64>,
    range_from: Option<String>,
    range_to: Option<String>,
    #[serde(default)]
    limits: TypeLimits,
    seats: Option<i64>,
    place_kind: PlaceKind,
    #[serde(default)]
    place: String,
    #[serde(default = "fixed")]
    coach_mode: CoachMode,
    hold_minutes: Option<i64>,
    #[serde(default)]
    needs_approval: bool,
    #[serde(default)]
    cancel_free_minutes: i64,
    late_refund_percent: Option<i64>,
    #[serde(default)]
    move_free_minutes: i64,
    #[serde(default)]
    questions: Vec<Question>,
    reminder_minutes: Option<Vec<i32>>,
    asks_rating: Option<bool>,
    /// May be paid with so many credits instead of money.
    credits: Option<i64>,
    /// E-mails of staff.
    coaches: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LengthEntry {
    minutes: i32,
    #[serde(default)]
    price: Option<String>,
}

fn fixed() -> CoachMode {
    CoachMode::Fixed
}

impl TypeEntry {
    fn input(self, coaches: Vec<MemberId>, position: i64, currency: Currency) -> Result<TypeInput, Problem> {
        let otherwise = TypeInput::default();
        let lengths = self
            .other_durations
            .iter()
            .map(|one| Ok(Duration { minutes: one.minutes, price: price(one.price.as_deref(), currency)? }));
        Ok(TypeInput {
            other_durations: lengths.collect::<Result<_, Problem>>()?,
            price: price(self.price.as_deref(), currency)?,
            range_from: day("types/range_from", self.range_from.as_deref())?,
            range_to: day("types/range_to", self.range_to.as_deref())?,
            slug: self.slug,
            name: self.name,
            description: self.description,
            minutes: self.minutes,
            step_minutes: self.step_minutes,
            buffer_before_minutes: self.buffer_before_minutes,
            buffer_after_minutes: self.buffer_after_minutes,
            notice_minutes: self.notice_minutes,
            horizon_days: self.horizon_days.unwrap_or(otherwise.horizon_days),
            limits: self.limits,
            seats: self.seats.unwrap_or(otherwise.seats),
            place_kind: self.place_kind,
            place: self.place,
            coach_mode: self.coach_mode,
            coaches,
            active: true,
            position,
            hold_minutes: self.hold_minutes.unwrap_or(otherwise.hold_minutes),
            needs_approval: self.needs_approval,
            cancel_free_minutes: self.cancel_free_minutes,
            late_refund_percent: self.late_refund_percent,
            move_free_minutes: self.move_free_minutes,
            questions: self.questions,
            reminder_minutes: self.reminder_minutes.unwrap_or(otherwise.reminder_minutes),
            asks_rating: self.asks_rating.unwrap_or(otherwise.asks_rating),
            credits: self.credits,
        })
    }
}

fn price(text: Option<&str>, currency: Currency) -> Result<i64, Problem> {
    let Some(text) = text else { return Ok(0) };
    parse_price(text, currency)
        .ok_or_else(|| refused("types/price", &format!("no price in {}: {text}", currency.code())))
}

fn day(field: &str, text: Option<&str>) -> Result<Option<Day>, Problem> {
    text.map(|text| text.parse::<Day>().map_err(|error| refused(field, &error))).transpose()
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
    let input = entry.input(coaches, position, tx.ctx().tenant().currency)?;
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
    fn a_type_of_a_file_has_all_its_fields() {
        let entry: TypeEntry = serde_json::from_value(serde_json::json!({
            "slug": "talk", "name": "Talk", "minutes": 50, "price": "95.50", "place_kind": "room", "coaches": [],
            "other_durations": [{ "minutes": 80, "price": "140" }], "seats": 4, "needs_approval": true, "range_to": "2027-01-31",
            "questions": [{ "key": "goal", "label": "Your goal?", "kind": "text" }], "reminder_minutes": [60], "credits": 2,
            "limits": { "week": { "count": 10 } },
        }))
        .unwrap();
        let input = entry.input(vec![], 3, "GBP".parse().unwrap()).unwrap();
        assert_eq!((input.price, input.other_durations[0].price, input.seats), (9_550, 14_000, 4));
        assert_eq!(input.credits, Some(2));
        assert_eq!((input.limits.week.count, input.reminder_minutes.as_slice()), (Some(10), &[60][..]));
        assert!(price(Some("12.345"), "GBP".parse().unwrap()).is_err());
        assert!(day("x", Some("soon")).is_err());
    }

    #[test]
    fn unknown_keys_are_refused() {
        let read = serde_json::from_value::<Section>;
        assert!(read(serde_json::json!({ "types": [], "schedules": [] })).is_ok());
        assert!(read(serde_json::json!({ "typos": [] })).is_err());
    }
}
