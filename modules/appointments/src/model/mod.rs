//! What appointments are made of, and the rules that need no database.

pub(crate) mod appointment_type;
pub(crate) mod blackouts;
pub(crate) mod booking;
pub(crate) mod day;
pub(crate) mod details;
pub(crate) mod explained;
pub(crate) mod hours;
pub(crate) mod intake;
mod late;
pub(crate) mod load;
pub(crate) mod note;
pub(crate) mod offer;
pub(crate) mod overrides;
mod paid_with;
pub(crate) mod phone;
pub(crate) mod state;
pub(crate) mod step;
pub(crate) mod terms;
mod text_enum;
pub(crate) mod timegrid;
pub(crate) mod type_checks;
pub(crate) mod type_input;
pub(crate) mod when;

pub use appointment_type::{AppointmentType, CoachMode, PlaceKind};
pub use booking::Booking;
pub(crate) use paid_with::PaidWith;
pub use state::State;
pub use terms::Terms;
