//! Billing: orders, their lines and payments, and the providers that take the money.
//!
//! **Words.** An *order* is what a client bought or is about to buy; its *lines* keep the names and prices of that moment.
//! A *payment* is money that came in, or a try that failed. A *method* is a way to pay; a *provider* carries it out. A
//! *step* is one line of an order's timeline.
//!
//! **Invariants.**
//! - Totals follow from the lines; the database checks it when a transaction ends, and lets nobody change either.
//! - An order becomes paid once, in the transaction that publishes [`events::billing::OrderPaid`], and only when its
//!   payments cover it.
//! - States change only as [`Status::may_become`] says.
//! - No provider is asked inside a transaction, and none at all when the total is zero.
//!
//! Functions take an open transaction: the module that sells opens it with a permission of its own.

mod close;
mod codes;
mod error;
mod order;
mod pay;
mod place;
mod provider;
mod read;
mod sandbox;
mod schema;
mod settings;
mod status;
mod steps;
mod total;

pub use close::{close, overdue};
pub use codes::UnknownCode;
pub use error::BillingError;
pub use order::{Method, Order, OrderLine, Payment, PaymentStatus};
pub use pay::{MarkPaid, NewPayment, mark_paid, payment_failed};
pub use place::{NewLine, NewOrder, place, restart};
pub use provider::{
    Free, Manual, PaymentProvider, ProviderError, Providers, Stage, Start, install, installed,
};
pub use read::{
    OrderFilter, Revenue, by_form_key, by_id, by_token, lines, list, list_of_client, lock, paid_without,
    payments, revenue, waiting,
};
pub use sandbox::{Sandbox, SandboxError, SandboxRefused, SandboxState, SandboxStep};
pub use settings::{MAX_INSTRUCTIONS, Settings, methods, save_settings, settings, stored_settings};
pub use status::Status;
pub use steps::{Step, StepKind, step, steps};
pub use total::{MAX_PRICE_MAJOR, max_price, subtotal};
