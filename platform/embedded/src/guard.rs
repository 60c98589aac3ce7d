//! A child process that ends when we end, however we end.
//!
//! The child runs below a small shell. The shell holds the reading end of a pipe whose writing end only we have: when
//! it closes, because we stopped the service, returned, crashed or were killed with SIGKILL, the shell asks the child to
//! stop, and makes it stop when it does not.
//!
//! Invariant: the shell signals only a child that it has not yet waited for, so never a stranger with a reused number.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::{Doing, Result};

/// `$1` asks, `$2` makes, `$3` tenths of a second lie between the two; the rest is the command.
const SCRIPT: &str = r#"
ask=$1; force=$2; patience=$3; shift 3
exec 3<&0
"$@" </dev/null 3<&- >&2 &
child=$!
(
  exec >/dev/null
  read -r _ <&3
  kill -s "$ask" "$child"
  tenths=0
  while [ "$tenths" -lt "$patience" ]; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -s "$force" "$child"
) &
watcher=$!
echo "$child"
exec >/dev/null
wait "$child"
status=$?
kill "$watcher"
exit "$status"
"#;

/// How a service is asked to stop, and what follows when it does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signals {
    pub(crate) ask: &'static str,
    pub(crate) force: &'static str,
    /// How long it may take to stop when asked, in tenths of a second.
    pub(crate) patience: u16,
}

/// The account a service runs under when it is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// The account of this process.
    Us,
    /// Another account, set by number; its groups are dropped.
    Account { uid: u32, gid: u32 },
    /// Ourselves, but seen as an ordinary user from inside a user namespace.
    Namespace,
}

impl RunAs {
    /// A command that runs `program` under this account, from the root folder and without PostgreSQL's variables.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            RunAs::Us | RunAs::Account { .. } => Command::new(program),
            RunAs::Namespace => {
                let mut command = Command::new("unshare");
                command.args(["--user", "--map-user=1000", "--map-group=1000"]).arg(program);
                command
            }
        };
        if let RunAs::Account { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.current_dir("/");
        command
    }
}

/// The shell that will hold `command`, with the command's folder and variables.
fn guarded(run_as: RunAs, command: &Command, signals: Signals) -> Command {
    let mut shell = run_as.command(Path::new("/bin/sh"));
    shell.args(["-c", SCRIPT, "guard", signals.ask, signals.force]).arg(signals.patience.to_string());
    shell.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

/// A running service. Dropping it stops the service and waits for its end.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    pipe: Option<ChildStdin>,
    child: u32,
    log: PathBuf,
}

impl Guard {
    /// Starts `command` below a guard, under the account of `run_as`. All it prints goes to `log`; the log of the run before is
    /// kept beside it.
    pub(crate) fn start(run_as: RunAs, command: &Command, signals: Signals, log: &Path) -> Result<Guard> {
        if log.exists() {
            std::fs::rename(log, log.with_extension("before"))
                .doing(|| format!("moving {}", log.display()))?;
        }
        let output = File::create(log).doing(|| format!("opening {}", log.display()))?;
        let mut shell = guarded(run_as, command, signals);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(output).process_group(0);
        let mut shell = shell.spawn().doing(|| format!("starting {}", crate::files::shown(command)))?;
        let pipe = shell.stdin.take();
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).doing(|| "reading from the guard".to_owned())?;
        }
        let child = line.trim().parse().unwrap_or_default();
        Ok(Guard { shell, pipe, child, log: log.to_owned() })
    }

    /// The process number of the service (0 when the shell itself could not start).
    pub(crate) fn pid(&self) -> u32 {
        self.child
    }

    /// How the service ended, or nothing while it runs.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.shell.try_wait().ok().flatten()
    }

    /// The end of what the service printed.
    pub(crate) fn last_words(&self) -> String {
        crate::files::last_words(&std::fs::read_to_string(&self.log).unwrap_or_default())
    }

    /// Waits until `ready` says so. Gives the reason when the service ends first or `limit` passes.
    pub(crate) fn wait_until(
        &mut self,
        limit: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> std::result::Result<(), String> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.ended() {
                return Err(format!("{} ({status})", self.last_words()));
            }
            if start.elapsed() > limit {
                return Err(format!("not ready after {} s: {}", limit.as_secs(), self.last_words()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Waits for a program that ends by itself. Gives the reason when it failed.
    pub(crate) fn finish(mut self) -> std::result::Result<(), String> {
        match self.shell.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{} ({status})", self.last_words())),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Asks the service to stop and waits for its end.
    pub(crate) fn stop(&mut self) {
        drop(self.pipe.take());
        if let Err(error) = self.shell.wait() {
            tracing::warn!(%error, "a service could not be waited for");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALS: Signals = Signals { ask: "TERM", force: "KILL", patience: 10 };

    fn alive(pid: u32) -> bool {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::test_kill_process(pid).is_ok()
    }

    fn start(script: &str, log: &Path) -> Guard {
        Guard::start(RunAs::Us, Command::new("/bin/sh").args(["-c", script]), SIGNALS, log).unwrap()
    }

    #[test]
    fn dropping_the_guard_stops_the_child() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let guard = start("trap 'echo bye; exit 0' TERM; echo hello; while :; do sleep 0.05; done", &log);
        let pid = guard.pid();
        while !std::fs::read_to_string(&log).unwrap().contains("hello") {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(alive(pid));
        drop(guard);
        assert!(!alive(pid));
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "hello\nbye\n");
    }

    #[test]
    fn a_program_that_ends_by_itself_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        assert_eq!(start("sleep 0.1; echo done", &log).finish(), Ok(()));
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "done\n");
        let failed = start("echo rror: no; exit 3", &log).finish().unwrap_err();
        assert!(failed.starts_with("rror: no"), "{failed}");
    }

    #[test]
    fn a_child_that_ends_by_itself_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let mut guard = start("echo 'FATAL: no luck' >&2; exit 7", &folder.path().join("log"));
        let why = guard.wait_until(Duration::from_secs(5), || false).unwrap_err();
        assert!(why.contains("FATAL: no luck") && why.contains('7'), "{why}");
    }

    #[test]
    fn a_child_that_does_not_listen_is_made_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let log = folder.path().join("log");
        let guard = start("trap '' TERM; echo deaf; exec sleep 600", &log);
        while !std::fs::read_to_string(&log).unwrap().contains("deaf") {
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = guard.pid();
        drop(guard);
        assert!(!alive(pid));
        assert!(started.elapsed() >= Duration::from_millis(900), "it is asked first");
    }
}
