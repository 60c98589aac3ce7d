//! The application in a process of its own that can be killed, with a clock that may be ahead of the machine's.

use std::{
    future::pending,
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use embedded::Process;
use host::{config::Config, dispatch::Jobs, serve};
use kernel::Clock;
use worker::{Worker, WorkerOptions};

use crate::{
    cluster::{Cluster, Database, kill, local},
    house, http,
};

/// Runs the application until it is killed.
#[derive(clap::Args)]
pub(crate) struct Apart {
    /// Seconds that its clock is ahead of the machine's.
    #[arg(allow_negative_numbers = true)]
    ahead: i64,
    /// It serves nobody and only works.
    #[arg(long)]
    work: bool,
    /// Nothing comes back by the clock.
    #[arg(long)]
    unscheduled: bool,
}

impl Apart {
    pub(crate) async fn run(self) -> Result<()> {
        let config = Config::load(None, &std::env::vars().collect())?;
        let app = house::build_with(config, None, clock(self.ahead)).await?;
        // Kept until the process ends: what runs in it ends with the value.
        let _serving = if self.work { None } else { Some(serve::start(&app, false).await?) };
        let worker = if self.unscheduled {
            let usual = WorkerOptions::with_concurrency(app.config.worker.concurrency);
            let dead_after = Duration::from_secs(app.config.worker.orphan_seconds);
            let jobs = Arc::new(Jobs::new(Arc::clone(&app)));
            let options = WorkerOptions { dead_after, ..usual };
            Worker::new(app.db.clone(), app.clock.clone(), app.entropy.clone(), jobs, options)
        } else {
            serve::worker(&app)
        };
        worker.run(pending()).await;
        Ok(())
    }
}

/// The machine's clock, or one that goes as it does, so many seconds ahead.
fn clock(ahead: i64) -> Clock {
    if ahead == 0 {
        return Clock::System;
    }
    let offset = ahead.saturating_mul(1_000_000);
    let now = move || Clock::System.now().timestamp().as_microsecond().saturating_add(offset);
    let at = Arc::new(AtomicI64::new(now()));
    let hand = Arc::clone(&at);
    std::thread::spawn(move || {
        loop {
            hand.store(now(), Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    Clock::Manual(at)
}

/// How a process of the application is started.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How<'a> {
    pub port: u16,
    pub ahead: i64,
    pub work: bool,
    pub unscheduled: bool,
    pub settings: &'a [(&'a str, &'a str)],
}

/// A process of the application. It ends with this process, or when dropped.
pub(super) struct Running {
    process: Process,
    log: PathBuf,
}

impl Running {
    /// Starts one, and waits until it answers.
    pub(super) async fn start(cluster: &Cluster, database: &Database, how: How<'_>) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let folder = cluster.folder();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["apart", &how.ahead.to_string()]).current_dir(folder);
        command.args(how.work.then_some("--work")).args(how.unscheduled.then_some("--unscheduled"));
        command.envs(house::settings(database, how.port, &folder.join("data"), how.settings));
        let log = folder.join(format!("apart-{number}.log"));
        let mut running = Self { process: Process::start("the application", &command, &log)?, log };
        if !how.work {
            running.wait_ready(local(how.port)).await?;
        }
        Ok(running)
    }
    /// `kill -9`: it has no time to do anything.
    pub(super) fn kill(self) -> Result<()> {
        kill(self.process.pid())?;
        self.process.stop();
        Ok(())
    }
    /// What it said.
    pub(super) fn words(&self) -> String {
        let all = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = all.len().saturating_sub(1_500);
        all.get(from..).unwrap_or(&all).to_owned()
    }

    async fn wait_ready(&mut self, address: SocketAddr) -> Result<()> {
        let began = Instant::now();
        loop {
            if let Ok((200, _)) = http::once(address, &http::get("/readyz")).await {
                return Ok(());
            }
            ensure!(self.process.is_running(), "the application ended: {}", self.words());
            ensure!(began.elapsed() < Duration::from_secs(60), "it is not ready: {}", self.words());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
