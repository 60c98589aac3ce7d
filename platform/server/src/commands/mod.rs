//! The commands. Exit codes: 0 done, 1 it failed, 2 the call was wrong.

mod dev;
mod doctor;
mod operate;
mod run;
mod tools;

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use host::{
    app::{App, Parts},
    config::Config,
    serve,
};
use kernel::{Clock, Entropy};

use crate::modules;

pub use dev::DevOptions;

/// A platform for coaching businesses: one host, many tenants, feature modules.
#[derive(Parser)]
#[command(name = "platform", version, disable_help_subcommand = true)]
struct Cli {
    /// Configuration file; see config/default.toml for every key.
    #[arg(long, global = true, env = "PLATFORM_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything on this machine: private database, demo businesses, pages, jobs (the default).
    Dev(DevOptions),
    /// Serve pages and API.
    Serve {
        /// Run jobs in this process, too.
        #[arg(long)]
        worker: bool,
    },
    /// Run jobs.
    Worker,
    /// Bring the database to the present schema.
    Migrate,
    /// Tenants: apply files, list, suspend, rename, domains.
    #[command(subcommand)]
    Tenant(operate::TenantCommand),
    /// People: add a user or an operator.
    #[command(subcommand)]
    User(operate::UserCommand),
    /// Automations: run one on an event, locally.
    #[command(subcommand)]
    Plugin(tools::PluginCommand),
    /// Free slots for a schedule given as JSON; no database needed.
    Slots(tools::SlotsOptions),
    /// Print the OpenAPI document of every operation.
    Openapi,
    /// Print the role × permission matrix.
    Roles,
    /// Print the effective configuration with secrets hidden.
    Config,
    /// Check database, Redis, mail and clock, and say what to do.
    Doctor,
}

/// Reads the command line and runs it.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let done = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("platform: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let load = || Config::load(cli.config.as_ref(), &environment);
    match cli.command.unwrap_or(Command::Dev(DevOptions::default())) {
        Command::Dev(options) => dev::run(options, cli.config.as_ref(), environment).await,
        Command::Serve { worker } => run::replica(load()?, worker).await,
        Command::Worker => run::work(load()?).await,
        Command::Migrate => migrate(&load()?).await,
        Command::Tenant(command) => operate::tenant(load()?, command).await,
        Command::User(command) => operate::user(load()?, command).await,
        Command::Plugin(command) => tools::plugin(command).await,
        Command::Slots(options) => tools::slots(&options),
        Command::Openapi => tools::openapi(),
        Command::Roles => tools::roles().await,
        Command::Config => {
            print!("{}", load()?.shown());
            Ok(())
        }
        Command::Doctor => doctor::run(&load()?).await,
    }
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    let report = db::migrate(owner_url(config)?).await?;
    match report.applied.len() {
        0 => println!("The database is up to date."),
        count => println!("Applied {count} migrations:\n{}", report.applied.join("\n")),
    }
    Ok(())
}

fn owner_url(config: &Config) -> anyhow::Result<&str> {
    let url =
        if config.database.owner_url.is_empty() { &config.database.url } else { &config.database.owner_url };
    anyhow::ensure!(!url.is_empty(), "set database.owner_url (PLATFORM__DATABASE__OWNER_URL)");
    Ok(url)
}

/// The application over the configured database and cache, with the machine's clock.
///
/// # Errors
/// When the database URL is missing or something is broken at start.
pub async fn build_app(config: Config) -> anyhow::Result<Arc<App>> {
    anyhow::ensure!(!config.database.url.is_empty(), "set database.url (PLATFORM__DATABASE__URL)");
    let options = db::PoolOptions { size: config.database.connections(), ..db::PoolOptions::default() };
    let db = db::Db::connect(&config.database.url, options)?;
    let cache = serve::cache(&config).await?;
    modules::build(Parts { config, db, clock: Clock::System, entropy: Entropy::System, cache }).await
}
