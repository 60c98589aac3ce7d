//! Answers to intake questions, as pages and mails show them.

use events::Instant;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{
    model::{
        details::{Answer, Answers, QuestionKind},
        when::date,
    },
    pages::month::midday,
};

/// What was answered to a question, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AnswerRow {
    pub label: String,
    pub kind: QuestionKind,
    pub answer: String,
    /// A moment of the date that is the answer, in UTC.
    pub day: Option<Instant>,
    /// More than fits beside its label.
    pub long: bool,
}

impl AnswerRow {
    fn of(answer: &Answer) -> Self {
        let day = date(&answer.answer).filter(|_| answer.kind == QuestionKind::Date);
        Self {
            label: answer.label.clone(),
            kind: answer.kind,
            day: day.map(|day| midday(day, &TimeZone::UTC)),
            long: is_long(&answer.answer) || is_long(&answer.label),
            answer: answer.answer.clone(),
        }
    }

    /// All that were given.
    pub fn all(answers: &Answers) -> Vec<Self> {
        answers.0.iter().map(Self::of).collect()
    }
    pub fn samples() -> Vec<Self> {
        let row = |kind, answer: &str| {
            Self::of(&Answer { key: "goal".into(), label: "Your goal".into(), kind, answer: answer.into() })
        };
        vec![
            row(QuestionKind::Text, "A second offer"),
            row(QuestionKind::Text, "Two\nlines"),
            row(QuestionKind::Date, "2026-12-01"),
            row(QuestionKind::Consent, "yes"),
        ]
    }
}

/// Whether a text is more than a line.
pub(crate) fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > 50
}
