use events::{Instant, Money};
use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{Choice, Rules, TypeCard, sample_money, sample_time};
use crate::{
    model::{
        PlaceKind,
        details::{Question, QuestionKind},
    },
    service::credits::CreditOffer,
};

/// What is about to be booked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Summary {
    pub kind: TypeCard,
    pub coach_name: Option<String>,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    /// `None`: free.
    pub price: Option<Money>,
    /// Minutes that the slot is kept for the payment; 0: nothing is paid now.
    pub hold_minutes: i32,
    pub rules: Rules,
    /// What it may be paid with besides money.
    pub credits: Option<CreditChoice>,
}

impl Summary {
    fn sample(coach_name: Option<&str>, price: Option<Money>) -> Self {
        Self {
            kind: TypeCard::sample(PlaceKind::InPerson),
            coach_name: coach_name.map(str::to_owned),
            start: sample_time(0),
            end: sample_time(30),
            zone: "Europe/London".into(),
            hold_minutes: if price.is_some() { 15 } else { 0 },
            price,
            rules: Rules::samples().remove(0),
            credits: None,
        }
    }
    fn with_credits(mut self, expires_at: Option<Instant>) -> Self {
        self.credits = Some(CreditChoice { count: 1, left: 4, expires_at, chosen: expires_at.is_some() });
        self
    }
    fn with_approval(mut self) -> Self {
        self.kind.needs_approval = true;
        self.hold_minutes = 0;
        self
    }
}

/// An intake question as a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Ask {
    /// Name of the field.
    pub name: String,
    pub label: String,
    pub kind: QuestionKind,
    pub required: bool,
    /// The same, for the word beside the label.
    pub optional: bool,
    /// What can be chosen; a choice of many is a list, which has an empty line first.
    pub choices: Vec<Choice>,
    pub many: bool,
}

/// The name of a question's field.
pub(crate) fn field_name(key: &str) -> String {
    format!("answer_{key}")
}

impl Ask {
    pub fn of(question: &Question) -> Self {
        let choice = |text: &String| Choice { value: text.clone(), label: text.clone(), current: false };
        Self {
            name: field_name(&question.key),
            label: question.label.clone(),
            kind: question.kind,
            required: question.required,
            optional: !question.required,
            choices: question.choices.iter().map(choice).collect(),
            many: question.choices.len() > 6,
        }
    }
    fn samples() -> Vec<Self> {
        let ask = |key: &str, kind, required, many| Self {
            name: field_name(key),
            label: format!("Question {key}"),
            kind,
            required,
            optional: !required,
            choices: vec![Choice { value: "One".into(), label: "One".into(), current: false }],
            many,
        };
        vec![
            ask("goal", QuestionKind::Text, true, false),
            ask("first", QuestionKind::Choice, false, false),
            ask("level", QuestionKind::Choice, true, true),
            ask("age", QuestionKind::Number, false, false),
            ask("since", QuestionKind::Date, false, false),
            ask("agree", QuestionKind::Consent, true, false),
        ]
    }
}

/// What the client who is signed in may pay with besides money.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct CreditChoice {
    pub count: i32,
    pub left: i64,
    pub expires_at: Option<Instant>,
    pub chosen: bool,
}

impl CreditChoice {
    pub fn of(offer: CreditOffer) -> Self {
        Self { count: offer.credits, left: offer.left, expires_at: offer.expires_at, chosen: true }
    }
}

/// Who is coming.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DetailsView {
    pub summary: Summary,
    pub questions: Vec<Ask>,
    /// Whether the number to call is asked for.
    pub asks_phone: bool,
    /// Nobody has said in which zone to show times: the browser may.
    pub zone_guessed: bool,
    pub action: String,
    pub back: String,
    pub form: FormState,
}
impl View for DetailsView {
    const TEMPLATE: &'static str = "appointments/details";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-details").arg("type", &self.summary.kind.name)
    }
    fn samples() -> Vec<Self> {
        let refused = sample_form()
            .wrong(&FieldError::new("email", "email"))
            .wrong(&FieldError::new("start", "too_soon"));
        let view = |form, summary, questions: Vec<Ask>| Self {
            summary,
            asks_phone: !questions.is_empty(),
            zone_guessed: questions.is_empty(),
            questions,
            action: "/book/x/details".into(),
            back: "/book/x".into(),
            form,
        };
        let maya = Some("Maya Lindqvist");
        vec![
            view(FormState::default(), Summary::sample(maya, None), vec![]),
            view(refused, Summary::sample(None, sample_money()), Ask::samples()),
            view(FormState::default(), Summary::sample(maya, sample_money()).with_approval(), vec![]),
            view(
                FormState::default(),
                Summary::sample(maya, sample_money()).with_credits(Some(sample_time(0))),
                vec![],
            ),
            view(
                FormState::default(),
                Summary::sample(maya, sample_money()).with_approval().with_credits(None),
                vec![],
            ),
        ]
    }
}

fn sample_form() -> FormState {
    FormState::default()
        .with("name", "Sam Reed")
        .with("email", "sam@")
        .with("start", sample_time(0))
        .with("key", "k")
}

/// Somebody was faster: other times, with what was typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TakenView {
    pub summary: Summary,
    pub questions: Vec<Ask>,
    /// Whether the number to call is asked for.
    pub asks_phone: bool,
    pub nearest: Vec<Instant>,
    pub action: String,
    pub back: String,
    pub form: FormState,
}
impl View for TakenView {
    const TEMPLATE: &'static str = "appointments/taken";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("appointments-title-taken")
    }
    fn samples() -> Vec<Self> {
        let view = |nearest, price, questions: Vec<Ask>| Self {
            summary: Summary::sample(Some("Maya Lindqvist"), price),
            asks_phone: !questions.is_empty(),
            questions,
            nearest,
            action: "/book/x/details".into(),
            back: "/book/x".into(),
            form: sample_form(),
        };
        vec![
            view(vec![sample_time(30), sample_time(90)], sample_money(), Ask::samples()),
            view(vec![], None, vec![]),
        ]
    }
}
