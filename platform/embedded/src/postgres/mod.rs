//! A private PostgreSQL server: a child process with its cluster in a data folder, reached by a unix socket only.

mod binaries;
mod leftovers;
mod place;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use binaries::{Binaries, OLDEST, ensure, find_all};
use place::Place;

use crate::files::shown;
use crate::guard::{Guard, Signals};
use crate::{Doing, Error, Result};

/// The superuser of each private cluster.
pub const SUPERUSER: &str = "postgres";

/// A fast shutdown ends sessions and writes everything down; an immediate one relies on recovery.
const SIGNALS: Signals = Signals { ask: "INT", force: "QUIT", patience: 100 };
/// What makes a cluster cleans up when it is asked to stop.
const INITDB_SIGNALS: Signals = Signals { ask: "TERM", force: "KILL", patience: 20 };
/// A cluster that is being made: this and a process number.
const HALF_MADE: &str = "cluster.new";
/// Recovery after a crash counts in; an ordinary start takes a tenth of a second.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What kind of server to start, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder; the server keeps everything in its subfolder `postgres`. Made when it does not exist.
    pub data_dir: PathBuf,
    /// True for data that must survive a power cut; false for tests, where it is faster.
    pub durable: bool,
    /// How many connections it accepts.
    pub max_connections: u32,
}

impl Options {
    /// A server for work that matters.
    pub fn durable(data_dir: impl Into<PathBuf>) -> Options {
        Options { data_dir: data_dir.into(), durable: true, max_connections: 100 }
    }

    /// A server for tests: nothing is forced to disk, and many connections are allowed.
    pub fn for_tests(data_dir: impl Into<PathBuf>) -> Options {
        Options { data_dir: data_dir.into(), durable: false, max_connections: 400 }
    }

    /// The server's settings as `name=value`.
    fn settings(&self, socket_folder: &Path) -> Vec<String> {
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories={}", socket_folder.display()),
            "unix_socket_permissions=0700".to_owned(),
            format!("max_connections={}", self.max_connections),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
            "logging_collector=off".to_owned(),
            "jit=off".to_owned(),
        ];
        if !self.durable {
            let fast = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB"];
            settings.extend(fast.map(str::to_owned));
        }
        settings
    }
}

/// A running private server. Dropping it shuts the server down and waits for that.
#[derive(Debug)]
pub struct Postgres {
    guard: Guard,
    binaries: Binaries,
    socket_folder: PathBuf,
    place: Place,
    // Fields drop in this order: the data folder is free only when the server is gone.
    _lock: File,
}

impl Postgres {
    /// Starts a server on the data folder, making a cluster in it the first time, and waits until it accepts
    /// connections. Blocks for about a second the first time and a tenth of one after.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] when there is no server program, [`Error::InUse`] when another process runs on this data
    /// folder, [`Error::Folder`] when the folder belongs to someone else or to another version, [`Error::Start`] with
    /// the server's last words.
    pub fn start(options: &Options) -> Result<Postgres> {
        let newest = ensure()?;
        let place = Place::prepare(&options.data_dir, &newest)?;
        let lock = lock(&place.folder)?;
        let binaries = match cluster_version(&place.cluster()) {
            Some(version) => binaries::for_cluster(version, &place.cluster())?,
            None => make_cluster(&place, newest, options.durable)?,
        };
        let socket_folder = place.socket_folder()?;
        leftovers::clear(&place.cluster(), &socket_folder)?;
        let guard = serve(&place, &binaries, &options.settings(&socket_folder))?;
        Ok(Postgres { guard, binaries, socket_folder, place, _lock: lock })
    }

    /// The address of a database for a user, as `postgres://user@%2Ffolder/database`. No password is needed: only this
    /// user of the machine (and root) can reach the socket.
    pub fn url(&self, database: &str, user: &str) -> String {
        let host = percent_encoded(&self.socket_folder.to_string_lossy());
        format!("postgres://{}@{host}/{}", percent_encoded(user), percent_encoded(database))
    }

    /// The address of the database `postgres` for the superuser.
    pub fn superuser_url(&self) -> String {
        self.url("postgres", SUPERUSER)
    }

    /// The programs of this server (`psql`, `pg_dump`, `pgbench`, …).
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// What the server printed.
    pub fn log(&self) -> PathBuf {
        self.place.log()
    }

