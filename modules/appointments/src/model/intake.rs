//! Answers to a type's intake questions.

use std::collections::BTreeMap;

use kernel::{Check, FieldError, Problem};

use super::{
    details::{Answer, Answers, Question, QuestionKind, Questions},
    phone::{is_number, is_phone},
    when::date,
};

/// Longest answer in words.
const MAX_TEXT: usize = 2_000;
/// Numbers up to this size, either way.
const MAX_NUMBER: f64 = 1e12;
/// What a ticked box sends, and how it is kept.
const YES: &str = "yes";

/// Checks what was answered. With `required` what must be answered is asked for; staff who book for a client leave it out.
///
/// # Errors
/// 422 at `answers/{key}`; a key that no question has is `unknown_question`.
pub(crate) fn answered(
    questions: &Questions,
    given: &BTreeMap<String, String>,
    required: bool,
) -> Result<Answers, Problem> {
    let mut check = Check::new();
    for key in given.keys().filter(|key| !questions.0.iter().any(|question| question.key == **key)) {
        let name: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
        check.require(false, &format!("answers/{name}"), "unknown_question");
    }
    let mut answers = Vec::new();
    for question in &questions.0 {
        let field = format!("answers/{}", question.key);
        let text = given.get(&question.key).map_or("", String::as_str);
        let answer = one(&mut check, question, &field, text);
        if !answer.is_empty() {
            let Question { key, label, kind, .. } = question.clone();
            answers.push(Answer { key, label, kind, answer });
        } else if required && question.required && text.trim().is_empty() {
            check.require(false, &field, "required");
        }
    }
    check.finish()?;
    Ok(Answers(answers))
}

fn one(check: &mut Check, question: &Question, field: &str, text: &str) -> String {
    let text = check.text(field, text, 0, MAX_TEXT);
    if text.is_empty() {
        return text;
    }
    match question.kind {
        QuestionKind::Text => {
            check.require(!is_phone(question) || is_number(&text), field, "not_a_phone_number");
            text
        }
        QuestionKind::Choice => {
            check.require(question.choices.contains(&text), field, "not_a_choice");
            text
        }
        QuestionKind::Number => {
            let number = text.parse::<f64>().ok().filter(|number| number.abs() <= MAX_NUMBER);
            check.require(number.is_some(), field, "not_a_number");
            text
        }
        QuestionKind::Date => {
            check.require(date(&text).is_some(), field, "not_a_date");
            text
        }
        QuestionKind::Consent => match text.as_str() {
            YES | "on" | "true" | "1" => YES.to_owned(),
            "no" | "off" | "false" | "0" => {
                if question.required {
                    check.wrong(FieldError::new(field, "required"));
                }
                String::new()
            }
            _ => {
                check.wrong(FieldError::new(field, "not_a_choice"));
                text
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn question(key: &str, kind: QuestionKind, required: bool) -> Question {
        let choices = vec!["Early".to_owned(), "Late".to_owned()];
        Question { key: key.into(), label: format!("About {key}?"), kind, required, choices }
    }
    fn all() -> Questions {
        Questions(vec![
            question("why", QuestionKind::Text, true),
            question("when", QuestionKind::Choice, false),
            question("age", QuestionKind::Number, false),
            question("since", QuestionKind::Date, false),
            question("terms", QuestionKind::Consent, true),
        ])
    }
    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }
    fn wrong(pairs: &[(&str, &str)], required: bool) -> Vec<(String, &'static str)> {
        let problem = answered(&all(), &given(pairs), required).unwrap_err();
        problem.fields.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn good_answers_are_kept_in_the_order_of_the_questions() {
        let typed = [
            ("terms", "on"),
            ("why", " Growth "),
            ("age", "41.5"),
            ("since", "2024-02-29"),
            ("when", "Late"),
        ];
        let kept = answered(&all(), &given(&typed), true).unwrap().0;
        let pairs: Vec<(&str, &str)> =
            kept.iter().map(|one| (one.key.as_str(), one.answer.as_str())).collect();
        assert_eq!(
            pairs,
            [("why", "Growth"), ("when", "Late"), ("age", "41.5"), ("since", "2024-02-29"), ("terms", "yes")]
        );
    }

    #[test]
    fn each_fault_is_named() {
        let typed =
            [("when", "Noon"), ("age", "NaN"), ("since", "2023-02-29"), ("terms", "off"), ("more", "x")];
        let expected = [
            ("answers/more", "unknown_question"),
            ("answers/why", "required"),
            ("answers/when", "not_a_choice"),
            ("answers/age", "not_a_number"),
            ("answers/since", "not_a_date"),
            ("answers/terms", "required"),
        ];
        assert_eq!(wrong(&typed, true), expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(wrong(&[("why", &"x".repeat(10_000))], false)[0].1, "too_long");
        assert!(answered(&all(), &BTreeMap::new(), false).unwrap().0.is_empty());
    }

    proptest! {
        #[test]
        fn nothing_typed_breaks_it(key in "[a-z]{0,6}|why|when|age|since|terms", text in ".{0,40}", required: bool) {
            if let Ok(answers) = answered(&all(), &given(&[(&key, &text)]), required) {
                prop_assert!(answers.0.iter().all(|one| !one.answer.is_empty()));
            }
        }
    }
}
