//! Everything that is wrong with what a client typed, told at once: also when what is wrong with the rest of the form
//! alone would end the check.

use kernel::{Ctx, FieldError, Problem, Tx};

use super::{
    book_input::{BookInput, Desk, check},
    slots::active_offer,
};
use crate::{
    model::{
        AppointmentType,
        intake::answered,
        phone::{PHONE, asked, asks_phone},
    },
    policy::TYPES_READ,
    queries::offers::TypeRef,
};

/// What a page's form asks for, checked before anything is tried. It asks for the number of who is to be called.
///
/// # Errors
/// 422 with all fields at fault.
pub(crate) fn check_form(ctx: &Ctx, input: &BookInput, kind: &AppointmentType) -> Result<(), Problem> {
    let mut wrong = check(ctx, input, Desk::Client).err().map(|problem| problem.fields).unwrap_or_default();
    if asks_phone(kind) && input.answers.get(PHONE).is_none_or(|number| number.trim().is_empty()) {
        wrong.push(FieldError::new(format!("answers/{PHONE}"), "required"));
    }
    wrong.extend(of_answers(input, kind));
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid(wrong)) }
}

fn of_answers(input: &BookInput, kind: &AppointmentType) -> Vec<FieldError> {
    answered(&asked(kind), &input.answers, true).err().map(|problem| problem.fields).unwrap_or_default()
}

/// What is wrong with the fields, and what is wrong with the answers besides.
pub(super) async fn with_answers(ctx: &Ctx, input: &BookInput, mut problem: Problem) -> Problem {
    let kind = TypeRef::parse(input.kind.trim());
    let offer = ctx.read_tx(TYPES_READ, async |tx: &mut Tx| active_offer(tx, &kind).await).await;
    // An unknown type has no questions; that it is unknown is told once the rest is right.
    if let Ok(Some(offer)) = offer {
        problem.fields.extend(of_answers(input, &offer.kind));
    }
    problem
}
