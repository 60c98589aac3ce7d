//! Compilation in a child process. wasmtime has no limit on what a compilation may take, so the system sets one.

use std::{
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use crate::Refusal;

/// The first argument of the hidden subcommand.
pub const SUBCOMMAND: &str = "plugin-compile";
/// The most machine code that is taken from a child.
const CODE_BYTES: u64 = 64 << 20;

/// How components are compiled.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The program: this one, unless it does not call [`crate::child_main`] first thing in `main`.
    pub program: PathBuf,
    /// Processor time of one compilation in seconds.
    pub cpu_seconds: u64,
    /// Address space of the child in bytes.
    pub memory_bytes: u64,
    /// Time from start to end.
    pub wall: Duration,
}

impl Default for Compiler {
    /// The running program, 10 s of processor time, 1 GiB, 30 s in all.
    fn default() -> Self {
        Self { program: own_program(), cpu_seconds: 10, memory_bytes: 1 << 30, wall: Duration::from_secs(30) }
    }
}

/// On Linux a name that stays right when the file is replaced by a newer build.
fn own_program() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("platform"))
}

impl Compiler {
    /// Compiles a scanned component into machine code for [`crate::engine::running`].
    pub(crate) async fn compile(&self, component: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut child = self.spawn().map_err(|error| Refusal::Unavailable(error.to_string()))?;
        match tokio::time::timeout(self.wall, talk(&mut child, component)).await {
            Ok(Ok((status, output))) => verdict(status, output),
            Ok(Err(error)) => Err(Refusal::Unavailable(error.to_string())),
            Err(_) => {
                // Also killed on drop; waiting leaves no zombie.
                child.kill().await.ok();
                Err(Refusal::CompileTime)
            }
        }
    }

    fn spawn(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .arg(SUBCOMMAND)
            .arg(self.cpu_seconds.to_string())
            .arg(self.memory_bytes.to_string())
            .env_clear()
            .env("RUST_BACKTRACE", "0")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

async fn talk(child: &mut Child, component: &[u8]) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // A child that has died shows by its status.
        stdin.write_all(component).await.ok();
    }
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(CODE_BYTES + 1).read_to_end(&mut output).await?;
    }
    Ok((child.wait().await?, output))
}

fn verdict(status: ExitStatus, output: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if u64::try_from(output.len()).unwrap_or(u64::MAX) > CODE_BYTES {
        return Err(Refusal::CompileMemory);
    }
    match status.code() {
        Some(0) => Ok(output),
        Some(code) if code == i32::from(crate::child::INVALID) => {
            Err(Refusal::Invalid(crate::failure::clean(&String::from_utf8_lossy(&output), 300)))
        }
        Some(code) => Err(Refusal::Unavailable(format!("the compiler ended with status {code}"))),
        None => Err(of_signal(status)),
    }
}

/// The processor limit kills by SIGXCPU, then SIGKILL; a failed allocation or an overrun stack aborts.
fn of_signal(status: ExitStatus) -> Refusal {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(signal) if signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw() => {
            Refusal::CompileTime
        }
        _ => Refusal::CompileMemory,
    }
}
