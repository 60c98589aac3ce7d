use events::{Instant, Money};
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{BookingFacts, Choice, sample_choice, sample_money, sample_time};
use crate::model::{
    State,
    details::{Question, QuestionKind},
};

/// A client who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ClientHit {
    pub name: String,
    pub email: String,
    pub path: String,
}

/// An intake question as a field of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct QuestionField {
    /// Name of the field.
    pub name: String,
    pub label: String,
    pub kind: QuestionKind,
    pub choices: Vec<Choice>,
}

impl QuestionField {
    /// The field of a question, with what was typed before.
    pub fn of(question: &Question, form: &FormState) -> Self {
        let name = format!("answer_{}", question.key);
        let typed = form.values.get(&name).map_or("", String::as_str);
        let choice =
            |label: &String| Choice { value: label.clone(), label: label.clone(), current: label == typed };
        let choices = question.choices.iter().map(choice).collect();
        Self { choices, label: question.label.clone(), kind: question.kind, name }
    }
}

/// Staff book for a client: first what, then the rest.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookForView {
    /// Types to choose from, as links, while none is chosen.
    pub types: Vec<Choice>,
    /// Identifier of the chosen type; empty: not yet.
    pub kind: String,
    pub kind_name: String,
    /// Where another type is chosen.
    pub types_path: String,
    pub coaches: Vec<Choice>,
    /// Everyone takes part, or only one offers it: nothing to choose.
    pub coach_name: Option<String>,
    /// Lengths in minutes, when there are several.
    pub lengths: Vec<Length>,
    pub price: Option<Money>,
    /// How it is paid, as chosen: `ask`, `credits`, or nothing here.
    pub payment: String,
    /// What the chosen client's credits could pay.
    pub credits: Option<DeskCredits>,
    /// Identifier of the chosen client; empty: none.
    pub client: String,
    /// What was searched for, and who was found.
    pub search: String,
    pub found: Vec<ClientHit>,
    pub nobody: bool,
    /// What the search keeps: start, coach, type and the way back.
    pub kept: Vec<(String, String)>,
    pub questions: Vec<QuestionField>,
    pub back: String,
    pub block_path: Option<String>,
    /// Free times, when the one that was wanted is taken.
    pub nearest: Vec<Instant>,
    pub form: FormState,
}

/// What a client's credits could pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DeskCredits {
    /// So many are taken.
    pub count: i32,
    /// So many there are for it.
    pub left: i64,
    /// When the first of them expire.
    pub expires_at: Option<Instant>,
}

/// A length to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Length {
    pub minutes: i32,
    pub price: Option<Money>,
    pub current: bool,
}
impl View for BookForView {
    const TEMPLATE: &'static str = "appointments/studio_book";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-book-for")
    }
    fn samples() -> Vec<Self> {
        let choosing = sample_choosing();
        let full = sample_full(choosing.clone());
        let plain = Self {
            coach_name: Some("Maya Lindqvist".into()),
            coaches: vec![],
            lengths: vec![],
            price: None,
            found: vec![],
            nobody: true,
            payment: String::new(),
            credits: None,
            block_path: None,
            ..full.clone()
        };
        let nothing = Self { types: vec![], block_path: None, ..choosing.clone() };
        vec![choosing, full, plain, nothing]
    }
}

fn sample_choosing() -> BookForView {
    BookForView {
        types: vec![Choice {
            value: "/studio/bookings/new?type=apt_1".into(),
            label: "Intro call".into(),
            current: false,
        }],
        kind: String::new(),
        kind_name: String::new(),
        types_path: "/studio/bookings/new".into(),
        coaches: vec![],
        coach_name: None,
        lengths: vec![],
        price: None,
        payment: String::new(),
        credits: None,
        client: String::new(),
        search: String::new(),
        found: vec![],
        nobody: false,
        kept: vec![],
        questions: vec![],
        back: "/studio/calendar".into(),
        block_path: Some("/studio/calendar/block".into()),
        nearest: vec![],
        form: FormState::default(),
    }
}

