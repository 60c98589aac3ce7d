//! Payments that arrive, in time or late. Late money still pays for a time that could be booked now; else it goes back.

use std::sync::Arc;

use billing::{Order, Why};
use events::{MemberId, OrderId};
use kernel::{Ctx, Problem, Tx};
use ledger::calendar;

use super::{
    holds::confirm_paid,
    place,
    slots::{Scope, facts, offer_of},
    step::{self, How},
};
use crate::{
    model::{
        Booking, State,
        load::Load,
        offer::{Asked, Offer},
        state::{CancelledBy, Deed},
    },
    policy::BOOKINGS_CREATE,
    queries::{
        bookings::{booking_by_order, other_coaches},
        offers::TypeRef,
        steps::start_chosen_by,
    },
};

/// The order of a booking is paid: it is certain. When its hold was over, it is certain if its time is still to be had,
/// else the money goes back in full and both sides are told. Again: nothing.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn paid(ctx: &Ctx, order: OrderId) -> Result<(), Problem> {
    ctx.tx(BOOKINGS_CREATE, async |tx: &mut Tx| {
        let Some(order) = billing::lock(tx, order).await? else { return Ok(()) };
        let Some(seen) = booking_by_order(tx, order.id).await? else { return Ok(()) };
        let before = step::lock_with(tx, seen.id).await?;
        match before.state {
            State::Held => confirm_paid(tx, &before).await.map(drop),
            State::Expired if take_again(tx, &before).await? => Ok(()),
            State::Expired | State::Cancelled | State::Declined => give_back(tx, &before, &order).await,
            State::Requested | State::Confirmed | State::Completed | State::NoShow => Ok(()),
        }
    })
    .await
}

/// Late money still pays a booking whose time is to be had: billing asks before it takes the money.
///
/// # Errors
/// 409 `slot_taken` when it is not.
pub(super) async fn reclaim(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let Some(seen) = booking_by_order(tx, order.id).await? else { return Ok(()) };
    let before = step::lock_with(tx, seen.id).await?;
    match before.state {
        State::Held | State::Confirmed => Ok(()),
        State::Expired if take_again(tx, &before).await? => Ok(()),
        _ => Err(Problem::conflict("slot_taken")),
    }
}

/// Takes the time of an expired booking once more and confirms it; `false`: it has begun, is taken, or is not on offer any
/// more.
async fn take_again(tx: &mut Tx, before: &Booking) -> Result<bool, Problem> {
    if before.state != State::Expired || before.has_begun(tx.ctx().now()) {
        return Ok(false);
    }
    let Some(offer) = offer_of(tx, &TypeRef::Id(before.type_id)).await? else { return Ok(false) };
    let mut coaches = vec![before.coach_id];
    coaches.extend(other_coaches(tx, before.id).await?);
    // A limit is a decision about more than one stretch of time, and a seat is taken behind this lock: one at a time.
    calendar::lock_time(tx, &coaches).await?;
    if !is_to_be_had(tx, &offer, before, &coaches).await? {
        return Ok(false);
    }
    let mut again = before.clone();
    if !place::take(tx, &offer, &mut again, &coaches).await? {
        return Ok(false);
    }
    confirm_paid(tx, &again).await?;
    Ok(true)
}

/// Whether the same could be booked now by the same hands: at a time that staff chose, outside of hours, limits and closed
/// times; else only what is on offer. Notice was given when it was booked.
async fn is_to_be_had(
    tx: &mut Tx,
    offer: &Arc<Offer>,
    before: &Booking,
    coaches: &[MemberId],
) -> Result<bool, Problem> {
    let offers = |coach: &MemberId| offer.coaches.iter().any(|one| one.id == *coach);
    if !coaches.iter().all(offers) {
        return Ok(false);
    }
    if start_chosen_by(tx, before.id).await? == Some(CancelledBy::Staff) {
        return Ok(true);
    }
    if !offer.kind.active {
        return Ok(false);
    }
    let minutes = i32::try_from(before.minutes()).unwrap_or(offer.kind.minutes);
    let scope = Scope { of: coaches, minutes, range: (before.starts_at, before.starts_at) };
    let load = Load::new(&facts(tx, offer, scope).await?, None)?;
    let asked = Asked { of: coaches, minutes, load: &load, now: tx.ctx().now() };
    offer.is_open_but_for_notice(asked, before.starts_at)
}

/// Paid for nothing: all of it goes back, once.
async fn give_back(tx: &mut Tx, before: &Booking, order: &Order) -> Result<(), Problem> {
    let left = billing::refundable(tx, order.id).await?;
    if left > 0 {
        let source = format!("booking/{}/late", before.id);
        billing::refund(tx, order.id, left, &source, Why::Unavailable).await?;
    }
    too_late(tx, before).await
}

/// Its money went back because it came too late: the booking is off for good.
async fn too_late(tx: &mut Tx, before: &Booking) -> Result<(), Problem> {
    if before.state != State::Expired {
        return Ok(());
    }
    let Some(mut after) = step::next(tx.ctx(), before, Deed::Cancel(CancelledBy::System))? else {
        return Ok(());
    };
    after.cancelled_at = Some(tx.ctx().now());
    after.cancelled_by = Some(CancelledBy::System);
    after.sequence += 1;
    step::go(tx, before, after, &How::system("paid_too_late")).await.map(drop)
}

/// Money that came too late for an order of this module went back. Again: nothing.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn late_money_went_back(ctx: &Ctx, order: OrderId) -> Result<(), Problem> {
    ctx.tx(BOOKINGS_CREATE, async |tx: &mut Tx| {
        let Some(order) = billing::lock(tx, order).await? else { return Ok(()) };
        let Some(seen) = booking_by_order(tx, order.id).await? else { return Ok(()) };
        let before = step::lock_with(tx, seen.id).await?;
        too_late(tx, &before).await
    })
    .await
}
