//! The lists in the form of an appointment type: lengths, questions, reminders. They are changed by the form's own submit
//! buttons, so that no script is needed: add, remove, up, down.

use std::collections::BTreeSet;

use billing::{parse_price, price_text};
use events::Currency;
use kernel::{Check, Form, FormState, Text};

use super::views::{FieldLabel, LengthLine, QuestionLine, ReminderLine};
use crate::model::{
    details::{Duration, Question, QuestionKind},
    type_checks::{MAX_LENGTHS, MAX_QUESTIONS, MAX_REMINDERS, question_key},
    type_input::TypeInput,
};

/// More lines than any list takes are not read.
const MAX_LINES: usize = 40;

/// A question as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct QuestionText {
    key: String,
    label: String,
    kind: String,
    required: bool,
    /// One a line.
    choices: String,
}

/// The lists as they were typed; empty lines are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lists {
    /// Minutes and price.
    lengths: Vec<(String, String)>,
    questions: Vec<QuestionText>,
    /// Amount and unit.
    reminders: Vec<(String, String)>,
}

impl Lists {
    /// As a type has them.
    pub fn of(input: &TypeInput, currency: Currency) -> Self {
        let length = |one: &Duration| (one.minutes.to_string(), price_text(one.price, currency));
        let question = |one: &Question| QuestionText {
            key: one.key.clone(),
            label: one.label.clone(),
            kind: one.kind.word().to_owned(),
            required: one.required,
            choices: one.choices.join("\n"),
        };
        Self {
            lengths: input.other_durations.iter().map(length).collect(),
            questions: input.questions.iter().map(question).collect(),
            reminders: input.reminder_minutes.iter().map(|minutes| split((*minutes).into())).collect(),
        }
    }

    /// As a form has them.
    pub fn typed(form: &Form) -> Self {
        let pair = |one: String, other: String| (form.string(&one), form.string(&other));
        let lengths = (0..MAX_LINES).map(|line| pair(length(line, "minutes"), length(line, "price")));
        let reminders = (0..MAX_LINES).map(|line| pair(reminder(line), unit(&reminder(line))));
        let questions = (0..MAX_LINES).filter(|line| !form.all(&question(*line, "kind")).is_empty());
        Self {
            lengths: lengths.filter(|(minutes, price)| !(minutes.is_empty() && price.is_empty())).collect(),
            reminders: reminders.filter(|(amount, _)| !amount.is_empty()).collect(),
            questions: questions.map(|line| QuestionText::typed(form, line)).collect(),
        }
    }

    /// What one of the buttons does: `add-question`, `remove-length-2`, `up-question-1`.
    pub fn act(&mut self, button: &str) {
        let mut words = button.split('-');
        let (what, list) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let line = words.next().and_then(|line| line.parse().ok());
        match list {
            "length" => act(&mut self.lengths, what, line, MAX_LENGTHS - 1, Default::default()),
            "reminder" => {
                act(&mut self.reminders, what, line, MAX_REMINDERS, (String::new(), "hours".to_owned()));
            }
            "question" => {
                let blank =
                    QuestionText { kind: QuestionKind::Text.word().into(), ..QuestionText::default() };
                act(&mut self.questions, what, line, MAX_QUESTIONS, blank);
            }
            _ => {}
        }
    }

    /// Puts them into the form, from the first line on, so that errors find their fields.
    pub fn fill(&self, mut form: FormState) -> FormState {
        let lists = ["other_durations/", "questions/", "reminder_minutes/"];
        form.values.retain(|name, _| !lists.iter().any(|list| name.starts_with(list)));
        for (line, (minutes, price)) in self.lengths.iter().enumerate() {
            form = form.with(&length(line, "minutes"), minutes).with(&length(line, "price"), price);
        }
        for (line, (amount, of)) in self.reminders.iter().enumerate() {
            form = form.with(&reminder(line), amount).with(&unit(&reminder(line)), of);
        }
        for (line, asked) in self.questions.iter().enumerate() {
            form = asked.fill(form, line);
        }
        form
    }

    /// The lengths besides the first one.
    pub fn durations(&self, check: &mut Check, currency: Currency) -> Vec<Duration> {
        let mut all = Vec::new();
        for (line, (minutes, price)) in self.lengths.iter().enumerate() {
            let minutes = whole(minutes);
            check.require(minutes.is_some(), &length(line, "minutes"), "whole_number");
            // What stands in for the unreadable is like no other.
            let minutes = minutes.map_or(1_440 - small(line), fits);
            let price = if price.is_empty() { Some(0) } else { parse_price(price, currency) };
            check.require(price.is_some(), &length(line, "price"), "price_unreadable");
            all.push(Duration { minutes, price: price.unwrap_or(0) });
        }
        all
    }

