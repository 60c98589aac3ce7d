//! The number that a client is called on, where the business has none of its own to be called.

use std::borrow::Cow;

use super::{
    AppointmentType, PlaceKind,
    details::{Question, QuestionKind, Questions},
};

/// Key of the answer.
pub(crate) const PHONE: &str = "phone";
/// What the answer is called where it is kept, as businesses call their own questions.
const LABEL: &str = "Phone number";
/// Fewest and most digits of a number (E.164 has at most 15; extensions are dialled after it).
const DIGITS: std::ops::RangeInclusive<usize> = 5..=20;
/// Longest number as people write them.
const MAX: usize = 40;

/// Whether clients are called, and so have to say where: a type by phone without a number, which does not ask for one in
/// a question of its own.
pub(crate) fn asks_phone(kind: &AppointmentType) -> bool {
    let own = kind.questions.0.iter().any(|question| question.key == PHONE);
    kind.place_kind == PlaceKind::Phone && kind.place.is_empty() && !own
}

/// All that a type asks. The form of the page wants the number; the API and staff may leave it out.
pub(crate) fn asked(kind: &AppointmentType) -> Cow<'_, Questions> {
    if !asks_phone(kind) {
        return Cow::Borrowed(&kind.questions);
    }
    let mut questions = vec![question()];
    questions.extend_from_slice(&kind.questions.0);
    Cow::Owned(Questions(questions))
}

fn question() -> Question {
    Question {
        key: PHONE.into(),
        label: LABEL.into(),
        kind: QuestionKind::Text,
        required: false,
        choices: Vec::new(),
    }
}

/// Whether it is this question, not one of the business with the same key.
pub(crate) fn is_phone(question: &Question) -> bool {
    *question == self::question()
}

/// Whether a text can be dialled: digits with what people put between them.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || " +-./()".contains(c) || "extEXT".contains(c);
    text.len() <= MAX && DIGITS.contains(&digits) && text.chars().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_people_write_them() {
        for good in ["+44 20 7946 0018", "020-7946.0018", "(0)30 / 123456", "12345", "+1 555 010 9999 ext 12"]
        {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "call me", "1234", "sam@example.com", "+", &"1".repeat(41)] {
            assert!(!is_number(bad), "{bad}");
        }
    }
}
