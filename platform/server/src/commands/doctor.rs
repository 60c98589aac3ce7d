//! `platform doctor`: checks what the installation needs, and says what to do.

use std::time::Duration;

use host::{
    config::{Config, MailTransport},
    serve,
};

/// Checks one after another; fails when one of them does.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let checks =
        [("database", database(config).await), ("redis", redis(config).await), ("mail", mail(config).await)];
    let mut failed = false;
    for (name, result) in checks {
        match result {
            Ok(told) => println!("ok    {name:<10} {told}"),
            Err(told) => {
                failed = true;
                println!("FAIL  {name:<10} {told}");
            }
        }
    }
    anyhow::ensure!(!failed, "something needs to be put right");
    Ok(())
}

async fn database(config: &Config) -> Result<String, String> {
    if config.database.url.is_empty() {
        return Err("no URL: set database.url, or run `platform dev`, which starts its own".into());
    }
    let db = db::Db::connect(&config.database.url, db::PoolOptions { size: 1, wait: Duration::from_secs(5) })
        .map_err(|error| error.to_string())?;
    let (server, applied) = db.health().await.map_err(|error| format!("{error}; check database.url"))?;
    match db::migration_count().checked_sub(applied) {
        Some(0) => Ok(format!("{server}, migrations up to date")),
        Some(missing) => Err(format!("{missing} migrations are missing: run `platform migrate`")),
        None => Err("the database is newer than this program: run the release that migrated it".into()),
    }
}

async fn redis(config: &Config) -> Result<String, String> {
    if config.redis.url.is_empty() {
        return Ok("not used (one replica)".into());
    }
    serve::cache(config)
        .await
        .map(|_| "answers".to_owned())
        .map_err(|error| format!("{error}; check redis.url"))
}

async fn mail(config: &Config) -> Result<String, String> {
    match config.mail.transport {
        MailTransport::Outbox => Ok("kept in the outbox (development)".into()),
        MailTransport::Smtp => host::mailing::check(config).await.map(|()| "the server answers".into()),
    }
}
