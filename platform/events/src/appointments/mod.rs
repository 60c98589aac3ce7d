//! What the appointments module tells.

mod after;

pub use after::{BookingCompleted, BookingNoShow, BookingRated};

use serde::{Deserialize, Serialize};

use crate::{AppointmentTypeId, BookingId, ClientId, Event, Id, Instant, MemberId};

/// A booking is certain: it was free, paid, or approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingConfirmed {
    /// The booking.
    pub booking: BookingId,
    /// What was booked.
    pub appointment_type: AppointmentTypeId,
    /// Its name when it was booked.
    pub appointment_name: String,
    /// Who comes.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// Whose time it takes.
    pub coach: MemberId,
    /// Start, UTC.
    pub start: Instant,
    /// End, UTC.
    pub end: Instant,
    /// The zone the client booked in (IANA name).
    pub client_zone: String,
}
impl Event for BookingConfirmed {
    const NAME: &'static str = "booking.confirmed";
    const MODULE: &'static str = "appointments";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let start = Instant::new(jiff::Timestamp::constant(1_798_797_600, 0));
        Self {
            booking: Id::from_uuid(uuid::Uuid::from_u128(1)),
            appointment_type: Id::from_uuid(uuid::Uuid::from_u128(2)),
            appointment_name: "Discovery call".into(),
            client: Id::from_uuid(uuid::Uuid::from_u128(3)),
            client_name: "Sam Reed".into(),
            client_email: "sam@example.com".into(),
            coach: Id::from_uuid(uuid::Uuid::from_u128(4)),
            start,
            end: start.plus_minutes(30),
            client_zone: "Europe/London".into(),
        }
    }
}

/// A booking was cancelled by its client or by staff; its time is free again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingCancelled {
    /// The booking.
    pub booking: BookingId,
    /// What was booked.
    pub appointment_name: String,
    /// Who would have come.
    pub client: ClientId,
    /// The client's name.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
    /// Whose time it took.
    pub coach: MemberId,
    /// Start, UTC.
    pub start: Instant,
    /// End, UTC.
    pub end: Instant,
    /// `client` or `staff`.
    pub cancelled_by: String,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}
impl Event for BookingCancelled {
    const NAME: &'static str = "booking.cancelled";
    const MODULE: &'static str = "appointments";
    const VERSION: i32 = 1;
    fn sample() -> Self {
        let booked = BookingConfirmed::sample();
        Self {
            booking: booked.booking,
            appointment_name: booked.appointment_name,
            client: booked.client,
            client_name: booked.client_name,
            client_email: booked.client_email,
            coach: booked.coach,
            start: booked.start,
            end: booked.end,
            cancelled_by: "client".into(),
            reason: Some("Travelling".into()),
        }
    }
}

/// A booking waits for the business to approve it; its time is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingRequested {
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
    /// The zone the client booked in (IANA name).
    pub client_zone: String,
}
impl Event for BookingRequested {
    const NAME: &'static str = "booking.requested";
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
            client_zone: booked.client_zone,
        }
    }
}

/// A slot is kept while its payer pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingHeld {
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
    /// Until when it is kept, UTC.
    pub held_until: Instant,
}
impl Event for BookingHeld {
    const NAME: &'static str = "booking.held";
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
            held_until: booked.start.plus_minutes(-120),
        }
    }
}

/// The business did not approve a booking; its time is free again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingDeclined {
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
    /// Why, when a reason was given.
    pub reason: Option<String>,
}
impl Event for BookingDeclined {
    const NAME: &'static str = "booking.declined";
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
            reason: Some("Away that week".into()),
        }
    }
}

/// A slot was kept and not paid in time; it is free again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingExpired {
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
impl Event for BookingExpired {
    const NAME: &'static str = "booking.expired";
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

/// A booking was moved; `start` and `end` are the new ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BookingRescheduled {
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
    /// The start before, UTC.
    pub old_start: Instant,
    /// The end before, UTC.
    pub old_end: Instant,
    /// The coach before; mostly the same.
    pub old_coach: MemberId,
    /// `client` or `staff`.
    pub moved_by: String,
    /// Why, when a reason was given.
    pub reason: Option<String>,
}
impl Event for BookingRescheduled {
    const NAME: &'static str = "booking.rescheduled";
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
            old_start: booked.start.plus_minutes(-1_440),
            old_end: booked.end.plus_minutes(-1_440),
            old_coach: booked.coach,
            moved_by: "client".into(),
            reason: Some("Travelling".into()),
        }
    }
}
