//! Stretches in which nothing is offered: the list, a new one, taking one away.

use events::{BlackoutId, Instant, MemberId};
use kernel::{Check, Ctx, Form, FormState, Page, Paging, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    staff::{is_refusal, moment, zone},
    views::{BlackoutRow, BlackoutsView, Choice},
};
use crate::{
    model::{blackouts::BlackoutInput, when::date_in},
    policy::{AVAILABILITY_READ, AVAILABILITY_WRITE},
    service::{
        blackouts::{self, BlackoutsAsked, Counted},
        schedules,
    },
};

const PATH: &str = "/studio/availability/blackouts";
/// The whole business, where a coach is chosen.
const ALL: &str = "all";

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
}

/// `/{slug}/studio/availability/blackouts`
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let view = view(ctx, FormState::default(), query.cursor.as_deref()).await?;
    Ok(Page::of(&view))
}

/// A new one was sent.
#[handler]
pub(super) async fn add(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let done = match read(ctx, &form) {
        Ok(input) => blackouts::add(ctx, input).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(made) => {
            let flash = match made.bookings {
                0 => Text::key("appointments-flash-closed"),
                1 => Text::key("appointments-flash-closed-one"),
                count => Text::key("appointments-flash-closed-some").arg("count", count),
            };
            Ok(Redirect::to(ctx.path(PATH)).flash(flash).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let view = view(ctx, form.refused(&problem), None).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// One is to be taken away.
#[handler]
pub(super) async fn remove(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let id = id.parse::<BlackoutId>().map_err(|_| Problem::not_found())?;
    blackouts::remove(ctx, id).await?;
    Ok(Redirect::to(ctx.path(PATH)).flash(Text::key("appointments-flash-opened")))
}

fn read(ctx: &Ctx, form: &Form) -> Result<BlackoutInput, Problem> {
    let zone = zone(ctx);
    let (start, end) = (moment(form.text("start"), &zone), moment(form.text("end"), &zone));
    let coach = form.text("coach");
    let coach = (coach != ALL).then(|| coach.parse::<MemberId>());
    let mut check = Check::new();
    check.require(start.is_some(), "start", "not_an_instant");
    check.require(end.is_some(), "end", "not_an_instant");
    check.require(!matches!(coach, Some(Err(_))), "coach", "unknown_coach");
    check.finish()?;
    let (start, end): (Instant, Instant) =
        (start.unwrap_or_else(|| ctx.now()), end.unwrap_or_else(|| ctx.now()));
    Ok(BlackoutInput { coach: coach.and_then(Result::ok), start, end, reason: form.string("reason") })
}

async fn view(ctx: &Ctx, form: FormState, cursor: Option<&str>) -> Result<BlackoutsView, Problem> {
    let asked = BlackoutsAsked { coach: None, from: ctx.now(), to: None };
    let (rows, next) = blackouts::list(ctx, &asked, &Paging::new(cursor, Some(50))?).await?;
    let own = ctx.actor().staff().map(|staff| staff.member);
    let may_all = ctx.may(AVAILABILITY_WRITE);
    let chosen =
        form.values.get("coach").cloned().or_else(|| own.map(|own| own.to_string())).unwrap_or_default();
    let staff = schedules::coaches(ctx, AVAILABILITY_READ).await?;
    let choices = staff.into_iter().filter(|member| may_all || Some(member.id) == own).map(|member| Choice {
        current: member.id.to_string() == chosen,
        value: member.id.to_string(),
        label: member.name,
    });
    Ok(BlackoutsView {
        zone: ctx.tenant().zone.clone(),
        rows: rows.into_iter().map(|row| shown(ctx, row)).collect(),
        next: next.map(|cursor| with_query(PATH, &[("cursor", &cursor)])),
        coaches: choices.collect(),
        may_all,
        all: chosen == ALL,
        form,
    })
}

fn shown(ctx: &Ctx, row: Counted) -> BlackoutRow {
    let zone = zone(ctx);
    let date = |at: Instant| date_in(at, &zone).to_string();
    let coach = row.blackout.coach_id.map(|id| id.to_string()).unwrap_or_default();
    let of = [
        ("view", "all"),
        ("coach", &coach),
        ("from", &date(row.blackout.starts_at)),
        ("to", &date(row.blackout.ends_at)),
    ];
    BlackoutRow {
        bookings_path: with_query("/studio/bookings", &of),
        remove: row.may_remove.then(|| format!("{PATH}/{}/delete", row.blackout.id)),
        coach_name: row.coach_name,
        start: row.blackout.starts_at,
        end: row.blackout.ends_at,
        reason: row.blackout.reason,
        bookings: row.bookings,
    }
}
