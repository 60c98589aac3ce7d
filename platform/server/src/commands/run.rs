//! `platform serve` and `platform worker`.

use anyhow::Context as _;
use host::{config::Config, serve};

use super::build_app;

/// `platform serve`.
///
/// # Errors
/// When something is missing or broken at start.
pub async fn replica(config: Config, jobs: bool) -> anyhow::Result<()> {
    serve::logging(&config);
    // Without Redis, rate limits and fan-out live in this process: two of them would each know half.
    let _only = if config.redis.url.is_empty() { Some(only_replica(&config).await?) } else { None };
    let app = build_app(config).await?;
    let running = serve::start(&app, jobs).await?;
    tracing::info!(listen = app.config.server.listen, origin = app.config.server.origin, "serving");
    serve::until_signal().await;
    running.stop().await;
    Ok(())
}

async fn only_replica(config: &Config) -> anyhow::Result<db::Exclusive> {
    anyhow::ensure!(!config.database.url.is_empty(), "set database.url (PLATFORM__DATABASE__URL)");
    let lock = db::exclusive(&config.database.url, 7302).await?;
    lock.context("another replica serves this database already; set redis.url to run several")
}

/// `platform worker`.
///
/// # Errors
/// When something is missing or broken at start.
pub async fn work(config: Config) -> anyhow::Result<()> {
    serve::logging(&config);
    let app = build_app(config).await?;
    serve::worker(&app).run(serve::until_signal()).await;
    Ok(())
}
