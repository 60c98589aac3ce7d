//! A headless browser and the packages that drive it, for the tests of pages.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{executable, program, run};
use crate::packages::{CHROMIUM, NODE, Package};
use crate::{Doing, Error, Result};

/// The files that say which packages are installed.
const MANIFEST: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// The oldest Node.js that the tests are written for.
const OLDEST_NODE: u32 = 18;

/// What the browser tests run with.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Node.js.
    pub node: PathBuf,
    /// Chromium or Chrome.
    pub chromium: PathBuf,
}

/// Finds or installs Node.js, Chromium and the packages that `folder` (with `package.json` and its lock file) names.
/// The packages lie in the user's cache, one folder for each lock file; `folder/node_modules` is a link to it.
///
/// # Errors
/// [`Error::NotInstalled`] with the command to run, or the last words of the package manager.
pub fn ensure(folder: &Path) -> Result<Browser> {
    let node = find_or_install(node, &NODE)?;
    let chromium = find_or_install(chromium, &CHROMIUM)?;
    link_packages(folder, &installed(folder)?)?;
    Ok(Browser { node, chromium })
}

fn find_or_install(find: impl Fn() -> Option<PathBuf>, package: &Package) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    package.install()?;
    find().ok_or_else(|| Error::NotInstalled { what: package.what.to_owned(), command: package.command() })
}

/// Node.js, new enough and with npm.
fn node() -> Option<PathBuf> {
    let node = program(&["node", "nodejs"])?;
    program(&["npm"])?;
    let version = run(Command::new(&node).arg("--version")).ok()?;
    let major: u32 = version.trim().trim_start_matches('v').split('.').next()?.parse().ok()?;
    (major >= OLDEST_NODE).then_some(node)
}

/// The browser that CHROMIUM names, or the first one found.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").and_then(|path| executable(Path::new(&path)));
    let mac =
        ["Chromium", "Google Chrome"].map(|name| format!("/Applications/{name}.app/Contents/MacOS/{name}"));
    named
        .or_else(|| program(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]))
        .or_else(|| mac.iter().find_map(|path| executable(Path::new(path))))
}

/// The folder in the cache that holds the packages of this lock file, filled when it is not there yet.
fn installed(folder: &Path) -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    for name in MANIFEST {
        let file = folder.join(name);
        fs::read(&file).doing(|| format!("reading {}", file.display()))?.hash(&mut hasher);
    }
    let cache = cache_folder().join("browser");
    let ready = cache.join(format!("{:016x}", hasher.finish()));
    if ready.is_dir() {
        return Ok(ready);
    }
    fs::create_dir_all(&cache).doing(|| format!("making {}", cache.display()))?;
    let new = tempfile::Builder::new().prefix("new-").tempdir_in(&cache);
    let new = new.doing(|| format!("making a folder in {}", cache.display()))?;
    for name in MANIFEST {
        fs::copy(folder.join(name), new.path().join(name)).doing(|| format!("copying {name}"))?;
    }
    eprintln!("Installing: npm ci (into {})", ready.display());
    let mut npm = Command::new("npm");
    run(npm
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(new.path()))?;
    match fs::rename(new.path(), &ready) {
        // Another run was quicker; its folder is the same.
        Err(_) if ready.is_dir() => Ok(ready),
        renamed => renamed.doing(|| format!("making {}", ready.display())).map(|()| ready),
    }
}

/// Points `folder/node_modules` to the packages, where Node.js looks for them.
fn link_packages(folder: &Path, packages: &Path) -> Result<()> {
    let (link, target) = (folder.join("node_modules"), packages.join("node_modules"));
    if fs::read_link(&link).is_ok_and(|current| current == target) {
        return Ok(());
    }
    if link.is_symlink() {
        fs::remove_file(&link).doing(|| format!("removing {}", link.display()))?;
    }
    std::os::unix::fs::symlink(&target, &link).doing(|| format!("linking {}", link.display()))
}

/// This project's folder in the user's cache.
pub(crate) fn cache_folder() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    cache.unwrap_or_else(home).join("coach-platform")
}
