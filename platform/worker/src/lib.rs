//! Background work: runs the rows of the table `jobs` by apalis, over diesel-async.
//!
//! **Purpose.** A change enqueues what follows from it in its own transaction (`db::Tx::enqueue`); this crate claims those
//! rows, hands each to the host ([`Dispatch`]) and records how it went. It also enqueues what comes back by the clock
//! ([`Scheduled`]) and deletes what is done and old.
//!
//! **Words.** To *claim* is to mark a pending row as running under this worker's name. A *lease* is a claimed job with the
//! place it takes among those that may run at once. A *verdict* is what becomes of a job after an attempt. A job is *dead*
//! when it will not be tried again by itself ([`dead_letters`], [`retry`]). An *orphan* is a running job whose worker has
//! gone. A *deferred* job waits, without losing an attempt, for a change that somebody has to make ([`wake_deferred`]).
//!
//! **Invariants.**
//! - At least once: a job's row is done only after its effects; a worker that dies in between leaves it to be run again.
//! - A worker records a verdict only for a job that it still holds (name and attempt are compared), so one that was given
//!   up for lost can't undo what another did.
//! - No tenant takes all places: see `store/claim.rs`.
//! - Names of workers never come back.

mod backend;
mod backoff;
mod dead;
mod feed;
mod finish;
mod job;
mod options;
mod pause;
mod run;
mod runner;
mod schedule;
mod store;
mod upkeep;

pub use backoff::Backoff;
pub use dead::{DeadJob, QueueState, dead_letters, queue_state, retry};
pub use job::{Dispatch, Job, Outcome};
pub use options::{Scheduled, Scope, WorkerOptions};
pub use run::{Ran, Worker};
pub use store::wake_deferred;
