//! "Explain this time": which rule opens or closes a start, in words.

use events::{Instant, MemberId};
use kernel::{Ctx, FormState, Page, Problem};
use poem::{
    handler,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    staff::{is_refusal, moment, wall, zone},
    views::{Choice, CoachReasons, ExplainView, ExplainedView, HoursFound, ReasonRow},
};
use crate::{
    model::explained::Reason,
    policy::AVAILABILITY_READ,
    queries::offers::TypeRef,
    service::{
        explain::{ExplainAsked, Explained, explain},
        schedules, types,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExplainQuery {
    #[serde(rename = "type")]
    kind: String,
    coach: String,
    minutes: String,
    /// On the wall clock of the business.
    at: String,
    /// The exact instant, from a link.
    start: String,
}

/// `/{slug}/studio/availability/explain`
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>, Query(query): Query<ExplainQuery>) -> Result<Page, Problem> {
    let zone = zone(ctx);
    let start = query.start.parse::<Instant>().ok().or_else(|| moment(&query.at, &zone));
    let mut form = FormState::default()
        .with("type", &query.kind)
        .with("coach", &query.coach)
        .with("minutes", &query.minutes)
        .with("at", start.map_or_else(|| query.at.clone(), |start| wall(start, &zone)));
    let is_asked = !query.kind.is_empty();
    let answer = match start {
        Some(start) if is_asked => {
            let asked = ExplainAsked {
                kind: TypeRef::parse(&query.kind),
                coach: query.coach.parse::<MemberId>().ok(),
                minutes: query.minutes.parse().ok(),
                start,
            };
            Some(explain(ctx, &asked).await)
        }
        None if is_asked => Some(Err(Problem::field("at", "not_an_instant"))),
        _ => None,
    };
    let answer = match answer {
        Some(Err(problem)) if is_refusal(&problem) => {
            for error in &problem.fields {
                let field = if error.field == "start" { "at" } else { error.field.as_str() };
                form.errors.insert(field.to_owned(), error.text());
            }
            None
        }
        Some(found) => Some(shown(found?)),
        None => None,
    };
    view(ctx, &query, answer, form).await.map(|view| Page::of(&view))
}

async fn view(
    ctx: &Ctx,
    query: &ExplainQuery,
    answer: Option<ExplainedView>,
    form: FormState,
) -> Result<ExplainView, Problem> {
    let staff = schedules::coaches(ctx, AVAILABILITY_READ).await?;
    let all = types::for_staff(ctx).await?;
    let kind = |row: crate::model::AppointmentType| {
        let id = row.id.to_string();
        Choice { current: query.kind == id || query.kind == row.slug, value: id, label: row.name }
    };
    let coach = |member: people::members::Member| {
        let id = member.id.to_string();
        Choice { current: query.coach == id, value: id, label: member.name }
    };
    Ok(ExplainView {
        zone: ctx.tenant().zone.clone(),
        types: all.into_iter().map(kind).collect(),
        coaches: staff.into_iter().map(coach).collect(),
        answer,
        form,
    })
}

fn shown(found: Explained) -> ExplainedView {
    let row = |reason: Reason| ReasonRow {
        path: reason.booking.map(|booking| format!("/studio/bookings/{booking}")),
        reason,
    };
    let coaches = found.coaches.into_iter().map(|(_, name, answer)| CoachReasons {
        name,
        open: answer.is_open,
        hours: answer.hours.map(|(from, to, by)| HoursFound { from, to, by }),
        reasons: answer.closed_by.into_iter().map(row).collect(),
    });
    ExplainedView {
        type_name: found.type_name,
        start: found.start,
        end: found.end,
        open: found.is_open,
        seats_left: found.seats_left,
        for_all: found.for_all.into_iter().map(row).collect(),
        coaches: coaches.collect(),
    }
}
