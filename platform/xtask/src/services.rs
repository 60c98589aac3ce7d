//! The private services of a test run.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use embedded::{Options, Postgres, Redis};

/// A private PostgreSQL and Redis. They stop, and their data go, when the value is dropped.
pub(crate) struct Services {
    postgres: Postgres,
    redis: Redis,
    // Dropped last.
    _folder: tempfile::TempDir,
}

impl Services {
    pub(crate) fn start() -> Result<Services> {
        let started = Instant::now();
        let folder = open_folder()?;
        let postgres = Postgres::start(&Options::for_tests(folder.path()))?;
        let redis = Redis::start()?;
        let version = postgres.binaries().version;
        println!("PostgreSQL {version} and Redis are up after {:.1} s", started.elapsed().as_secs_f64());
        Ok(Services { postgres, redis, _folder: folder })
    }

    /// Tells a command of tests where the services are: `TEST_DATABASE_URL` (the superuser's) and `TEST_REDIS_URL`.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("TEST_DATABASE_URL", self.postgres.superuser_url())
            .env("TEST_REDIS_URL", self.redis.url())
    }
}

/// A temporary folder that the database's account can reach when we are root.
pub(crate) fn open_folder() -> Result<tempfile::TempDir> {
    let folder =
        tempfile::Builder::new().prefix("xtask-").tempdir_in("/tmp").context("making a folder in /tmp")?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}
