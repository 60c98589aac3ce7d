//! Staff move a booking: to a time on offer, or to any other that is not taken.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use jiff::{ToSpan, civil::Date};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    staff::{at_fields, back, is_refusal, parse, typed_moment, wall, zone},
    studio_bookings::actions,
    studio_taken::{self, Wanted, picked},
    views::{BookingFacts, Choice, MoveDay, MoveTime, MoveView},
};
use crate::{
    model::{Booking, when},
    service::{
        cancel::{self, Claim},
        desk,
        reschedule::{self, MoveInput, MoveSlots},
    },
};

/// Days whose times are shown at once.
const DAYS: i64 = 7;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MoveQuery {
    /// A chosen time.
    start: String,
    coach: String,
    /// First of the days that are shown.
    from: String,
    back: String,
}

/// `/{slug}/studio/bookings/{id}/move`
#[handler]
pub(super) async fn ask(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<MoveQuery>,
) -> Result<Response, Problem> {
    let booking = cancel::by_id(ctx, parse(&id)?).await?;
    if !actions(ctx, &booking).reschedule {
        return Ok(Redirect::to(ctx.path(&format!("/studio/bookings/{}", booking.id))).into_response());
    }
    let start = query.start.parse().unwrap_or(booking.starts_at);
    let form = FormState::default().with("start", start).with("at", wall(start, &zone(ctx))).with(
        "coach",
        if query.coach.is_empty() { booking.coach_id.to_string() } else { query.coach.clone() },
    );
    Ok(Page::of(&view(ctx, &booking, &query, form, Vec::new()).await?).into_response())
}

/// It is to be moved. What the calendar's script sends has the moment itself, a form also the time on the wall clock.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    let before = cancel::by_id(ctx, id).await?;
    if let Some((start, state)) = picked(ctx, &form) {
        let query = MoveQuery { back: form.string("back"), start: start.to_string(), ..MoveQuery::default() };
        return Ok(Page::of(&view(ctx, &before, &query, state, Vec::new()).await?).into_response());
    }
    let input = MoveInput {
        start: typed_moment(ctx, &form, "start", "at"),
        coach: form.string("coach"),
        reason: form.string("reason"),
        anyway: true,
    };
    match reschedule::reschedule(ctx, &Claim::Staff(id), &input).await {
        Ok(booking) => {
            let to = back(form.text("back"), &format!("/studio/bookings/{}", booking.id));
            let is_moved = booking.sequence != before.sequence;
            let said =
                if is_moved { "appointments-flash-studio-moved" } else { "appointments-flash-unchanged" };
            Ok(Redirect::to(ctx.path(&to)).flash(Text::key(said)).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let problem = at_fields(problem, &form, &[("start", "at")]);
            let (problem, nearest) = studio_taken::at_field(ctx, problem, wanted(&before, &input)).await;
            let query = MoveQuery { back: form.string("back"), start: input.start, ..MoveQuery::default() };
            let view = view(ctx, &before, &query, form.refused(&problem), nearest).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The time that it should have had.
fn wanted(booking: &Booking, input: &MoveInput) -> Option<Wanted> {
    let start: Instant = input.start.parse().ok()?;
    let minutes = |from: Instant, to: Instant| to.seconds_since(from) / 60;
    Some(Wanted {
        coaches: vec![input.coach.parse().unwrap_or(booking.coach_id)],
        start,
        end: start.plus_minutes(minutes(booking.starts_at, booking.ends_at)),
        around: (
            minutes(booking.blocked_from, booking.starts_at),
            minutes(booking.ends_at, booking.blocked_to),
        ),
        moving: Some(booking.id),
    })
}

async fn view(
    ctx: &Ctx,
    booking: &Booking,
    query: &MoveQuery,
    form: FormState,
    nearest: Vec<Instant>,
) -> Result<MoveView, Problem> {
    let zone = zone(ctx);
    let today = when::date_in(ctx.now(), &zone);
    let wanted = query.start.parse().unwrap_or(booking.starts_at);
    let first = when::date(&query.from).unwrap_or_else(|| when::date_in(wanted, &zone)).max(today);
    let last = first.saturating_add((DAYS - 1).days());
    let range = when::start_of_day(first, &zone).zip(when::end_of_day(last, &zone));
    let range = range.ok_or_else(|| Problem::field("from", "out_of_calendar"))?;
    let MoveSlots { slots, is_together, .. } =
        reschedule::move_slots(ctx, &Claim::Staff(booking.id), range).await?;
    let path = |start: &str, from: Date| {
        let place = format!("/studio/bookings/{}/move", booking.id);
        with_query(&place, &[("start", start), ("from", &from.to_string()), ("back", &query.back)])
    };
    let mut days: BTreeMap<Date, Vec<MoveTime>> = BTreeMap::new();
    for slot in slots {
        let time = MoveTime {
            start: slot.start,
            path: path(&slot.start.to_string(), first),
            current: slot.start == wanted,
        };
        days.entry(when::date_in(slot.start, &zone)).or_default().push(time);
    }
    let day = |(date, times): (Date, Vec<MoveTime>)| MoveDay { at: noon(date, &zone), times };
    let earlier = first.saturating_sub(DAYS.days()).max(today);
    Ok(MoveView {
        days: days.into_iter().map(day).collect(),
        previous_path: (earlier < first).then(|| path(&query.start, earlier)),
        next_path: last.checked_add(1.day()).ok().map(|next| path(&query.start, next)),
        from: range.0,
        until: noon(last, &zone),
        coaches: if is_together { Vec::new() } else { coaches(ctx, booking, &form).await? },
        back: back(&query.back, &format!("/studio/bookings/{}", booking.id)),
        booking: BookingFacts::of(booking),
        nearest,
        form,
    })
}

fn noon(date: Date, zone: &jiff::tz::TimeZone) -> Instant {
    super::month::midday(date, zone)
}

/// Who could have it instead, when there is a choice. Whose it is stays one of them, also without offering the type any more.
async fn coaches(ctx: &Ctx, booking: &Booking, form: &FormState) -> Result<Vec<Choice>, Problem> {
    let chosen = form.values.get("coach").and_then(|coach| coach.parse::<MemberId>().ok());
    let chosen = chosen.unwrap_or(booking.coach_id);
    let choice = |id: MemberId, label| Choice { current: id == chosen, value: id.to_string(), label };
    let offering = desk::offering(ctx, booking.type_id).await?;
    let own = (!offering.iter().any(|coach| coach.id == booking.coach_id))
        .then(|| choice(booking.coach_id, booking.coach_name.clone()));
    let choices: Vec<Choice> =
        own.into_iter().chain(offering.into_iter().map(|coach| choice(coach.id, coach.name))).collect();
    Ok(if choices.len() > 1 { choices } else { Vec::new() })
}
