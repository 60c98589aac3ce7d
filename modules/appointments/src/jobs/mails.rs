//! Which mails follow from which step.
//!
//! A job may run late, when the booking has gone on: then a mail about what is no longer so is left out, and the mail of
//! the later step tells what holds now.

use events::{
    Money,
    appointments::{
        BookingCancelled, BookingCompleted, BookingConfirmed, BookingDeclined, BookingExpired, BookingHeld,
        BookingRequested, BookingRescheduled,
    },
};
use kernel::{Ctx, JobError, Tx};

use super::{
    reminders,
    scene::{About, Coach, Scene},
};
use crate::{
    ics::Method,
    mails::{
        Cancelled, CancelledCoach, CancelledMail, Confirmed, ConfirmedCoach, Declined, Expired, FollowUp,
        Held, Late, LateCoach, LateMail, Moved, Requested, RequestedCoach, Rescheduled, RescheduledCoach,
    },
    model::{State, state::CancelledBy},
    policy::BOOKINGS_READ,
    queries::letters::{came_from, has_shared_notes, held_by_staff, was_requested},
};

/// It waits for the business: the client knows that it arrived, every coach that somebody should decide.
pub(super) async fn requested(ctx: Ctx, event: BookingRequested) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        if scene.booking.state != State::Requested {
            return Ok(());
        }
        let about = About { what: "requested", file: None };
        scene.to_client(tx, about, &Requested(scene.client_facts(&ctx))).await?;
        scene.to_coaches(tx, about, RequestedCoach).await
    })
    .await
}

/// Its time is kept until it is paid. Who books and goes on to pay needs no mail of it; who waited for an approval, or was
/// booked by staff, gets the link.
pub(super) async fn held(ctx: Ctx, event: BookingHeld) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        let by_staff = held_by_staff(tx, event.booking).await?;
        let Some(until) = scene.booking.held_until.filter(|_| scene.booking.state == State::Held && by_staff)
        else {
            return Ok(());
        };
        let view = Held {
            facts: scene.client_facts(&ctx),
            approved: was_requested(tx, event.booking).await?,
            price: scene.booking.terms.price(),
            until,
        };
        scene.to_client(tx, About { what: "held", file: None }, &view).await
    })
    .await
}

/// It is certain: both sides are told, and reminders are planned.
pub(super) async fn confirmed(ctx: Ctx, event: BookingConfirmed) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        if scene.booking.state != State::Confirmed {
            return Ok(());
        }
        reminders::plan(tx, &scene.booking).await?;
        let about = About { what: "confirmed", file: Some(Method::Request) };
        scene.to_client(tx, about, &Confirmed(scene.client_facts(&ctx))).await?;
        scene.to_coaches(tx, about, ConfirmedCoach).await
    })
    .await
}

/// It was not approved.
pub(super) async fn declined(ctx: Ctx, event: BookingDeclined) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        let view = Declined { facts: scene.client_facts(&ctx), reason: event.reason.clone() };
        scene.to_client(tx, About { what: "declined", file: None }, &view).await
    })
    .await
}

/// Its time is free again because nobody paid or decided. Whoever gave their name for it may still count on it, however
/// far they got with paying: they are told, once.
pub(super) async fn expired(ctx: Ctx, event: BookingExpired) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        if scene.booking.state != State::Expired {
            return Ok(());
        }
        let undecided = came_from(tx, event.booking, State::Expired).await? == Some(State::Requested);
        let view = Expired { facts: scene.client_facts(&ctx), undecided };
        scene.to_client(tx, About { what: "expired", file: None }, &view).await
    })
    .await
}