    /// Minutes before the start.
    pub fn reminders(&self, check: &mut Check) -> Vec<i32> {
        let mut all = Vec::new();
        for (line, (amount, unit)) in self.reminders.iter().enumerate() {
            let minutes = joined(amount, unit);
            check.require(minutes.is_some(), &reminder(line), "whole_number");
            all.push(minutes.map_or(60 * 1_440 - small(line), fits));
        }
        all
    }

    /// The questions; a new one gets a name made of its words.
    pub fn questions(&self, check: &mut Check) -> Vec<Question> {
        let mut taken: BTreeSet<String> = self.questions.iter().map(|asked| asked.key.clone()).collect();
        let mut all = Vec::new();
        for (line, asked) in self.questions.iter().enumerate() {
            let kind = asked.kind.parse::<QuestionKind>();
            check.require(kind.is_ok(), &question(line, "kind"), "choose_one");
            let kind = kind.unwrap_or(QuestionKind::Text);
            let key =
                if asked.key.is_empty() { question_key(&asked.label, &taken) } else { asked.key.clone() };
            taken.insert(key.clone());
            let choices = asked.choices.lines().map(str::trim).filter(|one| !one.is_empty());
            let choices = choices.filter(|_| kind == QuestionKind::Choice).map(str::to_owned).collect();
            all.push(Question { key, label: asked.label.clone(), kind, required: asked.required, choices });
        }
        all
    }

    /// What the fields of the lines are called where all errors stand together, in the order of the form.
    pub fn labels(&self) -> Vec<FieldLabel> {
        let part = |name: String, key: &str, number: usize| {
            FieldLabel::new(name, Text::key(format!("appointments-type-of-{key}")).arg("number", number))
        };
        let lengths = (0..self.lengths.len()).flat_map(|line| {
            ["minutes", "price"].map(|name| part(length(line, name), &format!("length-{name}"), line + 2))
        });
        let questions = (0..self.questions.len()).flat_map(|line| {
            ["label", "kind", "choices", "key"]
                .map(|name| part(question(line, name), &format!("question-{name}"), line + 1))
        });
        let reminders = (0..self.reminders.len()).map(|line| part(reminder(line), "reminder", line + 1));
        lengths.chain(questions).chain(reminders).collect()
    }

    /// The lines of the lengths.
    pub fn length_lines(&self) -> Vec<LengthLine> {
        let line = |line| LengthLine {
            number: line + 2,
            minutes: length(line, "minutes"),
            price: length(line, "price"),
            remove: format!("remove-length-{line}"),
        };
        (0..self.lengths.len()).map(line).collect()
    }

    /// The lines of the reminders.
    pub fn reminder_lines(&self) -> Vec<ReminderLine> {
        let line = |(line, (_, of)): (usize, &(String, String))| ReminderLine {
            number: line + 1,
            amount: reminder(line),
            unit: unit(&reminder(line)),
            unit_value: of.clone(),
            remove: format!("remove-reminder-{line}"),
        };
        self.reminders.iter().enumerate().map(line).collect()
    }

    /// The lines of the questions.
    pub fn question_lines(&self) -> Vec<QuestionLine> {
        let line = |(line, asked): (usize, &QuestionText)| QuestionLine {
            number: line + 1,
            key: question(line, "key"),
            label: question(line, "label"),
            kind: question(line, "kind"),
            kind_value: asked.kind.clone(),
            required: question(line, "required"),
            choices: question(line, "choices"),
            remove: format!("remove-question-{line}"),
            up: (line > 0).then(|| format!("up-question-{line}")),
            down: (line + 1 < self.questions.len()).then(|| format!("down-question-{line}")),
        };
        self.questions.iter().enumerate().map(line).collect()
    }
}

impl QuestionText {
    fn typed(form: &Form, line: usize) -> Self {
        Self {
            key: form.string(&question(line, "key")),
            label: form.string(&question(line, "label")),
            kind: form.string(&question(line, "kind")),
            required: form.ticked(&question(line, "required")),
            choices: form.string(&question(line, "choices")),
        }
    }

    fn fill(&self, form: FormState, line: usize) -> FormState {
        let form = form
            .with(&question(line, "key"), &self.key)
            .with(&question(line, "label"), &self.label)
            .with(&question(line, "kind"), &self.kind)
            .with(&question(line, "choices"), &self.choices);
        if self.required { form.with(&question(line, "required"), "on") } else { form }
    }
}

fn act<T>(list: &mut Vec<T>, what: &str, line: Option<usize>, most: usize, blank: T) {
    let line = line.filter(|line| *line < list.len());
    match (what, line) {
        ("add", _) if list.len() < most => list.push(blank),
        ("remove", Some(line)) => drop(list.remove(line)),
        ("up", Some(line)) if line > 0 => list.swap(line - 1, line),
        ("down", Some(line)) if line + 1 < list.len() => list.swap(line, line + 1),
        _ => {}
    }
}

