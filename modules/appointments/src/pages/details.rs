//! Who is coming: the form that books.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use kernel::{Actor, Ctx, FieldError, Form, FormState, Page, Problem, Redirect};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    book::{length, with_whom},
    href::with_query,
    views::{Ask, DetailsView, Rules, Summary, TakenView, TypeCard, field_name, priced},
    zones,
};
use crate::{
    model::{
        details::{Duration, Question, QuestionKind},
        offer::Offer,
    },
    queries::offers::TypeRef,
    service::{
        book::{BookInput, Booked, book},
        slots::offer_with_coaches,
    },
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct DetailsQuery {
    start: Option<String>,
    coach: Option<String>,
    zone: Option<String>,
    minutes: Option<String>,
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
    let zone = zones::viewer(ctx, query.zone.as_deref(), headers);
    let scene = Scene::load(ctx, &slug, query.coach.as_deref(), query.minutes.as_deref(), zone).await?;
    let (name, email) = who(ctx);
    let form = FormState::default()
        .with("start", start)
        .with("coach", scene.coach_text())
        .with("minutes", scene.length.minutes)
        .with("zone", &scene.zone)
        .with("key", ctx.new_token())
        .with("name", name)
        .with("email", email);
    Ok(Page::of(&scene.details(ctx, start, form)).private().into_response())
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
    let scene =
        Scene::load(ctx, &slug, Some(form.text("coach")), Some(form.text("minutes")), zone.clone()).await?;
    let input = BookInput {
        kind: slug,
        start: form.string("start"),
        coach: form.string("coach"),
        minutes: form.string("minutes"),
        name: form.string("name"),
        email: form.string("email"),
        zone,
        note: form.string("note"),
        answers: answers(&scene.offer.kind.questions.0, &form),
        form_key: form.string("key"),
    };
    match book(ctx, &input).await {
        Ok(booked) => Ok(Redirect::to(onward(ctx, &booked)).into_response()),
        Err(problem) => scene.again(ctx, &form, problem),
    }
}

/// To pay, or to the booking's page.
fn onward(ctx: &Ctx, booked: &Booked) -> String {
    booked.next.clone().unwrap_or_else(|| ctx.path(&booked.booking.path()))
}

/// What was answered, by the questions' keys. A box that is ticked says yes.
fn answers(questions: &[Question], form: &Form) -> BTreeMap<String, String> {
    let answer = |question: &Question| {
        let field = field_name(&question.key);
        let ticked = question.kind == QuestionKind::Consent && form.ticked(&field);
        let answer = if ticked { "yes".to_owned() } else { form.string(&field) };
        (!answer.is_empty()).then(|| (question.key.clone(), answer))
    };
    questions.iter().filter_map(answer).collect()
}

/// Errors at answers, at the fields of this form.
fn at_fields(mut problem: Problem) -> Problem {
    let renamed = |error: FieldError| {
        let key = error.field.strip_prefix("answers/").or_else(|| error.field.strip_prefix("answers."));
        match key.map(field_name) {
            Some(field) => FieldError { field, ..error },
            None => error,
        }
    };
    problem.fields = problem.fields.into_iter().map(renamed).collect();
    problem
}

/// What was chosen on the way here.
struct Scene {
    offer: Offer,
    coach: Option<MemberId>,
    coach_name: Option<String>,
    length: Duration,
    zone: String,
}

impl Scene {
    async fn load(
        ctx: &Ctx,
        slug: &str,
        coach: Option<&str>,
        minutes: Option<&str>,
        zone: String,
    ) -> Result<Self, Problem> {
        let (offer, names) = offer_with_coaches(ctx, &TypeRef::parse(slug)).await?;
        let coach = coach.and_then(|text| text.trim().parse::<MemberId>().ok());
        let coach = coach.filter(|id| names.iter().any(|(one, _)| one == id));
        let coach_name = with_whom(&offer, &names, coach);
        let length = length(&offer, minutes);
        Ok(Self { offer, coach, coach_name, length, zone })
    }
    fn coach_text(&self) -> String {
        self.coach.map(|id| id.to_string()).unwrap_or_default()
    }
    fn summary(&self, ctx: &Ctx, start: Instant) -> Summary {
        let (kind, currency) = (&self.offer.kind, ctx.tenant().currency);
        let pays_now = self.length.price > 0 && !kind.needs_approval;
        Summary {
            kind: TypeCard::of(kind, currency),
            coach_name: self.coach_name.clone(),
            start,
            end: start.plus_minutes(self.length.minutes.into()),
            zone: self.zone.clone(),
            price: priced(self.length.price, currency),
            hold_minutes: if pays_now { kind.hold_minutes } else { 0 },
            rules: Rules::of_type(kind, self.length.price),
        }
    }
    fn back(&self) -> String {
        let path = format!("/book/{}", self.offer.kind.slug);
        let minutes = self.length.minutes.to_string();
        let minutes = if self.length.minutes == self.offer.kind.minutes { "" } else { &minutes };
        with_query(&path, &[("minutes", minutes), ("coach", &self.coach_text()), ("zone", &self.zone)])
    }
    fn action(&self) -> String {
        format!("/book/{}/details", self.offer.kind.slug)
    }
    fn questions(&self) -> Vec<Ask> {
        self.offer.kind.questions.0.iter().map(Ask::of).collect()
    }
    fn details(&self, ctx: &Ctx, start: Instant, form: FormState) -> DetailsView {
        DetailsView {
            summary: self.summary(ctx, start),
            questions: self.questions(),
            action: self.action(),
            back: self.back(),
            form,
        }
    }
    /// The form once more, with what was wrong; all that was typed is kept.
    fn again(&self, ctx: &Ctx, form: &Form, problem: Problem) -> Result<Response, Problem> {
        let start = form.text("start").parse().unwrap_or_else(|_| ctx.now());
        if problem.code == "slot_taken" {
            let view = self.taken(ctx, start, &problem, form);
            return Ok(Page::of(&view).status(problem.status).private().into_response());
        }
        // What stands in the way of the whole is said above the form.
        let shown = matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT);
        if !shown {
            return Err(problem);
        }
        let problem = at_fields(problem);
        let view = self.details(ctx, start, form.refused(&problem));
        Ok(Page::of(&view).status(problem.status).private().into_response())
    }
    /// Other times, with all that was typed kept.
    fn taken(&self, ctx: &Ctx, start: Instant, problem: &Problem, form: &Form) -> TakenView {
        let nearest = problem.extra.get("nearest").cloned().unwrap_or_default();
        TakenView {
            summary: self.summary(ctx, start),
            questions: self.questions(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn question(key: &str, kind: QuestionKind) -> Question {
        Question { key: key.into(), label: key.into(), kind, required: true, choices: vec![] }
    }

    #[test]
    fn answers_are_read_by_the_questions_of_the_type() {
        let questions = [question("goal", QuestionKind::Text), question("agree", QuestionKind::Consent)];
        let typed = [("answer_goal", " run "), ("answer_agree", "on"), ("answer_other", "x")];
        let form: Form = typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let read = answers(&questions, &form);
        assert_eq!(read, BTreeMap::from([("goal".into(), "run".into()), ("agree".into(), "yes".into())]));
    }

    #[test]
    fn errors_at_answers_stand_at_their_fields() {
        let problem = Problem::invalid(vec![
            FieldError::new("answers/goal", "required"),
            FieldError::new("email", "email"),
        ]);
        let fields: Vec<String> = at_fields(problem).fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["answer_goal", "email"]);
    }
}
