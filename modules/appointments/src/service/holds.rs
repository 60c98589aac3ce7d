//! Slots that are kept while somebody pays or decides: their orders and their end.

use billing::{Extras, Method, NewLine, NewOrder, Order, OrderRules, Status};
use events::{BookingId, Instant};
use kernel::{Ctx, JobError, JobSpec, Problem, Tx};
use people::clients;
use serde_json::json;

use super::{
    late::reclaim,
    step::{self, How, Locked},
};
use crate::{
    MODULE,
    model::{
        Booking, State,
        state::{CancelledBy, Deed},
    },
    policy::BOOKINGS_CREATE,
    queries::bookings::{booking_by_order, holds_of_client},
};

/// Kind of the job at the end of a hold or of a request that nobody decided: `{"booking": "bkg_…"}`.
pub(crate) const OVER_JOB: &str = "appointments.hold_over";
/// Slots that one client may hold without having paid.
pub(crate) const MOST_HOLDS: i64 = 3;
/// A hold after approval, or one that staff made, lasts so long, in minutes.
pub(crate) const LONG_HOLD: i64 = 1_440;
/// So many holds are ended by one who looks.
const MOST_FREED: i64 = 100;

/// The job at the end of a hold or request.
pub(crate) fn over_job(booking: &Booking) -> Option<JobSpec> {
    let at = match booking.state {
        State::Held => booking.held_until?,
        State::Requested => booking.starts_at,
        _ => return None,
    };
    let key = format!("{OVER_JOB}/{}/{}/{at}", booking.id, booking.state.word());
    Some(JobSpec::new(OVER_JOB, json!({ "booking": booking.id })).at(at).once(key))
}

/// Refuses one hold too many of a client. Counted one at a time, by the client's row.
///
/// # Errors
/// 409 `too_many_holds`.
pub(crate) async fn check_holds(tx: &mut Tx, booking: &Booking) -> Result<(), Problem> {
    clients::lock(tx, booking.client_id).await?;
    if holds_of_client(tx, booking.client_id).await? < MOST_HOLDS {
        return Ok(());
    }
    Err(Problem::conflict("too_many_holds").arg("max", MOST_HOLDS))
}

/// Places the order of a booking that is to be held, for `minutes`, never beyond its start. By transfer it waits as long as
/// the business lets such orders wait.
///
/// # Errors
/// 409 `no_way_to_pay` when the business offers none.
pub(crate) async fn place_order(tx: &mut Tx, booking: &mut Booking, minutes: i64) -> Result<Order, Problem> {
    let price = booking.terms.price().ok_or_else(|| Problem::internal("a hold without a price"))?;
    let (method, waits) = billing::choose_method(tx, price.amount, "").await?;
    let until = tx.ctx().now().plus_minutes(minutes);
    let by_hand = waits.filter(|_| method == Method::Manual).map_or(until, |waits| waits.max(until));
    let until = by_hand.min(booking.starts_at);
    let back = booking.path();
    let detail = json!({ "booking": booking.id, "start": booking.starts_at, "coach": booking.coach_name });
    let line = NewLine::plain(booking.id.to_string(), &booking.type_name, price.amount, detail);
    let new = NewOrder {
        module: MODULE,
        client: booking.client_id,
        client_name: &booking.client_name,
        client_email: &booking.client_email,
        currency: price.currency,
        method,
        form_key: &format!("booking/{}", booking.id),
        expires_at: Some(until),
        lines: &[line],
        return_path: Some(&back),
        extras: Extras::default(),
    };
    let order = billing::place(tx, new).await?;
    booking.order_id = Some(order.id);
    booking.held_until = Some(until);
    Ok(order)
}

/// Frees what is held beyond its time, whoever looks. What is being freed by somebody else is left to them, and what can't
/// be freed just now stays as it is: who looks is answered all the same, and billing's job tries again and tells why.
/// Answers how many.
pub(crate) async fn free_overdue(ctx: &Ctx) -> usize {
    billing::sweep(ctx, BOOKINGS_CREATE, Some(MODULE), MOST_FREED).await.ended
}

/// The end of a hold or of a request. One that is paid, decided or given up in the meantime is left as it is.
///
/// # Errors
/// To be tried again when its order is just being ended by somebody else.
pub(crate) async fn over(ctx: &Ctx, id: BookingId) -> Result<(), JobError> {
    free_overdue(ctx).await;
    ctx.tx(BOOKINGS_CREATE, async |tx: &mut Tx| {
        let Locked { booking, order } = step::lock(tx, id).await?;
        let now = tx.ctx().now();
        let is_over = match booking.state {
            State::Held => booking.held_until.is_none_or(|until| until <= now),
            State::Requested => booking.has_begun(now),
            _ => false,
        };
        if !is_over {
            return Ok(());
        }
        match order.map(|order| order.status) {
            Some(status) if status.was_paid() => confirm_paid(tx, &booking).await.map(drop)?,
            Some(status) if status.is_open() => {
                return Err(JobError::Retry("its order is still open".into()));
            }
            _ => expire(tx, &booking).await?,
        }
        Ok(())
    })
    .await
}

async fn expire(tx: &mut Tx, before: &Booking) -> Result<(), Problem> {
    if let Some(after) = step::next(tx.ctx(), before, Deed::Expire)? {
        step::go(tx, before, after, &How::system("expired")).await?;
    }
    Ok(())
}

/// A payment makes a held booking certain.
pub(super) async fn confirm_paid(tx: &mut Tx, before: &Booking) -> Result<Booking, Problem> {
    let Some(mut after) = step::next(tx.ctx(), before, Deed::Pay)? else { return Ok(before.clone()) };
    after.held_until = None;
    let how = How { kind: "paid", by: CancelledBy::Client, reason: "" };
    step::go(tx, before, after, &how).await
}

/// The module's part in what happens to its orders.
#[must_use]
pub fn order_rules() -> OrderRules {
    OrderRules {
        reclaim: |tx, order| Box::pin(reclaim(tx, order)),
        release: |tx, order| Box::pin(release(tx, order)),
        ..OrderRules::none(MODULE)
    }
}

/// An order ended unpaid: its slot is free. Given up by its buyer it is cancelled, else it has expired.
async fn release(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let Some(seen) = booking_by_order(tx, order.id).await? else { return Ok(()) };
    let before = step::lock_with(tx, seen.id).await?;
    if before.state != State::Held {
        return Ok(());
    }
    if order.status != Status::Cancelled || before.has_begun(tx.ctx().now()) {
        return expire(tx, &before).await;
    }
    let by = if tx.ctx().actor().staff().is_some() { CancelledBy::Staff } else { CancelledBy::Client };
    let Some(after) = step::next(tx.ctx(), &before, Deed::Cancel(by))? else { return Ok(()) };
    let after = super::cancel::called_off(after, by, "", tx.ctx().now());
    step::go(tx, &before, after, &How { kind: "cancelled", by, reason: "" }).await.map(drop)
}

/// Whether a hold still waits for its payment.
pub(crate) fn waits(booking: &Booking, now: Instant) -> bool {
    booking.state == State::Held && booking.held_until.is_some_and(|until| until > now)
}
