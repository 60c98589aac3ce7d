//! Proves `new-module`: makes a module in a copy of the workspace, and lints, tests and migrates it there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::schema;
use crate::steps::run;
use crate::workspace::Workspace;

const NAME: &str = "trialthings";
/// What a copy needs: the crates and what they embed.
const COPIED: [&str; 11] = [
    "Cargo.toml",
    "Cargo.lock",
    "rustfmt.toml",
    "clippy.toml",
    "platform",
    "modules",
    "tenants",
    "tests",
    "migrations",
    "config",
    "plugins-sdk",
];
const LEFT_OUT: [&str; 3] = ["target", "node_modules", "shots"];

/// Makes a module in a copy and puts it through what CI asks of every module.
pub(crate) fn run_all(workspace: &Workspace) -> Result<()> {
    let copy = Copy::open(workspace.scratch("new-module")?)?;
    copy_files(&workspace.root, &copy.folder)?;
    super::write(&copy.folder, NAME, None)?;
    let done = prove(workspace, &copy.folder);
    // Left behind, it would be part of the next copy's list of modules.
    fs::remove_dir_all(copy.folder.join("modules").join(NAME)).context("taking the module away")?;
    done
}

/// The copy, which stays between runs so that only what changed is compiled again. Outside of a run it is put aside: cargo
/// shares what it compiled with the workspace itself, and as long as the embedded files of the copy were where they were,
/// it would not see that those of the workspace have changed.
struct Copy {
    folder: PathBuf,
    aside: PathBuf,
}

impl Copy {
    fn open(folder: PathBuf) -> Result<Copy> {
        let aside = folder.with_extension("aside");
        if aside.is_dir() {
            fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
            fs::rename(&aside, &folder).with_context(|| format!("moving {}", aside.display()))?;
        }
        Ok(Copy { folder, aside })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Err(error) = fs::rename(&self.folder, &self.aside) {
            eprintln!("{} could not be put aside, remove it: {error}", self.folder.display());
        }
    }
}

fn prove(workspace: &Workspace, copy: &Path) -> Result<()> {
    let inside = Workspace::load_in(copy)?;
    let cargo = || {
        let mut cargo = inside.cargo();
        cargo.env("CARGO_TARGET_DIR", workspace.target_folder());
        cargo
    };
    run(cargo().args(["fmt", "--check", "--package", NAME]))?;
    schema::check_one(&inside, NAME)?;
    lint(cargo().args([
        "clippy",
        "--quiet",
        "--offline",
        "--no-deps",
        "--package",
        NAME,
        "--package",
        "server",
        "--all-targets",
    ]))?;
    run(cargo().args(["test", "--quiet", "--offline", "--package", NAME]))
}

/// The server with the new module compiles, and the lints find nothing in the module. What they find in the server is told
/// elsewhere.
fn lint(clippy: &mut Command) -> Result<()> {
    let done = clippy.output().context("running cargo clippy")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "the server with a new module does not compile:\n{said}");
    ensure!(!said.contains(&format!("modules/{NAME}/")), "the lints find something in a new module:\n{said}");
    Ok(())
}

/// Makes the copy like the workspace. Files that are the same are left alone, so that cargo takes them for unchanged.
fn copy_files(root: &Path, copy: &Path) -> Result<()> {
    let mut wanted = BTreeSet::new();
    for name in COPIED {
        collect(root, &root.join(name), &mut wanted)?;
    }
    for path in &wanted {
        let (from, to) = (root.join(path), copy.join(path));
        let bytes = fs::read(&from).with_context(|| format!("reading {}", from.display()))?;
        if fs::read(&to).ok().as_ref() != Some(&bytes) {
            fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            fs::write(&to, bytes).with_context(|| format!("writing {}", to.display()))?;
        }
    }
    remove_others(copy, copy, &wanted)
}

/// All files at or below a path, without what builds leave behind.
fn collect(root: &Path, path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let left_out = path.file_name().is_some_and(|name| LEFT_OUT.iter().any(|other| name == *other));
    if left_out {
        return Ok(());
    }
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
            collect(root, &entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.insert(path.strip_prefix(root)?.to_owned());
    }
    Ok(())
}

/// Takes away what is in the copy and not in the workspace any more.
fn remove_others(copy: &Path, folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(copy, &path, wanted)?;
            // Fails when something is left in it, and then it is to stay.
            let _ = fs::remove_dir(&path);
        } else if path.strip_prefix(copy).is_ok_and(|path| !wanted.contains(path)) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}
