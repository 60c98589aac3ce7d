//! What staff see of a booking besides itself, and what they decide about its rating.

use events::BookingId;
use kernel::{Ctx, Problem, Tx, audit};
use serde_json::json;

use crate::{
    model::{
        PaidWith,
        note::{Note, RatingState, StaffRating},
    },
    policy::{BOOKINGS_READ, RATINGS_WRITE},
    queries::{
        bookings::{booking_for_step, booking_within_reach},
        notes::{notes_of, other_coaches, rating_of, rating_set_state},
    },
    service::credits::paid_with,
};

/// What belongs to a booking on its page in the studio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    pub notes: Vec<Note>,
    pub rating: Option<StaffRating>,
    /// Names of the coaches who take part besides the first.
    pub other_coaches: Vec<String>,
    /// The credits that paid it.
    pub paid_with: Vec<PaidWith>,
}

/// Notes, rating, further coaches and credits of a booking.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn beside(ctx: &Ctx, booking: BookingId) -> Result<Beside, Problem> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let found = booking_within_reach(tx, booking).await?.ok_or_else(Problem::not_found)?;
        Ok(Beside {
            notes: notes_of(tx, booking, false).await?,
            rating: rating_of(tx, booking).await?,
            other_coaches: other_coaches(tx, booking).await?,
            paid_with: paid_with(tx, &found).await?,
        })
    })
    .await
}

/// Approves a rating for the public page, or hides it. Again: nothing changes.
///
/// # Errors
/// 404 when the booking has no rating.
pub(crate) async fn decide(
    ctx: &Ctx,
    booking: BookingId,
    state: RatingState,
) -> Result<StaffRating, Problem> {
    ctx.tx(RATINGS_WRITE, async |tx: &mut Tx| {
        booking_for_step(tx, booking).await?.ok_or_else(Problem::not_found)?;
        let before = rating_of(tx, booking).await?.ok_or_else(Problem::not_found)?;
        if before.state == state {
            return Ok(before);
        }
        let rating = rating_set_state(tx, booking, state).await?.ok_or_else(Problem::not_found)?;
        audit(tx, "booking_rating.decided", booking, json!({ "from": before.state, "to": state })).await?;
        Ok(rating)
    })
    .await
}
