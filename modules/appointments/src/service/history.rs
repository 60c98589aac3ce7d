//! What happened to a booking.

use kernel::{Ctx, Problem, Tx};

use super::{
    cancel::{Claim, find_in},
    step,
};
use crate::{
    model::{Booking, state::CancelledBy, step::Step},
    queries::steps::steps_of,
};

/// What happened to a booking, the oldest first; the first step is its making.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn steps(ctx: &Ctx, claim: &Claim) -> Result<Vec<Step>, Problem> {
    claim.check()?;
    let (booking, mut steps): (Booking, Vec<Step>) = ctx
        .read_tx(claim.reading(), async |tx: &mut Tx| {
            let booking = find_in(tx, claim).await?;
            let steps = steps_of(tx, booking.id).await?;
            Ok::<_, Problem>((booking, steps))
        })
        .await?;
    if steps.first().is_none_or(|first| first.from_state.is_some()) {
        steps.insert(0, made(ctx, &booking, steps.first()));
    }
    Ok(steps)
}

/// The making of a booking from before it was written down, as its row tells it.
fn made(ctx: &Ctx, booking: &Booking, next: Option<&Step>) -> Step {
    let to_state = next.and_then(|step| step.from_state).unwrap_or(booking.state);
    Step { to_state, ..step::made(ctx, booking, CancelledBy::Client) }
}
