//! One line of a booking's history.

use diesel::{Insertable, Queryable, Selectable};
use events::{BookingId, Instant, StepId};

use super::{State, state::CancelledBy};
use crate::schema::booking_steps;

/// What the history calls the making of a booking.
pub(crate) const MADE: &str = "made";
/// What it calls a move.
pub(crate) const MOVED: &str = "moved";

/// One line of a booking's history.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = booking_steps, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub(crate) struct Step {
    /// Identity.
    pub id: StepId,
    /// Of which booking.
    pub booking_id: BookingId,
    /// When.
    pub at: Instant,
    /// What: `made`, `approved`, `declined`, `paid`, `expired`, `moved`, `cancelled`, `completed`, `no_show`.
    pub kind: String,
    /// Who, by kind.
    pub by_kind: CancelledBy,
    /// Their name; empty: the product.
    pub by_name: String,
    /// Where it stood; `None`: it was made.
    pub from_state: Option<State>,
    /// Where it stands since.
    pub to_state: State,
    /// Its start before, when it was moved.
    pub old_start: Option<Instant>,
    /// Its start after, when it was moved.
    pub new_start: Option<Instant>,
    /// Why; may be empty.
    pub reason: String,
}