/// Another time: both sides are told the old and the new one, and reminders move.
pub(super) async fn rescheduled(ctx: Ctx, event: BookingRescheduled) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        let booking = &scene.booking;
        // Moved on or ended since: the mail of that step tells it.
        if !booking.state.holds_time() || booking.starts_at != event.start {
            return Ok(());
        }
        let certain = booking.state == State::Confirmed;
        if certain {
            reminders::plan(tx, booking).await?;
        }
        let told = |facts| Moved {
            facts,
            old_start: event.old_start,
            old_end: event.old_end,
            by_client: event.moved_by == "client",
            reason: event.reason.clone(),
            away: false,
        };
        let about = About { what: "rescheduled", file: certain.then_some(Method::Request) };
        scene.to_client(tx, about, &Rescheduled(told(scene.client_facts(&ctx)))).await?;
        scene.to_coaches(tx, about, |facts| RescheduledCoach(told(facts))).await?;
        let handed_over = scene.coaches.iter().all(|coach| coach.member.id != event.old_coach);
        let before = if handed_over { Coach::load(tx, event.old_coach).await? } else { None };
        let Some(before) = before else { return Ok(()) };
        // It leaves the calendar of who no longer has it.
        let about = About { file: certain.then_some(Method::Cancel), ..about };
        let view = |facts| RescheduledCoach(Moved { away: true, ..told(facts) });
        scene.to_coach(tx, &before, &[before.person()], about, &view).await
    })
    .await
}

/// It is off: both sides are told, as far as they knew of it, and what goes back.
pub(super) async fn cancelled(ctx: Ctx, event: BookingCancelled) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        let by = scene.booking.cancelled_by.unwrap_or(CancelledBy::System);
        let (paid, refund) = money_back(tx, &scene).await?;
        if by == CancelledBy::System {
            return late(tx, &ctx, &scene, refund).await;
        }
        let from = came_from(tx, event.booking, State::Cancelled).await?.unwrap_or(State::Confirmed);
        let told = |facts| CancelledMail { facts, by, reason: event.reason.clone(), paid, refund };
        // Only what calendars were told of is taken off them.
        let file = (from == State::Confirmed).then_some(Method::Cancel);
        let about = About { what: "cancelled", file };
        scene.to_client(tx, about, &Cancelled(told(scene.client_facts(&ctx)))).await?;
        if from == State::Held && !was_requested(tx, event.booking).await? {
            return Ok(());
        }
        scene.to_coaches(tx, about, |facts| CancelledCoach(told(facts))).await
    })
    .await
}

/// Whether it had been paid, and what goes back or went back of that.
async fn money_back(tx: &mut Tx, scene: &Scene) -> Result<(bool, Option<Money>), JobError> {
    let Some(order) = scene.booking.order_id else { return Ok((false, None)) };
    let paid = billing::by_id(tx, order).await?.is_some_and(|order| order.status.was_paid());
    let refunds = billing::refunds(tx, order).await?;
    let each = refunds.iter().map(billing::Refund::money);
    let sum = each.reduce(|sum, one| Money { amount: sum.amount.saturating_add(one.amount), ..sum });
    Ok((paid, sum))
}

/// It was paid when its time was gone: there is no appointment, and all of the money goes back.
async fn late(tx: &mut Tx, ctx: &Ctx, scene: &Scene, refund: Option<Money>) -> Result<(), JobError> {
    let about = About { what: "late", file: None };
    let view = Late(LateMail { facts: scene.client_facts(ctx), refund });
    scene.to_client(tx, about, &view).await?;
    scene.to_coaches(tx, about, |facts| LateCoach(LateMail { facts, refund })).await
}

/// It took place: the client is asked how it was, where the type asks, and told of notes that were shared.
pub(super) async fn completed(ctx: Ctx, event: BookingCompleted) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let scene = Scene::load(tx, event.booking).await?;
        let rates = scene.booking.terms.asks_rating;
        let notes = has_shared_notes(tx, event.booking).await?;
        if scene.booking.state != State::Completed || !(rates || notes) {
            return Ok(());
        }
        let rating_link = rates.then(|| ctx.link(&format!("{}#rating", scene.booking.path())));
        let view = FollowUp { facts: scene.client_facts(&ctx), rating_link, notes };
        scene.to_client(tx, About { what: "follow_up", file: None }, &view).await
    })
    .await
}
