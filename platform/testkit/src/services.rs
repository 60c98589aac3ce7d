use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use embedded::{Error, Options, Postgres, Redis};

/// How many processes that were started without `cargo xtask test` may run at once.
const PLACES: usize = 64;

/// The PostgreSQL and Redis that tests use: those of `cargo xtask test`, or private ones that end with this process.
pub struct Services {
    /// Address of the database `postgres` for the superuser.
    pub superuser_url: String,
    redis: OnceLock<Result<String, String>>,
    _postgres: Option<Postgres>,
}

impl Services {
    /// Those of this process.
    pub fn get() -> &'static Self {
        static SERVICES: OnceLock<Services> = OnceLock::new();
        SERVICES.get_or_init(Self::find)
    }
    /// Address of a Redis.
    pub fn redis_url(&self) -> String {
        let found = self.redis.get_or_init(|| match std::env::var("TEST_REDIS_URL") {
            Ok(url) if !url.is_empty() => Ok(url),
            _ => own_redis(),
        });
        found.clone().expect("a Redis for tests")
    }

    fn find() -> Self {
        let (superuser_url, postgres) = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) if !url.is_empty() => (url, None),
            _ => {
                let postgres = own_postgres().expect("a PostgreSQL for tests");
                (postgres.superuser_url(), Some(postgres))
            }
        };
        Self { superuser_url, redis: OnceLock::new(), _postgres: postgres }
    }
}

/// Kept in a folder of the build, so that the next run finds its template; each process has one of its own.
fn own_postgres() -> Result<Postgres, Error> {
    let mut taken = None;
    for place in 0..PLACES {
        let folder = Path::new("/tmp").join(format!("testkit-postgres-{place}"));
        open_folder(&folder);
        match Postgres::start(&Options::for_tests(&folder)) {
            Err(error @ (Error::InUse { .. } | Error::Folder { .. })) => taken = Some(error),
            other => return other,
        }
    }
    Err(taken.expect("at least one place was tried"))
}

/// When we are root, the server runs as another user, who must get through.
fn open_folder(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder for the database");
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755));
}

fn own_redis() -> Result<String, String> {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    let redis = Redis::start().map_err(|error| error.to_string())?;
    let url = redis.url();
    let _ = REDIS.set(redis);
    Ok(url)
}

/// A program of the PostgreSQL installation: `pg_dump`, `psql`.
pub fn program(name: &str) -> PathBuf {
    embedded::postgres::ensure().expect("PostgreSQL is installed").program(name)
}
