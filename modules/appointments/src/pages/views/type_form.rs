use kernel::{FieldError, FormState, Layout, Text, View};
use serde::Serialize;

use super::{Choice, FieldLabel};
use crate::model::{CoachMode, PlaceKind};

/// One more length.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LengthLine {
    /// From 2: the first length stands above.
    pub number: usize,
    pub minutes: String,
    pub price: String,
    /// What its button does.
    pub remove: String,
}

/// An intake question.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct QuestionLine {
    /// From 1.
    pub number: usize,
    pub key: String,
    pub label: String,
    pub kind: String,
    pub kind_value: String,
    pub required: String,
    pub choices: String,
    pub remove: String,
    pub up: Option<String>,
    pub down: Option<String>,
}

/// A reminder.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReminderLine {
    /// From 1.
    pub number: usize,
    pub amount: String,
    pub unit: String,
    pub unit_value: String,
    pub remove: String,
}

/// Which sections of the form stand open.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct OpenSections {
    pub when: bool,
    pub limits: bool,
    pub payment: bool,
    pub changes: bool,
    pub questions: bool,
    pub reminders: bool,
}

impl OpenSections {
    /// Those that stood open, those with something wrong in them, and the one whose button was pressed.
    pub fn of(form: &FormState, opened: &[String], button: &str) -> Self {
        let is = |section: &str, names: &[&str]| {
            opened.iter().any(|open| open == section)
                || form.errors.keys().any(|error| names.iter().any(|name| error.starts_with(name)))
        };
        Self {
            when: is("when", &["step_minutes", "buffer_", "notice_", "horizon_", "range_"]),
            limits: is("limits", &["limits/", "seats"]),
            payment: is("payment", &["hold_", "needs_"]),
            changes: is("changes", &["cancel_", "late_", "move_"]),
            questions: is("questions", &["questions"]) || button.contains("question"),
            reminders: is("reminders", &["reminder_minutes"]) || button.contains("reminder"),
        }
    }
}

/// The form of a type.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TypeFormView {
    pub action: String,
    pub is_new: bool,
    pub currency: String,
    pub place_kind: String,
    pub coach_mode: String,
    /// Units of the spans.
    pub notice_unit: String,
    pub cancel_unit: String,
    pub move_unit: String,
    /// Whether a fixed range is chosen rather than a horizon.
    pub ranged: bool,
    /// Whether a share comes back when it is cancelled late.
    pub shared: bool,
    pub lengths: Vec<LengthLine>,
    pub questions: Vec<QuestionLine>,
    pub reminders: Vec<ReminderLine>,
    /// What the fields of the lists are called in the summary of errors.
    pub labels: Vec<FieldLabel>,
    pub open: OpenSections,
    pub coaches: Vec<Choice>,
    pub coaches_error: bool,
    pub place_error: bool,
    pub mode_error: bool,
    pub form: FormState,
}

impl View for TypeFormView {
    const TEMPLATE: &'static str = "appointments/studio_type";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key(if self.is_new { "appointments-title-type-new" } else { "appointments-title-type-edit" })
    }
    fn samples() -> Vec<Self> {
        let choice = |current| Choice { value: "mem_1".into(), label: "Maya Lindqvist".into(), current };
        let view = |is_new, form: FormState| Self {
            action: "/studio/appointment-types/new".into(),
            is_new,
            currency: "GBP".into(),
            place_kind: PlaceKind::Room.word().into(),
            coach_mode: CoachMode::Any.word().into(),
            notice_unit: "hours".into(),
            cancel_unit: "days".into(),
            move_unit: "minutes".into(),
            ranged: !is_new,
            shared: !is_new,
            lengths: vec![sample_length()],
            questions: vec![sample_question(0, "choice"), sample_question(1, "text")],
            reminders: vec![sample_reminder()],
            labels: sample_labels(),
            open: OpenSections::of(&form, &["limits".into()], "add-question"),
            coaches: vec![choice(true), choice(false)],
            coaches_error: form.errors.contains_key("coaches"),
            place_error: form.errors.contains_key("place_kind"),
            mode_error: form.errors.contains_key("coach_mode"),
            form,
        };
        let form = FormState::default().with("name", "Intro call").with("other_durations/0/minutes", 90);
        let wrong = [
            "coaches",
            "seats",
            "place_kind",
            "coach_mode",
            "questions/0/choices",
            "reminder_minutes/0",
            "other_durations",
            "questions",
            "reminder_minutes",
        ];
        let refused =
            wrong.iter().fold(form.clone(), |form, field| form.wrong(&FieldError::new(*field, "required")));
        vec![view(true, form), view(false, refused)]
    }
}

fn sample_labels() -> Vec<FieldLabel> {
    let label = |name: &str, key: &str| FieldLabel::new(name, Text::key(key).arg("number", 1));
    vec![
        label("questions/0/choices", "appointments-type-of-question-choices"),
        label("reminder_minutes/0", "appointments-type-of-reminder"),
    ]
}

fn sample_question(number: usize, kind: &str) -> QuestionLine {
    QuestionLine {
        number,
        key: format!("questions/{number}/key"),
        label: format!("questions/{number}/label"),
        kind: format!("questions/{number}/kind"),
        kind_value: kind.into(),
        required: format!("questions/{number}/required"),
        choices: format!("questions/{number}/choices"),
        remove: format!("remove-question-{number}"),
        up: (number > 0).then(|| "up-question-1".into()),
        down: (number < 1).then(|| "down-question-0".into()),
    }
}

fn sample_length() -> LengthLine {
    LengthLine {
        number: 2,
        minutes: "other_durations/0/minutes".into(),
        price: "other_durations/0/price".into(),
        remove: "remove-length-0".into(),
    }
}

fn sample_reminder() -> ReminderLine {
    ReminderLine {
        number: 1,
        amount: "reminder_minutes/0".into(),
        unit: "reminder_minutes/0_unit".into(),
        unit_value: "days".into(),
        remove: "remove-reminder-0".into(),
    }
}
