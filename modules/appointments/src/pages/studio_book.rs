//! Staff book for a client: first the type, then coach, time, client and the rest on one form.

use std::collections::BTreeMap;

use events::{ClientId, Instant, Money};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    calendar::may_block,
    href::with_query,
    staff::{at_fields, back, is_refusal, renamed, typed_moment, wall, zone},
    studio_taken::{self, Wanted, picked},
    views::{BookForView, Choice, ClientHit, DeskCredits, Length, QuestionField},
};
use crate::{
    model::{AppointmentType, CoachMode, State},
    service::{
        book::{self, StaffBookInput},
        desk::{self, Desk, DeskAsked},
    },
};

const PATH: &str = "/studio/bookings/new";
const BACK: &str = "/studio/calendar";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BookQuery {
    r#type: String,
    start: String,
    coach: String,
    client: String,
    q: String,
    back: String,
}

impl BookQuery {
    fn path(&self, kind: &str, client: &str, search: &str) -> String {
        let parameters = [
            ("type", kind),
            ("start", self.start.as_str()),
            ("coach", self.coach.as_str()),
            ("client", client),
            ("q", search),
            ("back", self.back.as_str()),
        ];
        with_query(PATH, &parameters)
    }
    fn asked(&self) -> DeskAsked {
        DeskAsked {
            kind: self.r#type.parse().ok(),
            client: self.client.parse::<ClientId>().ok(),
            search: self.q.trim().to_owned(),
        }
    }
    /// What the form was asked with, so that it is shown again as it was.
    fn of(form: &Form) -> Self {
        Self {
            r#type: form.string("type"),
            start: form.string("start"),
            coach: form.string("coach"),
            back: form.string("back"),
            client: form.string("client"),
            ..Self::default()
        }
    }
}

/// `/{slug}/studio/bookings/new`
#[handler]
pub(super) async fn ask(Data(ctx): Data<&Ctx>, Query(query): Query<BookQuery>) -> Result<Page, Problem> {
    let desk = desk::desk(ctx, &query.asked()).await?;
    let start = query.start.parse::<Instant>().ok();
    let mut form = FormState::default().with("key", ctx.new_token()).with("coach", &query.coach);
    if let Some(start) = start {
        form = form.with("start", start).with("at", wall(start, &zone(ctx)));
    }
    if let Some(client) = &desk.client {
        form = form.with("name", &client.name).with("email", &client.email);
        form = form.with("zone", client.zone.clone().unwrap_or_default());
    }
    Ok(Page::of(&view(ctx, &query, desk, form, Vec::new())))
}

