//! Reminders: each at its distance before the start, once, and never for a time that no longer holds.
//!
//! **Invariants.** A distance is elapsed time before an instant, so that a clock change between changes nothing. A job is
//! made once for a booking, start and distance, and only where its moment lies after the one at which the start was
//! agreed. It looks at the booking when it runs: one moved, cancelled or begun is not reminded of.

use events::{BookingId, Instant};
use kernel::{Ctx, JobError, JobSpec, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::scene::Scene;
use crate::{
    mails::Reminder,
    model::{Booking, State},
    policy::BOOKINGS_READ,
    queries::bookings::booking_by_id,
};

/// Kind of the job.
pub(super) const REMIND: &str = "appointments.remind";

/// Arguments of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reminding {
    booking: BookingId,
    /// The start that it reminds of.
    start: Instant,
    /// Minutes before it.
    minutes: i64,
}

impl Reminding {
    fn at(&self) -> Instant {
        self.start.plus_minutes(-self.minutes)
    }
    fn name(&self) -> String {
        format!("booking/{}/{}/remind/{}", self.booking, self.start, self.minutes)
    }
}

/// Makes the jobs of a booking whose present start was agreed when it changed last.
pub(super) async fn plan(tx: &mut Tx, booking: &Booking) -> Result<(), JobError> {
    for one in planned(booking) {
        let args = json!({ "booking": one.booking, "start": one.start, "minutes": one.minutes });
        let job = JobSpec::new(REMIND, args).at(one.at()).once(format!("{REMIND}/{}", one.name()));
        tx.enqueue(job).await?;
    }
    Ok(())
}

fn planned(booking: &Booking) -> Vec<Reminding> {
    let one = |minutes: &i32| Reminding {
        booking: booking.id,
        start: booking.starts_at,
        minutes: i64::from(*minutes),
    };
    let all = booking.terms.reminder_minutes.iter().map(one);
    all.filter(|one| one.at() > booking.updated_at).collect()
}

/// Sends one, if it is still right.
pub(super) async fn remind(ctx: &Ctx, args: &Reminding) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let Some(booking) = booking_by_id(tx, args.booking).await? else { return Ok(()) };
        if !is_right(&booking, args, ctx.now()) {
            return Ok(());
        }
        let scene = Scene::load(tx, args.booking).await?;
        let view = Reminder::of(scene.client_facts(ctx));
        scene.queue_to_client(tx, args.name(), None, &view).await
    })
    .await
}

/// Whether it should go out now. After a standstill several may be due at once: then the nearest to the start speaks for
/// all.
fn is_right(booking: &Booking, args: &Reminding, now: Instant) -> bool {
    let nearer = |minutes: &&i32| i64::from(**minutes) < args.minutes;
    let mut nearer = booking.terms.reminder_minutes.iter().filter(nearer);
    booking.state == State::Confirmed
        && booking.starts_at == args.start
        && now < args.start
        && !nearer.any(|minutes| args.start.plus_minutes(-i64::from(*minutes)) <= now)
}

#[cfg(test)]
mod tests;
