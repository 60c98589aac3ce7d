//! Python with pinned packages, for tests that compare our files with what others read.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::browser::cache_folder;
use crate::files::{program, run};
use crate::packages::PYTHON;
use crate::{Doing, Error, Result};

/// Finds or installs Python and the packages that `requirements` (with their hashes) names, and gives the interpreter that
/// has them. The packages lie in the user's cache, one folder for each such file.
///
/// # Errors
/// [`Error::NotInstalled`] with the command to run, or the last words of the package manager.
pub fn ensure(requirements: &Path) -> Result<PathBuf> {
    let python = match python() {
        Some(python) => python,
        None => {
            PYTHON.install()?;
            self::python().ok_or_else(|| Error::NotInstalled {
                what: PYTHON.what.to_owned(),
                command: PYTHON.command(),
            })?
        }
    };
    let text = fs::read(requirements).doing(|| format!("reading {}", requirements.display()))?;
    let mut hasher = DefaultHasher::new();
    (text, &python).hash(&mut hasher);
    let cache = cache_folder().join("python");
    let ready = cache.join(format!("{:016x}", hasher.finish()));
    if !ready.is_dir() {
        install(&python, requirements, &cache, &ready)?;
    }
    Ok(ready.join("bin/python"))
}

/// Fills a folder beside it first: one that is only half filled is never used.
fn install(python: &Path, requirements: &Path, cache: &Path, ready: &Path) -> Result<()> {
    fs::create_dir_all(cache).doing(|| format!("making {}", cache.display()))?;
    let new = tempfile::Builder::new().prefix("new-").tempdir_in(cache);
    let new = new.doing(|| format!("making a folder in {}", cache.display()))?;
    eprintln!("Installing: pip install -r {} (into {})", requirements.display(), ready.display());
    run(Command::new(python).args(["-m", "venv"]).arg(new.path()))?;
    let mut pip = Command::new(new.path().join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    run(pip.args(["--only-binary=:all:", "--require-hashes", "-r"]).arg(requirements))?;
    match fs::rename(new.path(), ready) {
        // Another run was quicker; its folder is the same.
        Err(_) if ready.is_dir() => Ok(()),
        renamed => renamed.doing(|| format!("making {}", ready.display())),
    }
}

/// Python, new enough and able to make an environment of its own.
fn python() -> Option<PathBuf> {
    let able = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    program(&["python3"]).filter(|python| run(Command::new(python).args(["-c", able])).is_ok())
}
