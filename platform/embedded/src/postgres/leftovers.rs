//! What a former run that was killed may have left in a data folder: a server still stopping, and files that name a
//! process number which another program has by now.
//!
//! Invariant: called only while we hold the lock of the data folder, so whatever runs on the cluster is an orphan.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::files::run;
use crate::{Doing, Error, Result};

/// How long a server of a former run may take to finish its work.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stops a server of a former run and removes the files it left.
pub(crate) fn clear(cluster: &Path, socket_folder: &Path) -> Result<()> {
    if let Some(pid) = orphan(cluster) {
        tracing::info!(pid = pid.as_raw_pid(), "stopping the database server of a run that was killed");
        stop(pid, cluster)?;
    }
    remove(&cluster.join("postmaster.pid"))?;
    remove(&socket_folder.join(".s.PGSQL.5432"))?;
    remove(&socket_folder.join(".s.PGSQL.5432.lock"))
}

/// The server that runs on this cluster, when its number still belongs to a server of this cluster.
fn orphan(cluster: &Path) -> Option<Pid> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?)?;
    (test_kill_process(pid).is_ok() && serves(pid, cluster)).then_some(pid)
}

/// True when the process was started on this cluster; process numbers are used again.
fn serves(pid: Pid, cluster: &Path) -> bool {
    let number = pid.as_raw_pid().to_string();
    let words = match fs::read(format!("/proc/{number}/cmdline")) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => run(Command::new("ps").args(["-o", "command=", "-p", &number])).unwrap_or_default(),
    };
    words.contains("postgres") && words.contains(&*cluster.to_string_lossy())
}

/// Fast shutdown first (it may be under way already), then an immediate one.
fn stop(pid: Pid, cluster: &Path) -> Result<()> {
    for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
        match kill_process(pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => Err(std::io::Error::from(error)).doing(|| "stopping a former server".to_owned())?,
        }
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if test_kill_process(pid).is_err() || !serves(pid, cluster) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let why = format!("process {} still runs on it and does not stop", pid.as_raw_pid());
    Err(Error::Folder { folder: cluster.to_owned(), why })
}

fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).doing(|| format!("removing {}", file.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_number_is_not_taken_for_a_server() {
        let folder = tempfile::tempdir().unwrap();
        let cluster = folder.path().join("cluster");
        fs::create_dir(&cluster).unwrap();
        fs::write(cluster.join("postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
        fs::write(folder.path().join(".s.PGSQL.5432.lock"), "1\n").unwrap();
        clear(&cluster, folder.path()).unwrap();
        assert!(!cluster.join("postmaster.pid").exists());
        assert!(!folder.path().join(".s.PGSQL.5432.lock").exists());
    }
}
