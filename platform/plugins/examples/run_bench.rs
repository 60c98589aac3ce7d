//! What a warm run costs: `cargo run --release -p plugins --example run_bench [RUNS]`.
//!
//! Prints one JSON line for the example `welcome-note`: the median of single runs one after the other, each in a fresh
//! instance, and runs a second with a task on each thread.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a measurement may stop at any fault"
)]

use std::time::{Duration, Instant};

use plugins::{Capability, Compiled, Host, HostConfig, Invocation, build};

const BOOKING: &str = include_str!("../../../plugins-sdk/events/booking.confirmed.json");

fn main() -> std::process::ExitCode {
    if let Some(code) = plugins::child_main() {
        return code;
    }
    let runs = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(runs));
    std::process::ExitCode::SUCCESS
}

fn invocation() -> Invocation {
    let document = serde_json::from_str(BOOKING).unwrap();
    Invocation { grants: Capability::ALL.into(), ..Invocation::of(&document, 1).unwrap() }
}

async fn measure(runs: u32) {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::new(HostConfig::new(folder.path().join("cache"), [1; 32])).unwrap();
    let wasm = std::fs::read(build::example("welcome-note").unwrap()).unwrap();
    let started = Instant::now();
    let component = host.prepare(&wasm).await.unwrap();
    let compile = started.elapsed();
    let report = host.run(&component, invocation()).await;
    assert!(report.is_ok(), "{report:?}");
    let one = one_by_one(&host, &component, runs).await;
    let all = side_by_side(&host, &component, runs).await;
    let line = serde_json::json!({
        "component": "welcome-note", "bytes": wasm.len(), "compile_ms": compile.as_millis(), "fuel": report.fuel_used,
        "memory_peak": report.memory_peak, "median_us": one.as_nanos() / 1_000, "runs_per_second_all_threads": all,
    });
    println!("{line}");
}

/// The median of single runs.
async fn one_by_one(host: &Host, component: &Compiled, runs: u32) -> Duration {
    let mut times = Vec::new();
    for _ in 0..runs {
        let invocation = invocation();
        let started = Instant::now();
        let report = host.run(component, invocation).await;
        times.push(started.elapsed());
        assert!(report.is_ok());
    }
    times.sort();
    times[times.len() / 2]
}

/// Runs a second with as many tasks as there are threads.
async fn side_by_side(host: &Host, component: &Compiled, runs: u32) -> u64 {
    let tasks = u32::try_from(std::thread::available_parallelism().map_or(1, usize::from)).unwrap();
    let started = Instant::now();
    let work = (0..tasks).map(|_| {
        let (host, component) = (host.clone(), component.clone());
        tokio::spawn(async move {
            for _ in 0..runs / tasks {
                assert!(host.run(&component, invocation()).await.is_ok());
            }
        })
    });
    for task in work.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap().max(1);
    u64::from(runs / tasks * tasks) * 1_000_000 / micros
}
