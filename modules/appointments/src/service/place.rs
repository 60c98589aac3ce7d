//! Taking and freeing a booking's time: a block of its own, everybody's, or a seat.
//!
//! Invariant: a booking has its time in the ledger exactly while its state holds time (see [`State::holds_time`]): by a
//! block of its own, or by the block of the slot in which it has a seat.
//!
//! [`State::holds_time`]: crate::model::State::holds_time

use events::{MemberId, SharedSlotId};
use kernel::{Problem, Tx};
use ledger::calendar::{self, BlockError, Source, Wanted};

use crate::{
    error::block_problem,
    model::{Booking, load::SEATS, offer::Offer},
    queries::seats::{SeatPlace, seat_add, seat_first, seat_leave, slot_end},
};

/// Takes a booking's time, of these coaches. Answers `false` when it is taken; the transaction stays usable.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn take(
    tx: &mut Tx,
    offer: &Offer,
    booking: &mut Booking,
    coaches: &[MemberId],
) -> Result<bool, Problem> {
    if !offer.is_shared() {
        return block(tx, booking.source(), booking, coaches).await;
    }
    // Lock order: the calendar, then the seats.
    calendar::lock_time(tx, coaches).await?;
    let place = SeatPlace {
        kind: booking.type_id,
        coach: booking.coach_id,
        start: booking.starts_at,
        end: booking.ends_at,
        seats: offer.kind.seats,
    };
    if let Some(slot) = seat_add(tx, &place).await? {
        booking.slot_id = Some(slot);
        return Ok(true);
    }
    let Some(slot) = seat_first(tx, &place).await? else { return Ok(false) };
    if block(tx, Source::new(SEATS, slot), booking, coaches).await? {
        booking.slot_id = Some(slot);
        return Ok(true);
    }
    slot_end(tx, slot).await?;
    Ok(false)
}

async fn block(
    tx: &mut Tx,
    source: Source,
    booking: &Booking,
    coaches: &[MemberId],
) -> Result<bool, Problem> {
    let wanted =
        |coach: &MemberId| Wanted { coach: *coach, from: booking.blocked_from, to: booking.blocked_to };
    let made = if let [only] = coaches {
        calendar::block(tx, source, wanted(only)).await.map(drop)
    } else {
        let all: Vec<Wanted> = coaches.iter().map(wanted).collect();
        calendar::block_all(tx, source, &all).await.map(drop)
    };
    match made {
        Ok(()) => Ok(true),
        Err(BlockError::Taken) => {
            // Some of several may have been free.
            if coaches.len() > 1 {
                calendar::release(tx, source).await?;
            }
            Ok(false)
        }
        Err(error) => Err(block_problem(error)),
    }
}

/// Frees the time that a booking had: its own block, or its seat. The row must not name the seat any more.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn free(tx: &mut Tx, source: Source, seat: Option<SharedSlotId>) -> Result<(), Problem> {
    let Some(slot) = seat else { return Ok(calendar::release(tx, source).await?) };
    if seat_leave(tx, slot).await? == 0 {
        calendar::release(tx, Source::new(SEATS, slot)).await?;
        slot_end(tx, slot).await?;
    }
    Ok(())
}
