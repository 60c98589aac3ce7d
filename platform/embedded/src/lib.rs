//! The real services a machine without any gets: a private PostgreSQL, a private Redis, a mail sink for tests and a
//! headless browser. `platform dev` and `cargo xtask` start them; production never does.
//!
//! Words: a *service* is a child process that belongs to this process; a *guard* is the small shell that holds it; the
//! *data folder* is where a service keeps what must be there the next time.
//!
//! Invariants:
//! - No service outlives the process that started it, however that process ends (`guard`).
//! - Another user of the machine can't connect to a service: each listens on a unix socket in a folder of mode 0700.
//! - Two processes never use one data folder at once (a lock that the kernel releases).
//! - Nothing here depends on another crate of ours.

pub mod browser;
mod files;
mod guard;
mod packages;
pub mod postgres;
mod process;
pub mod python;
pub mod redis;
pub mod smtp;

pub use postgres::{Options, Postgres};
pub use process::Process;
pub use redis::Redis;
pub use smtp::Smtp;

use std::path::PathBuf;

/// Why a service could not be had. Every text is one line that says what to do or where to look.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program is not on this machine, and this process may not install it.
    #[error("{what} is not installed: run `{command}` and try again")]
    NotInstalled {
        /// What is missing, in words.
        what: String,
        /// The command that installs it on this kind of machine.
        command: String,
    },
    /// Another running process holds this data folder.
    #[error("{folder} is in use by another running copy: stop that one, or choose another data folder")]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The data folder can't be used as it is.
    #[error("{folder}: {why}")]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// What is wrong with it and what to do.
        why: String,
    },
    /// A program started and failed, or did not become ready in time.
    #[error("{what} did not start: {why} (log: {log})")]
    Start {
        /// Which program.
        what: &'static str,
        /// Its last words, or how it ended.
        why: String,
        /// Where its whole output is.
        log: PathBuf,
    },
    /// A command run on the way failed.
    #[error("`{command}` failed: {why}")]
    Command {
        /// The command as one would type it.
        command: String,
        /// The last line it printed, or how it ended.
        why: String,
    },
    /// The operating system refused something.
    #[error("{doing}: {source}")]
    Io {
        /// What was tried.
        doing: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Names what was tried when the operating system refuses.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { doing: what(), source })
    }
}
