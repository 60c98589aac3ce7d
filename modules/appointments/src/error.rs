//! What a use case refuses, and how that looks from outside.

use diesel::result::Error as DieselError;
use kernel::{Problem, TxError, is_unique_violation};
use ledger::calendar::BlockError;

/// Why a booking was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookError {
    /// The same form made a booking already: the answer is that booking.
    #[error("this form made a booking already")]
    SameForm,
    /// Anything else.
    #[error(transparent)]
    Problem(Box<Problem>),
}

impl BookError {
    /// Whether a booking that the same form made before may be the answer.
    pub fn is_clients(&self) -> bool {
        match self {
            Self::SameForm => true,
            Self::Problem(problem) => problem.status.is_client_error(),
        }
    }
    /// Whether taken time is the reason.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == "slot_taken")
    }
}
impl From<BookError> for Problem {
    fn from(error: BookError) -> Self {
        match error {
            BookError::SameForm => Self::conflict("try_again"),
            BookError::Problem(problem) => *problem,
        }
    }
}

impl From<Problem> for BookError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}
impl From<TxError> for BookError {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Db(error) => error.into(),
            other => Problem::from(other).into(),
        }
    }
}
impl From<DieselError> for BookError {
    fn from(error: DieselError) -> Self {
        if is_unique_violation(&error, "bookings_form_key") {
            Self::SameForm
        } else {
            Problem::from(error).into()
        }
    }
}

/// Why a booking was not moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveError {
    /// Another one has the time; the transaction has failed.
    #[error("the time is taken")]
    Taken,
    /// Anything else.
    #[error(transparent)]
    Problem(Box<Problem>),
}

impl From<Problem> for MoveError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}
impl From<TxError> for MoveError {
    fn from(error: TxError) -> Self {
        Problem::from(error).into()
    }
}
impl From<DieselError> for MoveError {
    fn from(error: DieselError) -> Self {
        Problem::from(error).into()
    }
}
impl From<BlockError> for MoveError {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Taken => Self::Taken,
            other => block_problem(other).into(),
        }
    }
}

/// What else than taken time can stand in the way of a block.
pub(crate) fn block_problem(error: BlockError) -> Problem {
    match error {
        BlockError::Db(error) => error.into(),
        other => Problem::internal(other),
    }
}

/// A broken rule of the database that is the caller's fault, as a field error.
pub(crate) fn type_problem(error: DieselError) -> Problem {
    match kernel::constraint(&error) {
        Some("appointment_types_slug") => Problem::field("slug", "slug_in_use"),
        Some("appointment_type_coaches_member") => Problem::field("coaches", "unknown_coach"),
        _ => error.into(),
    }
}

/// The same for a coach's schedule.
pub(crate) fn schedule_problem(error: DieselError) -> Problem {
    match kernel::constraint(&error) {
        Some("schedules_coach") => Problem::field("coach", "unknown_coach"),
        _ => error.into(),
    }
}
