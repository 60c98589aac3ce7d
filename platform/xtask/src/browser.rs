//! The browser tests: a server as `cargo run` starts it, on a fresh data folder and with a double for Stripe, and the flows
//! of tests/browser on it. The demo businesses are connected to nothing; a flow that sells by Stripe connects one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use embedded::Process;

use crate::services::open_folder;
use crate::steps::run as run_command;
use crate::stripe::Double;
use crate::workspace::Workspace;

/// The first start makes a cluster, migrates and fills in the demo businesses; a cold machine reads it all from disk.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Runs the flows whose name contains one of `words`, or all.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Result<()> {
    let tests = workspace.root.join("tests/browser");
    let browser = embedded::browser::ensure(&tests)?;
    let double = Double::start(&workspace.build_double()?)?;
    let server = DevServer::start(workspace, &workspace.build_server()?, &double.settings())?;
    let shots = workspace.scratch("shots")?;
    let mut node = Command::new(browser.node);
    node.args(["--test-reporter=spec", "run.mjs"]).args(words).current_dir(&tests);
    node.env("BASE_URL", server.url()).env("CHROMIUM", browser.chromium).env("SHOTS", &shots);
    node.env("STRIPE_URL", double.url());
    let done =
        run_command(&mut node).with_context(|| format!("the server's log is {}", server.log.display()));
    println!("pictures of the pages: {}", shots.display());
    done
}

/// `platform dev` on a data folder and a port of its own. Dropping it stops it.
pub(crate) struct DevServer {
    process: Process,
    address: SocketAddr,
    log: std::path::PathBuf,
    // Dropped last.
    _data: tempfile::TempDir,
}

impl DevServer {
    /// Starts it and waits until it is ready; `environment` goes to it besides what it always gets.
    pub(crate) fn start(
        workspace: &Workspace,
        binary: &Path,
        environment: &[(String, String)],
    ) -> Result<DevServer> {
        let data = open_folder()?;
        let address = free_address()?;
        let log = workspace.scratch("logs")?.join("dev-server.log");
        let mut command = dev_command(workspace, binary, data.path(), address);
        command.envs(environment.iter().cloned());
        let started = Instant::now();
        let mut process = Process::start("the server", &command, &log)?;
        process.wait_until(START_LIMIT, || is_ready(address))?;
        println!("the server is ready after {:.1} s: http://{address}", started.elapsed().as_secs_f64());
        Ok(DevServer { process, address, log, _data: data })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where its log is.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        if !self.process.is_running() {
            eprintln!("the server ended before the tests did; its log is {}", self.log.display());
        }
    }
}

/// `platform dev` with nothing of the caller's own configuration.
fn dev_command(workspace: &Workspace, binary: &Path, data: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PLATFORM_") {
            command.env_remove(name);
        }
    }
    command.arg("dev").current_dir(&workspace.root);
    command.env("PLATFORM__DATA__DIR", data);
    command.env("PLATFORM__SERVER__LISTEN", address.to_string());
    command.env("PLATFORM__SERVER__ORIGIN", format!("http://{address}"));
    command.env("PLATFORM__SERVER__METRICS_LISTEN", "").env("PLATFORM__SERVER__DRAIN_SECONDS", "0");
    command
}

/// An address of this machine that nobody listens on.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}

/// True when `/readyz` answers 200.
fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_only_when_it_says_so() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let answers = std::thread::spawn(move || {
            for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = String::new();
                while !request.ends_with("\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.push(char::from(byte[0]));
                }
                assert!(request.starts_with("GET /readyz "));
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        assert!(!is_ready(address));
        assert!(is_ready(address));
        answers.join().unwrap();
        assert!(!is_ready(address), "nobody listens");
    }
}
