//! THE one place where a booking that exists changes: its row, its time, its history, event and audit, all at once.
//!
//! Invariant: whoever changes a booking has locked its order (if it has one) and then its row, with [`lock`] or
//! [`lock_with`]. Billing locks the order first when it calls this module, and so both go the same way round.
//!
//! The order of all locks: order, booking, coaches' time (`calendar::lock_time`), shared slots, client, the counter of
//! order numbers, lots of credits. Whoever makes a booking begins with coaches' time, and locks no order or booking but its own new ones; a
//! transaction changes one booking.

use billing::Order;
use events::BookingId;
use futures::try_join;
use kernel::{Actor, Ctx, Problem, Tx, audit};
use serde_json::json;

use super::{
    credits, place,
    tell::{tell, tell_moved},
};
pub(crate) use crate::model::step::MOVED;
use crate::{
    model::{
        Booking, State,
        state::{CancelledBy, Deed, Turn},
        step::{MADE, Step},
    },
    queries::{
        bookings::{booking_by_id, booking_for_step, booking_save},
        steps::step_insert,
    },
};

/// Who makes a step, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct How<'a> {
    /// What the history calls it.
    pub kind: &'static str,
    pub by: CancelledBy,
    /// Empty: none was given.
    pub reason: &'a str,
}

impl How<'_> {
    /// A step that the product makes by itself.
    pub const fn system(kind: &'static str) -> Self {
        How { kind, by: CancelledBy::System, reason: "" }
    }
}

/// A booking with its order, both locked until the transaction ends.
#[derive(Clone, Debug)]
pub(crate) struct Locked {
    pub booking: Booking,
    pub order: Option<Order>,
}

/// Locks a booking for a step.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn lock(tx: &mut Tx, id: BookingId) -> Result<Locked, Problem> {
    let seen = booking_by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    let order = match seen.order_id {
        Some(order) => billing::lock(tx, order).await?,
        None => None,
    };
    let booking = lock_with(tx, id).await?;
    // Approved in between: its order is to be locked before it.
    if booking.order_id != seen.order_id {
        return Err(Problem::conflict("try_again"));
    }
    Ok(Locked { booking, order })
}

/// Locks a booking whose order is locked already.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn lock_with(tx: &mut Tx, id: BookingId) -> Result<Booking, Problem> {
    booking_for_step(tx, id).await?.ok_or_else(Problem::not_found)
}

/// What a deed leads to now: `None`: it was done before.
///
/// # Errors
/// 409 `not_begun`, or `booking_over` when there is no such step from where it stands.
pub(crate) fn next(ctx: &Ctx, before: &Booking, deed: Deed) -> Result<Option<Booking>, Problem> {
    match before.state.after(deed, before.has_begun(ctx.now())) {
        Turn::To(state) => Ok(Some(Booking { state, ..before.clone() })),
        Turn::Already => Ok(None),
        Turn::NotBegun => Err(Problem::conflict("not_begun")),
        Turn::Refused => Err(Problem::conflict("booking_over").arg("state", before.state.word())),
    }
}

/// Makes a step: writes the booking as it stands after it, frees its time when the state holds none any more, and tells.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn go(
    tx: &mut Tx,
    before: &Booking,
    mut after: Booking,
    how: &How<'_>,
) -> Result<Booking, Problem> {
    after.updated_at = tx.ctx().now();
    let is_freed = before.state.holds_time() && !after.state.holds_time();
    let seat = if is_freed { after.slot_id.take() } else { None };
    booking_save(tx, &after).await?;
    if is_freed {
        place::free(tx, before.source(), seat).await?;
    }
    // What is called off gives back by its rule, in its use case.
    if is_freed && matches!(after.state, State::Declined | State::Expired) {
        credits::give_back(tx, before, 100).await?;
    }
    let is_moved = how.kind == MOVED;
    let row = line(tx.ctx(), before, &after, how);
    let detail = json!({
        "from": before.state, "to": after.state, "by": how.by, "reason": how.reason, "start": after.starts_at,
        "coach": after.coach_id,
    });
    let action =
        if is_moved { "booking.rescheduled".to_owned() } else { format!("booking.{}", after.state.word()) };
    let written = step_insert(tx, &row);
    let told = async {
        if is_moved {
            tell_moved(tx, before, &after, how.by, how.reason).await
        } else {
            tell(tx, &after, how.by, how.reason).await
        }
    };
    try_join!(written, told, audit(tx, &action, after.id, detail))?;
    Ok(after)
}

/// The first step of a booking: its making.
pub(crate) fn made(ctx: &Ctx, booking: &Booking, by: CancelledBy) -> Step {
    Step {
        id: ctx.new_id(),
        booking_id: booking.id,
        at: booking.created_at,
        kind: MADE.into(),
        by_kind: by,
        by_name: name_of(ctx, booking, by),
        from_state: None,
        to_state: booking.state,
        old_start: None,
        new_start: None,
        reason: String::new(),
    }
}

/// The name of whoever acts; empty: the product.
fn name_of(ctx: &Ctx, booking: &Booking, by: CancelledBy) -> String {
    match (by, ctx.actor()) {
        (CancelledBy::Staff, Actor::Staff(staff)) => staff.name.clone(),
        (CancelledBy::Client, _) => booking.client_name.clone(),
        _ => String::new(),
    }
}

fn line(ctx: &Ctx, before: &Booking, after: &Booking, how: &How<'_>) -> Step {
    let is_moved = how.kind == MOVED;
    Step {
        id: ctx.new_id(),
        booking_id: after.id,
        at: ctx.now(),
        kind: how.kind.into(),
        by_kind: how.by,
        by_name: name_of(ctx, after, how.by),
        from_state: Some(before.state),
        to_state: after.state,
        old_start: is_moved.then_some(before.starts_at),
        new_start: is_moved.then_some(after.starts_at),
        reason: how.reason.to_owned(),
    }
}
