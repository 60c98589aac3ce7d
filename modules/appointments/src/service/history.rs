//! What happened to a booking.

use kernel::{Ctx, Problem, Tx};

use super::cancel::{Claim, find_in};
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
    let (booking, later): (Booking, Vec<Step>) = ctx
        .read_tx(claim.reading(), async |tx: &mut Tx| {
            let booking = find_in(tx, claim).await?;
            let later = steps_of(tx, booking.id).await?;
            Ok::<_, Problem>((booking, later))
        })
        .await?;
    let mut all = vec![made(ctx, &booking, later.first())];
    all.extend(later);
    Ok(all)
}

/// The making of a booking, which its row tells of.
fn made(ctx: &Ctx, booking: &Booking, next: Option<&Step>) -> Step {
    Step {
        id: ctx.new_id(),
        booking_id: booking.id,
        at: booking.created_at,
        kind: "made".into(),
        by_kind: CancelledBy::Client,
        by_name: booking.client_name.clone(),
        from_state: None,
        to_state: next.and_then(|step| step.from_state).unwrap_or(booking.state),
        old_start: None,
        new_start: None,
        reason: String::new(),
    }
}
