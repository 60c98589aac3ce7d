//! A double of Stripe for tests: the HTTP API with its state, the hosted pages, a small Stripe.js, signed webhooks, and a
//! control API for time, faults and what banks do.
//!
//! **Purpose.** Tests of payments run against something that keeps books like Stripe: a charge that was made is there when
//! it is asked for again, a refund never exceeds its charge, an event tells each change, and an answer that is lost on its
//! way has had its effect nevertheless.
//!
//! **Words.** An *account* has objects of its own; the *platform*'s key reaches its *connected* accounts by
//! `Stripe-Account`. A *fault* is an answer that goes wrong on purpose. A *delivery* is one event on its way to one
//! endpoint. A *timer* is what happens by itself when the clock gets there. A method's *behaviour* is what its test card
//! is known for.
//!
//! **Invariants.**
//! - Objects begin as Stripe's own example of them, so that no member is missing (`templates.json`).
//! - The same seed and the same calls give the same identifiers.
//! - One operation works at a time, on all of the state: what one sees is whole.
//! - What begins with `_` is the double's own knowledge and never leaves it through the API.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a tool of tests fails by panicking"
)]

mod api;
mod control;
mod cut;
mod deliver;
mod expand;
mod fail;
mod faults;
mod handle;
mod pages;
mod params;
mod server;
mod time;
mod tx;
mod world;

pub use deliver::signature;
pub use faults::{Fault, FaultKind};
pub use handle::{Charged, Double, Options, start};
pub use tx::API_VERSION;
