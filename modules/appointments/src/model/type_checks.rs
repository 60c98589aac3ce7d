//! Checks of those parts of an appointment type that are lists or belong together.

use std::collections::BTreeSet;

use kernel::{Check, FieldError};

use super::{
    PlaceKind,
    day::Day,
    details::{Duration, PeriodLimit, Question, QuestionKind, TypeLimits},
};

/// The most lengths to choose from, the first one included.
pub(crate) const MAX_LENGTHS: usize = 8;
/// The most intake questions.
pub(crate) const MAX_QUESTIONS: usize = 20;
/// The most choices of one question.
pub(crate) const MAX_CHOICES: usize = 30;
/// The most reminders.
pub(crate) const MAX_REMINDERS: usize = 8;
/// The shortest and the longest time before the start at which a reminder goes out, in minutes.
const REMINDER: std::ops::RangeInclusive<i32> = 5..=60 * 1_440;
/// The highest price in minor units.
pub(crate) const MAX_PRICE: i64 = 100_000_000;

/// A price in minor units.
pub(super) fn price(check: &mut Check, field: &str, amount: i64) -> i64 {
    check.require((0..=MAX_PRICE).contains(&amount), field, "price_out_of_range");
    amount
}

/// An address, number or link. A video room needs none: it is made for each booking.
pub(super) fn place(check: &mut Check, kind: PlaceKind, typed: &str) -> String {
    let place = check.line("place", typed, 0, 500);
    match kind {
        PlaceKind::Room => String::new(),
        PlaceKind::Link => {
            check.require(place.starts_with("https://") && place.len() > 8, "place", "https_link");
            place
        }
        PlaceKind::InPerson | PlaceKind::Phone | PlaceKind::Video => place,
    }
}

/// The lengths besides the first one; they come back in order, the shortest first.
pub(super) fn durations(check: &mut Check, first: i32, mut others: Vec<Duration>) -> Vec<Duration> {
    check.require(others.len() < MAX_LENGTHS, "other_durations", "too_many");
    let mut seen = BTreeSet::from([first]);
    for (index, one) in others.iter().enumerate().take(MAX_LENGTHS) {
        let field = format!("other_durations/{index}/minutes");
        check.number(&field, one.minutes.into(), 5, 1_440);
        check.require(seen.insert(one.minutes), &field, "length_twice");
        price(check, &format!("other_durations/{index}/price"), one.price);
    }
    others.sort_unstable_by_key(|one| one.minutes);
    others
}

/// A range has a last date, and its first date is not after it.
pub(super) fn range(check: &mut Check, from: Option<Day>, to: Option<Day>) {
    for (field, day) in [("range_from", from), ("range_to", to)] {
        let known = day.is_none_or(|day| (1970..2200).contains(&day.0.year()));
        check.require(known, field, "out_of_calendar");
    }
    check.require(from.is_none() || to.is_some(), "range_to", "range_end_needed");
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    check.require(ordered, "range_to", "end_before_start");
}

/// Each limit leaves room for a booking, and a longer period does not allow less than a shorter one.
pub(super) fn limits(check: &mut Check, first: i32, others: &[Duration], limits: &TypeLimits) {
    let shortest = others.iter().map(|one| one.minutes).chain([first]).min().unwrap_or(first);
    let mut before = PeriodLimit::default();
    for (name, limit, longest) in
        [("day", limits.day, 1_440), ("week", limits.week, 10_080), ("month", limits.month, 44_640)]
    {
        let (count, minutes) = (format!("limits/{name}/count"), format!("limits/{name}/minutes"));
        if let Some(most) = limit.count {
            check.number(&count, most.into(), 1, 1_000);
            check.require(before.count.is_none_or(|shorter| most >= shorter), &count, "limit_below_shorter");
        }
        if let Some(most) = limit.minutes {
            check.number(&minutes, most.into(), 5, longest);
            check.require(most >= shortest, &minutes, "limit_below_length");
            check.require(
                before.minutes.is_none_or(|shorter| most >= shorter),
                &minutes,
                "limit_below_shorter",
            );
        }
        before =
            PeriodLimit { count: before.count.max(limit.count), minutes: before.minutes.max(limit.minutes) };
    }
}

