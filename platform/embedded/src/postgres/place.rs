//! Where a cluster lies and under which account its server runs.
//!
//! PostgreSQL refuses to run as root, and root's projects often lie below a home that nobody else may enter. So, as
//! root: the account that owns an existing cluster; else the account `postgres` (or `nobody`) where it can reach the
//! folder; else a user namespace in which root looks like an ordinary user; else a folder below /var/lib, with a link in
//! the data folder that finds it the next time.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::{Path, PathBuf};

use super::binaries::Binaries;
use crate::files::{is_root, parents_are_open, private_folder, run};
use crate::guard::RunAs;
use crate::{Doing, Error, Result};

/// Longest path a unix socket may have on the systems we run on (macOS has the shortest), without the file's name.
const LONGEST_SOCKET_FOLDER: usize = 103 - ".s.PGSQL.5432".len() - 1;

/// The folder of one PostgreSQL: cluster, socket, log and lock.
#[derive(Debug)]
pub(crate) struct Place {
    /// With links resolved; mode 0700, owned by the account the server runs under.
    pub(crate) folder: PathBuf,
    pub(crate) run_as: RunAs,
}

impl Place {
    /// Finds or makes the place below `data_dir`.
    pub(crate) fn prepare(data_dir: &Path, binaries: &Binaries) -> Result<Place> {
        fs::create_dir_all(data_dir).doing(|| format!("making {}", data_dir.display()))?;
        let data_dir = fs::canonicalize(data_dir).doing(|| format!("opening {}", data_dir.display()))?;
        let folder = data_dir.join("postgres");
        match fs::canonicalize(&folder) {
            Ok(existing) => Place::existing(existing),
            Err(_) => Place::new(folder, binaries),
        }
    }

    /// The cluster itself (PGDATA).
    pub(crate) fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    /// What the server printed.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// A private folder for the socket: below the place, or a short one in /tmp where that path is too long.
    pub(crate) fn socket_folder(&self) -> Result<PathBuf> {
        let near = self.folder.join("run");
        let folder = if near.as_os_str().len() <= LONGEST_SOCKET_FOLDER {
            near
        } else {
            short_folder("/tmp", &self.folder)
        };
        private_folder(&folder)?;
        let owner = fs::metadata(&folder).doing(|| format!("opening {}", folder.display()))?.uid();
        if owner != rustix::process::geteuid().as_raw() && !is_root() {
            let why = "belongs to another user; remove it".to_owned();
            return Err(Error::Folder { folder, why });
        }
        self.own(&folder)?;
        Ok(folder)
    }

    /// Gives a file or folder to the account the server runs under.
    pub(crate) fn own(&self, path: &Path) -> Result<()> {
        match self.run_as {
            RunAs::Account { uid, gid } => {
                chown(path, Some(uid), Some(gid)).doing(|| format!("giving away {}", path.display()))
            }
            RunAs::Us | RunAs::Namespace => Ok(()),
        }
    }

    fn existing(folder: PathBuf) -> Result<Place> {
        let owner = fs::metadata(&folder).doing(|| format!("opening {}", folder.display()))?;
        let us = rustix::process::geteuid().as_raw();
        let run_as = match (is_root(), owner.uid()) {
            (true, 0) => RunAs::Namespace,
            (true, uid) => RunAs::Account { uid, gid: owner.gid() },
            (false, uid) if uid == us => RunAs::Us,
            (false, uid) => {
                let why =
                    format!("belongs to user number {uid}; run as that user, or choose another data folder");
                return Err(Error::Folder { folder, why });
            }
        };
        Ok(Place { folder, run_as })
    }

    fn new(folder: PathBuf, binaries: &Binaries) -> Result<Place> {
        if !is_root() {
            return Place { folder, run_as: RunAs::Us }.made();
        }
        let account = account()?;
        let reachable = parents_are_open(&binaries.program("postgres"));
        if reachable && parents_are_open(&folder) {
            return Place { folder, run_as: account }.made();
        }
        if namespaces_work() {
            return Place { folder, run_as: RunAs::Namespace }.made();
        }
        let elsewhere = short_folder("/var/lib", &folder);
        let place = Place { folder: elsewhere, run_as: account }.made()?;
        symlink(&place.folder, &folder).doing(|| format!("linking {}", folder.display()))?;
        Ok(place)
    }

    fn made(self) -> Result<Place> {
        private_folder(&self.folder)?;
        self.own(&self.folder)?;
        Ok(self)
    }
}

/// A folder in `parent` whose name follows from `path`.
fn short_folder(parent: &str, path: &Path) -> PathBuf {
    // FNV-1a: stable between runs and versions, and two data folders of one machine will not meet.
    let hash = path.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Path::new(parent).join(format!("embedded-pg-{hash:016x}"))
}

fn namespaces_work() -> bool {
    run(&mut RunAs::Namespace.command(Path::new("true"))).is_ok()
}

/// The account servers run under when we are root.
fn account() -> Result<RunAs> {
    let users = fs::read_to_string("/etc/passwd").doing(|| "reading /etc/passwd".to_owned())?;
    let named = ["postgres", "_postgres", "nobody"];
    named.iter().find_map(|name| numbers(&users, name)).ok_or_else(|| Error::Folder {
        folder: "/etc/passwd".into(),
        why:
            "has no user `postgres` or `nobody`, and PostgreSQL does not run as root; run as an ordinary user"
                .to_owned(),
    })
}

fn numbers(users: &str, name: &str) -> Option<RunAs> {
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(RunAs::Account { uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_by_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres:x:101:104:PG,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(numbers(users, "postgres"), Some(RunAs::Account { uid: 101, gid: 104 }));
        assert_eq!(numbers(users, "nobody"), None);
    }

    #[test]
    fn a_long_path_gets_a_short_socket_folder() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("x".repeat(120));
        let place = Place { folder, run_as: RunAs::Us };
        let socket = place.socket_folder().unwrap();
        assert!(socket.starts_with("/tmp") && socket.as_os_str().len() <= LONGEST_SOCKET_FOLDER);
        assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
        assert_eq!(socket, place.socket_folder().unwrap(), "the same one the next time");
        fs::remove_dir(socket).unwrap();
    }
}
