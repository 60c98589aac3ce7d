//! Parts of a type that are lists and small rules: lengths, limits, questions, reminders.

use availability::{Limit, Limits};
use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Jsonb};
use jiff::civil::Weekday;
use kernel::json_column;
use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;

/// One more length to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duration {
    /// How long it takes.
    pub minutes: i32,
    /// Minor units of the tenant's currency; 0: free.
    pub price: i64,
}

/// The lengths besides the first one, shortest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Durations(pub Vec<Duration>);
json_column!(Durations);

/// The most that a period takes of one coach; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, poem_openapi::Object)]
#[serde(default)]
pub struct PeriodLimit {
    /// Bookings.
    pub count: Option<i32>,
    /// Booked minutes.
    pub minutes: Option<i32>,
}

/// Limits of one type, a coach, by periods of the coach's zone.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    AsExpression,
    FromSqlRow,
    poem_openapi::Object,
)]
#[diesel(sql_type = Jsonb)]
#[serde(default)]
pub struct TypeLimits {
    /// A local day.
    #[oai(default)]
    pub day: PeriodLimit,
    /// A week that begins on Monday.
    #[oai(default)]
    pub week: PeriodLimit,
    /// A calendar month.
    #[oai(default)]
    pub month: PeriodLimit,
}
json_column!(TypeLimits);

impl TypeLimits {
    /// Whether any limit is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        [self.day, self.week, self.month].iter().any(|limit| limit.count.is_some() || limit.minutes.is_some())
    }
    /// As the engine wants them.
    #[must_use]
    pub(crate) fn engine(&self) -> Limits {
        let limit = |limit: PeriodLimit| Limit {
            count: limit.count.and_then(|count| u32::try_from(count).ok()),
            minutes: limit.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
        };
        Limits {
            day: limit(self.day),
            week: limit(self.week),
            month: limit(self.month),
            week_start: Weekday::Monday,
            ..Limits::default()
        }
    }
}

text_enum! {
    /// What kind of answer a question wants.
    pub enum QuestionKind {
        /// A few words.
        Text = "text",
        /// One of the choices.
        Choice = "choice",
        /// A number.
        Number = "number",
        /// A date.
        Date = "date",
        /// A box that must be ticked when the question is required.
        Consent = "consent",
    }
}

/// An intake question of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, poem_openapi::Object)]
pub struct Question {
    /// Name in forms and in the API: `a-z 0-9 _`, unique in its type.
    pub key: String,
    /// What is asked.
    pub label: String,
    /// What kind of answer it wants.
    pub kind: QuestionKind,
    /// Whether it must be answered.
    #[serde(default)]
    #[oai(default)]
    pub required: bool,
    /// What can be chosen, for a choice.
    #[serde(default)]
    #[oai(default)]
    pub choices: Vec<String>,
}

/// The intake questions of a type, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Questions(pub Vec<Question>);
json_column!(Questions);

/// A question with its answer, as it stood when it was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, poem_openapi::Object)]
pub struct Answer {
    /// Name of the question.
    pub key: String,
    /// What was asked.
    pub label: String,
    /// What kind of answer it wanted.
    pub kind: QuestionKind,
    /// What was answered: a text, a choice, a number, a date as `2026-12-01`, or `yes`; never empty.
    pub answer: String,
}

/// The answers of a booking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Answers(pub Vec<Answer>);
json_column!(Answers);

/// Minutes before the start at which a client is reminded, the longest first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
#[serde(transparent)]
pub struct Reminders(pub Vec<i32>);
json_column!(Reminders);
