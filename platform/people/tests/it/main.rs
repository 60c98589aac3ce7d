//! People on a real database: one private server, a fresh database each run, tenants of their own for each test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod house;

mod accounts;
mod clients;
mod links;
mod sessions;
