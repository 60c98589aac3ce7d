//! The binary `platform`: THE list of modules, and the commands.
//!
//! **Purpose.** Gives the host its modules and runs it. Nothing depends on this crate but tests.
//!
//! **Invariants.**
//! - There is one list of modules ([`modules::modules`]); removing a line removes the feature.

pub mod commands;
pub mod modules;
