//! The two ledgers of what is scarce across modules: a coach's time ([`calendar`]) and credits ([`credits`]).
//!
//! **Invariant.** The database refuses to overdraw either.

pub mod calendar;
pub mod credits;
mod schema;
