//! The studio's editor of weekly windows: a plain form, several windows a day.

use events::MemberId;
use kernel::{Ctx, FieldError, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    month::{MONDAY, midday},
    views::{AvailabilityView, Choice, FieldLabel, WeekdayRow, WindowFields},
    zones,
};
use crate::{
    model::{
        hours::{WindowInput, clock},
        when,
    },
    policy::AVAILABILITY_READ,
    service::schedules::{self, Weekly, write_permission},
};

const PATH: &str = "/studio/availability";
/// Lines of a day: what it has and one more, at least two, at most so many.
const MAX_LINES: usize = 10;

#[derive(Debug, Default, Deserialize)]
pub(super) struct CoachQuery {
    coach: Option<String>,
}

/// `/{slug}/studio/availability`
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>, Query(query): Query<CoachQuery>) -> Result<Page, Problem> {
    let asked = query.coach.as_deref().and_then(|text| text.parse::<MemberId>().ok());
    let own = ctx.actor().staff().map(|staff| staff.member);
    let coach = asked.or(own).ok_or_else(Problem::not_found)?;
    let weekly = schedules::get(ctx, coach).await?;
    view(ctx, coach, filled(&weekly)).await.map(|view| Page::of(&view))
}

/// The form was sent.
#[handler]
pub(super) async fn save(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let coach = form.text("coach").parse::<MemberId>().map_err(|_| Problem::not_found())?;
    if form.text("do") == "copy" {
        let view = view(ctx, coach, copied(&form)).await?;
        return Ok(Page::of(&with_copy(view, &form)).into_response());
    }
    let (windows, places) = read(&form);
    match schedules::put(ctx, coach, form.optional("zone").as_deref(), &windows).await {
        Ok(_) => {
            let to = with_query(PATH, &[("coach", &coach.to_string())]);
            Ok(Redirect::to(ctx.path(&to)).flash(Text::key("appointments-flash-hours-saved")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let state = form.refused(&in_form(&problem, &places));
            let view = view(ctx, coach, state).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The page after a copy: says what was done, and keeps what was chosen for it.
fn with_copy(mut view: AvailabilityView, form: &Form) -> AvailabilityView {
    let from = form.text("copy-from");
    let ticked = form.all("copy-to");
    for day in &mut view.days {
        let weekday = day.weekday.to_string();
        day.copy_from = weekday == from;
        day.copy_to = ticked.contains(&weekday);
    }
    let is_copied = ticked.iter().any(|day| day != from);
    view.copy = if is_copied { "done" } else { "none" };
    view
}

/// The form with one day's hours copied to others; nothing is saved yet.
fn copied(form: &Form) -> FormState {
    let from = form.text("copy-from").to_owned();
    let mut state = form.state();
    for to in form.all("copy-to").iter().filter(|to| **to != from) {
        for (part, line) in
            ["opens", "closes"].iter().flat_map(|part| (0..MAX_LINES).map(move |line| (part, line)))
        {
            let value = form.string(&format!("{part}-{from}-{line}"));
            state.values.insert(format!("{part}-{to}-{line}"), value);
        }
    }
    state
}

/// The form as it is for stored windows.
fn filled(weekly: &Weekly) -> FormState {
    let mut form = FormState::default().with("zone", weekly.zone.clone().unwrap_or_default());
    let mut lines = [0_usize; 8];
    for window in &weekly.windows {
        let Some(line) = usize::try_from(window.weekday).ok().and_then(|day| lines.get_mut(day)) else {
            continue;
        };
        form = form
            .with(&format!("opens-{}-{line}", window.weekday), clock(window.opens))
            .with(&format!("closes-{}-{line}", window.weekday), clock(window.closes));
        *line += 1;
    }
    form
}

/// The windows that were typed, and the line of each (`{weekday}-{line}`). Empty lines are none.
fn read(form: &Form) -> (Vec<WindowInput>, Vec<String>) {
    let (mut windows, mut places) = (Vec::new(), Vec::new());
    for weekday in 1..=7_i64 {
        for line in 0..MAX_LINES {
            let place = format!("{weekday}-{line}");
            let (opens, closes) =
                (form.string(&format!("opens-{place}")), form.string(&format!("closes-{place}")));
            if !(opens.is_empty() && closes.is_empty()) {
                windows.push(WindowInput { weekday, opens, closes });
                places.push(place);
            }
        }
    }
    (windows, places)
}

/// `windows/3/closes` becomes the name of its field.
fn in_form(problem: &Problem, places: &[String]) -> Problem {
    let field = |error: &FieldError| {
        let mut parts = error.field.split('/').skip(1);
        let place = parts.next().and_then(|index| places.get(index.parse::<usize>().ok()?));
        match (place, parts.next()) {
            (Some(place), Some(field)) => format!("{field}-{place}"),
            _ => error.field.clone(),
        }
    };
    let fields =
        problem.fields.iter().map(|error| FieldError { field: field(error), ..error.clone() }).collect();
    Problem { fields, ..problem.clone() }
}

async fn view(ctx: &Ctx, coach: MemberId, form: FormState) -> Result<AvailabilityView, Problem> {
    let staff = schedules::coaches(ctx, AVAILABILITY_READ).await?;
    let name = staff.iter().find(|member| member.id == coach).map(|member| member.name.clone());
    let zone = when::zone("UTC");
    let days = (1_u8..=7).map(|weekday| WeekdayRow {
        weekday,
        at: midday(MONDAY.saturating_add(jiff::Span::new().days(i64::from(weekday) - 1)), &zone),
        lines: lines(&form, weekday),
        copy_from: false,
        copy_to: false,
    });
    Ok(AvailabilityView {
        coach: coach.to_string(),
        coach_name: name.unwrap_or_default(),
        coaches: staff
            .into_iter()
            .map(|member| Choice {
                current: member.id == coach,
                value: member.id.to_string(),
                label: member.name,
            })
            .collect(),
        tenant_zone: ctx.tenant().zone.clone(),
        may_write: ctx.may(write_permission(ctx, coach)),
        zones: zones::choices(ctx, form.values.get("zone").map_or("", String::as_str))
            .into_iter()
            .filter(|zone| !zone.value.is_empty())
            .collect(),
        zone_error: form.errors.contains_key("zone"),
        labels: labels(&form),
        copy: "",
        days: days.collect(),
        form,
    })
}

/// What the fields of the lines are called where all errors stand together: with their day, in the order of the week.
fn labels(form: &FormState) -> Vec<FieldLabel> {
    let days = (1_u8..).zip(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let line = |(weekday, day): (u8, &'static str)| {
        lines(form, weekday).into_iter().flat_map(move |line| {
            [(line.opens, "opens"), (line.closes, "closes")].map(|(name, part)| {
                let label = Text::key(format!("appointments-hours-of-{part}"));
                FieldLabel::new(name, label.arg("day", day).arg("number", line.number))
            })
        })
    };
    days.flat_map(line).collect()
}

/// Lines that are filled, and one more.
fn lines(form: &FormState, weekday: u8) -> Vec<WindowFields> {
    let is_filled = |line: usize| {
        ["opens", "closes"]
            .iter()
            .any(|part| form.values.get(&format!("{part}-{weekday}-{line}")).is_some_and(|v| !v.is_empty()))
    };
    let filled = (0..MAX_LINES).rev().find(|line| is_filled(*line)).map_or(0, |last| last + 1);
    let count = (filled + 1).clamp(2, MAX_LINES);
    let fields = |line| WindowFields {
        number: line + 1,
        opens: format!("opens-{weekday}-{line}"),
        closes: format!("closes-{weekday}-{line}"),
    };
    (0..count).map(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn errors_stand_at_the_line_they_belong_to() {
        let form = form(&[
            ("opens-1-0", ""),
            ("closes-1-0", ""),
            ("opens-1-1", "09:00"),
            ("closes-1-1", "09:00"),
            ("opens-7-0", "x"),
        ]);
        let (windows, places) = read(&form);
        assert_eq!(places, ["1-1", "7-0"]);
        assert_eq!(windows[1].closes, "");
        let problem = Problem::invalid(vec![
            FieldError::new("windows/0/closes", "zero_length"),
            FieldError::new("zone", "unknown_zone"),
        ]);
        let named: Vec<String> =
            in_form(&problem, &places).fields.into_iter().map(|error| error.field).collect();
        assert_eq!(named, ["closes-1-1", "zone"]);
    }

    #[test]
    fn a_day_is_copied_whole_and_the_rest_stays() {
        let copied = copied(&form(&[
            ("opens-1-0", "09:00"),
            ("closes-1-0", "12:00"),
            ("opens-2-0", "07:00"),
            ("opens-2-1", "13:00"),
            ("opens-4-0", "10:00"),
            ("copy-from", "1"),
            ("copy-to", "2"),
            ("copy-to", "3"),
            ("copy-to", "1"),
        ]));
        let at = |name: &str| copied.values.get(name).cloned().unwrap_or_default();
        assert_eq!(
            (at("opens-2-0"), at("closes-3-0"), at("opens-2-1")),
            ("09:00".into(), "12:00".into(), String::new())
        );
        assert_eq!((at("opens-1-0"), at("opens-4-0")), ("09:00".into(), "10:00".into()));
    }

    #[test]
    fn errors_are_named_by_their_day_in_the_order_of_the_week() {
        let names: Vec<String> =
            labels(&FormState::default()).into_iter().map(|label| label.name).take(6).collect();
        let expected = ["opens-1-0", "closes-1-0", "opens-1-1", "closes-1-1", "opens-2-0", "closes-2-0"];
        assert_eq!(names, expected);
        let all = labels(&FormState::default());
        assert_eq!((all.len(), all[27].label.args["day"].as_str()), (28, "sun"));
    }

    #[test]
    fn a_day_always_has_an_empty_line() {
        let state = form(&[("opens-2-0", "09:00"), ("opens-2-1", "13:00"), ("closes-2-2", "18:00")]).state();
        assert_eq!(lines(&state, 2).len(), 4);
        assert_eq!(lines(&state, 3).len(), 2);
    }
}