fn length(line: usize, part: &str) -> String {
    format!("other_durations/{line}/{part}")
}
fn question(line: usize, part: &str) -> String {
    format!("questions/{line}/{part}")
}
fn reminder(line: usize) -> String {
    format!("reminder_minutes/{line}")
}
/// The field of a span's unit.
pub(super) fn unit(name: &str) -> String {
    format!("{name}_unit")
}

/// Minutes as a whole number of the largest unit that fits.
pub(super) fn split(minutes: i64) -> (String, String) {
    let (amount, unit) = match minutes {
        0 => (0, "hours"),
        days if days % 1_440 == 0 => (days / 1_440, "days"),
        hours if hours % 60 == 0 => (hours / 60, "hours"),
        minutes => (minutes, "minutes"),
    };
    (amount.to_string(), unit.to_owned())
}

/// The minutes of an amount of a unit.
pub(super) fn joined(amount: &str, unit: &str) -> Option<i64> {
    let factor = match unit {
        "minutes" => 1,
        "hours" => 60,
        "days" => 1_440,
        _ => return None,
    };
    Some(whole(amount)?.saturating_mul(factor))
}

/// A whole number; one beyond all bounds is the largest or the smallest, which no range allows.
pub(super) fn whole(typed: &str) -> Option<i64> {
    let digits = typed.strip_prefix(['-', '+']).unwrap_or(typed);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let beyond = if typed.starts_with('-') { i64::MIN } else { i64::MAX };
    is_whole.then(|| typed.parse().unwrap_or(beyond))
}

/// The same number, or the nearest that fits.
fn fits(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// The number of a line.
fn small(line: usize) -> i32 {
    i32::try_from(line).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn empty_lines_go_and_errors_find_their_fields() {
        let lists = Lists::typed(&form(&[
            ("other_durations/0/minutes", ""),
            ("other_durations/0/price", ""),
            ("other_durations/3/minutes", "ninety"),
            ("other_durations/3/price", "12.345"),
            ("reminder_minutes/5", "2"),
            ("reminder_minutes/5_unit", "days"),
        ]));
        let mut check = Check::new();
        lists.durations(&mut check, "GBP".parse().unwrap());
        assert_eq!(lists.reminders(&mut check), [2_880]);
        let wrong: Vec<String> =
            check.finish().unwrap_err().fields.into_iter().map(|one| one.field).collect();
        assert_eq!(wrong, ["other_durations/0/minutes", "other_durations/0/price"]);
        let shown = lists.fill(FormState::default());
        assert_eq!(shown.values["other_durations/0/minutes"], "ninety");
    }

    #[test]
    fn buttons_add_remove_and_move() {
        let asked = |label: &str| QuestionText { label: label.into(), ..QuestionText::default() };
        let mut lists = Lists { questions: vec![asked("a"), asked("b")], ..Lists::default() };
        for button in [
            "up-question-1",
            "remove-question-9",
            "down-question-1",
            "add-question",
            "nonsense",
            "up-question-0",
        ] {
            lists.act(button);
        }
        assert_eq!(lists.questions.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["b", "a", ""]);
        lists.act("remove-question-0");
        (0..50).for_each(|_| lists.act("add-reminder"));
        assert_eq!((lists.questions.len(), lists.reminders.len()), (2, MAX_REMINDERS));
    }

    #[test]
    fn choices_are_lines_and_only_of_a_choice() {
        let mut one = QuestionText {
            label: "Which?".into(),
            kind: "choice".into(),
            choices: " A \n\nB\r\n".into(),
            ..QuestionText::default()
        };
        let read = |one: &QuestionText| {
            Lists { questions: vec![one.clone()], ..Lists::default() }.questions(&mut Check::new())
        };
        assert_eq!(
            (read(&one)[0].choices.clone(), read(&one)[0].key.as_str()),
            (vec!["A".to_owned(), "B".to_owned()], "which")
        );
        one.kind = "text".into();
        assert!(read(&one)[0].choices.is_empty());
    }

    #[test]
    fn whole_numbers_of_any_length() {
        let read = ["12", "-3", "+4", "99999999999999999999", "-99999999999999999999"].map(whole);
        assert_eq!(read, [Some(12), Some(-3), Some(4), Some(i64::MAX), Some(i64::MIN)]);
        assert_eq!(["", "-", "1.5", "ten", "1 0", "--1"].map(whole), [None; 6]);
    }

    proptest! {
        #[test]
        fn spans_come_back(minutes in 0_i64..2_000_000) {
            let (amount, unit) = split(minutes);
            prop_assert_eq!(joined(&amount, &unit), Some(minutes));
        }

        #[test]
        fn any_button_does_no_harm(buttons in prop::collection::vec("(add|remove|up|down|x)-(length|question|reminder|y)(-[0-9]{1,3})?", 0..30)) {
            let mut lists = Lists::default();
            buttons.iter().for_each(|button| lists.act(button));
            prop_assert!(lists.questions.len() <= MAX_QUESTIONS && lists.lengths.len() < MAX_LENGTHS);
        }
    }
}
