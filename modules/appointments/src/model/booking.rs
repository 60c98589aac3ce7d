use diesel::{Insertable, Queryable, Selectable};
use events::{AppointmentTypeId, BookingId, ClientId, Instant, MemberId, OrderId, SharedSlotId};
use ledger::calendar::Source;

use super::{
    PlaceKind, State,
    details::Answers,
    state::{CancelledBy, Deed, Turn},
    terms::Terms,
};
use crate::schema::bookings;

/// One appointment of one client with one coach. Names and place are as they were when it was booked.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
// What is missing is written as NULL, not as DEFAULT: one statement for all rows, prepared once.
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub struct Booking {
    /// Identity.
    pub id: BookingId,
    /// What was booked.
    pub type_id: AppointmentTypeId,
    /// Its name.
    pub type_name: String,
    /// Whose time it takes.
    pub coach_id: MemberId,
    /// Their name.
    pub coach_name: String,
    /// Who comes.
    pub client_id: ClientId,
    /// The name they typed.
    pub client_name: String,
    /// Their e-mail.
    pub client_email: String,
    /// IANA zone they booked in.
    pub client_zone: String,
    /// What they wrote; may be empty.
    pub note: String,
    /// Where it stands.
    pub state: State,
    /// Start.
    pub starts_at: Instant,
    /// End, exclusive.
    pub ends_at: Instant,
    /// Start with the buffer before.
    pub blocked_from: Instant,
    /// End with the buffer after.
    pub blocked_to: Instant,
    /// Kind of place.
    pub place_kind: PlaceKind,
    /// Address, number or link; may be empty.
    pub place: String,
    /// Unguessable part of its link.
    pub token: String,
    /// One-time key of the form it came from.
    pub form_key: String,
    /// Grows with every change that calendars must learn.
    pub sequence: i32,
    /// When it was called off.
    pub cancelled_at: Option<Instant>,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// Why, when a reason was given.
    pub cancel_reason: Option<String>,
    /// When it was made.
    pub created_at: Instant,
    /// When it changed last.
    pub updated_at: Instant,
    /// The order that pays it; `None`: nothing to pay, or not asked yet.
    pub order_id: Option<OrderId>,
    /// While its slot is held for the payment: until when.
    pub held_until: Option<Instant>,
    /// The slot with several seats in which it has one; that slot then keeps the coach's time.
    pub slot_id: Option<SharedSlotId>,
    /// Answers to the intake questions.
    pub answers: Answers,
    /// What was agreed when it was booked.
    pub terms: Terms,
}

impl Booking {
    /// Its claim on the coach's time.
    #[must_use]
    pub fn source(&self) -> Source {
        source(self.id)
    }
    /// Path of its page, for who has the link.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/booking/{}", self.token)
    }
    /// Where it takes place, as people may know: nothing before it is certain or once it does not take place, and never
    /// the name of a room, for whoever knows that comes in (see [`Booking::room_path`]).
    #[must_use]
    pub fn told_place(&self) -> &str {
        let certain = matches!(self.state, State::Confirmed | State::Completed | State::NoShow);
        if certain && self.place_kind != PlaceKind::Room { &self.place } else { "" }
    }
    /// Path of the page that leads into its room, when it has one and takes place.
    #[must_use]
    pub fn room_path(&self) -> Option<String> {
        (self.state == State::Confirmed && self.place_kind == PlaceKind::Room)
            .then(|| format!("{}/room", self.path()))
    }
    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self, now: Instant) -> bool {
        self.starts_at <= now
    }
    /// How long it takes, in minutes.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.ends_at.seconds_since(self.starts_at) / 60
    }
    /// Whether its link can still cancel it.
    #[must_use]
    pub fn is_cancellable(&self, now: Instant) -> bool {
        let cancel = Deed::Cancel(CancelledBy::Client);
        matches!(self.state.after(cancel, self.has_begun(now)), Turn::To(_))
    }
}

/// A booking's claim on the coach's time.
pub(crate) fn source(id: BookingId) -> Source {
    Source::new("booking", id)
}
