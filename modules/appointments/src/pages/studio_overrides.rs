//! Other hours on dates: a month to choose a date from, and the hours of that date.

use std::collections::BTreeMap;

use events::MemberId;
use jiff::{ToSpan, civil::Date};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use people::members::Member;
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    month::{midday, name, parse},
    staff::{is_refusal, renamed},
    views::{Choice, DateCell, FieldLabel, OverridesView, WindowFields},
};
use crate::{
    model::{
        day::Day,
        hours::clock,
        overrides::{HoursInput, MAX_HOURS, OverrideRow},
        when,
    },
    policy::AVAILABILITY_READ,
    service::{
        overrides::{self, OverriddenDate},
        schedules::{self, write_permission},
    },
};

const PATH: &str = "/studio/availability/overrides";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DateQuery {
    coach: String,
    month: String,
    date: String,
}

/// `/{slug}/studio/availability/overrides`
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>, Query(query): Query<DateQuery>) -> Result<Page, Problem> {
    let own = ctx.actor().staff().map(|staff| staff.member);
    let coach = query.coach.parse::<MemberId>().ok().or(own).ok_or_else(Problem::not_found)?;
    let today = when::date_in(ctx.now(), &when::zone(&ctx.tenant().zone));
    let date = when::date(&query.date)
        .unwrap_or_else(|| parse(&query.month).map_or(today, |month| month.max(today)));
    let month = parse(&query.month).unwrap_or(date);
    view(ctx, coach, (month, date), None).await.map(|view| Page::of(&view))
}

