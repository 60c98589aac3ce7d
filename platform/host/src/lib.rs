//! The host: everything that the platform serves by itself, for whatever modules it is given.
//!
//! **Purpose.** Configuration, the edges, THE gate and the routes behind it, signing in, checkout, the studio's own pages,
//! mails and automations. It takes the feature modules as values and knows none of them, so a change in a module leaves
//! this crate as it is built; `server` puts both together.
//!
//! **Invariants.**
//! - Every page and operation of a tenant passes [`routes::gate`].
//! - No feature module is named here.

pub mod app;
pub mod automations;
pub mod checkout;
pub mod config;
pub mod core;
pub mod dispatch;
pub mod edges;
pub mod hooks;
pub mod identity;
pub mod mailing;
pub mod pages;
pub mod provision;
pub mod routes;
mod schema;
pub mod serve;
pub mod studio;
