//! What staff decide about a booking: approve, decline, completed, not come.

use events::BookingId;
use kernel::{Ctx, Problem};

use crate::model::Booking;

/// Approves a request: it is confirmed, or held for its payment. Again: the same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it is no request or has begun.
pub(crate) async fn approve(_ctx: &Ctx, _id: BookingId) -> Result<Booking, Problem> {
    Err(Problem::internal("not yet"))
}

/// Declines a request: its time is free. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `booking_over` when it is no request.
pub(crate) async fn decline(_ctx: &Ctx, _id: BookingId, _reason: &str) -> Result<Booking, Problem> {
    Err(Problem::internal("not yet"))
}

/// It took place. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `not_begun` before its start, `booking_over` when it is not confirmed.
pub(crate) async fn complete(_ctx: &Ctx, _id: BookingId) -> Result<Booking, Problem> {
    Err(Problem::internal("not yet"))
}

/// The client did not come. Again: nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 409 `not_begun` before its start, `booking_over` when it is not confirmed.
pub(crate) async fn no_show(_ctx: &Ctx, _id: BookingId) -> Result<Booking, Problem> {
    Err(Problem::internal("not yet"))
}
