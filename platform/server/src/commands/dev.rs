//! `platform dev`: everything on this machine, nothing to install but the database server's program.

use std::{collections::BTreeMap, net::TcpListener, path::PathBuf, time::Instant};

use anyhow::Context as _;
use embedded::{Options, Postgres};
use host::{
    app::App,
    config::Config,
    provision::{self, DEMO_PASSWORD, PRESETS},
    serve,
};

use super::build_app;

/// Where and how the development installation runs.
#[derive(Debug, Default, clap::Args)]
pub struct DevOptions {
    /// Folder for the database and other data; default: `data`.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Port of the pages; default: 8080, or the next free one.
    #[arg(long)]
    port: Option<u16>,
    /// Begin with an empty installation instead of the demo businesses.
    #[arg(long)]
    no_demo: bool,
}

/// Runs until Ctrl-C or SIGTERM.
pub async fn run(
    options: DevOptions,
    file: Option<&PathBuf>,
    environment: BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut config = Config::load(file, &with_defaults(environment, &options)?)?;
    serve::logging(&config);
    let postgres = database(&mut config).await?;
    let owner = if config.database.owner_url.is_empty() {
        config.database.url.clone()
    } else {
        config.database.owner_url.clone()
    };
    db::migrate(&owner).await.context("migrating the database")?;
    let app = build_app(config).await?;
    if !options.no_demo {
        for (name, text) in PRESETS {
            let file = provision::read(&app, name, text)?;
            provision::apply(&app, &file, Some(DEMO_PASSWORD)).await.with_context(|| name.to_owned())?;
        }
    }
    let running = serve::start(&app, true).await?;
    print_links(&app, !options.no_demo, began);
    let demo = (!options.no_demo).then(|| tokio::spawn(host::automations::install_demo(app.clone())));
    serve::until_signal().await;
    println!("Stopping …");
    if let Some(task) = demo {
        task.abort();
    }
    running.stop().await;
    drop(app);
    tokio::task::spawn_blocking(move || drop(postgres)).await?;
    Ok(())
}

/// Development defaults, below what the environment says.
fn with_defaults(
    environment: BTreeMap<String, String>,
    options: &DevOptions,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    let mut set = |key: &str, value: String| all.insert(format!("PLATFORM__{key}"), value);
    set("SERVER__ENVIRONMENT", "development".into());
    // One person and their tools on this machine; the limits of production would only get in the way.
    set("SERVER__DRAIN_SECONDS", "0".into());
    set("LIMITS__ADDRESS_PER_SECOND", "5000".into());
    set("LIMITS__ADDRESS_BURST", "20000".into());
    set("LIMITS__TENANT_PER_SECOND", "20000".into());
    set("LIMITS__TENANT_BURST", "40000".into());
    if let Some(data) = &options.data {
        set("DATA__DIR", data.display().to_string());
    }
    let metrics = free_port(9464, 10).map_or(String::new(), |port| format!("127.0.0.1:{port}"));
    set("SERVER__METRICS_LISTEN", metrics);
    if !environment.contains_key("PLATFORM__SERVER__LISTEN") || options.port.is_some() {
        let port = match options.port {
            Some(port) => port,
            None => free_port(8080, 20).context("no free port from 8080 to 8099; choose one with --port")?,
        };
        set("SERVER__LISTEN", format!("127.0.0.1:{port}"));
        set("SERVER__ORIGIN", format!("http://localhost:{port}"));
    }
    let explicit = environment
        .into_iter()
        .filter(|(key, _)| options.port.is_none() || key != "PLATFORM__SERVER__LISTEN");
    all.extend(explicit);
    Ok(all)
}

fn free_port(first: u16, count: u16) -> Option<u16> {
    (first..first.saturating_add(count)).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
}

/// The configured database, or a private one in the data folder.
async fn database(config: &mut Config) -> anyhow::Result<Option<Postgres>> {
    if !config.database.url.is_empty() {
        return Ok(None);
    }
    let folder = std::path::absolute(&config.data.dir)?;
    let postgres = tokio::task::spawn_blocking(move || Postgres::start(&Options::durable(folder))).await??;
    serve::create_database(&postgres.superuser_url(), "platform").await?;
    config.database.url = postgres.url("platform", "app");
    config.database.owner_url = postgres.url("platform", "postgres");
    Ok(Some(postgres))
}

#[expect(clippy::print_stdout, reason = "the links are what this command is for")]
fn print_links(app: &App, demo: bool, began: Instant) {
    let origin = &app.config.server.origin;
    println!("\n  Ready in {:.1} s: {origin}\n", began.elapsed().as_secs_f64());
    if demo {
        for (name, text) in PRESETS {
            let Ok(file) = provision::read(app, name, text) else { continue };
            println!("  {:<34} {origin}/{}", file.name, file.slug);
            for person in &file.staff {
                println!(
                    "    studio {origin}/{}/studio   sign in as {}  {DEMO_PASSWORD}",
                    file.slug, person.email
                );
            }
        }
        println!();
    }
    println!("  Mails that would be sent   {origin}/dev/outbox");
    println!("  API, browsable             {origin}/api/docs");
    if !app.config.server.metrics_listen.is_empty() {
        println!("  Figures for Prometheus     http://{}/metrics", app.config.server.metrics_listen);
    }
    println!("\n  Ctrl-C stops everything; the data stay in {}\n", app.config.data.dir.display());
}
