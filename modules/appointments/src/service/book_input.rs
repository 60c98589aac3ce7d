//! What is typed to book, and how it is checked.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use kernel::{Check, Ctx, Problem};

use crate::queries::offers::TypeRef;

/// What a visitor typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BookInput {
    /// Slug or identifier of the type.
    pub kind: String,
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; empty: any who offers it.
    pub coach: String,
    pub name: String,
    pub email: String,
    pub zone: String,
    pub note: String,
    /// How long, of the type's lengths; empty: the first.
    pub minutes: String,
    /// Answers to the intake questions by their keys.
    pub answers: BTreeMap<String, String>,
    /// One-time key; empty: every submit makes a booking.
    pub form_key: String,
    /// Whether the client who acts pays with credits.
    pub with_credits: bool,
}

/// What staff typed to book for a client. It may lie outside of hours, notice, horizon and limits; only taken time refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StaffBookInput {
    /// Slug or identifier of the type.
    pub kind: String,
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; may be empty when only one offers it, anyone may take it, or everybody takes part.
    pub coach: String,
    /// How long, of the type's lengths; empty: the first.
    pub minutes: String,
    pub name: String,
    pub email: String,
    /// Empty: the tenant's.
    pub zone: String,
    pub note: String,
    /// Answers to the intake questions by their keys; none is required.
    pub answers: BTreeMap<String, String>,
    /// Whether the client is asked to pay the price: the slot is then held for 24 hours. Else it is confirmed at once.
    pub ask_payment: bool,
    /// Whether the client's credits pay; it is then confirmed at once. Not both.
    pub with_credits: bool,
    pub form_key: String,
}

/// Who books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Desk {
    Client,
    Staff { ask_payment: bool },
}

/// What was typed, checked.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) desk: Desk,
    pub(super) kind: TypeRef,
    pub(super) start: Instant,
    pub(super) coach: Option<MemberId>,
    pub(super) minutes: Option<i64>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) zone: String,
    pub(super) note: String,
    pub(super) answers: BTreeMap<String, String>,
    pub(super) form_key: String,
    /// Whether the client's credits pay: by the client who acts, or by staff for them.
    pub(super) with_credits: bool,
    /// Whether the form key can have been sent before.
    pub(super) is_keyed: bool,
}

/// Checks what was typed.
///
/// # Errors
/// 422 with the fields at fault.
pub(super) fn check(ctx: &Ctx, input: &BookInput, desk: Desk) -> Result<Order, Problem> {
    let mut check = Check::new();
    let start = input.start.trim().parse::<Instant>();
    check.require(start.is_ok(), "start", "not_an_instant");
    let coach = Some(input.coach.trim()).filter(|coach| !coach.is_empty()).map(str::parse::<MemberId>);
    check.require(!matches!(coach, Some(Err(_))), "coach", "coach_not_offering");
    let minutes = Some(input.minutes.trim()).filter(|text| !text.is_empty()).map(str::parse::<i64>);
    check.require(!matches!(minutes, Some(Err(_))), "minutes", "wrong_duration");
    let key = input.form_key.trim();
    check.require(
        key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_graphic()),
        "form_key",
        "unreadable",
    );
    let order = Order {
        desk,
        kind: TypeRef::parse(input.kind.trim()),
        start: start.unwrap_or_else(|_| ctx.now()),
        coach: coach.and_then(Result::ok),
        minutes: minutes.and_then(Result::ok),
        name: check.line("name", &input.name, 1, 120),
        email: check.email("email", &input.email),
        zone: check.zone("zone", input.zone.trim()),
        note: check.text("note", &input.note, 0, 2_000),
        answers: input.answers.clone(),
        with_credits: input.with_credits,
        is_keyed: !key.is_empty(),
        form_key: if key.is_empty() { ctx.new_token() } else { key.to_owned() },
    };
    check.finish()?;
    Ok(order)
}

/// The same of what staff typed.
///
/// # Errors
/// 422 with the fields at fault.
pub(super) fn check_staff(ctx: &Ctx, input: &StaffBookInput) -> Result<Order, Problem> {
    let typed = input.clone();
    let zone = if typed.zone.trim().is_empty() { ctx.tenant().zone.clone() } else { typed.zone };
    let as_client = BookInput {
        kind: typed.kind,
        start: typed.start,
        coach: typed.coach,
        name: typed.name,
        email: typed.email,
        zone,
        note: typed.note,
        minutes: typed.minutes,
        answers: typed.answers,
        form_key: typed.form_key,
        with_credits: typed.with_credits,
    };
    if typed.ask_payment && typed.with_credits {
        return Err(Problem::field("pay_with_credits", "credits_or_payment"));
    }
    check(ctx, &as_client, Desk::Staff { ask_payment: typed.ask_payment })
}
