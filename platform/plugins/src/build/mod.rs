//! Builds automations from source: a Rust crate against `plugins-sdk/rust` becomes a component with its manifest.
//!
//! Needs a compiler for `wasm32-unknown-unknown` and makes one where it can (see [`toolchain`]). Builds again only
//! when a source has changed. Blocking, and up to a minute the first time: call it from a thread of its own.

mod debian;
mod sources;
pub mod toolchain;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use self::sources::{Stamp, lock};
use crate::{Manifest, manifest};

/// Longest build of one automation, downloads included.
const BUILD: Duration = Duration::from_secs(300);
const TARGET: &str = "wasm32-unknown-unknown";
/// A stack of 128 KiB instead of the linker's 1 MiB: what an instance holds is what each run pays for.
const STACK: &str = "target.wasm32-unknown-unknown.rustflags=[\"-Clink-arg=-zstack-size=131072\"]";

/// An automation could not be built. The text is one line and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The sources are not on this machine.
    #[error("the sources of the automations are not here: no folder {0}")]
    NoSources(PathBuf),
    /// There is no such example.
    #[error("there is no example automation `{0}`")]
    NoExample(String),
    /// No compiler, and none could be made.
    #[error("no compiler for {TARGET}: {0}; run `rustup target add {TARGET}`")]
    NoCompiler(String),
    /// The compiler said no.
    #[error("`{name}` does not compile: {reason}")]
    Compile {
        /// The automation.
        name: String,
        /// The first error of the compiler.
        reason: String,
    },
    /// The manifest can't be used.
    #[error(transparent)]
    Manifest(#[from] crate::ManifestError),
    /// The compiled module is no automation.
    #[error("`{0}` is not an automation: {1}")]
    Component(String, String),
    /// A file could not be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

/// Builds an example of `plugins-sdk/examples`, if a source has changed since it was last built.
///
/// # Errors
/// In one line why it could not be built.
pub fn example(name: &str) -> Result<PathBuf, BuildError> {
    let sdk = sdk_folder()?;
    let folder = sdk.join("examples").join(name);
    let is_plain =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_plain || !folder.join("automation.toml").is_file() {
        return Err(BuildError::NoExample(name.to_owned()));
    }
    let out = sdk.parent().unwrap_or(&sdk).join("target/plugins");
    project(&folder, &out)
}

/// Names of the examples that are here.
///
/// # Errors
/// The sources are not on this machine.
pub fn examples() -> Result<Vec<String>, BuildError> {
    let folder = sdk_folder()?.join("examples");
    let entries = fs::read_dir(&folder).map_err(|error| BuildError::Io { path: folder.clone(), error })?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("automation.toml").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Builds the crate in `folder` (with its `automation.toml`) into `out/<name>.wasm`, if a source has changed.
///
/// # Errors
/// In one line why it could not be built.
pub fn project(folder: &Path, out: &Path) -> Result<PathBuf, BuildError> {
    let manifest_text = read_text(&folder.join("automation.toml"))?;
    let name = Manifest::parse(&manifest_text)?.name;
    fs::create_dir_all(out).map_err(io_error(out))?;
    let _turn = lock(&out.join(".lock"))?;
    let stamp = Stamp::of(folder, sdk_folder().ok().as_deref())?;
    let result = out.join(format!("{name}.wasm"));
    let stamp_file = out.join(format!("{name}.stamp"));
    if result.is_file() && stamp.is_in(&stamp_file) {
        return Ok(result);
    }
    let core = compile(&name, folder, &out.join("build"))?;
    let component = componentize(&name, &core, &manifest_text)?;
    write(&result, &component)?;
    write(&stamp_file, stamp.as_bytes())?;
    Ok(result)
}

/// Turns a core module that carries the bindings' metadata into a component that carries its manifest.
///
/// # Errors
/// The module imports what the world does not have, or lacks its export; or the manifest can't be used.
pub fn componentize(name: &str, core: &[u8], manifest_text: &str) -> Result<Vec<u8>, BuildError> {
    Manifest::parse(manifest_text)?;
    let not_one = |text: String| BuildError::Component(name.to_owned(), one_line(&text));
    let encoder = wit_component::ComponentEncoder::default().validate(true).module(core);
    let component = encoder.and_then(|mut it| it.encode()).map_err(|error| not_one(format!("{error:#}")))?;
    let component = manifest::attach(component, manifest_text);
    crate::scan(&component).map_err(|refusal| not_one(refusal.to_string()))?;
    Ok(component)
}

/// Where `plugins-sdk` lies: in the working folder or above it, else where this program was built.
fn sdk_folder() -> Result<PathBuf, BuildError> {
    let is_sdk = |folder: &PathBuf| folder.join("wit/since_v0.1.0").is_dir();
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins-sdk");
    let here = std::env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join("plugins-sdk"));
    let found = above.chain([built]).find(is_sdk).and_then(|folder| folder.canonicalize().ok());
    found.ok_or_else(|| BuildError::NoSources(PathBuf::from("plugins-sdk")))
}

fn compile(name: &str, folder: &Path, target: &Path) -> Result<Vec<u8>, BuildError> {
    let toolchain = toolchain::find()?;
    let mut command = toolchain.cargo();
    command
        .args(["build", "--release", "--target", TARGET, "--quiet", "--config", STACK, "--target-dir"])
        .arg(target)
        .current_dir(folder);
    if folder.ancestors().any(|it| it.join("Cargo.lock").is_file()) {
        command.arg("--locked");
    }
    let not_built = |reason: String| BuildError::Compile { name: name.to_owned(), reason };
    toolchain::run(&mut command, BUILD).map_err(|text| not_built(first_error(&text)))?;
    let file =
        target.join(TARGET).join("release").join(format!("{}.wasm", crate_name(folder)?.replace('-', "_")));
    fs::read(&file).map_err(io_error(&file))
}

/// The name of the crate in `folder`, which need not be that of the automation.
fn crate_name(folder: &Path) -> Result<String, BuildError> {
    #[derive(serde::Deserialize)]
    struct Cargo {
        package: Package,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
    }
    let path = folder.join("Cargo.toml");
    let parsed: Result<Cargo, _> = toml::from_str(&read_text(&path)?);
    parsed
        .map(|cargo| cargo.package.name)
        .map_err(|error| BuildError::Io { path, error: std::io::Error::other(one_line(error.message())) })
}

/// The line that matters to a person: the compiler's first error, else the last thing said.
fn first_error(text: &str) -> String {
    let error = text.lines().find(|line| line.trim_start().starts_with("error"));
    one_line(
        error.or_else(|| text.lines().rfind(|line| !line.trim().is_empty())).unwrap_or("no reason given"),
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

fn read_text(path: &Path) -> Result<String, BuildError> {
    fs::read_to_string(path).map_err(io_error(path))
}

/// Whole or not at all: a reader never sees half a file.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let part = path.with_extension("part");
    fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).map_err(io_error(path))
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> BuildError {
    let path = path.to_path_buf();
    move |error| BuildError::Io { path, error }
}

/// A command without what the build around it has set for itself.
fn plain(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_builds = (text.starts_with("CARGO_")
            && !matches!(&*text, "CARGO_HOME" | "CARGO_HTTP_CAINFO")
            && !is_network(&text))
            || matches!(&*text, "RUSTFLAGS" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER" | "RUSTDOCFLAGS");
        if is_builds {
            command.env_remove(&name);
        }
    }
    command
}

/// Settings of cargo that say how to reach the network.
fn is_network(name: &str) -> bool {
    ["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}
