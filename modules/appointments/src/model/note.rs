//! Notes of staff on a booking, and what its client said of it.

use diesel::{Insertable, Queryable, Selectable};
use events::{BookingId, Instant, MemberId, NoteId};
use kernel::{Check, Problem};

use super::text_enum::text_enum;
use crate::schema::{booking_notes, booking_ratings};

/// A note of staff on a booking.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = booking_notes, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Note {
    pub id: NoteId,
    pub booking_id: BookingId,
    pub author_id: MemberId,
    pub author_name: String,
    pub body: String,
    /// The client reads it too; else only staff do.
    pub shared: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// A note as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteInput {
    pub body: String,
    pub shared: bool,
}

impl NoteInput {
    /// Its text, checked.
    ///
    /// # Errors
    /// 422 at `body`.
    pub fn check(&self) -> Result<String, Problem> {
        let mut check = Check::new();
        let body = check.text("body", &self.body, 1, 10_000);
        check.finish()?;
        Ok(body)
    }
}

text_enum! {
    /// What staff decided about a rating.
    pub enum RatingState {
        /// Nothing yet: only staff see it.
        New = "new",
        /// It may be shown on the public page.
        Approved = "approved",
        /// It is not shown.
        Hidden = "hidden",
    }
}

/// What a client said of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = booking_ratings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct StaffRating {
    pub booking_id: BookingId,
    /// 1 to 5.
    pub stars: i16,
    /// May be empty.
    pub words: String,
    pub state: RatingState,
    pub created_at: Instant,
}
