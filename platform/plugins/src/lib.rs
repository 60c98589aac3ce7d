//! The host of automations: tenant-authored WebAssembly components, run where they can harm nobody.
//!
//! **Purpose.** Accept an upload ([`Host::prepare`]) and run it on one event ([`Host::run`]). Nothing here knows
//! the database or the web: a run gets everything it may see in an [`Invocation`] and its effects come back as
//! values in a [`RunReport`]; the caller applies them together with the record of the run.
//!
//! **Words.** A *component* is what a tenant uploads, built against the WIT world `coach:automation` in
//! `plugins-sdk/wit`. A *run* is one call of it with one event. An [`Action`] is an effect it asked for. A
//! [`Capability`] is what its [`Manifest`] asks for and an owner grants. A [`Refusal`] is why an upload is not
//! accepted, a [`Failure`] why a run did not end well; both are codes with texts in `locales/`.
//!
//! **Use.** A program that holds a host calls [`child_main`] first thing in `main`, because components are compiled
//! in a child of itself:
//!
//! ```no_run
//! # async fn example(upload: Vec<u8>, event: plugins::EventDocument) -> Result<(), Box<dyn std::error::Error>> {
//! use plugins::{Host, HostConfig, Invocation, Manifest};
//!
//! let host = Host::new(HostConfig::new("data/automations".into(), [0; 32]))?;
//! let manifest = Manifest::of_component(&upload)?;
//! let component = host.prepare(&upload).await?;
//! let invocation = Invocation { grants: manifest.capabilities, ..Invocation::of(&event, 7)? };
//! let report = host.run(&component, invocation).await;
//! for action in &report.actions { /* apply, in the transaction that records the run */ }
//! # Ok(()) }
//! ```
//!
//! **Invariants.**
//! - A run starts from nothing: a fresh instance, dropped at its end, whatever that was.
//! - A run sees no clock, randomness, file, socket or environment but what its invocation holds, so the same
//!   invocation gives the same report.
//! - A run that fails has no effects.
//! - No byte of an upload is compiled in this process, and no machine code is loaded that this installation's key
//!   has not signed.

mod action;
pub mod build;
mod capability;
mod child;
mod compile;
mod digest;
mod disk;
mod engine;
mod failure;
mod host;
mod limits;
mod manifest;
mod recent;
mod refusal;
mod run;
mod scan;

pub use action::Action;
pub use capability::{Capability, Grants, UnknownCapability};
pub use child::child_main;
pub use compile::{Compiler, SUBCOMMAND};
pub use digest::Digest;
pub use failure::{Failure, FailureCode};
pub use host::{Compiled, Host, HostConfig, HostError};
pub use limits::Limits;
pub use manifest::{Manifest, ManifestError, SECTION as MANIFEST_SECTION, WORLD};
pub use refusal::Refusal;
pub use run::{DocumentError, EventDocument, Invocation, LogLevel, LogLine, Outcome, RunReport, Subjects};
pub use scan::{UPLOAD_BYTES, scan};

/// The English texts of this crate, as Fluent.
pub const TEXTS_EN: &str = include_str!("../locales/en/plugins.ftl");
