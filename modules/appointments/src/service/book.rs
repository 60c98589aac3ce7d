//! Booking: one short transaction. Mails and all else follow from the event.

use std::collections::BTreeMap;

use events::{Instant, MemberId, appointments::BookingConfirmed};
use kernel::{Check, Ctx, Problem, Tx, audit};
use ledger::calendar::{self, BlockError, Wanted};
use people::{clients, members};
use serde_json::json;

use super::slots::{active_offer, free};
use crate::{
    error::BookError,
    model::{
        Booking, State, Terms,
        booking::source,
        details::Answers,
        offer::{Load, Offer, Verdict, nearest},
    },
    policy::BOOKINGS_CREATE,
    queries::{
        bookings::{booking_by_form_key, booking_insert},
        offers::{TypeRef, recent_bookings},
    },
};

/// How many other slots the loser of a race is shown.
const NEAREST: usize = 6;
const DAY: i64 = 1_440;

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
}

/// What staff typed to book for a client. It may lie outside of hours, notice, horizon and limits; only taken time refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StaffBookInput {
    /// Slug or identifier of the type.
    pub kind: String,
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; may be empty when only one offers it, or everybody takes part.
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
    pub form_key: String,
}

/// A booking that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Booked {
    pub booking: Booking,
    /// Where its payer goes on: a path of this host or a provider's address. `None`: nothing to pay (now).
    pub next: Option<String>,
}

/// Books for a client. The second submit of the same form answers like the first.
///
/// # Errors
/// 422 with the fields at fault; 409 `slot_taken` when the ledger has the time already.
pub(crate) async fn book_for(_ctx: &Ctx, _input: &StaffBookInput) -> Result<Booked, Problem> {
    Err(Problem::internal("not yet"))
}

/// The same, checked.
#[derive(Clone, Debug)]
struct Order {
    kind: TypeRef,
    start: Instant,
    coach: Option<MemberId>,
    name: String,
    email: String,
    zone: String,
    note: String,
    form_key: String,
}

/// Books a slot, at once and for certain. The second submit of the same form answers like the first.
///
/// # Errors
/// 422 with the fields at fault; 409 `slot_taken` with the nearest free slots when somebody was faster.
pub(crate) async fn book(ctx: &Ctx, input: &BookInput) -> Result<Booked, Problem> {
    let order = check(ctx, input)?;
    let booking = attempts(ctx, &order).await?;
    Ok(Booked { booking, next: None })
}

async fn attempts(ctx: &Ctx, order: &Order) -> Result<Booking, Problem> {
    match ctx.tx(BOOKINGS_CREATE, async |tx| attempt(tx, order).await).await {
        Ok(booking) => Ok(booking),
        Err(BookError::Problem(problem)) => Err(*problem),
        Err(BookError::SameForm) => {
            let again =
                async |tx: &mut Tx| booking_by_form_key(tx, &order.form_key).await.map_err(Problem::from);
            ctx.tx(BOOKINGS_CREATE, again).await?.ok_or_else(|| Problem::conflict("try_again"))
        }
    }
}

fn check(ctx: &Ctx, input: &BookInput) -> Result<Order, Problem> {
    let mut check = Check::new();
    let start = input.start.trim().parse::<Instant>();
    check.require(start.is_ok(), "start", "not_an_instant");
    let coach = Some(input.coach.trim()).filter(|coach| !coach.is_empty()).map(str::parse::<MemberId>);
    check.require(!matches!(coach, Some(Err(_))), "coach", "coach_not_offering");
    let key = input.form_key.trim();
    check.require(
        key.len() <= 200 && key.bytes().all(|byte| byte.is_ascii_graphic()),
        "form_key",
        "unreadable",
    );
    let order = Order {
        kind: TypeRef::parse(input.kind.trim()),
        start: start.unwrap_or_else(|_| ctx.now()),
        coach: coach.and_then(Result::ok),
        name: check.line("name", &input.name, 1, 120),
        email: check.email("email", &input.email),
        zone: check.zone("zone", input.zone.trim()),
        note: check.text("note", &input.note, 0, 2_000),
        form_key: if key.is_empty() { ctx.new_token() } else { key.to_owned() },
    };
    check.finish()?;
    Ok(order)
}