fn sample_full(choosing: BookForView) -> BookForView {
    let length = |minutes, price| Length { minutes, price, current: minutes == 30 };
    BookForView {
        types: vec![],
        kind: "apt_1".into(),
        kind_name: "Intro call".into(),
        coaches: vec![sample_choice()],
        lengths: vec![length(30, sample_money()), length(60, None)],
        price: sample_money(),
        payment: "credits".into(),
        credits: Some(DeskCredits { count: 1, left: 4, expires_at: Some(sample_time(60)) }),
        search: "sam".into(),
        found: vec![ClientHit {
            name: "Sam Reed".into(),
            email: "sam@example.com".into(),
            path: "/studio/bookings/new".into(),
        }],
        kept: vec![("start".into(), "2026-11-24T10:00:00Z".into())],
        questions: sample_questions(),
        nearest: vec![sample_time(60), sample_time(90)],
        form: FormState::default().wrong(&sample_taken("time_taken_by")),
        ..choosing
    }
}

fn sample_questions() -> Vec<QuestionField> {
    let field = |(at, kind): (usize, QuestionKind)| QuestionField {
        name: format!("answer_{at}"),
        label: "Your goal".into(),
        kind,
        choices: if kind == QuestionKind::Choice { vec![sample_choice()] } else { vec![] },
    };
    let kinds = [
        QuestionKind::Text,
        QuestionKind::Choice,
        QuestionKind::Number,
        QuestionKind::Date,
        QuestionKind::Consent,
    ];
    kinds.into_iter().enumerate().map(field).collect()
}

/// Another appointment has the time.
fn sample_taken(code: &'static str) -> FieldError {
    FieldError::new("at", code).arg("name", "Kim Novak").arg("from", "10:00").arg("to", "10:30")
}

/// A time that a booking can be moved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MoveTime {
    pub start: Instant,
    pub path: String,
    pub current: bool,
}

/// The times of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MoveDay {
    pub at: Instant,
    pub times: Vec<MoveTime>,
}

/// Staff move a booking.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MoveView {
    pub booking: BookingFacts,
    /// Times on offer, by day.
    pub days: Vec<MoveDay>,
    pub previous_path: Option<String>,
    pub next_path: Option<String>,
    pub from: Instant,
    pub until: Instant,
    /// Coaches who offer the type, when there is a choice.
    pub coaches: Vec<Choice>,
    pub back: String,
    /// Free times, when the one that was wanted is taken.
    pub nearest: Vec<Instant>,
    pub form: FormState,
}
impl View for MoveView {
    const TEMPLATE: &'static str = "appointments/studio_move";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-studio-move").arg("client", &self.booking.client_name)
    }
    fn samples() -> Vec<Self> {
        let time = |minutes| MoveTime {
            start: sample_time(minutes),
            path: "/studio/bookings/bkg_1/move?start=x".into(),
            current: minutes == 60,
        };
        let full = Self {
            booking: BookingFacts::sample(State::Confirmed, None),
            days: vec![MoveDay { at: sample_time(0), times: vec![time(60), time(90)] }],
            previous_path: Some("/studio/bookings/bkg_1/move?from=2026-11-16".into()),
            next_path: Some("/studio/bookings/bkg_1/move?from=2026-11-30".into()),
            from: sample_time(0),
            until: sample_time(6 * 1_440),
            coaches: vec![sample_choice()],
            back: "/studio/calendar".into(),
            nearest: vec![],
            form: FormState::default().wrong(&FieldError::new("reason", "required")),
        };
        let empty =
            Self { days: vec![], coaches: vec![], previous_path: None, next_path: None, ..full.clone() };
        let taken = |code| Self {
            nearest: vec![sample_time(60)],
            form: FormState::default().wrong(&sample_taken(code)),
            ..full.clone()
        };
        vec![taken("time_taken_around"), taken("time_taken_session"), full, empty]
    }
}

/// Staff close a stretch of time.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BlockView {
    /// Whose time can be closed; an empty value: the whole business.
    pub coaches: Vec<Choice>,
    pub may_all: bool,
    pub all: bool,
    pub back: String,
    pub form: FormState,
}
impl View for BlockView {
    const TEMPLATE: &'static str = "appointments/studio_block";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("appointments-title-block")
    }
    fn samples() -> Vec<Self> {
        let back = "/studio/calendar".to_owned();
        let one = Self {
            coaches: vec![sample_choice()],
            may_all: false,
            all: false,
            back,
            form: FormState::default(),
        };
        let form = FormState::default().wrong(&FieldError::new("end", "end_before_start"));
        vec![Self { may_all: true, all: true, form, ..one.clone() }, one]
    }
}
