//! The ways of a visitor and of those who serve them, from page to mail.

mod automation;
mod booking;
mod booking_holds;
mod booking_kit;
mod booking_moves;
mod booking_steps;
mod client_area;
mod client_booking;
mod client_pages;
mod delivery;
mod hostile;
mod hosts;
mod ics;
mod idempotency;
mod mails;
mod paying;
mod people;
mod race;
mod reach;
mod reminders;
mod schedule;
mod studio_bookings;
mod studio_calendar;
mod studio_forms;
