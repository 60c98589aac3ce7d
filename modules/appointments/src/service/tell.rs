//! The events that tell of a booking.

use diesel::QueryResult;
use events::appointments::{
    BookingCancelled, BookingCompleted, BookingConfirmed, BookingDeclined, BookingExpired, BookingHeld,
    BookingNoShow, BookingRequested, BookingRescheduled,
};
use kernel::Tx;

use crate::model::{Booking, State, state::CancelledBy};

/// An event with what all of them tell, and what it tells besides.
macro_rules! event {
    ($name:ident of $booking:expr, $($more:tt)*) => {
        $name {
            booking: $booking.id,
            appointment_type: $booking.type_id,
            appointment_name: $booking.type_name.clone(),
            client: $booking.client_id,
            client_name: $booking.client_name.clone(),
            client_email: $booking.client_email.clone(),
            coach: $booking.coach_id,
            start: $booking.starts_at,
            end: $booking.ends_at,
            $($more)*
        }
    };
}

/// Tells that a booking has come into its state. The reason is told of what staff or client gave up.
pub(crate) async fn tell(tx: &Tx, now: &Booking, by: CancelledBy, reason: &str) -> QueryResult<()> {
    let told = match now.state {
        State::Requested => {
            tx.emit(&event!(BookingRequested of now, client_zone: now.client_zone.clone())).await
        }
        State::Held => {
            let held_until = now.held_until.unwrap_or(now.starts_at);
            tx.emit(&event!(BookingHeld of now, held_until)).await
        }
        State::Confirmed => {
            tx.emit(&event!(BookingConfirmed of now, client_zone: now.client_zone.clone())).await
        }
        State::Completed => tx.emit(&event!(BookingCompleted of now,)).await,
        State::NoShow => tx.emit(&event!(BookingNoShow of now,)).await,
        State::Expired => tx.emit(&event!(BookingExpired of now,)).await,
        State::Declined => tx.emit(&event!(BookingDeclined of now, reason: said(reason))).await,
        State::Cancelled => tx.emit(&cancelled(now, by)).await,
    };
    told.map(drop)
}

/// Tells that it was moved.
pub(crate) async fn tell_moved(
    tx: &Tx,
    before: &Booking,
    now: &Booking,
    by: CancelledBy,
    reason: &str,
) -> QueryResult<()> {
    let event = event!(BookingRescheduled of now,
        old_start: before.starts_at,
        old_end: before.ends_at,
        old_coach: before.coach_id,
        moved_by: by.word().into(),
        reason: said(reason),
    );
    tx.emit(&event).await.map(drop)
}

fn said(reason: &str) -> Option<String> {
    Some(reason.to_owned()).filter(|reason| !reason.is_empty())
}

fn cancelled(now: &Booking, by: CancelledBy) -> BookingCancelled {
    BookingCancelled {
        booking: now.id,
        appointment_name: now.type_name.clone(),
        client: now.client_id,
        client_name: now.client_name.clone(),
        client_email: now.client_email.clone(),
        coach: now.coach_id,
        start: now.starts_at,
        end: now.ends_at,
        cancelled_by: by.word().into(),
        reason: now.cancel_reason.clone(),
    }
}
