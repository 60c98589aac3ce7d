//! Seeing and calling off a booking: by its link, or by staff.

use events::{BookingId, Instant, Money, appointments::BookingCancelled};
use kernel::{Check, Ctx, Permission, Problem, Tx, audit};
use ledger::calendar;
use serde_json::json;

use crate::{
    model::{
        Booking,
        state::{CancelledBy, Step},
    },
    policy::{BOOKING_LINK, BOOKINGS_CANCEL, BOOKINGS_READ},
    queries::bookings::{booking_by_id, booking_by_token, booking_for_step, booking_set_cancelled},
};

/// Which booking, and with what right.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// Whoever has the link.
    Link(String),
    /// Staff.
    Staff(BookingId),
}

impl Claim {
    const fn permission(&self) -> Permission {
        match self {
            Self::Link(_) => BOOKING_LINK,
            Self::Staff(_) => BOOKINGS_CANCEL,
        }
    }
    const fn by(&self) -> CancelledBy {
        match self {
            Self::Link(_) => CancelledBy::Client,
            Self::Staff(_) => CancelledBy::Staff,
        }
    }
}

/// The booking of a link.
///
/// # Errors
/// 404 when no booking has it.
pub(crate) async fn by_token(ctx: &Ctx, token: &str) -> Result<Booking, Problem> {
    check_token(token)?;
    let found: Option<Booking> = ctx
        .tx(BOOKING_LINK, async |tx: &mut Tx| booking_by_token(tx, token).await.map_err(Problem::from))
        .await?;
    found.ok_or_else(Problem::not_found)
}

/// A token has 27 characters; whatever can't be one is not looked up.
fn check_token(token: &str) -> Result<(), Problem> {
    let may_be =
        token.len() <= 64 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if may_be { Ok(()) } else { Err(Problem::not_found()) }
}

/// A booking, for staff.
///
/// # Errors
/// 404 when the tenant has no such booking.
pub(crate) async fn by_id(ctx: &Ctx, id: BookingId) -> Result<Booking, Problem> {
    let found: Option<Booking> =
        ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| booking_by_id(tx, id).await.map_err(Problem::from)).await?;
    found.ok_or_else(Problem::not_found)
}

/// How a booking is called off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CancelInput {
    /// Told to the other side; staff must give one.
    pub reason: String,
    /// Per cent of the price that go back, for who may choose it; `None`: all when staff cancel, else what was agreed.
    pub refund_percent: Option<i64>,
}

/// What calling a booking off would do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CancelPreview {
    /// What would come back; `None`: nothing was paid, or nothing comes back.
    pub refund: Option<Money>,
    /// The same per cent of the price.
    pub percent: i32,
    /// Its client can't cancel any more.
    pub too_late: bool,
    /// The last moment at which its client cancels free of charge.
    pub free_until: Instant,
}

/// What calling a booking off would do now, for a page that asks first.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn cancel_preview(ctx: &Ctx, claim: &Claim) -> Result<CancelPreview, Problem> {
    let (booking, now) = (find(ctx, claim).await?, ctx.now());
    Ok(CancelPreview { refund: None, percent: 0, too_late: booking.starts_at <= now, free_until: booking.terms.cancel_free_until(booking.starts_at) })
}

/// The booking of a claim.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn find(ctx: &Ctx, claim: &Claim) -> Result<Booking, Problem> {
    match claim {
        Claim::Link(token) => by_token(ctx, token).await,
        Claim::Staff(id) => by_id(ctx, *id).await,
    }
}

/// Calls a booking off: its time is free at once, both sides are told by mail. Again: the same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it has begun or ended otherwise.
pub(crate) async fn cancel(ctx: &Ctx, claim: &Claim, input: &CancelInput) -> Result<Booking, Problem> {
    let mut check = Check::new();
    let reason = check.text("reason", &input.reason, 0, 500);
    check.finish()?;
    let reason = Some(reason).filter(|reason| !reason.is_empty());
    if let Claim::Link(token) = claim {
        check_token(token)?;
    }
    ctx.tx(claim.permission(), async |tx| {
        let id = match claim {
            Claim::Staff(id) => *id,
            Claim::Link(token) => booking_by_token(tx, token).await?.ok_or_else(Problem::not_found)?.id,
        };
        step(tx, id, claim.by(), reason.as_deref()).await
    })
    .await
}

/// The one place where a booking becomes cancelled.
async fn step(tx: &mut Tx, id: BookingId, by: CancelledBy, reason: Option<&str>) -> Result<Booking, Problem> {
    let before = booking_for_step(tx, id).await?.ok_or_else(Problem::not_found)?;
    let next = match before.state.cancel(before.starts_at <= tx.ctx().now()) {
        Step::Already => return Ok(before),
        Step::Refused => return Err(Problem::conflict("booking_over")),
        Step::To(next) => next,
    };
    let after = booking_set_cancelled(tx, id, by, reason).await?;
    // Invariant: a block exists exactly while the state holds time.
    if !next.holds_time() {
        calendar::release(tx, after.source()).await?;
    }
    tx.emit(&event(&after, by)).await?;
    let detail = json!({ "from": before.state, "to": next, "by": by, "reason": reason });
    audit(tx, "booking.cancelled", id, detail).await?;
    Ok(after)
}

fn event(booking: &Booking, by: CancelledBy) -> BookingCancelled {
    BookingCancelled {
        booking: booking.id,
        appointment_name: booking.type_name.clone(),
        client: booking.client_id,
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        coach: booking.coach_id,
        start: booking.starts_at,
        end: booking.ends_at,
        cancelled_by: by.word().into(),
        reason: booking.cancel_reason.clone(),
    }
}
