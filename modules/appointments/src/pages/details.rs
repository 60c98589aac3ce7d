//! Who is coming: the form that books.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use kernel::{Actor, Ctx, FieldError, Form, FormState, Page, Problem, Redirect, Text, Visit};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderMap, StatusCode},
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    book::{length, with_whom},
    form_key::of_booking,
    href::with_query,
    month,
    views::{Ask, CreditChoice, DetailsView, Rules, Summary, TakenView, TypeCard, field_name, priced},
    zones::{self, PageZone},
};
use crate::{
    model::{
        AppointmentType, State,
        details::{Duration, Question, QuestionKind},
        offer::Offer,
        phone::{PHONE, asks_phone},
        when::{date_in, zone},
    },
    queries::offers::TypeRef,
    service::{
        book::{BookInput, Booked, book},
        credits::{self, CreditOffer},
        faults::check_form,
        slots::{free_of, offer_with_coaches},
    },
};

/// How often one time can be cancelled and booked again in one browser.
const ROUNDS: u32 = 50;

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
    let zone = zones::of(ctx, query.zone.as_deref(), headers);
    let scene = Scene::load(ctx, &slug, query.coach.as_deref(), query.minutes.as_deref(), zone).await?;
    if let Some(elsewhere) = scene.not_on_offer(ctx, start).await? {
        return Ok(elsewhere.into_response());
    }
    let ((name, email), visit) = (who(ctx), Visit::of(ctx, headers));
    let form = FormState::default()
        .with("start", start)
        .with("coach", scene.coach_text())
        .with("minutes", scene.length.minutes)
        .with("zone", &scene.zone.name)
        .with("key", scene.key(ctx, &visit, start))
        .with("name", name)
        .with("email", email);
    let view = DetailsView { zone_guessed: scene.zone.guessed, ..scene.details(ctx, start, form) };
    Ok(visit.keep(Page::of(&view).private().into_response()))
}

/// The form was sent.
#[handler]
pub(super) async fn submit(
    Data(ctx): Data<&Ctx>,
    Path((_, slug)): Path<(String, String)>,
    headers: &HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let zone = zones::of(ctx, form.optional("zone").as_deref(), headers);
    let scene = Scene::load(ctx, &slug, Some(form.text("coach")), Some(form.text("minutes")), zone).await?;
    let input = BookInput {
        kind: slug,
        start: form.string("start"),
        coach: form.string("coach"),
        minutes: form.string("minutes"),
        name: form.string("name"),
        email: form.string("email"),
        zone: scene.zone.name.clone(),
        note: form.string("note"),
        answers: answers(&scene.offer.kind, &form),
        form_key: form.string("key"),
        with_credits: form.text("pay") == "credits",
    };
    let booked = match check_form(ctx, &input, &scene.offer.kind) {
        Ok(()) => book_once(ctx, &input).await,
        Err(problem) => Err(problem),
    };
    match booked {
        Ok(booked) => Ok(Redirect::to(onward(ctx, &booked)).into_response()),
        Err(problem) => scene.again(ctx, &form, problem),
    }
}

/// Books, or finds what the same form booked for the same person before. What was cancelled since is booked anew.
async fn book_once(ctx: &Ctx, input: &BookInput) -> Result<Booked, Problem> {
    let start = input.start.parse::<Instant>().map(|start| start.to_string());
    let (start, email) = (start.unwrap_or_default(), input.email.to_lowercase());
    let chosen = [input.kind.as_str(), &start, &input.coach, &input.minutes, &email];
    let round = async |round| {
        let form_key = of_booking(&input.form_key, &chosen, round);
        book(ctx, &BookInput { form_key, ..input.clone() }).await
    };
    let mut booked = round(0).await?;
    for again in 1..ROUNDS {
        if !matches!(booked.booking.state, State::Cancelled | State::Expired | State::Declined) {
            break;
        }
        booked = round(again).await?;
    }
    Ok(booked)
}

/// To pay, or to the booking's page.
fn onward(ctx: &Ctx, booked: &Booked) -> String {
    booked.next.clone().unwrap_or_else(|| ctx.path(&booked.booking.path()))
}

/// What was answered, by the questions' keys. A box that is ticked says yes.
fn answers(kind: &AppointmentType, form: &Form) -> BTreeMap<String, String> {
    let mut all = answers_to(&kind.questions.0, form);
    if let Some(number) = form.optional(PHONE).filter(|_| asks_phone(kind)) {
        all.insert(PHONE.to_owned(), number);
    }
    all
}

fn answers_to(questions: &[Question], form: &Form) -> BTreeMap<String, String> {
    let answer = |question: &Question| {
        let field = field_name(&question.key);
        let ticked = question.kind == QuestionKind::Consent && form.ticked(&field);
        let answer = if ticked { "yes".to_owned() } else { form.string(&field) };
        (!answer.is_empty()).then(|| (question.key.clone(), answer))
    };
    questions.iter().filter_map(answer).collect()
}

/// Errors at answers, at the fields of this form. The number to call has a field of its own, unless a question asks for it.
fn at_fields(mut problem: Problem, asks_phone: bool) -> Problem {
    let field_name = |key: &str| {
        if asks_phone && key == PHONE { key.to_owned() } else { field_name(key) }
    };
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
    zone: PageZone,
    /// What the client who acts may pay it with besides money.
    credits: Option<CreditOffer>,
}

