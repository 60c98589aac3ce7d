//! The ways of a visitor and of those who serve them, from page to mail.

mod smoke;
