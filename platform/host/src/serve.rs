//! Serving and working: what the processes behind `platform serve`, `worker` and `dev` run.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use worker::{Scheduled, Scope, Worker, WorkerOptions};

use crate::{app::App, config::Config, dispatch::Jobs, edges, routes::mount};

/// What runs in this process.
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops accepting, finishes what runs, and waits for it.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}

/// The configured cache: Redis, or this process.
///
/// # Errors
/// When the address can't be read.
pub async fn cache(config: &Config) -> anyhow::Result<cache::Cache> {
    if config.redis.url.is_empty() {
        Ok(cache::Cache::in_process())
    } else {
        Ok(cache::Cache::redis(&config.redis.url)?)
    }
}

/// Starts serving, and working when `jobs`.
///
/// # Errors
/// When an address is taken or two routes are the same.
pub async fn start(app: &Arc<App>, jobs: bool) -> anyhow::Result<Running> {
    let (stop, stopped) = watch::channel(false);
    let listener = bind(&app.config.server.listen).await?;
    let endpoint = mount::endpoint(app)?;
    let mut tasks = Vec::new();
    let (service, done) = (Arc::clone(app), ended(stopped.clone()));
    tasks.push(tokio::spawn(async move {
        if let Err(error) = edges::serve(listener, endpoint, &service, done).await {
            tracing::error!(%error, "serving ended");
        }
    }));
    if !app.config.server.metrics_listen.is_empty() {
        let listener = bind(&app.config.server.metrics_listen).await?;
        let (app, done) = (Arc::clone(app), ended(stopped.clone()));
        tasks.push(tokio::spawn(async move { edges::serve_metrics(listener, &app, done).await }));
    }
    if jobs {
        let worker = worker(app);
        tasks.push(tokio::spawn(async move { worker.run(ended(stopped)).await }));
    }
    Ok(Running { stop, tasks })
}

/// The worker of an application.
#[must_use]
pub fn worker(app: &Arc<App>) -> Worker {
    let options = WorkerOptions {
        dead_after: Duration::from_secs(app.config.worker.orphan_seconds),
        schedules: schedules(app),
        ..WorkerOptions::with_concurrency(app.config.worker.concurrency)
    };
    let jobs = Arc::new(Jobs::new(Arc::clone(app)));
    Worker::new(app.db.clone(), app.clock.clone(), app.entropy.clone(), jobs, options)
}

fn schedules(app: &App) -> Vec<Scheduled> {
    let modules = app.registry.all().iter().flat_map(|module| module.schedules);
    let all = modules
        .chain(stripe_provider::SCHEDULES)
        .chain(crate::checkout::SCHEDULES)
        .chain(crate::checkout::subscriptions::SCHEDULES);
    let one = |schedule: &kernel::Schedule| Scheduled {
        job: schedule.job.to_owned(),
        every_seconds: schedule.every_seconds,
        scope: Scope::EachTenant,
    };
    all.map(one).collect()
}

async fn bind(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))
}

async fn ended(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn until_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Makes a database when it does not exist.
///
/// # Errors
/// When the server can't be reached.
pub async fn create_database(superuser_url: &str, name: &str) -> anyhow::Result<()> {
    Ok(db::create_database(superuser_url, name).await?)
}

/// Structured logs: JSON in production, lines in development. `RUST_LOG` sets the filter.
pub fn logging(config: &Config) {
    use tracing_subscriber::{EnvFilter, fmt};
    let standard = if config.is_development() { "warn" } else { "info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(standard));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = if config.is_development() { lines.compact().try_init() } else { lines.json().try_init() };
}
