//! Commands that need no database: slots, documents, a local run of an automation.

use std::{io::Read as _, path::PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use host::{
    core,
    routes::{mount, openapi},
};
use kernel::Registry;

use crate::modules::modules;

/// `platform slots`.
#[derive(Debug, clap::Args)]
pub struct SlotsOptions {
    /// File with the input; standard input when it is left out or `-`.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Say which rule opens or closes this start (RFC 3339).
    #[arg(long)]
    explain: Option<String>,
}

/// `platform plugin …`.
#[derive(Subcommand)]
pub enum PluginCommand {
    /// Run an automation on one event, with every capability of its manifest granted; nothing is stored or sent.
    Run {
        /// The component.
        component: PathBuf,
        /// The event as JSON: `{"name": "booking.confirmed", "version": 1, "payload": {…}}`.
        #[arg(long)]
        event: PathBuf,
    },
}

/// Answers with one JSON object.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub fn slots(options: &SlotsOptions) -> anyhow::Result<()> {
    let text = match &options.input {
        Some(path) if path.as_os_str() != "-" => {
            std::fs::read_to_string(path).with_context(|| path.display().to_string())?
        }
        _ => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let answer = availability::cases::answer_explaining(&text, options.explain.as_deref())?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

/// Prints the full OpenAPI document.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub fn openapi() -> anyhow::Result<()> {
    let registry = Registry::new(modules());
    let specs = mount::specs(&registry);
    let document = openapi::merge(specs.iter().map(|(_, spec)| spec), None, "/");
    println!("{}", serde_json::to_string_pretty(&document)?);
    Ok(())
}

/// Prints who holds what.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub async fn roles() -> anyhow::Result<()> {
    let registry = Registry::new(modules());
    let defs: Vec<_> = core::PERMISSIONS
        .iter()
        .chain(registry.all().iter().flat_map(|module| module.permissions))
        .copied()
        .collect();
    print!("{}", access::Access::with_policy(&defs, access::POLICY).await?.matrix());
    Ok(())
}

/// Runs a command about automations.
pub async fn plugin(command: PluginCommand) -> anyhow::Result<()> {
    match command {
        PluginCommand::Run { component, event } => host::automations::run_locally(&component, &event).await,
    }
}
