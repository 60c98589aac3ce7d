//! A private PostgreSQL with databases, and the server as a process of its own.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use embedded::{Options, Postgres, Process};

use crate::sql::Sql;

/// A PostgreSQL in a folder of its own. Both go when the value is dropped.
pub(crate) struct Cluster {
    pub postgres: Postgres,
    number: AtomicU32,
    // Dropped last.
    folder: tempfile::TempDir,
}

/// A migrated database with its addresses.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// For the superuser, who owns the tables.
    pub owner_url: String,
    /// For the role `app`, as the application signs in.
    pub app_url: String,
}

impl Database {
    pub(crate) async fn sql(&self) -> Result<Sql> {
        Sql::connect(&self.owner_url).await
    }
}

impl Cluster {
    /// `durable`: everything committed is forced to disk, as in production.
    pub(crate) async fn start(durable: bool) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("load-").tempdir_in("/tmp")?;
        // As root the server runs under another account, which must get through.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let options =
            if durable { Options::durable(folder.path()) } else { Options::for_tests(folder.path()) };
        let postgres = tokio::task::spawn_blocking(move || Postgres::start(&options)).await??;
        let cluster = Self { postgres, number: AtomicU32::new(0), folder };
        let template = cluster.urls("template_migrated");
        cluster.root().await?.run("CREATE DATABASE template_migrated").await?;
        db::migrate(&template.owner_url).await?;
        Ok(cluster)
    }
    /// A migrated database without rows.
    pub(crate) async fn database(&self) -> Result<Database> {
        let name = format!("load_{}", self.number.fetch_add(1, Ordering::SeqCst));
        self.root().await?.run(&format!("CREATE DATABASE {name} TEMPLATE template_migrated")).await?;
        Ok(self.urls(&name))
    }
    /// The addresses of a database of this name.
    pub(crate) fn urls(&self, name: &str) -> Database {
        Database { owner_url: self.postgres.url(name, "postgres"), app_url: self.postgres.url(name, "app") }
    }
    /// A connection of the superuser to no database in particular.
    pub(crate) async fn root(&self) -> Result<Sql> {
        Sql::connect(&self.postgres.superuser_url()).await
    }
    /// Where files may be put that go with the cluster.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
    /// The server's own process, serving (and working) on a port of this machine.
    pub(crate) async fn serve(
        &self,
        database: &Database,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Child> {
        let port = free_port()?;
        let (command, log) = self.command(database, port, arguments, settings)?;
        let mut child =
            Child { process: Process::start("platform", &command, &log)?, address: local(port), log };
        child.wait_ready().await?;
        Ok(child)
    }
    /// A worker's own process.
    pub(crate) fn work(&self, database: &Database, settings: &[(&str, &str)]) -> Result<Child> {
        let (command, log) = self.command(database, 1, &["worker"], settings)?;
        Ok(Child { process: Process::start("platform worker", &command, &log)?, address: local(1), log })
    }

    fn command(
        &self,
        database: &Database,
        port: u16,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<(Command, PathBuf)> {
        let mut command = Command::new(platform()?);
        command.args(arguments).current_dir(self.folder.path());
        let data = self.folder.path().join("data");
        for (key, value) in crate::house::settings(database, port, &data, settings) {
            command.env(key, value);
        }
        Ok((
            command,
            self.folder.path().join(format!("platform-{}.log", self.number.fetch_add(1, Ordering::SeqCst))),
        ))
    }
}

/// The server's program, which lies beside this one.
pub(crate) fn platform() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.with_file_name("platform");
    ensure!(program.exists(), "{} is not built: cargo build --release -p server", program.display());
    Ok(program)
}

/// A process of the server. It ends with this process, or when dropped.
pub(crate) struct Child {
    process: Process,
    pub address: SocketAddr,
    log: PathBuf,
}

impl Child {
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }
    /// `kill -9`: it has no time to do anything.
    pub(crate) fn kill(self) -> Result<()> {
        kill(self.process.pid())?;
        self.process.stop();
        Ok(())
    }
    /// Resident memory now, and at its highest since [`Child::forget_peak`], in KiB.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        field("VmRSS:").zip(field("VmHWM:")).context("no memory in /proc")
    }
    pub(crate) fn forget_peak(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.pid()), "5")?)
    }

    async fn wait_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        while !is_ready(self.address).await {
            let words = || std::fs::read_to_string(&self.log).unwrap_or_default();
            ensure!(self.process.is_running(), "the server ended: {}", words());
            ensure!(began.elapsed() < Duration::from_secs(60), "the server is not ready: {}", words());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut conn) = crate::http::Conn::open(address).await else { return false };
    conn.send(&crate::http::get("/readyz")).await.is_ok_and(|reply| reply.status == 200)
}

/// Ends a process of ours at once.
pub(crate) fn kill(pid: u32) -> Result<()> {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid)?).context("no process")?;
    Ok(rustix::process::kill_process(pid, rustix::process::Signal::KILL)?)
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

pub(crate) fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
