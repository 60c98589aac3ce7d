//! All of this module's SQL.

pub(crate) mod blackouts;
pub(crate) mod bookings;
pub(crate) mod calendar;
pub(crate) mod feeds;
pub(crate) mod letters;
pub(crate) mod notes;
pub(crate) mod offers;
pub(crate) mod ratings;
pub(crate) mod schedules;
pub(crate) mod seats;
pub(crate) mod steps;
pub(crate) mod types;
