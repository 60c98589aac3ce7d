use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::Permission;

/// Why a transaction was not begun or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum TxError {
    /// The acting person does not hold the permission in this tenant (or its module is off).
    #[error("permission {0:?} denied")]
    Denied(Permission),
    /// Every connection was taken for too long; trying again later may help.
    #[error("the database is busy or away: {0}")]
    Busy(String),
    /// The database refused a statement.
    #[error(transparent)]
    Db(#[from] DieselError),
}

/// The name of the constraint that a statement broke, when it broke one.
///
/// Exclusion constraints carry their name like unique ones.
#[must_use]
pub fn constraint(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, information) => information.constraint_name(),
        _ => None,
    }
}

/// Whether a statement broke the unique constraint `name`.
#[must_use]
pub fn is_unique_violation(error: &DieselError, name: &str) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) if info.constraint_name() == Some(name))
}
