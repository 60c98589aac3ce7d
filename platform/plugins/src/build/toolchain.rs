//! Finds or makes a Rust compiler for WebAssembly: the installed target, else `rustup target add`, else Debian 13's
//! own compiler unpacked into the user's cache (no root needed).

use std::{
    fs::File,
    io::{Read, Seek},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::{BuildError, TARGET, debian, plain};

pub(super) const SHORT: Duration = Duration::from_secs(20);
const RUSTUP: Duration = Duration::from_secs(120);

/// A cargo with a compiler that knows the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    cargo: PathBuf,
    /// Folder of `rustc` and `rust-lld` when they are not cargo's own.
    folder: Option<PathBuf>,
}

impl Toolchain {
    /// The command `cargo`, ready for arguments.
    #[must_use]
    pub fn cargo(&self) -> Command {
        let mut command = plain(&self.cargo);
        if let Some(folder) = &self.folder {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = [folder.clone()].into_iter().chain(std::env::split_paths(&path));
            if let Ok(path) = std::env::join_paths(folders) {
                command.env("PATH", path);
            }
            command.env("RUSTC", folder.join("rustc"));
        }
        command
    }

    /// Whether the compiler was unpacked by this project.
    #[must_use]
    pub fn is_unpacked(&self) -> bool {
        self.folder.is_some()
    }
}

/// Finds or makes a toolchain. With `PLUGINS_WASM_TOOLCHAIN=debian` in the environment only the last way is tried.
///
/// # Errors
/// None was found and none could be made, with the reason in one line.
pub fn find() -> Result<Toolchain, BuildError> {
    run(plain(&cargo()).arg("-V"), SHORT)
        .map_err(|_| BuildError::NoCompiler("cargo is not installed".to_owned()))?;
    let debian_only = std::env::var_os("PLUGINS_WASM_TOOLCHAIN").is_some_and(|it| it == "debian");
    if !debian_only && has_target() {
        return Ok(Toolchain { cargo: cargo(), folder: None });
    }
    let mut rustup = plain(Path::new("rustup"));
    if !debian_only && run(rustup.args(["target", "add", TARGET]), RUSTUP).is_ok() && has_target() {
        return Ok(Toolchain { cargo: cargo(), folder: None });
    }
    debian::unpacked()
        .map(|folder| Toolchain { cargo: real_cargo(), folder: Some(folder) })
        .map_err(BuildError::NoCompiler)
}

/// The cargo that runs this process, else the one on the path.
fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Cargo itself rather than rustup's proxy, which would put its own compiler before ours.
fn real_cargo() -> PathBuf {
    let which = run(plain(Path::new("rustup")).args(["which", "cargo"]), SHORT);
    which.map_or_else(|_| cargo(), |text| PathBuf::from(text.trim()))
}

fn has_target() -> bool {
    let Ok(sysroot) = run(plain(Path::new("rustc")).args(["--print", "sysroot"]), SHORT) else {
        return false;
    };
    let library = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(library).is_ok_and(|mut entries| {
        entries.any(|entry| entry.is_ok_and(|it| it.file_name().to_string_lossy().starts_with("libstd-")))
    })
}

/// Runs a command to its end: its standard output, or all it said when it failed.
///
/// # Errors
/// It could not start, failed, or took longer than `most`.
pub(super) fn run(command: &mut Command, most: Duration) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let (mut out, mut err) = (scratch().map_err(failed)?, scratch().map_err(failed)?);
    let handle = |file: &File| file.try_clone().map(Stdio::from).map_err(failed);
    let mut child =
        command.stdin(Stdio::null()).stdout(handle(&out)?).stderr(handle(&err)?).spawn().map_err(failed)?;
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            let (said, complained) = (text(&mut out), text(&mut err));
            return if status.success() { Ok(said) } else { Err(complained + &said) };
        }
        if started.elapsed() > most {
            child.kill().ok();
            child.wait().ok();
            return Err(format!("{name} took longer than {} s", most.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A file without a name: a pipe would fill up while nobody reads.
fn scratch() -> std::io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("plugin-build-{}-{number}", std::process::id()));
    // A leftover of an earlier process with this number; never written through, for it may be someone's link.
    std::fs::remove_file(&path).ok();
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

fn text(file: &mut File) -> String {
    let mut bytes = Vec::new();
    if file.rewind().is_ok() {
        file.read_to_end(&mut bytes).ok();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_answer_fail_and_are_stopped() {
        let shell = |script: &str, most| run(Command::new("sh").args(["-c", script]), most);
        assert_eq!(shell("echo hello", SHORT), Ok("hello\n".to_owned()));
        assert_eq!(shell("echo no >&2; exit 1", SHORT), Err("no\n".to_owned()));
        assert!(shell("sleep 20", Duration::from_millis(50)).unwrap_err().contains("took longer"));
        assert!(run(&mut Command::new("/no/such/program"), SHORT).is_err());
    }
}
