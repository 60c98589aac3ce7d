//! `cargo xtask new-module NAME`: a feature module with everything a module has and one working slice, from the
//! templates in `templates/module`. `trial` proves that what comes out compiles, passes the lints and its own tests.

mod edits;
mod files;
mod names;
pub(crate) mod trial;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::steps::output;
use crate::workspace::Workspace;
use names::Names;

/// What to make.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Name of the module: lower-case letters, a plural: resources
    #[arg(required_unless_present = "check")]
    name: Option<String>,
    /// One of the things it is about; default: the name without its last s
    #[arg(long)]
    thing: Option<String>,
    /// Write nothing here; make one in a copy of the workspace, and lint, test and migrate it there
    #[arg(long, conflicts_with_all = ["name", "thing"])]
    check: bool,
}

/// Writes the module and tells what comes next.
pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::load()?;
    let Some(name) = &options.name else { return trial::run_all(&workspace) };
    let written = write(&workspace.root, name, options.thing.as_deref())?;
    for path in &written {
        println!("wrote {path}");
    }
    println!("{}", include_str!("../../templates/next.txt").replace("@module@", name));
    Ok(())
}

/// Writes the module into the workspace at `root`; all is checked before the first file is written.
fn write(root: &Path, name: &str, thing: Option<&str>) -> Result<Vec<String>> {
    let names = Names::new(root, name, thing)?;
    let folder = root.join("modules").join(name);
    ensure!(!folder.exists(), "modules/{name} exists already");
    let mut new = files::module(&names);
    new.extend(files::migration(&names, &edits::next_migration(root)?));
    let changed = edits::all(root, &names)?;
    for (path, text) in new.iter().chain(&changed) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().context("a file without a folder")?)?;
        fs::write(&file, text).with_context(|| format!("writing {path}"))?;
    }
    // Names differ in length, so lines break in other places.
    let lib = folder.join("src/lib.rs");
    output(Command::new("rustfmt").args(["--edition", "2024"]).arg(lib).current_dir(root))?;
    Ok(new.into_iter().chain(changed).map(|(path, _)| path).collect())
}