/// The hours of a date were sent.
#[handler]
pub(super) async fn save(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let coach = form.text("coach").parse::<MemberId>().map_err(|_| Problem::not_found())?;
    let date = form.text("date").parse::<Day>().map_err(|_| Problem::not_found())?;
    let (hours, places) = read(&form);
    let stored = overrides::list(ctx, coach, (date, date)).await?.into_iter().next();
    let done = match meant(form.text("state"), &hours, stored.as_ref()) {
        Ok(Meant::Closed) => overrides::put(ctx, coach, date, &[]).await.map(drop),
        Ok(Meant::Other) => overrides::put(ctx, coach, date, &hours).await.map(drop),
        Ok(Meant::Usual) => overrides::remove(ctx, coach, date).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => {
            let to = with_query(PATH, &[("coach", &coach.to_string()), ("date", &date.to_string())]);
            Ok(Redirect::to(ctx.path(&to)).flash(saved(date.0)).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let state = form.refused(&renamed(problem.clone(), |field| in_form(field, &places)));
            let view = view(ctx, coach, (date.0, date.0), Some(state)).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// What is to hold on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    Usual,
    Other,
    Closed,
}

/// What somebody means who chose `state`. Hours typed on a date that has none of its own are other hours, though nothing was
/// chosen; where the choice and what was typed contradict each other, one of them has to go. Hours that stand there because
/// they hold so far are not typed.
///
/// # Errors
/// 422 at `state` or at the first hour.
fn meant(state: &str, typed: &[HoursInput], stored: Option<&OverriddenDate>) -> Result<Meant, Problem> {
    let so_far: Vec<HoursInput> = stored.iter().flat_map(|one| &one.hours).map(as_typed).collect();
    let is_typed = !typed.is_empty() && typed != so_far;
    match state {
        "other" if typed.is_empty() => Err(Problem::field("hours/0/opens", "required")),
        "other" => Ok(Meant::Other),
        "usual" if is_typed && stored.is_none() => Ok(Meant::Other),
        "usual" | "closed" if is_typed => Err(Problem::field("state", "hours_not_used")),
        "usual" => Ok(Meant::Usual),
        "closed" => Ok(Meant::Closed),
        _ => Err(Problem::field("state", "choose_one")),
    }
}

fn as_typed(row: &OverrideRow) -> HoursInput {
    HoursInput { opens: clock(row.opens), closes: clock(row.closes) }
}

/// Names the date whose hours are saved.
fn saved(date: Date) -> Text {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).ok().and_then(|day| days.get(day));
    Text::key("appointments-flash-date-saved")
        .arg("weekday", weekday.unwrap_or(&"sun"))
        .arg("day", date.day())
        .arg("month", format!("m{}", date.month()))
}

/// The hours that were typed, and the line of each.
fn read(form: &Form) -> (Vec<HoursInput>, Vec<usize>) {
    let typed = |line: usize| {
        let (opens, closes) = (form.string(&format!("opens-{line}")), form.string(&format!("closes-{line}")));
        let is_empty = opens.is_empty() && closes.is_empty();
        (!is_empty).then_some((HoursInput { opens, closes }, line))
    };
    (0..MAX_HOURS).filter_map(typed).unzip()
}

/// `hours/1/closes` becomes `closes-3`.
fn in_form(field: &str, places: &[usize]) -> String {
    let mut parts = field.split('/').skip(1);
    let index = parts.next().and_then(|index| index.parse::<usize>().ok());
    match (index, parts.next()) {
        (Some(index), Some(part)) => format!("{part}-{}", places.get(index).copied().unwrap_or(0)),
        _ if field == "hours" => "opens-0".to_owned(),
        _ => field.to_owned(),
    }
}

async fn view(
    ctx: &Ctx,
    coach: MemberId,
    (month, date): (Date, Date),
    refused: Option<FormState>,
) -> Result<OverridesView, Problem> {
    let weekly = schedules::get(ctx, coach).await?;
    let zone = weekly.zone.unwrap_or_else(|| ctx.tenant().zone.clone());
    let tz = when::zone(&zone);
    let range = (Day(month.first_of_month().min(date)), Day(month.last_of_month().max(date)));
    let found = overrides::list(ctx, coach, range).await?;
    let by_date: BTreeMap<Date, OverriddenDate> = found.into_iter().map(|one| (one.date.0, one)).collect();
    let state = |day: Date| {
        by_date.get(&day).map_or("usual", |one| if one.hours.is_empty() { "closed" } else { "other" })
    };
    let may_write = ctx.may(write_permission(ctx, coach));
    let staff = schedules::coaches(ctx, AVAILABILITY_READ).await?;
    let form = refused.unwrap_or_else(|| filled(by_date.get(&date)));
    let chosen = form.values.get("state").cloned().unwrap_or_else(|| state(date).to_owned());
    let coach_text = coach.to_string();
    let path = |name: &str, value: &str| with_query(PATH, &[("coach", &coach_text), (name, value)]);
    let cell = |day: Date| DateCell {
        day: day.day(),
        at: midday(day, &tz),
        path: path("date", &day.to_string()),
        current: day == date,
        state: state(day),
    };
    Ok(OverridesView {
        coach_name: staff.iter().find(|one| one.id == coach).map(|one| one.name.clone()).unwrap_or_default(),
        coaches: staff.into_iter().map(|one| choice(one, coach)).collect(),
        hours_path: with_query("/studio/availability", &[("coach", &coach_text)]),
        month_at: midday(month, &tz),
        previous: path("month", &name(month.saturating_sub(1.month()))),
        next: path("month", &name(month.saturating_add(1.month()))),
        weeks: weeks(month, cell),
        date: date.to_string(),
        date_at: midday(date, &tz),
        state: chosen,
        labels: labels(&form),
        lines: lines(&form),
        may_write,
        zone,
        form,
        coach: coach.to_string(),
    })
}

fn choice(member: Member, coach: MemberId) -> Choice {
    Choice { current: member.id == coach, value: member.id.to_string(), label: member.name }
}

fn weeks(month: Date, cell: impl Fn(Date) -> DateCell) -> Vec<Vec<Option<DateCell>>> {
    let first = month.first_of_month();
    let gap = usize::try_from(first.weekday().to_monday_zero_offset()).unwrap_or(0);
    let days = first.series(1.day()).take_while(|day| day.month() == first.month());
    let mut cells: Vec<Option<DateCell>> = std::iter::repeat_with(|| None).take(gap).collect();
    cells.extend(days.map(|day| Some(cell(day))));
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    cells.chunks(7).map(<[_]>::to_vec).collect()
}

fn filled(found: Option<&OverriddenDate>) -> FormState {
    let mut form = FormState::default();
    for (line, hours) in found.iter().flat_map(|one| &one.hours).enumerate() {
        form = form
            .with(&format!("opens-{line}"), clock(hours.opens))
            .with(&format!("closes-{line}"), clock(hours.closes));
    }
    form
}

/// What the fields of the lines are called where all errors stand together.
fn labels(form: &FormState) -> Vec<FieldLabel> {
    let both = |line: WindowFields| {
        let label = |part: &str| Text::key(format!("appointments-hours-{part}")).arg("number", line.number);
        [FieldLabel::new(&line.opens, label("opens")), FieldLabel::new(&line.closes, label("closes"))]
    };
    lines(form).into_iter().flat_map(both).collect()
}

/// Lines that are filled, and one more.
fn lines(form: &FormState) -> Vec<WindowFields> {
    let is_filled = |line: &usize| {
        let typed =
            |part: &str| form.values.get(&format!("{part}-{line}")).is_some_and(|value| !value.is_empty());
        typed("opens") || typed("closes")
    };
    let filled = (0..MAX_HOURS).rev().find(is_filled).map_or(0, |last| last + 1);
    let fields = |line| WindowFields {
        number: line + 1,
        opens: format!("opens-{line}"),
        closes: format!("closes-{line}"),
    };
    (0..(filled + 1).clamp(2, MAX_HOURS)).map(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stand_at_the_line_they_belong_to() {
        let pairs = [("opens-0", ""), ("opens-2", "09:00"), ("closes-2", "09:00")];
        let form: Form =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (hours, places) = read(&form);
        assert_eq!((hours.len(), places.as_slice()), (1, &[2][..]));
        assert_eq!(in_form("hours/0/closes", &places), "closes-2");
        assert_eq!((in_form("hours", &places), in_form("date", &places)), ("opens-0".into(), "date".into()));
    }

    #[test]
    fn typed_hours_are_never_dropped() {
        let hours = |opens: &str| vec![HoursInput { opens: opens.into(), closes: "12:00".into() }];
        let row = |opens| OverrideRow {
            coach_id: crate::model::appointment_type::tests::member(1),
            date: Day(jiff::civil::date(2026, 11, 30)),
            opens,
            closes: 720,
        };
        let stored = |hours| OverriddenDate { date: Day(jiff::civil::date(2026, 11, 30)), hours };
        let (open, closed) = (stored(vec![row(540)]), stored(vec![]));
        let of = |state, typed: &[HoursInput], stored| {
            meant(state, typed, stored).map_err(|problem| problem.fields[0].code)
        };
        assert_eq!(of("usual", &hours("09:00"), None), Ok(Meant::Other), "typed means other hours");
        assert_eq!(of("closed", &hours("09:00"), None), Err("hours_not_used"));
        assert_eq!(of("usual", &hours("09:00"), Some(&closed)), Err("hours_not_used"));
        assert_eq!(of("usual", &hours("10:00"), Some(&open)), Err("hours_not_used"));
        // What stands in the form because it holds so far.
        assert_eq!(of("usual", &hours("09:00"), Some(&open)), Ok(Meant::Usual));
        assert_eq!(of("closed", &hours("09:00"), Some(&open)), Ok(Meant::Closed));
        assert_eq!(of("other", &hours("10:00"), Some(&open)), Ok(Meant::Other));
        assert_eq!(of("other", &[], None), Err("required"));
        assert_eq!(of("", &[], None), Err("choose_one"));
    }

    #[test]
    fn there_is_always_an_empty_line() {
        assert_eq!(lines(&FormState::default()).len(), 2);
        assert_eq!(lines(&FormState::default().with("closes-2", "10:00")).len(), 4);
    }
}