/// The intake questions; labels and choices come back trimmed.
pub(super) fn questions(check: &mut Check, typed: Vec<Question>) -> Vec<Question> {
    check.require(typed.len() <= MAX_QUESTIONS, "questions", "too_many");
    let mut keys = BTreeSet::new();
    let one = |(index, question): (usize, Question)| {
        let at = |part: &str| format!("questions/{index}/{part}");
        check.require(is_key(&question.key), &at("key"), "question_key");
        check.require(keys.insert(question.key.clone()), &at("key"), "question_key_twice");
        let label = check.line(&at("label"), &question.label, 1, 200);
        let choices = choices(check, &at("choices"), question.kind, &question.choices);
        Question { label, choices, ..question }
    };
    typed.into_iter().enumerate().take(MAX_QUESTIONS).map(one).collect()
}

fn choices(check: &mut Check, field: &str, kind: QuestionKind, typed: &[String]) -> Vec<String> {
    if kind != QuestionKind::Choice {
        check.require(typed.is_empty(), field, "choices_of_another_kind");
        return Vec::new();
    }
    check.require(typed.len() >= 2, field, "choices_too_few");
    check.require(typed.len() <= MAX_CHOICES, field, "too_many");
    let kept: Vec<String> =
        typed.iter().take(MAX_CHOICES).map(|one| check.line(field, one, 1, 100)).collect();
    check.require(kept.iter().collect::<BTreeSet<_>>().len() == kept.len(), field, "choice_twice");
    kept
}

