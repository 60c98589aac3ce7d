//! What follows from a booking's steps: mails to both sides with calendar files, and reminders.
//!
//! Each may run more than once: a mail's key makes it one.

mod holds;
mod mails;
mod notes;
mod reminders;
mod scene;

use events::{
    Event,
    appointments::{
        BookingCancelled, BookingCompleted, BookingConfirmed, BookingDeclined, BookingExpired, BookingHeld,
        BookingRequested, BookingRescheduled,
    },
    billing::{OrderPaid, OrderRefunded},
};
use kernel::{Ctx, JobDef, JobError, Reaction};
use serde::Deserialize;

const REQUESTED: &str = "appointments.mail_on_requested";
const HELD: &str = "appointments.mail_on_held";
const CONFIRMED: &str = "appointments.mail_on_confirmed";
const DECLINED: &str = "appointments.mail_on_declined";
const EXPIRED: &str = "appointments.mail_on_expired";
const RESCHEDULED: &str = "appointments.mail_on_rescheduled";
const CANCELLED: &str = "appointments.mail_on_cancelled";
const COMPLETED: &str = "appointments.mail_on_completed";

pub(crate) const REACTIONS: &[Reaction] = &[
    Reaction { event: BookingRequested::NAME, job: REQUESTED },
    Reaction { event: BookingHeld::NAME, job: HELD },
    Reaction { event: BookingConfirmed::NAME, job: CONFIRMED },
    Reaction { event: BookingDeclined::NAME, job: DECLINED },
    Reaction { event: BookingExpired::NAME, job: EXPIRED },
    Reaction { event: BookingRescheduled::NAME, job: RESCHEDULED },
    Reaction { event: BookingCancelled::NAME, job: CANCELLED },
    Reaction { event: BookingCompleted::NAME, job: COMPLETED },
    Reaction { event: OrderPaid::NAME, job: holds::PAID },
    Reaction { event: OrderRefunded::NAME, job: holds::LATE },
];

pub(crate) fn jobs() -> Vec<JobDef> {
    vec![
        follows(REQUESTED, mails::requested),
        follows(HELD, mails::held),
        follows(CONFIRMED, mails::confirmed),
        follows(DECLINED, mails::declined),
        follows(EXPIRED, mails::expired),
        follows(RESCHEDULED, mails::rescheduled),
        follows(CANCELLED, mails::cancelled),
        follows(COMPLETED, mails::completed),
        follows(holds::PAID, holds::paid),
        follows(holds::LATE, holds::refunded),
        JobDef::new(crate::service::holds::OVER_JOB, holds::over),
        JobDef::new(reminders::REMIND, |ctx: Ctx, args: reminders::Reminding| async move {
            reminders::remind(&ctx, &args).await
        }),
        JobDef::new(
            notes::TELL,
            |ctx: Ctx, args: notes::Telling| async move { notes::tell(&ctx, &args).await },
        ),
    ]
}

pub(crate) use notes::tell_later as tell_of_shared_note;

/// Arguments of a job that follows an event.
#[derive(Debug, Deserialize)]
struct Of<E> {
    event: E,
}

/// A job that follows an event.
fn follows<E, F, Fut>(kind: &'static str, run: F) -> JobDef
where
    E: Event,
    F: Fn(Ctx, E) -> Fut + Copy + Send + Sync + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    JobDef::new(kind, move |ctx: Ctx, args: Of<E>| run(ctx, args.event))
}
