//! The other side of [`crate::compile`]: limits itself, reads a component, writes machine code.

use std::{
    io::{Read, Write},
    process::ExitCode,
};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::{compile::SUBCOMMAND, engine, scan};

/// Status of a child that found the component broken; the reason is on its standard output.
pub(crate) const INVALID: u8 = 3;
const FAILED: u8 = 4;

/// Compiles a component if this process was started for it, and says how that ended; `None` for any other start.
///
/// Call it first thing in `main`, before threads and runtimes, in each program that holds a [`crate::Host`].
#[must_use]
pub fn child_main() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(SUBCOMMAND) {
        return None;
    }
    let mut number = || arguments.next().and_then(|text| text.parse().ok());
    let (Some(cpu_seconds), Some(memory_bytes)) = (number(), number()) else {
        return Some(ExitCode::from(FAILED));
    };
    Some(match compile(cpu_seconds, memory_bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(status) => ExitCode::from(status),
    })
}

fn compile(cpu_seconds: u64, memory_bytes: u64) -> Result<(), u8> {
    limit(cpu_seconds, memory_bytes).map_err(|_| FAILED)?;
    let mut component = Vec::new();
    let most = u64::try_from(scan::UPLOAD_BYTES).unwrap_or(u64::MAX);
    std::io::stdin().take(most).read_to_end(&mut component).map_err(|_| FAILED)?;
    let engine = engine::compiling().map_err(|_| FAILED)?;
    match engine.precompile_component(&component) {
        Ok(code) => say(&code),
        Err(error) => say(error.root_cause().to_string().as_bytes()).and(Err(INVALID)),
    }
}

fn say(bytes: &[u8]) -> Result<(), u8> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|_| FAILED)
}

fn limit(cpu_seconds: u64, memory_bytes: u64) -> rustix::io::Result<()> {
    let set = |resource, soft, hard| setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) });
    set(Resource::Core, 0, 0)?;
    set(Resource::Cpu, cpu_seconds, cpu_seconds.saturating_add(1))?;
    // Elsewhere the address space can't be limited; the time still is.
    if cfg!(target_os = "linux") {
        set(Resource::As, memory_bytes, memory_bytes)?;
    }
    Ok(())
}