async fn attempt(tx: &mut Tx, order: &Order) -> Result<Booking, BookError> {
    let offer = active_offer(tx, &order.kind).await?.ok_or_else(|| Problem::field("type", "unknown_type"))?;
    let mut of = offer.choice(order.coach)?;
    let load = load_for(tx, &offer, &of, order.start).await?;
    let now = tx.ctx().now();
    if let Verdict::Closed(code) = offer.judge(&of, &load, now, order.start) {
        return earlier_or(tx, order, Problem::field("start", code)).await;
    }
    // Whoever is free and had least; when somebody was faster, the next one.
    while let Some(coach) = offer.assign(&of, &load, now, order.start) {
        let booking = draft(tx, &offer, coach, order);
        let wanted = Wanted { coach, from: booking.blocked_from, to: booking.blocked_to };
        match calendar::block(tx, source(booking.id), wanted).await {
            Ok(_) => return confirm(tx, booking).await,
            Err(BlockError::Taken) => of.retain(|id| *id != coach),
            Err(error) => return Err(Problem::internal(error).into()),
        }
    }
    let problem = taken(tx, &offer, order).await?;
    earlier_or(tx, order, problem).await
}

/// What the engine must know for one start. Who had how many bookings matters only among several coaches.
async fn load_for(tx: &mut Tx, offer: &Offer, of: &[MemberId], start: Instant) -> Result<Load, Problem> {
    let (from, to) = offer.reach((start, start));
    let busy = calendar::busy(tx, of, from, to).await?;
    let booked = if of.len() > 1 { recent_bookings(tx, of, start).await? } else { Vec::new() };
    Load::new(&busy, &booked)
}

/// The first submit of a form takes the slot; the second finds it taken, and is answered with that booking.
async fn earlier_or(tx: &mut Tx, order: &Order, problem: Problem) -> Result<Booking, BookError> {
    booking_by_form_key(tx, &order.form_key).await?.ok_or_else(|| problem.into())
}

/// 409 with the free slots nearest to the wanted one.
async fn taken(tx: &mut Tx, offer: &Offer, order: &Order) -> Result<Problem, Problem> {
    let of = offer.choice(order.coach)?;
    let range = (order.start.plus_minutes(-3 * DAY), order.start.plus_minutes(21 * DAY));
    let free = free(tx, offer, &of, range).await?.into_iter().map(|slot| slot.start);
    let free: Vec<Instant> = free.into_iter().filter(|start| *start != order.start).collect();
    Ok(Problem::conflict("slot_taken").with("nearest", nearest(&free, order.start, NEAREST)))
}

/// The booking as it will be; names of coach and client are filled in when its time is taken.
fn draft(tx: &Tx, offer: &Offer, coach: MemberId, order: &Order) -> Booking {
    let (ctx, kind) = (tx.ctx(), &offer.kind);
    let (now, (blocked_from, blocked_to)) = (ctx.now(), kind.blocked(order.start));
    Booking {
        id: ctx.new_id(),
        type_id: kind.id,
        type_name: kind.name.clone(),
        coach_id: coach,
        coach_name: String::new(),
        client_id: ctx.new_id(),
        client_name: order.name.clone(),
        client_email: order.email.clone(),
        client_zone: order.zone.clone(),
        note: order.note.clone(),
        state: State::Confirmed,
        starts_at: order.start,
        ends_at: kind.end(order.start),
        blocked_from,
        blocked_to,
        place_kind: kind.place_kind,
        place: kind.place.clone(),
        token: ctx.new_token(),
        form_key: order.form_key.clone(),
        sequence: 0,
        cancelled_at: None,
        cancelled_by: None,
        cancel_reason: None,
        created_at: now,
        updated_at: now,
        order_id: None,
        held_until: None,
        slot_id: None,
        answers: Answers::default(),
        terms: Terms::default(),
    }
}

/// Writes the booking whose time is taken, and tells of it.
async fn confirm(tx: &mut Tx, mut booking: Booking) -> Result<Booking, BookError> {
    let coach = members::by_id(tx, booking.coach_id).await?;
    booking.coach_name = coach.map(|coach| coach.name).unwrap_or_default();
    let new = clients::NewClient {
        name: booking.client_name.clone(),
        email: booking.client_email.clone(),
        phone: String::new(),
        zone: Some(booking.client_zone.clone()),
    };
    booking.client_id = clients::upsert(tx, new).await?.id;
    booking_insert(tx, &booking).await?;
    tx.emit(&event(&booking)).await?;
    let detail =
        json!({ "from": null, "to": booking.state, "start": booking.starts_at, "coach": booking.coach_id });
    audit(tx, "booking.confirmed", booking.id, detail).await?;
    Ok(booking)
}

fn event(booking: &Booking) -> BookingConfirmed {
    BookingConfirmed {
        booking: booking.id,
        appointment_type: booking.type_id,
        appointment_name: booking.type_name.clone(),
        client: booking.client_id,
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        coach: booking.coach_id,
        start: booking.starts_at,
        end: booking.ends_at,
        client_zone: booking.client_zone.clone(),
    }
}
