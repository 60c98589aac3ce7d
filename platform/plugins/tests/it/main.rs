//! The host from outside: what it accepts, what it runs, and what hostile components can't do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "helpers of tests"
)]

mod example;
mod guest;
mod hostile;
mod prepare;
mod runs;
mod texts;
