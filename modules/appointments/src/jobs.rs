//! What follows from a booking: mails to both sides, with a calendar file.
//!
//! Each may run more than once: a mail's key makes it one.

use events::{BookingId, appointments::BookingCancelled, appointments::BookingConfirmed};
use kernel::{
    Ctx, JobDef, JobError, Reaction, Tx,
    mail::{self, Attachment, Draft, MailView},
};
use people::members::{self, Member};
use serde::Deserialize;

use crate::{
    ics::{Method, Person},
    invite::invite,
    mails::{CancelledCoachMail, CancelledMail, ConfirmedCoachMail, ConfirmedMail, Facts},
    model::{Booking, State},
    policy::BOOKINGS_READ,
    queries::{bookings::booking_by_id, schedules::schedule_of},
};

const CONFIRMED: &str = "appointments.mail_on_confirmed";
const CANCELLED: &str = "appointments.mail_on_cancelled";

pub(crate) const REACTIONS: &[Reaction] = &[
    Reaction { event: "booking.confirmed", job: CONFIRMED },
    Reaction { event: "booking.cancelled", job: CANCELLED },
];

pub(crate) fn jobs() -> Vec<JobDef> {
    vec![
        JobDef::new(CONFIRMED, |ctx: Ctx, args: Of<BookingConfirmed>| async move {
            confirmed(&ctx, args.event.booking).await
        }),
        JobDef::new(CANCELLED, |ctx: Ctx, args: Of<BookingCancelled>| async move {
            cancelled(&ctx, args.event.booking).await
        }),
    ]
}

/// Arguments of a job that follows an event.
#[derive(Debug, Deserialize)]
struct Of<E> {
    event: E,
}

/// A booking with the coach it is with, and the zone in which the coach reads times.
struct Scene {
    booking: Booking,
    coach: Option<Member>,
    coach_zone: String,
}

async fn load(tx: &mut Tx, id: BookingId) -> Result<Scene, JobError> {
    let booking = booking_by_id(tx, id).await?.ok_or_else(|| JobError::Fail(format!("no booking {id}")))?;
    let coach = members::by_id(tx, booking.coach_id).await?;
    let (zone, _) = schedule_of(tx, booking.coach_id).await?;
    let coach_zone = zone.unwrap_or_else(|| tx.ctx().tenant().zone.clone());
    Ok(Scene { booking, coach, coach_zone })
}

async fn confirmed(ctx: &Ctx, id: BookingId) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = load(tx, id).await?;
        // Called off before this ran: "confirmed" would be wrong by now, and the other mail says what happened.
        if scene.booking.state != State::Confirmed {
            return Ok(());
        }
        let to_client = ConfirmedMail(facts(ctx, &scene, &scene.booking.client_zone));
        send_client(tx, ctx, &scene, Method::Request, &to_client).await?;
        let to_coach = ConfirmedCoachMail(facts(ctx, &scene, &scene.coach_zone));
        send_coach(tx, ctx, &scene, Method::Request, &to_coach).await
    })
    .await
}

async fn cancelled(ctx: &Ctx, id: BookingId) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = load(tx, id).await?;
        let to_client = CancelledMail(facts(ctx, &scene, &scene.booking.client_zone));
        send_client(tx, ctx, &scene, Method::Cancel, &to_client).await?;
        let to_coach = CancelledCoachMail(facts(ctx, &scene, &scene.coach_zone));
        send_coach(tx, ctx, &scene, Method::Cancel, &to_coach).await
    })
    .await
}

fn facts(ctx: &Ctx, scene: &Scene, zone: &str) -> Facts {
    let booking = &scene.booking;
    Facts {
        type_name: booking.type_name.clone(),
        coach_name: booking.coach_name.clone(),
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        note: booking.note.clone(),
        start: booking.starts_at,
        end: booking.ends_at,
        zone: zone.to_owned(),
        place_kind: booking.place_kind,
        place: booking.place.clone(),
        cancelled_by: booking.cancelled_by,
        cancel_reason: booking.cancel_reason.clone(),
        link: ctx.link(&booking.path()),
        studio_link: ctx.link(&format!("/studio/bookings/{}", booking.id)),
        book_link: ctx.link("/book"),
    }
}

/// `booking/{id}/{sequence}/…`: one mail for each version of the booking and person.
fn key(booking: &Booking, to: &str) -> String {
    format!("booking/{}/{}/{}/{to}", booking.id, booking.sequence, booking.state.word())
}

async fn send_client<M: MailView>(
    tx: &mut Tx,
    ctx: &Ctx,
    scene: &Scene,
    method: Method,
    view: &M,
) -> Result<(), JobError> {
    let booking = &scene.booking;
    let draft = Draft {
        key: key(booking, "client"),
        template: M::TEMPLATE,
        data: serde_json::to_value(view).map_err(|error| JobError::Fail(error.to_string()))?,
        to_email: booking.client_email.clone(),
        to_name: booking.client_name.clone(),
        client: Some(booking.client_id),
        attachments: vec![attachment(method, invite(ctx, booking, method, &[]))],
    };
    Ok(mail::queue(tx, draft).await?)
}

async fn send_coach<M: MailView>(
    tx: &mut Tx,
    ctx: &Ctx,
    scene: &Scene,
    method: Method,
    view: &M,
) -> Result<(), JobError> {
    let Some(coach) = &scene.coach else { return Ok(()) };
    let person = Person { name: &coach.name, email: &coach.email };
    let draft = Draft {
        key: key(&scene.booking, "coach"),
        template: M::TEMPLATE,
        data: serde_json::to_value(view).map_err(|error| JobError::Fail(error.to_string()))?,
        to_email: coach.email.clone(),
        to_name: coach.name.clone(),
        client: None,
        attachments: vec![attachment(method, invite(ctx, &scene.booking, method, &[person]))],
    };
    Ok(mail::queue(tx, draft).await?)
}

fn attachment(method: Method, text: String) -> Attachment {
    Attachment {
        name: "appointment.ics".into(),
        content_type: format!("text/calendar; method={}; charset=utf-8", method.word()),
        text,
    }
}