fn is_key(key: &str) -> bool {
    (1..=40).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Minutes before the start, the longest first.
pub(super) fn reminders(check: &mut Check, typed: &[i32]) -> Vec<i32> {
    check.require(typed.len() <= MAX_REMINDERS, "reminder_minutes", "too_many");
    let mut kept = BTreeSet::new();
    for (index, minutes) in typed.iter().enumerate().take(MAX_REMINDERS) {
        let field = format!("reminder_minutes/{index}");
        if !REMINDER.contains(minutes) {
            check.wrong(FieldError::new(&field, "reminder_out_of_range"));
        }
        check.require(kept.insert(*minutes), &field, "reminder_twice");
    }
    kept.into_iter().rev().collect()
}

/// A name for a question made of its words, unlike all others.
pub(crate) fn question_key(label: &str, taken: &BTreeSet<String>) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = label.chars().map(letters).collect();
    let words: Vec<&str> = words.split('_').filter(|word| !word.is_empty()).collect();
    let base: String = words.join("_").chars().take(32).collect();
    let base = if base.is_empty() { "question".to_owned() } else { base.trim_end_matches('_').to_owned() };
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.clone()).chain(numbered).find(|key| !taken.contains(key)).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{
        appointment_type::tests::{input, row},
        type_input::{TypeInput, tests::wrong},
    };

    fn question(key: &str, kind: QuestionKind, choices: &[&str]) -> Question {
        let choices = choices.iter().map(|one| (*one).to_owned()).collect();
        Question { key: key.into(), label: "What for?".into(), kind, required: true, choices }
    }
    fn length(minutes: i32, price: i64) -> Duration {
        Duration { minutes, price }
    }
    fn named(list: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        list.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect()
    }

    #[test]
    fn lengths_differ_and_are_few() {
        let twice =
            TypeInput { other_durations: vec![length(30, 0), length(60, -1), length(4, 0)], ..input() };
        let expected = [
            ("other_durations/0/minutes", "length_twice"),
            ("other_durations/1/price", "price_out_of_range"),
            ("other_durations/2/minutes", "out_of_range"),
        ];
        assert_eq!(wrong(twice), named(&expected));
        let many = (1..=8).map(|number| length(30 + number * 5, 0)).collect();
        assert_eq!(
            wrong(TypeInput { other_durations: many, ..input() }),
            named(&[("other_durations", "too_many")])
        );
    }

    #[test]
    fn a_range_has_an_end_after_its_beginning() {
        let day = |text: &str| Some(Day(text.parse().unwrap()));
        let ranged = |from, to| wrong(TypeInput { range_from: from, range_to: to, ..input() });
        assert_eq!(ranged(day("2026-12-02"), day("2026-12-01")), named(&[("range_to", "end_before_start")]));
        assert_eq!(ranged(day("2026-12-02"), None), named(&[("range_to", "range_end_needed")]));
        assert_eq!(ranged(None, day("2300-12-02")), named(&[("range_to", "out_of_calendar")]));
        assert_eq!(ranged(day("2026-12-01"), day("2026-12-01")), []);
    }

    #[test]
    fn limits_grow_with_their_period() {
        let limit = |count, minutes| PeriodLimit { count, minutes };
        let bad = TypeLimits {
            day: limit(Some(3), Some(20)),
            week: limit(Some(2), None),
            month: limit(Some(0), Some(10)),
        };
        let expected = [
            ("limits/day/minutes", "limit_below_length"),
            ("limits/week/count", "limit_below_shorter"),
            ("limits/month/count", "out_of_range"),
            ("limits/month/count", "limit_below_shorter"),
            ("limits/month/minutes", "limit_below_length"),
            ("limits/month/minutes", "limit_below_shorter"),
        ];
        assert_eq!(wrong(TypeInput { limits: bad, ..input() }), named(&expected));
    }

    #[test]
    fn questions_are_whole() {
        let questions = vec![
            question("goal", QuestionKind::Choice, &["One"]),
            question("goal", QuestionKind::Text, &["Stray"]),
            question("Goal!", QuestionKind::Choice, &["A", " A"]),
            Question { label: " ".into(), ..question("x", QuestionKind::Consent, &[]) },
        ];
        let expected = [
            ("questions/0/choices", "choices_too_few"),
            ("questions/1/key", "question_key_twice"),
            ("questions/1/choices", "choices_of_another_kind"),
            ("questions/2/key", "question_key"),
            ("questions/2/choices", "choice_twice"),
            ("questions/3/label", "required"),
        ];
        assert_eq!(wrong(TypeInput { questions, ..input() }), named(&expected));
    }

    #[test]
    fn reminders_are_within_reason() {
        let reminders = |list: &[i32]| TypeInput { reminder_minutes: list.to_vec(), ..input() };
        let expected = [
            ("reminder_minutes/0", "reminder_out_of_range"),
            ("reminder_minutes/1", "reminder_out_of_range"),
            ("reminder_minutes/3", "reminder_twice"),
        ];
        assert_eq!(wrong(reminders(&[4, 86_401, 60, 60])), named(&expected));
        assert_eq!(wrong(reminders(&[5; 9])).first(), named(&[("reminder_minutes", "too_many")]).first());
        assert_eq!(row(reminders(&[10, 86_400, 60])).reminder_minutes.0, [86_400, 60, 10]);
    }

    #[test]
    fn names_of_questions_come_from_their_words() {
        let taken = BTreeSet::from(["your_goal".to_owned()]);
        assert_eq!(question_key("Your goal?", &taken), "your_goal_2");
        assert_eq!(question_key("目标", &taken), "question");
    }

    proptest! {
        #[test]
        fn every_name_of_a_question_will_do(label in "\\PC{0,300}", taken in prop::collection::btree_set("[a-z_]{1,8}", 0..5)) {
            let key = question_key(&label, &taken);
            prop_assert!(is_key(&key) && !taken.contains(&key), "{key:?}");
        }

        #[test]
        fn whatever_is_accepted_has_rules(
            lengths in prop::collection::vec((-5_i32..1500, -5_i64..500), 0..4),
            limits in prop::collection::vec(prop::option::of(-1_i32..3_000), 6),
            seats in 0_i64..4,
            reminders in prop::collection::vec(0_i32..100, 0..4),
        ) {
            let at = |index: usize| limits[index];
            let pair = |index| PeriodLimit { count: at(index), minutes: at(index + 1) };
            let typed = TypeInput {
                other_durations: lengths.iter().map(|(minutes, price)| length(*minutes, *price)).collect(),
                limits: TypeLimits { day: pair(0), week: pair(2), month: pair(4) },
                seats,
                reminder_minutes: reminders,
                ..input()
            };
            if wrong(typed.clone()).is_empty() {
                let made = row(typed);
                prop_assert!(made.rules_in(&jiff::tz::TimeZone::UTC).is_ok());
                prop_assert!(made.reminder_minutes.0.windows(2).all(|two| two[0] > two[1]));
                prop_assert!(made.other_durations.0.windows(2).all(|two| two[0].minutes < two[1].minutes));
            }
        }
    }
}
