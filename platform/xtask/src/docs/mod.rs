//! `cargo xtask docs`: the documents say what is so. Links lead somewhere, files that are named exist, the table of
//! dependencies is whole, and the commands in the documents run.
//!
//! A block of shell (```` ```sh ````) stands behind one of two marks, which readers don't see:
//! `<!-- run -->`, run by this task, all blocks of a page as one session against a private installation with the demo
//! businesses; `<!-- shown: why -->`, not run, but its tasks and commands exist.

mod blocks;
mod session;
mod statics;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::steps::{Steps, tidy_up_on_interrupt};
use crate::workspace::Workspace;

/// A document.
struct Document {
    /// Path from the workspace's root.
    path: PathBuf,
    text: String,
}

/// Checks the documents.
pub(crate) fn run() -> Result<()> {
    tidy_up_on_interrupt();
    let workspace = Workspace::load()?;
    let mut steps = Steps::default();
    steps.run("documents", || check(&workspace));
    steps.finish("cargo xtask docs")
}

/// The same as one step of a longer run.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let documents = all(&workspace.root)?;
    let mut wrong = Vec::new();
    for document in &documents {
        wrong.extend(statics::links(&workspace.root, document));
        wrong.extend(statics::named_files(&workspace.root, document));
        wrong.extend(statics::named_tests(&workspace.root, document));
        wrong.extend(blocks::unmarked(document));
    }
    wrong.extend(statics::dependencies(&workspace.root)?);
    ensure!(wrong.is_empty(), "what the documents say is not so:\n{}", wrong.join("\n"));
    session::run(workspace, &documents)
}

/// Every document of the workspace.
fn all(root: &Path) -> Result<Vec<Document>> {
    let mut paths = Vec::new();
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "platform/web/README.md",
        "plugins-sdk/README.md",
    ] {
        paths.push(PathBuf::from(name));
    }
    below(root, Path::new("docs"), &mut paths)?;
    let read = |path: PathBuf| {
        let text =
            fs::read_to_string(root.join(&path)).with_context(|| format!("reading {}", path.display()))?;
        Ok(Document { path, text })
    };
    paths.into_iter().map(read).collect()
}

fn below(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("reading {}", folder.display()))? {
        entries.push(folder.join(entry?.file_name()));
    }
    entries.sort();
    for path in entries {
        if root.join(&path).is_dir() {
            below(root, &path, paths)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            paths.push(path);
        }
    }
    Ok(())
}