    /// The server's process number.
    pub fn pid(&self) -> u32 {
        self.guard.pid()
    }

    /// True while the server runs.
    pub fn is_running(&mut self) -> bool {
        self.guard.ended().is_none()
    }

    /// Shuts the server down and waits for it, as dropping does. Everything committed is on disk afterwards.
    pub fn stop(self) {
        drop(self);
    }
}

/// Takes the data folder for this process; the kernel gives it back however the process ends.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.doing(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::InUse { folder: folder.to_owned() }),
        Err(fs::TryLockError::Error(source)) => {
            Err(Error::Io { doing: format!("locking {}", path.display()), source })
        }
    }
}

/// The major version that made the cluster, or nothing when there is none.
fn cluster_version(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Makes a cluster beside its final place and moves it there, so that a half-made one is never found.
fn make_cluster(place: &Place, binaries: Binaries, durable: bool) -> Result<Binaries> {
    remove_half_made(place)?;
    // Of a name of its own: should a run that was killed still be ending, it does not write into ours.
    let half_made = place.folder.join(format!("{HALF_MADE}{}", std::process::id()));
    let mut initdb = Command::new(binaries.program("initdb"));
    initdb.arg("-D").arg(&half_made).args(["-U", SUPERUSER, "-A", "trust", "--no-instructions"]);
    initdb.args(["--encoding=UTF8", "--text-search-config=english"]).args(locale(binaries.version));
    if !durable {
        initdb.arg("--no-sync");
    }
    // Below a guard as the server is: it ends when we do.
    let guard = Guard::start(place.run_as, &initdb, INITDB_SIGNALS, &place.folder.join("initdb.log"))?;
    guard.finish().map_err(|why| Error::Command { command: shown(&initdb), why })?;
    fs::rename(&half_made, place.cluster()).doing(|| format!("renaming {}", half_made.display()))?;
    Ok(binaries)
}

/// Removes what runs that were killed have left. One of them may still be ending and write: what comes back goes the next
/// time.
fn remove_half_made(place: &Place) -> Result<()> {
    let entries = fs::read_dir(&place.folder).doing(|| format!("reading {}", place.folder.display()))?;
    for entry in entries.filter_map(std::result::Result::ok) {
        if entry.file_name().to_string_lossy().starts_with(HALF_MADE)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(%error, folder = %entry.path().display(), "a half-made cluster could not be removed");
        }
    }
    Ok(())
}

/// The same order of texts on each machine: by code point, with case mapping for all of Unicode.
fn locale(version: u32) -> &'static [&'static str] {
    match (version, cfg!(target_os = "macos")) {
        (17.., _) => &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
        (_, true) => &["--locale=C", "--lc-ctype=UTF-8"],
        (_, false) => &["--locale=C.UTF-8"],
    }
}

fn serve(place: &Place, binaries: &Binaries, settings: &[String]) -> Result<Guard> {
    let cluster = place.cluster();
    let mut command = Command::new(binaries.program("postgres"));
    command.arg("-D").arg(&cluster).args(settings.iter().flat_map(|setting| ["-c", setting]));
    let log = place.log();
    let mut guard = Guard::start(place.run_as, &command, SIGNALS, &log)?;
    let ready = || is_ready(&cluster);
    guard.wait_until(START_LIMIT, ready).map_err(|why| Error::Start { what: "PostgreSQL", why, log })?;
    Ok(guard)
}

/// The eighth line of the server's own file says so; `pg_ctl` looks there too. The file is new: `leftovers` removed any
/// other.
fn is_ready(cluster: &Path) -> bool {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    text.lines().nth(7).is_some_and(|status| status.trim() == "ready")
}

/// Encodes all but the characters that need no care anywhere in an address.
fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_any_folder() {
        assert_eq!(percent_encoded("/data/a b/%"), "%2Fdata%2Fa%20b%2F%25");
        assert_eq!(percent_encoded("app-1_x.y~z"), "app-1_x.y~z");
    }

    #[test]
    fn only_tests_give_up_durability() {
        let folder = Path::new("/run/x");
        assert!(!Options::durable("/d").settings(folder).iter().any(|setting| setting.contains("fsync")));
        assert!(Options::for_tests("/d").settings(folder).contains(&"fsync=off".to_owned()));
    }
}
