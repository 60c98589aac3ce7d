//! The binary `platform`: configuration, THE list of modules, THE gate, the platform's own pages, and the commands.
//!
//! **Purpose.** Puts the crates together and serves. Nothing depends on this crate but tests.
//!
//! **Invariants.**
//! - There is one list of modules ([`modules::modules`]); removing a line removes the feature.
//! - Every page and operation of a tenant passes [`host::gate`].

pub mod app;
pub mod automations;
pub mod checkout;
pub mod commands;
pub mod config;
pub mod core;
pub mod dispatch;
pub mod edges;
pub mod host;
pub mod identity;
pub mod mailing;
pub mod modules;
pub mod pages;
pub mod provision;
mod schema;
pub mod serve;
pub mod studio;
