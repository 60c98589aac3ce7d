//! What is told once the time of a booking has come.

use serde::{Deserialize, Serialize};

use super::BookingConfirmed;
use crate::{AppointmentTypeId, BookingId, ClientId, Event, Instant, MemberId};

/// It took place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingCompleted {
    /// The booking.
    pub booking: BookingId,
    /// What was booked.
    pub appointment_type: AppointmentTypeId,
    /// Its name when it was booked.
    pub appointment_name: String,
    /// Whose booking it is.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// The coach.
    pub coach: MemberId,
    /// Start, UTC.
    pub start: Instant,
    /// End, UTC.
    pub end: Instant,
}
impl Event for BookingCompleted {
    const NAME: &'static str = "booking.completed";
    const MODULE: &'static str = "appointments";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let booked = BookingConfirmed::sample();
        Self {
            booking: booked.booking,
            appointment_type: booked.appointment_type,
            appointment_name: booked.appointment_name,
            client: booked.client,
            client_name: booked.client_name,
            client_email: booked.client_email,
            coach: booked.coach,
            start: booked.start,
            end: booked.end,
        }
    }
}

/// The client did not come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingNoShow {
    /// The booking.
    pub booking: BookingId,
    /// What was booked.
    pub appointment_type: AppointmentTypeId,
    /// Its name when it was booked.
    pub appointment_name: String,
    /// Whose booking it is.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// The coach.
    pub coach: MemberId,
    /// Start, UTC.
    pub start: Instant,
    /// End, UTC.
    pub end: Instant,
}
impl Event for BookingNoShow {
    const NAME: &'static str = "booking.no_show";
    const MODULE: &'static str = "appointments";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let booked = BookingConfirmed::sample();
        Self {
            booking: booked.booking,
            appointment_type: booked.appointment_type,
            appointment_name: booked.appointment_name,
            client: booked.client,
            client_name: booked.client_name,
            client_email: booked.client_email,
            coach: booked.coach,
            start: booked.start,
            end: booked.end,
        }
    }
}

/// A client rated a completed booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingRated {
    /// The booking.
    pub booking: BookingId,
    /// What was booked.
    pub appointment_type: AppointmentTypeId,
    /// Its name when it was booked.
    pub appointment_name: String,
    /// Whose booking it is.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// The coach.
    pub coach: MemberId,
    /// Start, UTC.
    pub start: Instant,
    /// End, UTC.
    pub end: Instant,
    /// 1 to 5.
    pub stars: i16,
    /// What they wrote; may be empty.
    pub words: String,
}
impl Event for BookingRated {
    const NAME: &'static str = "booking.rated";
    const MODULE: &'static str = "appointments";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let booked = BookingConfirmed::sample();
        Self {
            booking: booked.booking,
            appointment_type: booked.appointment_type,
            appointment_name: booked.appointment_name,
            client: booked.client,
            client_name: booked.client_name,
            client_email: booked.client_email,
            coach: booked.coach,
            start: booked.start,
            end: booked.end,
            stars: 5,
            words: "Clear and kind.".into(),
        }
    }
}
