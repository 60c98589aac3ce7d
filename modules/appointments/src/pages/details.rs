//! Who is coming: the form that books.

use events::{Instant, MemberId};
use kernel::{Actor, Ctx, Form, FormState, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    views::{DetailsView, Summary, TakenView, TypeCard},
    zones,
};
use crate::{
    model::offer::Offer,
    queries::offers::TypeRef,
    service::{
        book::{BookInput, book},
        slots::offer_with_coaches,
    },
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct DetailsQuery {
    start: Option<String>,
    coach: Option<String>,
    zone: Option<String>,
}

/// `/{slug}/book/{type}/details?start=…`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    Query(query): Query<DetailsQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let Some(start) = query.start.as_deref().and_then(|text| text.parse::<Instant>().ok()) else {
        return Ok(Redirect::to(ctx.path(&format!("/book/{slug}"))).into_response());
    };
    let scene =
        Scene::load(ctx, slug, query.coach.as_deref(), zones::viewer(ctx, query.zone.as_deref(), headers))
            .await?;
    let (name, email) = who(ctx);
    let form = FormState::default()
        .with("start", start)
        .with("coach", scene.coach_text())
        .with("zone", &scene.zone)
        .with("key", ctx.new_token())
        .with("name", name)
        .with("email", email);
    Ok(Page::of(&scene.details(start, form)).private().into_response())
}

/// The form was sent.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    headers: &HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let zone = zones::viewer(ctx, form.optional("zone").as_deref(), headers);
    let input = BookInput {
        kind: slug.clone(),
        start: form.string("start"),
        coach: form.string("coach"),
        name: form.string("name"),
        email: form.string("email"),
        zone: zone.clone(),
        note: form.string("note"),
        form_key: form.string("key"),
        ..BookInput::default()
    };
    let problem = match book(ctx, &input).await {
        Ok(booked) => {
            let to = booked.next.unwrap_or_else(|| ctx.path(&booked.booking.path()));
            return Ok(Redirect::to(to).into_response());
        }
        Err(problem) => problem,
    };
    let scene = Scene::load(ctx, slug, Some(&input.coach), zone).await?;
    if problem.code == "slot_taken" {
        return Ok(Page::of(&scene.taken(&problem, &form)).status(problem.status).private().into_response());
    }
    if problem.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(problem);
    }
    let start = input.start.parse().unwrap_or_else(|_| ctx.now());
    let state = form.refused(&problem);
    Ok(Page::of(&scene.details(start, state)).status(problem.status).private().into_response())
}

/// What was chosen on the way here.
struct Scene {
    offer: Offer,
    coach: Option<(MemberId, String)>,
    zone: String,
}

impl Scene {
    async fn load(ctx: &Ctx, slug: String, coach: Option<&str>, zone: String) -> Result<Self, Problem> {
        let (offer, names) = offer_with_coaches(ctx, &TypeRef::parse(&slug)).await?;
        let asked = coach.and_then(|text| text.trim().parse::<MemberId>().ok());
        // The only coach is named as well.
        let only = (names.len() == 1).then(|| names.first().cloned()).flatten();
        let coach = names.into_iter().find(|(id, _)| Some(*id) == asked).or(only);
        Ok(Self { offer, coach, zone })
    }
    fn coach_text(&self) -> String {
        self.coach.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default()
    }
    fn summary(&self, start: Instant) -> Summary {
        Summary {
            kind: TypeCard::of(&self.offer.kind),
            coach_name: self.coach.as_ref().map(|(_, name)| name.clone()),
            start,
            end: self.offer.kind.end(start),
            zone: self.zone.clone(),
        }
    }
    fn back(&self) -> String {
        let path = format!("/book/{}", self.offer.kind.slug);
        with_query(&path, &[("coach", &self.coach_text()), ("zone", &self.zone)])
    }
    fn action(&self) -> String {
        format!("/book/{}/details", self.offer.kind.slug)
    }
    fn details(&self, start: Instant, form: FormState) -> DetailsView {
        DetailsView { summary: self.summary(start), action: self.action(), back: self.back(), form }
    }
    /// Other times, with all that was typed kept.
    fn taken(&self, problem: &Problem, form: &Form) -> TakenView {
        let start = form.text("start").parse().unwrap_or(Instant::new(jiff::Timestamp::UNIX_EPOCH));
        let nearest = problem.extra.get("nearest").cloned().unwrap_or_default();
        TakenView {
            summary: self.summary(start),
            nearest: serde_json::from_value(nearest).unwrap_or_default(),
            action: self.action(),
            back: self.back(),
            form: form.state(),
        }
    }
}

/// Somebody who is signed in need not type who they are.
fn who(ctx: &Ctx) -> (String, String) {
    match ctx.actor() {
        Actor::Client { name, email, .. } => (name.clone(), email.clone()),
        Actor::Staff(staff) => (staff.name.clone(), staff.email.clone()),
        Actor::Visitor | Actor::System { .. } => Default::default(),
    }
}
