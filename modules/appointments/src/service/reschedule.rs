//! Moving a booking to another time or coach. Link, price, payment and answers stay.

use events::Instant;
use kernel::{Ctx, Problem};

use super::cancel::Claim;
use crate::model::{Booking, offer::SlotOut};

/// Where a booking is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveInput {
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; empty: the same, or (when anyone may take it) whoever is free.
    pub coach: String,
    /// Told to the other side; staff must give one.
    pub reason: String,
    /// Staff only: also to a time that is not on offer.
    pub anyway: bool,
}

/// Moves a booking. To where it is already: the same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 422 with the fields at fault, 409 `too_late_to_move`, `booking_over`, or `slot_taken`
/// with the nearest free slots.
pub(crate) async fn reschedule(_ctx: &Ctx, _claim: &Claim, _input: &MoveInput) -> Result<Booking, Problem> {
    Err(Problem::internal("not yet"))
}

/// The starts to which a booking can be moved, in order; its own one is not among them.
///
/// # Errors
/// 404 when there is no such booking, 422 for a range that makes no sense.
pub(crate) async fn move_slots(
    _ctx: &Ctx,
    _claim: &Claim,
    _range: (Instant, Instant),
) -> Result<Vec<SlotOut>, Problem> {
    Err(Problem::internal("not yet"))
}
