//! All of this module's SQL.

pub(crate) mod blackouts;
pub(crate) mod bookings;
pub(crate) mod letters;
pub(crate) mod offers;
pub(crate) mod schedules;
pub(crate) mod types;
