//! What clients see and send by a booking's link, and of their own.

use events::{BookingId, Instant, Money};
use poem_openapi::{Enum, Object};

use super::objects::OwnBooking;
use crate::{
    model::{details::Answer, note::StaffRating},
    service::{cancel::CancelPreview, feeds::Mine, mine::Detail},
};

/// A booking behind its link, with all that its client may see and do.
#[derive(Clone, Debug, Object)]
pub(crate) struct LinkedBooking {
    pub booking: OwnBooking,
    /// Names of the coaches who take part besides the first.
    pub other_coaches: Vec<String>,
    pub answers: Vec<Answer>,
    /// What staff shared.
    pub notes: Vec<SharedNoteOut>,
    pub rating: Option<RatingOut>,
    /// Whether its price was paid.
    pub paid: bool,
    /// Minor units of the booking's currency that went back, or are on their way.
    pub refunded: i64,
    /// Whether it can be cancelled now by its link.
    pub cancellable: bool,
    /// The last moment at which cancelling is free of charge.
    pub cancel_free_until: Instant,
    /// Minor units that would come back if it were cancelled now.
    pub refund_now: i64,
    /// Credits that would come back if it were cancelled now.
    pub credits_back_now: i32,
    /// The last moment at which its client may move it.
    pub move_until: Instant,
}

impl LinkedBooking {
    pub fn of(detail: Detail, preview: &CancelPreview, now: Instant, url: String) -> Self {
        let Detail { booking, other_coaches, notes, rating, order, refunded, .. } = detail;
        let amount = |money: Option<Money>| money.map_or(0, |money| money.amount);
        Self {
            other_coaches,
            answers: booking.answers.0.clone(),
            notes: notes
                .into_iter()
                .map(|note| SharedNoteOut { author: note.author_name, body: note.body, at: note.created_at })
                .collect(),
            rating: rating.map(RatingOut::from),
            paid: order.is_some_and(|order| order.status.was_paid()),
            refunded: amount(refunded),
            cancellable: booking.is_cancellable(now) && !preview.too_late,
            cancel_free_until: preview.free_until,
            refund_now: amount(preview.refund),
            credits_back_now: preview.credits,
            move_until: booking.terms.move_until(booking.starts_at),
            booking: OwnBooking::of(booking, url, None),
        }
    }
}

/// A note that staff shared with the client.
#[derive(Clone, Debug, Object)]
#[oai(rename = "SharedNote")]
pub(crate) struct SharedNoteOut {
    pub author: String,
    /// Markdown.
    pub body: String,
    pub at: Instant,
}

/// What a client says of a completed booking.
#[derive(Clone, Debug, Object)]
pub(crate) struct NewRating {
    #[oai(validator(minimum(value = "1"), maximum(value = "5")))]
    pub stars: i64,
    #[oai(default, validator(max_length = 2000))]
    pub words: String,
}

/// What a client said of a booking.
#[derive(Clone, Debug, Object)]
#[oai(rename = "OwnRating")]
pub(crate) struct RatingOut {
    pub booking: BookingId,
    pub stars: i64,
    pub words: String,
    pub created_at: Instant,
}

impl From<StaffRating> for RatingOut {
    fn from(rating: StaffRating) -> Self {
        Self {
            booking: rating.booking_id,
            stars: rating.stars.into(),
            words: rating.words,
            created_at: rating.created_at,
        }
    }
}

/// Where a payment goes on.
#[derive(Clone, Debug, Object)]
pub(crate) struct PayPlace {
    /// A path of this host, or a provider's address.
    pub url: String,
}

/// A start to which a booking can be moved.
#[derive(Clone, Debug, Object)]
pub(crate) struct MoveStart {
    pub start: Instant,
    /// Clients it still takes.
    pub seats_left: i64,
}

/// Starts to which a booking can be moved, in order.
#[derive(Clone, Debug, Object)]
pub(crate) struct MoveStarts {
    pub items: Vec<MoveStart>,
}

/// One page of one's own bookings.
#[derive(Clone, Debug, Object)]
pub(crate) struct OwnBookingList {
    pub items: Vec<OwnBooking>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// Whose calendar is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum CalendarOf {
    /// One's own as a client.
    Client,
    /// One's own as a coach.
    Coach,
}

impl CalendarOf {
    pub const fn mine(this: Option<Self>) -> Mine {
        match this {
            Some(Self::Coach) => Mine::Coach,
            Some(Self::Client) | None => Mine::Client,
        }
    }
}

/// A private calendar address.
#[derive(Clone, Debug, Object)]
pub(crate) struct CalendarAddress {
    /// Absent: there is none. Whoever has it can read the appointments.
    pub url: Option<String>,
}
