//! What staff decide about a booking: approve, decline, completed, not come.

use events::BookingId;
use kernel::{Check, Ctx, Problem, Tx};

use super::{
    cancel::{Claim, find_in},
    holds::{LONG_HOLD, over_job, place_order},
    step::{self, How},
};
use crate::{
    model::{
        Booking, State,
        state::{CancelledBy, Deed},
    },
    policy::BOOKINGS_WRITE,
};

/// Approves a request: it is confirmed, or held for its payment. Again: the same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it is no request or has begun.
pub(crate) async fn approve(ctx: &Ctx, id: BookingId) -> Result<Booking, Problem> {
    ctx.tx(BOOKINGS_WRITE, async |tx: &mut Tx| {
        let id = find_in(tx, &Claim::Staff(id)).await?.id;
        let before = step::lock(tx, id).await?.booking;
        let to_be_paid = before.terms.price().is_some();
        let Some(mut after) = step::next(tx.ctx(), &before, Deed::Approve { to_be_paid })? else {
            return Ok(before);
        };
        if after.state == State::Held {
            place_order(tx, &mut after, LONG_HOLD).await?;
        }
        let how = How { kind: "approved", by: CancelledBy::Staff, reason: "" };
        let after = step::go(tx, &before, after, &how).await?;
        if let Some(job) = over_job(&after) {
            tx.enqueue(job).await?;
        }
        Ok(after)
    })
    .await
}

/// Declines a request: its time is free. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it is no request, 422 for a reason that is too long.
pub(crate) async fn decline(ctx: &Ctx, id: BookingId, reason: &str) -> Result<Booking, Problem> {
    let mut check = Check::new();
    let reason = check.text("reason", reason, 0, 500);
    check.finish()?;
    simple(ctx, id, Deed::Decline, "declined", &reason).await
}

/// It took place. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `not_begun` before its start, `booking_over` when it is not confirmed.
pub(crate) async fn complete(ctx: &Ctx, id: BookingId) -> Result<Booking, Problem> {
    simple(ctx, id, Deed::Complete, "completed", "").await
}

/// The client did not come. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `not_begun` before its start, `booking_over` when it is not confirmed.
pub(crate) async fn no_show(ctx: &Ctx, id: BookingId) -> Result<Booking, Problem> {
    simple(ctx, id, Deed::NoShow, "no_show", "").await
}

async fn simple(
    ctx: &Ctx,
    id: BookingId,
    deed: Deed,
    kind: &'static str,
    reason: &str,
) -> Result<Booking, Problem> {
    ctx.tx(BOOKINGS_WRITE, async |tx: &mut Tx| {
        let id = find_in(tx, &Claim::Staff(id)).await?.id;
        let before = step::lock(tx, id).await?.booking;
        let Some(after) = step::next(tx.ctx(), &before, deed)? else { return Ok(before) };
        step::go(tx, &before, after, &How { kind, by: CancelledBy::Staff, reason }).await
    })
    .await
}
