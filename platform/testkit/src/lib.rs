//! What the tests of the whole house stand on: a database, an application, a tenant, people with browsers.
//!
//! **Purpose.** A test is a fresh tenant in one shared private database, so that it costs a few inserts, runs beside the
//! others, and tests isolation by doing so. Migrations get databases of their own.
//!
//! **Words.** The *shared* database is migrated once and used by all tests; the *template* is the same without rows, and
//! databases are copied from it. A *persona* is somebody with a browser: visitor, client, coach, admin, owner, operator.
//! The *outbox* of a tenant is its jobs that are due and not done.
//!
//! **Invariants.**
//! - The application is the real one, with its real edges, on a port of this machine; only clock and entropy are the test's.
//! - A test that ends with an undelivered outbox fails ([`TestTenant::finish`]), and so does one that does not ask.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

mod answer;
mod app;
mod builders;
mod client;
mod database;
mod mails;
mod openapi;
mod personas;
mod services;
mod sql;
mod stripe;
mod tenant;

pub use answer::Answer;
pub use app::{AppOptions, START, TestApp};
pub use builders::{Booked, Bought, in_a_month_at, tomorrow_at};
pub use client::{Client, Site};
pub use database::{Database, TestHost};
pub use mails::TestMail;
pub use openapi::{Operation, Parameter, operations, sample};
pub use personas::{PASSWORD, Persona};
pub use services::{Services, program};
pub use sql::Sql;
pub use stripe::{CONNECT_SECRET, StripeTurn};
pub use tenant::{TenantOptions, TestTenant};

/// The root of the workspace.
#[must_use]
pub fn workspace() -> std::path::PathBuf {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("platform/testkit lies two folders below the root").to_owned()
}
