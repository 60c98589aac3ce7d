//! Staff close a stretch of time from the calendar.

use events::{Instant, MemberId};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    calendar::may_block,
    staff::{at_fields, back, is_refusal, typed_moment, wall, zone},
    views::{BlockView, Choice},
};
use crate::{
    model::blackouts::BlackoutInput,
    policy::{AVAILABILITY_READ, AVAILABILITY_WRITE},
    service::{blackouts, schedules},
};

const BACK: &str = "/studio/calendar";
/// The whole business, where a coach is chosen.
const ALL: &str = "all";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BlockQuery {
    start: String,
    coach: String,
    back: String,
}

/// `/{slug}/studio/calendar/block`
#[handler]
pub(super) async fn ask(Data(ctx): Data<&Ctx>, Query(query): Query<BlockQuery>) -> Result<Page, Problem> {
    if !may_block(ctx) {
        return Err(kernel::TxError::Denied(AVAILABILITY_WRITE).into());
    }
    let zone = zone(ctx);
    let start = query.start.parse().unwrap_or_else(|_| next_hour(ctx.now()));
    let end = start.plus_minutes(60);
    let form = FormState::default()
        .with("coach", &query.coach)
        .with("start", start)
        .with("from", wall(start, &zone))
        .with("end", end)
        .with("to", wall(end, &zone))
        .with("back", back(&query.back, BACK));
    Ok(Page::of(&view(ctx, form).await?))
}

fn next_hour(now: Instant) -> Instant {
    now.plus_seconds((-now.timestamp().as_second()).rem_euclid(3_600))
}

/// It is to be closed.
#[handler]
pub(super) async fn submit(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let done = match read(ctx, &form) {
        Ok(input) => blackouts::add(ctx, input).await.map(drop),
        Err(problem) => Err(problem),
    };
    match done {
        Ok(()) => {
            let to = Redirect::to(ctx.path(&back(form.text("back"), BACK)));
            Ok(to.flash(Text::key("appointments-flash-blocked")).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let problem = at_fields(problem, &form, &[("start", "from"), ("end", "to")]);
            let state = form.refused(&problem);
            Ok(Page::of(&view(ctx, state).await?).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn read(ctx: &Ctx, form: &Form) -> Result<BlackoutInput, Problem> {
    let moment = |exact: &str, shown: &str| typed_moment(ctx, form, exact, shown).parse::<Instant>();
    let (start, end) = (moment("start", "from"), moment("end", "to"));
    let coach = form.text("coach");
    let coach = (coach != ALL).then(|| coach.parse::<MemberId>());
    let mut check = kernel::Check::new();
    check.require(start.is_ok(), "start", "not_an_instant");
    check.require(end.is_ok(), "end", "not_an_instant");
    check.require(!matches!(coach, Some(Err(_))), "coach", "unknown_coach");
    check.finish()?;
    let (start, end) = (start.unwrap_or_else(|_| ctx.now()), end.unwrap_or_else(|_| ctx.now()));
    Ok(BlackoutInput { coach: coach.and_then(Result::ok), start, end, reason: form.string("reason") })
}

/// Managers choose whose time; a coach has their own.
async fn view(ctx: &Ctx, form: FormState) -> Result<BlockView, Problem> {
    let own = ctx.actor().staff().map(|staff| staff.member);
    let may_all = ctx.may(AVAILABILITY_WRITE);
    let asked = form.values.get("coach").cloned().unwrap_or_default();
    let asked = if asked.is_empty() { own.map(|own| own.to_string()).unwrap_or_default() } else { asked };
    let staff = schedules::coaches(ctx, AVAILABILITY_READ).await?;
    let choices = staff.into_iter().filter(|member| may_all || Some(member.id) == own).map(|member| Choice {
        current: member.id.to_string() == asked,
        value: member.id.to_string(),
        label: member.name,
    });
    let way_back = back(form.values.get("back").map_or("", String::as_str), BACK);
    Ok(BlockView { coaches: choices.collect(), may_all, all: asked == ALL, back: way_back, form })
}
