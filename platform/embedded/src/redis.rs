//! A private Redis (or Valkey): a child process on a unix socket, which keeps nothing on disk.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::files::{private_folder, program};
use crate::guard::{Guard, RunAs, Signals};
use crate::packages::REDIS;
use crate::{Doing, Error, Result};

const NAMES: [&str; 2] = ["valkey-server", "redis-server"];
const SIGNALS: Signals = Signals { ask: "TERM", force: "KILL", patience: 50 };
const START_LIMIT: Duration = Duration::from_secs(10);

/// A running private Redis. Dropping it stops the server; its folder goes with it.
#[derive(Debug)]
pub struct Redis {
    guard: Option<Guard>,
    server: PathBuf,
    // Mode 0700, so that no other user of the machine can connect. Dropped after the guard.
    folder: tempfile::TempDir,
}

impl Redis {
    /// Starts a server, installing it first where this process may. Blocks for about a tenth of a second.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] with the command to run, or [`Error::Start`] with the server's last words.
    pub fn start() -> Result<Redis> {
        let server = match program(&NAMES) {
            Some(server) => server,
            None => {
                REDIS.install()?;
                program(&NAMES).ok_or_else(|| Error::NotInstalled {
                    what: REDIS.what.to_owned(),
                    command: REDIS.command(),
                })?
            }
        };
        let folder = tempfile::Builder::new().prefix("embedded-redis-").tempdir_in("/tmp");
        let folder = folder.doing(|| "making a folder in /tmp".to_owned())?;
        private_folder(folder.path())?;
        let mut redis = Redis { guard: None, server, folder };
        redis.resume()?;
        Ok(redis)
    }

    /// The address, as `redis+unix:///folder/redis.sock`.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Stops the server; the address stays reserved. For tests of what happens without Redis.
    pub fn pause(&mut self) {
        drop(self.guard.take());
    }

    /// Starts the server again at the same address after [`Redis::pause`], empty.
    ///
    /// # Errors
    /// [`Error::Start`] with the server's last words.
    pub fn resume(&mut self) -> Result<()> {
        self.pause();
        let socket = self.socket();
        let log = self.folder.path().join("server.log");
        let mut guard = Guard::start(RunAs::Us, &self.command(), SIGNALS, &log)?;
        let ready = || answers(&socket);
        guard.wait_until(START_LIMIT, ready).map_err(|why| Error::Start { what: "Redis", why, log })?;
        self.guard = Some(guard);
        Ok(())
    }

    /// Stops the server for good, as dropping does.
    pub fn stop(self) {
        drop(self);
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.server);
        command.args(["--port", "0", "--unixsocketperm", "700", "--unixsocket"]).arg(self.socket());
        command
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir"])
            .arg(self.folder.path());
        command
    }
}

/// True when a server answers PING on the socket.
fn answers(socket: &Path) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG\r\n")
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_pauses_and_comes_back_at_the_same_address() {
        let mut redis = Redis::start().unwrap();
        let socket = redis.socket();
        assert!(redis.url().starts_with("redis+unix:///tmp/"));
        assert!(answers(&socket));
        redis.pause();
        assert!(!answers(&socket));
        redis.resume().unwrap();
        assert!(answers(&socket));
        redis.stop();
        assert!(!socket.exists());
        assert!(!socket.parent().unwrap().exists(), "nothing stays behind");
    }
}
