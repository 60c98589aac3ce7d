//! The ways of a visitor and of those who serve them, from page to mail.

mod automation;
mod booking;
mod delivery;
mod hostile;
mod hosts;
mod idempotency;
mod people;
mod race;
