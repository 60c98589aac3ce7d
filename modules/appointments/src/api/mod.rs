//! The JSON API. Each operation is a call of one use case.

mod bookings;
mod client;
mod hours;
mod notes;
mod objects;
mod objects_client;
mod objects_explain;
mod objects_hours;
mod objects_type_input;
mod objects_types;
mod slots;
mod types;

pub(crate) use bookings::BookingsApi;
pub(crate) use client::ClientsApi;
pub(crate) use hours::HoursApi;
pub(crate) use notes::NotesApi;
pub(crate) use slots::AvailabilityApi;
pub(crate) use types::TypesApi;

use poem_openapi::Tags;

#[derive(Tags)]
pub(crate) enum Tag {
    /// What is bookable one to one, when, and what was booked.
    Appointments,
}
