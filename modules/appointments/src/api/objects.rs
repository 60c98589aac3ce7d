//! What the API takes and gives about slots and bookings.

use events::{AppointmentTypeId, BookingId, ClientId, Instant, MemberId};
use poem_openapi::Object;

use crate::model::{Booking, PlaceKind, State, state::CancelledBy};

/// A start on offer.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Slot")]
pub(crate) struct SlotOut {
    pub start: Instant,
    pub end: Instant,
    /// The start on the wall clock of the zone asked for, with its offset (RFC 3339).
    pub local_start: String,
}

/// Starts on offer, in order.
#[derive(Clone, Debug, Object)]
pub(crate) struct SlotList {
    /// The zone of `local_start`.
    pub zone: String,
    pub minutes: i32,
    pub slots: Vec<SlotOut>,
}

/// A booking as a visitor makes it.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewBooking {
    /// Slug or identifier of an appointment type.
    #[oai(rename = "type")]
    pub kind: String,
    pub start: String,
    /// Needed when the type has several coaches to choose from; else whoever is free.
    pub coach: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: String,
    pub email: String,
    /// IANA zone of the client; left out: the tenant's.
    pub zone: Option<String>,
    #[oai(default, validator(max_length = 2000))]
    pub note: String,
}

/// A booking as staff see it.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Booking")]
pub(crate) struct BookingOut {
    pub id: BookingId,
    pub type_id: AppointmentTypeId,
    pub type_name: String,
    pub coach: MemberId,
    pub coach_name: String,
    pub client: ClientId,
    pub client_name: String,
    pub client_email: String,
    pub client_zone: String,
    pub note: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub place_kind: PlaceKind,
    pub place: String,
    pub cancelled_at: Option<Instant>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub created_at: Instant,
}

impl From<Booking> for BookingOut {
    fn from(booking: Booking) -> Self {
        Self {
            id: booking.id,
            type_id: booking.type_id,
            type_name: booking.type_name,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            client: booking.client_id,
            client_name: booking.client_name,
            client_email: booking.client_email,
            client_zone: booking.client_zone,
            note: booking.note,
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            place_kind: booking.place_kind,
            place: booking.place,
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by,
            cancel_reason: booking.cancel_reason,
            created_at: booking.created_at,
        }
    }
}

/// One page of bookings.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingList {
    pub items: Vec<BookingOut>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// A booking as its client sees it, with the token that manages it.
#[derive(Clone, Debug, Object)]
pub(crate) struct OwnBooking {
    pub id: BookingId,
    pub type_name: String,
    pub coach: MemberId,
    pub coach_name: String,
    pub state: State,
    pub start: Instant,
    pub end: Instant,
    pub zone: String,
    pub place_kind: PlaceKind,
    pub place: String,
    /// Whoever has it can see and cancel the booking: keep it.
    pub token: String,
    /// Page of the booking.
    pub url: String,
}

impl OwnBooking {
    pub fn of(booking: Booking, url: String) -> Self {
        Self {
            id: booking.id,
            type_name: booking.type_name,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            zone: booking.client_zone,
            place_kind: booking.place_kind,
            place: booking.place,
            token: booking.token,
            url,
        }
    }
}

/// Calls a booking off.
#[derive(Clone, Debug, Object)]
pub(crate) struct Cancellation {
    /// Its client's right to do so; staff leave it out.
    pub token: Option<String>,
    /// Told to the other side.
    #[oai(default, validator(max_length = 500))]
    pub reason: String,
}

/// What became of it.
#[derive(Clone, Debug, Object)]
pub(crate) struct Cancelled {
    pub id: BookingId,
    pub state: State,
    pub cancelled_at: Option<Instant>,
}
