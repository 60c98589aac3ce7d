//! What the API takes and gives about slots and bookings.

use std::collections::BTreeMap;

use events::{AppointmentTypeId, BookingId, ClientId, Instant, MemberId, Money, OrderId};
use poem_openapi::Object;

use crate::model::{Booking, PlaceKind, State, details::Answer, state::CancelledBy, step::Step};

/// A start on offer.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Slot")]
pub(crate) struct SlotOut {
    pub start: Instant,
    pub end: Instant,
    /// The start on the wall clock of the zone asked for, with its offset (RFC 3339).
    pub local_start: String,
    /// Clients it still takes.
    pub seats_left: i64,
}

/// Starts on offer, in order.
#[derive(Clone, Debug, Object)]
pub(crate) struct SlotList {
    /// The zone of `local_start`.
    pub zone: String,
    /// How long each takes.
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
    /// One of the type's lengths; left out: the first.
    pub minutes: Option<i64>,
    /// Answers to the type's intake questions, by their keys. Clients of a type by phone that has no number of its own
    /// are called: their number is the answer `phone`.
    #[oai(default)]
    pub answers: BTreeMap<String, String>,
    /// Whether the client who is signed in pays with credits instead of money; it is then confirmed at once.
    #[oai(default)]
    pub pay_with_credits: bool,
}

/// A booking as staff make it for a client.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewClientBooking {
    /// Slug or identifier of an appointment type.
    #[oai(rename = "type")]
    pub kind: String,
    /// Any time to come that is not taken, on offer or not.
    pub start: String,
    /// Left out: the only coach, or the first who is free.
    pub coach: Option<String>,
    #[oai(validator(min_length = 1, max_length = 120))]
    pub name: String,
    pub email: String,
    /// IANA zone of the client; left out: the tenant's.
    pub zone: Option<String>,
    #[oai(default, validator(max_length = 2000))]
    pub note: String,
    /// One of the type's lengths; left out: the first.
    pub minutes: Option<i64>,
    /// Answers to the type's intake questions, by their keys, and `phone` for a client who is called; none is required.
    #[oai(default)]
    pub answers: BTreeMap<String, String>,
    /// Whether the client is asked to pay: the slot is then held for 24 hours. Else it is confirmed at once.
    #[oai(default)]
    pub ask_payment: bool,
    /// Whether the client's credits pay; it is then confirmed at once. Not together with `ask_payment`.
    #[oai(default)]
    pub pay_with_credits: bool,
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
    /// Address, number or link once the booking is certain; of a room nothing: the page of the booking leads into it.
    pub place: String,
    pub cancelled_at: Option<Instant>,
    pub cancelled_by: Option<CancelledBy>,
    pub cancel_reason: Option<String>,
    pub created_at: Instant,
    /// Absent: free.
    pub price: Option<Money>,
    /// Credits that it was paid with.
    pub credits: Option<i32>,
    /// The order that pays it.
    pub order: Option<OrderId>,
    /// While its slot is held for the payment: until when.
    pub held_until: Option<Instant>,
    /// Answers to the intake questions.
    pub answers: Vec<Answer>,
    /// Grows with every change that calendars must learn.
    pub sequence: i32,
}

impl From<Booking> for BookingOut {
    fn from(booking: Booking) -> Self {
        Self {
            place: booking.told_place().to_owned(),
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
            cancelled_at: booking.cancelled_at,
            cancelled_by: booking.cancelled_by,
            cancel_reason: booking.cancel_reason,
            created_at: booking.created_at,
            price: booking.terms.price(),
            credits: booking.terms.credits,
            order: booking.order_id,
            held_until: booking.held_until,
            answers: booking.answers.0,
            sequence: booking.sequence,
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
    /// Address, number or link once the booking is certain; of a room its page.
    pub place: String,
    /// Whoever has it can see, move and cancel the booking: keep it.
    pub token: String,
    /// Page of the booking.
    pub url: String,
    /// Absent: free.
    pub price: Option<Money>,
    /// Credits that it was paid with.
    pub credits: Option<i32>,
    /// While its slot is held for the payment: until when.
    pub held_until: Option<Instant>,
    /// Where to pay, while it is held.
    pub pay_url: Option<String>,
}

impl OwnBooking {
    pub fn of(booking: Booking, url: String, pay_url: Option<String>) -> Self {
        Self {
            price: booking.terms.price(),
            credits: booking.terms.credits,
            held_until: booking.held_until,
            pay_url,
            place: if booking.room_path().is_some() {
                format!("{url}/room")
            } else {
                booking.told_place().to_owned()
            },
            id: booking.id,
            type_name: booking.type_name,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            state: booking.state,
            start: booking.starts_at,
            end: booking.ends_at,
            zone: booking.client_zone,
            place_kind: booking.place_kind,
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
    /// Told to the other side; staff must give one.
    #[oai(default, validator(max_length = 500))]
    pub reason: String,
    /// Per cent of what was paid that go back, for who may choose it. Left out: all when staff cancel, else what was agreed.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    pub refund_percent: Option<i64>,
}

/// Moves a booking.
#[derive(Clone, Debug, Object)]
pub(crate) struct Move {
    /// Its client's right to do so; staff leave it out.
    pub token: Option<String>,
    /// The new start (RFC 3339).
    pub start: String,
    /// Left out: the same, or (when anyone may take it) whoever is free.
    pub coach: Option<String>,
    /// Told to the other side.
    #[oai(default, validator(max_length = 500))]
    pub reason: String,
    /// Staff only: also to a time that is not on offer.
    #[oai(default)]
    pub anyway: bool,
}

/// Declines a request.
#[derive(Clone, Debug, Object)]
pub(crate) struct Refusal {
    /// Told to the client.
    #[oai(default, validator(max_length = 500))]
    pub reason: String,
}

/// What became of a booking.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingState {
    pub id: BookingId,
    pub state: State,
    pub coach: MemberId,
    pub coach_name: String,
    pub start: Instant,
    pub end: Instant,
    pub sequence: i32,
    pub held_until: Option<Instant>,
}

impl From<Booking> for BookingState {
    fn from(booking: Booking) -> Self {
        Self {
            id: booking.id,
            state: booking.state,
            coach: booking.coach_id,
            coach_name: booking.coach_name,
            start: booking.starts_at,
            end: booking.ends_at,
            sequence: booking.sequence,
            held_until: booking.held_until,
        }
    }
}

/// One line of a booking's history.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingStep {
    pub at: Instant,
    /// `made`, `approved`, `declined`, `paid`, `expired`, `moved`, `cancelled`, `paid_too_late`, `completed` or `no_show`.
    pub kind: String,
    /// Who did it.
    pub by: CancelledBy,
    /// Their name; empty: the product.
    pub by_name: String,
    pub from: Option<State>,
    pub to: State,
    /// Its start before, when it was moved.
    pub old_start: Option<Instant>,
    /// Its start after, when it was moved.
    pub new_start: Option<Instant>,
    pub reason: String,
}

impl From<Step> for BookingStep {
    fn from(step: Step) -> Self {
        Self {
            at: step.at,
            kind: step.kind,
            by: step.by_kind,
            by_name: step.by_name,
            from: step.from_state,
            to: step.to_state,
            old_start: step.old_start,
            new_start: step.new_start,
            reason: step.reason,
        }
    }
}

/// What happened to a booking, the oldest first.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingHistory {
    pub steps: Vec<BookingStep>,
}

/// What became of it.
#[derive(Clone, Debug, Object)]
pub(crate) struct Cancelled {
    pub id: BookingId,
    pub state: State,
    pub cancelled_at: Option<Instant>,
}