impl Scene {
    async fn load(
        ctx: &Ctx,
        slug: &str,
        coach: Option<&str>,
        minutes: Option<&str>,
        zone: PageZone,
    ) -> Result<Self, Problem> {
        let (offer, names) = offer_with_coaches(ctx, &TypeRef::parse(slug)).await?;
        let coach = coach.and_then(|text| text.trim().parse::<MemberId>().ok());
        let coach = coach.filter(|id| names.iter().any(|(one, _)| one == id));
        let coach_name = with_whom(&offer, &names, coach);
        let length = length(&offer, minutes);
        let credits = credits::offered(ctx, &offer.kind, length.price).await?;
        Ok(Self { offer, coach, coach_name, length, zone, credits })
    }
    /// Back to the calendar, when a start can't be booked: no such time, taken meanwhile, or nobody chosen.
    async fn not_on_offer(&self, ctx: &Ctx, start: Instant) -> Result<Option<Redirect>, Problem> {
        let Ok(of) = self.offer.choice(self.coach) else {
            return Ok(Some(Redirect::to(ctx.path(&self.back(None)))));
        };
        let range = (start, start.plus_seconds(1));
        let is_free = match free_of(ctx, &self.offer, &of, Some(self.length.minutes.into()), range).await {
            Ok(free) => free.iter().any(|slot| slot.start == start),
            // Outside of all calendars.
            Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => false,
            Err(problem) => return Err(problem),
        };
        let to = || Redirect::to(ctx.path(&self.back(Some(start))));
        Ok((!is_free).then(|| to().flash(Text::key("appointments-flash-not-free"))))
    }
    /// The same for one browser, type, start, coach and length.
    fn key(&self, ctx: &Ctx, visit: &Visit, start: Instant) -> String {
        let (kind, minutes) = (self.offer.kind.id.to_string(), self.length.minutes.to_string());
        visit.key(ctx, &[&kind, &start.to_string(), &self.coach_text(), &minutes])
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
            zone: self.zone.name.clone(),
            price: priced(self.length.price, currency),
            hold_minutes: if pays_now { kind.hold_minutes } else { 0 },
            rules: Rules::of_type(kind, self.length.price),
            credits: self.credits.map(CreditChoice::of),
        }
    }
    /// The calendar, at the day of a start.
    fn back(&self, start: Option<Instant>) -> String {
        let day = start.map(|start| date_in(start, &zone(&self.zone.name)));
        let (month, day) = (day.map(month::name), day.map(|day| day.to_string()));
        let path = format!("/book/{}", self.offer.kind.slug);
        let minutes = self.length.minutes.to_string();
        let minutes = if self.length.minutes == self.offer.kind.minutes { "" } else { &minutes };
        let days = [month.unwrap_or_default(), day.unwrap_or_default()];
        let [month, day] = &days;
        with_query(
            &path,
            &[
                ("month", month),
                ("day", day),
                ("minutes", minutes),
                ("coach", &self.coach_text()),
                ("zone", &self.zone.link),
            ],
        )
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
            asks_phone: asks_phone(&self.offer.kind),
            zone_guessed: false,
            action: self.action(),
            back: self.back(Some(start)),
            form,
        }
    }
    /// The form once more, with what was wrong; all that was typed is kept.
    fn again(&self, ctx: &Ctx, form: &Form, problem: Problem) -> Result<Response, Problem> {
        let start = form.text("start").parse().unwrap_or_else(|_| ctx.now());
        if problem.code == "slot_taken" {
            let mut view = self.taken(ctx, start, &problem, form);
            choose(&mut view.summary, form);
            return Ok(Page::of(&view).status(problem.status).private().into_response());
        }
        // What stands in the way of the whole is said above the form.
        let shown = matches!(problem.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT);
        if !shown {
            return Err(problem);
        }
        let problem = at_fields(problem, asks_phone(&self.offer.kind));
        let mut view = self.details(ctx, start, form.refused(&problem));
        choose(&mut view.summary, form);
        Ok(Page::of(&view).status(problem.status).private().into_response())
    }
    /// Other times, with all that was typed kept.
    fn taken(&self, ctx: &Ctx, start: Instant, problem: &Problem, form: &Form) -> TakenView {
        let nearest = problem.extra.get("nearest").cloned().unwrap_or_default();
        TakenView {
            summary: self.summary(ctx, start),
            questions: self.questions(),
            asks_phone: asks_phone(&self.offer.kind),
            nearest: serde_json::from_value(nearest).unwrap_or_default(),
            action: self.action(),
            back: self.back(Some(start)),
            form: form.state(),
        }
    }
}

/// Keeps what was chosen to pay with.
fn choose(summary: &mut Summary, form: &Form) {
    if let Some(credits) = &mut summary.credits {
        credits.chosen = form.text("pay") != "money";
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
        let read = answers_to(&questions, &form);
        assert_eq!(read, BTreeMap::from([("goal".into(), "run".into()), ("agree".into(), "yes".into())]));
    }

    #[test]
    fn errors_at_answers_stand_at_their_fields() {
        let problem = Problem::invalid(vec![
            FieldError::new("answers/goal", "required"),
            FieldError::new("email", "email"),
            FieldError::new("answers/phone", "required"),
        ]);
        let fields: Vec<String> =
            at_fields(problem.clone(), false).fields.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["answer_goal", "email", "answer_phone"]);
        assert_eq!(at_fields(problem, true).fields[2].field, "phone");
    }
}
