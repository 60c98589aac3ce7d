use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use plugins::{Capability, Host, HostConfig, Invocation, build};

use crate::figures::{Line, percentile, shown};

const BOOKING: &str = include_str!("../../../../plugins-sdk/events/booking.confirmed.json");
const RUNS: usize = 5_000;

/// The median of warm runs of the example, each in a fresh instance.
pub(super) async fn run() -> Result<Vec<Line>> {
    let folder = tempfile::tempdir()?;
    let host = Host::new(HostConfig::new(folder.path().join("cache"), [1; 32]))?;
    let built =
        tokio::task::spawn_blocking(|| build::example("welcome-note").map_err(|error| anyhow!("{error}")))
            .await??;
    let began = Instant::now();
    let component = host.prepare(&std::fs::read(built)?).await.map_err(|refusal| anyhow!("{refusal:?}"))?;
    let compiled = began.elapsed();
    let document = serde_json::from_str(BOOKING)?;
    let invocation = Invocation { grants: Capability::ALL.into(), ..Invocation::of(&document, 1)? };
    let mut times = Vec::with_capacity(RUNS);
    let mut fuel = 0;
    for _ in 0..RUNS {
        let invocation = invocation.clone();
        let began = Instant::now();
        let report = host.run(&component, invocation).await;
        times.push(began.elapsed());
        ensure!(report.is_ok(), "{report:?}");
        fuel = report.fuel_used;
    }
    let (median, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    let detail =
        format!("{RUNS} runs of {fuel} units of work, p99 {}; compiled in {}", shown(p99), shown(compiled));
    Ok(vec![Line::time("plugin-run", median, Duration::from_micros(100)).with(detail)])
}
