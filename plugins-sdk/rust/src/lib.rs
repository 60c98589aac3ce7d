//! Write an automation for a coaching business in Rust.
//!
//! An automation is a WebAssembly component: the platform calls it with an event, it asks for effects (a note, a
//! tag, a mail), and it is gone. Effects are checked when they are asked for and happen together, once, after the
//! run has ended well.
//!
//! ```no_run
//! use coach_automation::{actions, automation, log, Data, Error, Event};
//!
//! automation!(thank);
//!
//! fn thank(event: Event) -> Result<(), Error> {
//!     if let Data::OrderPaid(order) = event.data {
//!         actions::add_note(&order.client, &format!("Paid order {}.", order.number))?;
//!         log::info(&format!("noted order {}", order.number));
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The crate type is `cdylib`, the target `wasm32-unknown-unknown`, and a manifest `automation.toml` beside
//! `Cargo.toml` names the triggers and capabilities. `plugins-sdk/build.sh <folder>` makes the component.
//!
//! **Invariants.** A run sees no clock but [`clock::now_ms`] and no randomness but [`random`]: the same event and
//! seed give the same run. A handler that returns an error, or panics, has no effects.

pub mod actions;
#[allow(missing_docs, clippy::all, clippy::pedantic)]
#[rustfmt::skip]
#[doc(hidden)]
pub mod bindings;
mod event;
mod output;
mod rt;

pub mod clock;
pub mod log;
pub mod random;
pub mod store;

pub use event::{BookingConfirmed, ClientId, Data, Event, Instant, Money, OrderPaid, PaidLine};
pub use output::{Error, Output};
pub use serde_json::{json, Value};

/// Makes a function the automation of this crate.
///
/// The function takes an [`Event`] and returns `Result<T, Error>` where `T` turns into [`Output`]: `()` for
/// nothing, or a [`Value`] that is kept with the record of the run. Use it once in a crate.
#[macro_export]
macro_rules! automation {
    ($handler:path) => {
        #[doc(hidden)]
        struct CoachAutomation;

        impl $crate::bindings::Guest for CoachAutomation {
            fn on_event(document: String) -> Result<String, String> {
                $crate::handle(&document, $handler)
            }
        }

        $crate::bindings::export_automation!(CoachAutomation with_types_in $crate::bindings);
    };
}

/// What [`automation!`] calls: reads the event, runs the handler, writes its answer. Public so that a handler can
/// be tested with a document outside the sandbox.
///
/// # Errors
/// The document is no event, or the handler failed; in plain words.
pub fn handle<T: Into<Output>>(
    document: &str,
    handler: impl FnOnce(Event) -> Result<T, Error>,
) -> Result<String, String> {
    let event = Event::parse(document).map_err(String::from)?;
    handler(event).map(|answer| answer.into().into_text()).map_err(String::from)
}
