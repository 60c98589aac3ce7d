//! The worker on a real database: each test has one of its own, in one private server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod house;

mod clockwork;
mod fairness;
mod outcomes;
mod survival;
