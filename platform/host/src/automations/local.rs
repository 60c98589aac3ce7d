//! `platform plugin run`: one automation on one event, on this machine; nothing is stored or sent.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use plugins::{EventDocument, Host, HostConfig, Invocation, Limits, Manifest, Subjects};

/// Runs and prints the report as JSON.
///
/// # Errors
/// When a file can't be read or the component is not accepted; when the run fails.
#[expect(clippy::print_stdout, reason = "a command answers on standard output")]
pub async fn run_locally(component: &Path, event: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(component).with_context(|| component.display().to_string())?;
    let text = std::fs::read(event).with_context(|| event.display().to_string())?;
    let manifest = Manifest::of_component(&bytes)?;
    let document: EventDocument =
        serde_json::from_slice(&text).with_context(|| event.display().to_string())?;
    let occurred: events::Instant = document.occurred_at.parse().context("occurred_at")?;
    let invocation = Invocation {
        event_json: serde_json::to_string(&document)?,
        now_ms: u64::try_from(occurred.timestamp().as_millisecond()).unwrap_or(0),
        seed: 1,
        limits: Limits::default(),
        grants: manifest.capabilities,
        subjects: Subjects::of(&document),
        store: BTreeMap::new(),
        depth: 0,
    };
    let folder = std::env::temp_dir().join(format!("platform-plugin-{}", std::process::id()));
    let host = Host::new(HostConfig::new(folder.clone(), [0; 32]))?;
    let report = match host.prepare(&bytes).await {
        Ok(component) => host.run(&component, invocation).await,
        Err(refusal) => anyhow::bail!("{}: {refusal}", component.display()),
    };
    std::fs::remove_dir_all(&folder).ok();
    println!("{}", serde_json::to_string_pretty(&report)?);
    anyhow::ensure!(report.is_ok(), "the run failed");
    Ok(())
}
