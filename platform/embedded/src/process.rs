//! Any other program that is to end with this process.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::guard::{Guard, RunAs, Signals};
use crate::{Error, Result};

const SIGNALS: Signals = Signals { ask: "TERM", force: "KILL", patience: 200 };

/// A running program that ends with this process, however this process ends. Dropping it sends SIGTERM and waits.
#[derive(Debug)]
pub struct Process {
    guard: Guard,
    name: &'static str,
    log: std::path::PathBuf,
}

impl Process {
    /// Starts the program of `command` with its arguments, variables and folder (`/` when none is set). It reads nothing,
    /// and all it prints goes to `log`.
    ///
    /// # Errors
    /// The operating system's, when the log or the program can't be opened.
    pub fn start(name: &'static str, command: &Command, log: &Path) -> Result<Process> {
        let guard = Guard::start(RunAs::Us, command, SIGNALS, log)?;
        Ok(Process { guard, name, log: log.to_owned() })
    }

    /// Waits until `ready` is true.
    ///
    /// # Errors
    /// [`Error::Start`] with the program's last words when it ends first or `limit` passes.
    pub fn wait_until(&mut self, limit: Duration, ready: impl FnMut() -> bool) -> Result<()> {
        let what = self.name;
        self.guard.wait_until(limit, ready).map_err(|why| Error::Start { what, why, log: self.log.clone() })
    }

    /// The program's process number.
    pub fn pid(&self) -> u32 {
        self.guard.pid()
    }

    /// True while it runs.
    pub fn is_running(&mut self) -> bool {
        self.guard.ended().is_none()
    }

    /// Stops it and waits for its end, as dropping does.
    pub fn stop(self) {
        drop(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_in_its_folder_with_its_variables_and_says_why_it_failed() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo rror: $WORD >> here; cat here; exit 1"])
            .env("WORD", "hm")
            .current_dir(folder.path());
        let mut process = Process::start("it", &command, &log).unwrap();
        let error = process.wait_until(Duration::from_secs(5), || false).unwrap_err().to_string();
        assert!(error.starts_with("it did not start: rror: hm"), "{error}");
        assert!(!process.is_running());
        assert!(folder.path().join("here").exists());
    }
}
