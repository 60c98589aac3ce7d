//! For authors of automations: build, look into, and run one outside the platform.
//!
//! - `plugin-tool build [EXAMPLE | FOLDER]…` builds the named examples or crates (all examples without a name).
//! - `plugin-tool inspect FILE.wasm` says what a component is.
//! - `plugin-tool run FILE.wasm EVENT.json` runs it on an event, with all that its manifest asks for, and prints
//!   the report. Nothing is sent.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use plugins::{Digest, EventDocument, Host, HostConfig, Invocation, Manifest, build};

fn main() -> ExitCode {
    if let Some(code) = plugins::child_main() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["build", names @ ..] => build_all(names),
        ["inspect", file] => inspect(Path::new(file)),
        ["run", file, event] => run(Path::new(file), Path::new(event)),
        _ => {
            Err("usage: plugin-tool build [EXAMPLE | FOLDER]… | inspect FILE.wasm | run FILE.wasm EVENT.json"
                .to_owned())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("plugin-tool: {text}");
            ExitCode::FAILURE
        }
    }
}

fn build_all(names: &[&str]) -> Result<(), String> {
    let names: Vec<String> = match names {
        [] => build::examples().map_err(|error| error.to_string())?,
        some => some.iter().map(|&name| name.to_owned()).collect(),
    };
    for name in names {
        let folder = PathBuf::from(&name);
        let built = if folder.join("automation.toml").is_file() {
            build::project(&folder, &folder.join("target/plugins"))
        } else {
            build::example(&name)
        };
        println!("{}", built.map_err(|error| error.to_string())?.display());
    }
    Ok(())
}

fn inspect(file: &Path) -> Result<(), String> {
    let bytes = read(file)?;
    plugins::scan(&bytes).map_err(|refusal| refusal.to_string())?;
    let manifest = Manifest::of_component(&bytes).map_err(|error| error.to_string())?;
    println!(
        "{} {} ({} bytes, SHA-256 {})",
        manifest.name,
        manifest.version,
        bytes.len(),
        Digest::of(&bytes)
    );
    println!("runs on: {}", manifest.triggers.into_iter().collect::<Vec<_>>().join(", "));
    let asked: Vec<_> = manifest.capabilities.iter().map(|it| it.name()).collect();
    println!("asks for: {}", asked.join(", "));
    Ok(())
}

fn run(file: &Path, event: &Path) -> Result<(), String> {
    let bytes = read(file)?;
    let manifest = Manifest::of_component(&bytes).map_err(|error| error.to_string())?;
    let document: EventDocument = serde_json::from_slice(&read(event)?).map_err(|error| error.to_string())?;
    let invocation = Invocation::of(&document, 1).map_err(|error| error.to_string())?;
    let invocation = Invocation { grants: manifest.capabilities, ..invocation };
    let folder = std::env::temp_dir().join(format!("plugin-tool-{}", std::process::id()));
    let report = run_in(&folder, &bytes, invocation);
    std::fs::remove_dir_all(&folder).ok();
    let report = report?;
    println!("{}", serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    if report.is_ok() { Ok(()) } else { Err("the run failed".to_owned()) }
}

fn run_in(folder: &Path, bytes: &[u8], invocation: Invocation) -> Result<plugins::RunReport, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let host =
            Host::new(HostConfig::new(folder.to_path_buf(), [0; 32])).map_err(|error| error.to_string())?;
        let component = host.prepare(bytes).await.map_err(|refusal| refusal.to_string())?;
        Ok(host.run(&component, invocation).await)
    })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