/// It is to be booked.
#[handler]
pub(super) async fn submit(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let query = BookQuery::of(&form);
    let desk = desk::desk(ctx, &query.asked()).await?;
    if let Some((_, state)) = picked(ctx, &form) {
        return Ok(Page::of(&view(ctx, &query, desk, state, Vec::new())).into_response());
    }
    let input = input(ctx, &form, &desk);
    match book::book_for(ctx, &input).await {
        Ok(booked) => {
            let to = Redirect::to(ctx.path(&format!("/studio/bookings/{}", booked.booking.id)));
            let is_held = booked.booking.state == State::Held;
            let said = if is_held { "appointments-flash-booked-unpaid" } else { "appointments-flash-booked" };
            Ok(to.flash(Text::key(said)).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let problem = renamed(at_fields(problem, &form, &[("start", "at")]), field_of);
            let (problem, nearest) = studio_taken::at_field(ctx, problem, wanted(&desk, &input)).await;
            let state = form.refused(&problem);
            Ok(Page::of(&view(ctx, &query, desk, state, nearest)).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The time that it should have had.
fn wanted(desk: &Desk, input: &StaffBookInput) -> Option<Wanted> {
    let (kind, offering) = desk.kind.as_ref()?;
    let start: Instant = input.start.parse().ok()?;
    let minutes = input.minutes.parse().unwrap_or_else(|_| kind.minutes.into());
    let coaches = match input.coach.parse() {
        Ok(coach) => vec![coach],
        Err(_) if offering.len() == 1 || kind.coach_mode == CoachMode::All => offering.clone(),
        Err(_) => Vec::new(),
    };
    let around = (kind.buffer_before_minutes.into(), kind.buffer_after_minutes.into());
    Some(Wanted { coaches, start, end: start.plus_minutes(minutes), around, moving: None })
}

/// The name that a field has in this form.
fn field_of(field: &str) -> String {
    match field.split_once('/') {
        Some(("answers", key)) => format!("answer_{key}"),
        _ => field.to_owned(),
    }
}

fn input(ctx: &Ctx, form: &Form, desk: &Desk) -> StaffBookInput {
    let questions = desk.kind.iter().flat_map(|(kind, _)| &kind.questions.0);
    let answers: BTreeMap<String, String> = questions
        .map(|question| (question.key.clone(), form.string(&format!("answer_{}", question.key))))
        .filter(|(_, answer)| !answer.is_empty())
        .collect();
    StaffBookInput {
        kind: form.string("type"),
        start: typed_moment(ctx, form, "start", "at"),
        coach: form.string("coach"),
        minutes: form.string("minutes"),
        name: form.string("name"),
        email: form.string("email"),
        zone: form.string("zone"),
        note: form.string("note"),
        answers,
        ask_payment: form.text("payment") == "ask",
        with_credits: form.text("payment") == "credits",
        form_key: form.string("key"),
    }
}

fn view(ctx: &Ctx, query: &BookQuery, desk: Desk, form: FormState, nearest: Vec<Instant>) -> BookForView {
    let kind = desk.kind.clone().map(|(kind, _)| kind);
    let several = desk.types.len() > 1;
    let type_link = |row: &AppointmentType| Choice {
        value: query.path(&row.id.to_string(), &query.client, ""),
        label: row.name.clone(),
        current: false,
    };
    let (coaches, coach_name) = coaches(&desk, &form);
    let kind_id = kind.as_ref().map(|kind| kind.id.to_string()).unwrap_or_default();
    let hit = |client: &people::clients::Client| ClientHit {
        name: client.name.clone(),
        email: client.email.clone(),
        path: query.path(&kind_id, &client.id.to_string(), ""),
    };
    BookForView {
        types: if kind.is_none() { desk.types.iter().map(type_link).collect() } else { Vec::new() },
        kind_name: kind.as_ref().map(|kind| kind.name.clone()).unwrap_or_default(),
        types_path: if several { query.path("", &query.client, "") } else { String::new() },
        coaches,
        coach_name,
        lengths: kind.as_ref().map(|kind| lengths(ctx, kind, &form)).unwrap_or_default(),
        price: kind.as_ref().and_then(|kind| price(ctx, kind.durations().iter().map(|one| one.price).max()?)),
        payment: form.values.get("payment").cloned().unwrap_or_default(),
        credits: desk.credits.map(|offer| DeskCredits {
            count: offer.credits,
            left: offer.left,
            expires_at: offer.expires_at,
        }),
        client: query.client.clone(),
        search: query.q.clone(),
        found: desk.found.iter().map(hit).collect(),
        nobody: !query.q.trim().is_empty() && desk.found.is_empty(),
        kept: kept(query, &kind_id),
        questions: kind
            .iter()
            .flat_map(|kind| &kind.questions.0)
            .map(|one| QuestionField::of(one, &form))
            .collect(),
        back: back(&query.back, BACK),
        block_path: may_block(ctx).then(|| block_path(query)),
        kind: kind_id,
        nearest,
        form,
    }
}

/// The coaches to choose from; or, where there is no choice, the names of whoever has it.
fn coaches(desk: &Desk, form: &FormState) -> (Vec<Choice>, Option<String>) {
    let Some((kind, offering)) = &desk.kind else { return (Vec::new(), None) };
    let of_type: Vec<_> = desk.coaches.iter().filter(|coach| offering.contains(&coach.id)).collect();
    if of_type.len() == 1 || kind.coach_mode == CoachMode::All {
        let names: Vec<&str> = of_type.iter().map(|coach| coach.name.as_str()).collect();
        return (Vec::new(), Some(names.join(", ")));
    }
    let typed = form.values.get("coach").cloned().unwrap_or_default();
    let choice = of_type.into_iter().map(|coach| Choice {
        current: coach.id.to_string() == typed,
        value: coach.id.to_string(),
        label: coach.name.clone(),
    });
    (choice.collect(), None)
}

fn block_path(query: &BookQuery) -> String {
    with_query(
        "/studio/calendar/block",
        &[("start", &query.start), ("coach", &query.coach), ("back", &query.back)],
    )
}

/// What the search for a client keeps.
fn kept(query: &BookQuery, kind: &str) -> Vec<(String, String)> {
    [("type", kind), ("start", &query.start), ("coach", &query.coach), ("back", &query.back)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn price(ctx: &Ctx, amount: i64) -> Option<Money> {
    (amount > 0).then(|| Money::new(amount, ctx.tenant().currency))
}

/// The lengths to choose from, when there is a choice.
fn lengths(ctx: &Ctx, kind: &AppointmentType, form: &FormState) -> Vec<Length> {
    let all = kind.durations();
    if all.len() < 2 {
        return Vec::new();
    }
    let typed = form.values.get("minutes").and_then(|minutes| minutes.parse().ok()).unwrap_or(kind.minutes);
    let length = all.into_iter().map(|one| Length {
        minutes: one.minutes,
        price: price(ctx, one.price),
        current: one.minutes == typed,
    });
    length.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_names_of_the_form() {
        assert_eq!(
            ["at", "answers/goal", "email", "answers"].map(field_of),
            ["at", "answer_goal", "email", "answers"]
        );
    }

    #[test]
    fn choosing_a_client_keeps_the_rest() {
        let query = BookQuery {
            start: "2026-11-24T10:00:00Z".into(),
            coach: "mem_1".into(),
            back: "/studio/calendar?view=day".into(),
            ..BookQuery::default()
        };
        let path = query.path("apt_1", "cli_1", "");
        for part in [
            "type=apt_1",
            "start=2026-11-24T10:00:00Z",
            "coach=mem_1",
            "client=cli_1",
            "back=/studio/calendar%3Fview%3Dday",
        ] {
            assert!(path.contains(part), "{part} in {path}");
        }
    }
}
