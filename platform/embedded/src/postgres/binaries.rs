//! Finding PostgreSQL's programs, or having them installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{executable, programs, run};
use crate::packages::POSTGRES;
use crate::{Error, Result};

/// The oldest major version that the platform runs on.
pub const OLDEST: u32 = 15;

/// One installed PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder with `postgres`, `initdb`, `psql` and the others.
    pub folder: PathBuf,
    /// The major version, for example 15.
    pub version: u32,
}

impl Binaries {
    /// The path of one program, for example `psql`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// All servers of version 15 or newer on this machine, the newest first, PATH before other places.
pub fn find_all() -> Vec<Binaries> {
    // A link in PATH leads to the folder that has the other programs too.
    let resolved = |file: PathBuf| Some(fs::canonicalize(file).ok()?.parent()?.to_owned());
    let in_path = programs(&["postgres"]).into_iter().filter_map(resolved);
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in in_path.chain(usual_places()) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let mut found: Vec<Binaries> = folders.iter().filter_map(|folder| probe(folder)).collect();
    found.sort_by_key(|server| std::cmp::Reverse(server.version));
    found
}

/// The newest server on this machine, installed first when there is none and this process may install it.
///
/// # Errors
/// [`Error::NotInstalled`] with the command to run; the package manager's last words when it failed.
pub fn ensure() -> Result<Binaries> {
    if let Some(newest) = find_all().into_iter().next() {
        return Ok(newest);
    }
    POSTGRES.install()?;
    find_all().into_iter().next().ok_or_else(missing)
}

/// The server that can open a cluster made by `version`.
pub(crate) fn for_cluster(version: u32, cluster: &Path) -> Result<Binaries> {
    find_all().into_iter().find(|server| server.version == version).ok_or_else(|| Error::Folder {
        folder: cluster.to_owned(),
        why: format!(
            "made by PostgreSQL {version}, which is not installed; install it, or move this folder away to start anew"
        ),
    })
}

fn missing() -> Error {
    Error::NotInstalled { what: POSTGRES.what.to_owned(), command: POSTGRES.command() }
}

/// Where packages put servers outside of PATH.
fn usual_places() -> Vec<PathBuf> {
    let parents = [
        ("/usr/lib/postgresql", ""),    // Debian, Ubuntu: 15/bin
        ("/usr/libexec", "postgresql"), // Alpine: postgresql17
        ("/usr", "pgsql-"),             // PGDG on Fedora, RHEL: pgsql-17/bin
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ];
    parents.iter().flat_map(|(parent, start)| folders_below(Path::new(parent), start)).collect()
}

fn folders_below(parent: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
    named
        .flat_map(|entry| [entry.path().join("bin"), entry.path()])
        .filter_map(|folder| executable(&folder.join("postgres")))
        .filter_map(|file| Some(file.parent()?.to_owned()))
        .collect()
}

/// Asks the server in `folder` for its version; nothing when it is too old or a part is missing.
fn probe(folder: &Path) -> Option<Binaries> {
    executable(&folder.join("initdb"))?;
    let text = run(Command::new(executable(&folder.join("postgres"))?).arg("--version")).ok()?;
    let version = major(&text)?;
    (version >= OLDEST).then(|| Binaries { folder: folder.to_owned(), version })
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian …)`, `… 17beta1` or the like.
fn major(text: &str) -> Option<u32> {
    let after = text.split("(PostgreSQL) ").nth(1)?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn fake(folder: &Path, version: &str) {
        fs::create_dir_all(folder).unwrap();
        for name in ["postgres", "initdb"] {
            let file = folder.join(name);
            fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn versions_are_read_from_all_forms() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn old_and_broken_servers_are_passed_over() {
        let base = tempfile::tempdir().unwrap();
        fake(&base.path().join("13/bin"), "13.4");
        fake(&base.path().join("17/bin"), "17.2");
        fake(&base.path().join("16/bin"), "16.9");
        fs::remove_file(base.path().join("16/bin/initdb")).unwrap();
        let found: Vec<_> =
            folders_below(base.path(), "").iter().filter_map(|folder| probe(folder)).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().unwrap().version, 17);
    }

    #[test]
    fn the_machine_running_the_tests_has_a_server() {
        let newest = ensure().unwrap();
        assert!(newest.version >= OLDEST);
        assert!(newest.program("psql").is_file() || newest.program("initdb").is_file());
    }

    #[test]
    fn a_cluster_of_a_missing_version_says_what_to_do() {
        let error = for_cluster(9, Path::new("/data/cluster")).unwrap_err().to_string();
        assert!(error.contains("/data/cluster: made by PostgreSQL 9"), "{error}");
    }
}
