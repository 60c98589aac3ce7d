use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use embedded::Process;

use crate::{
    cluster::{Cluster, free_port, local, platform},
    figures::{Line, median},
    http::{self, Conn},
};

const AGAIN: usize = 3;

/// From the start of `platform dev` to the first page: on a new data folder, and on one that is there.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let data = cluster.folder().join("installation");
    std::fs::create_dir(&data)?;
    let first = first_page(cluster, &data).await?;
    let mut again = Vec::new();
    for _ in 0..AGAIN {
        again.push(first_page(cluster, &data).await?.as_secs_f64());
    }
    let shown: Vec<String> = again.iter().map(|seconds| format!("{seconds:.2}")).collect();
    Ok(vec![
        Line::time("start-first", first, Duration::from_secs(5))
            .with("new data folder: cluster, migrations, demo businesses".into()),
        Line::time("start-again", Duration::from_secs_f64(median(&again)), Duration::from_secs(1))
            .with(format!("data folder that is there; seconds {}", shown.join(" "))),
    ])
}

async fn first_page(cluster: &Cluster, data: &std::path::Path) -> Result<Duration> {
    let port = free_port()?;
    let mut command = Command::new(platform()?);
    command
        .args(["dev", "--data"])
        .arg(data)
        .args(["--port", &port.to_string()])
        .current_dir(cluster.folder());
    let log = cluster.folder().join(format!("dev-{port}.log"));
    let began = Instant::now();
    let mut process = Process::start("platform dev", &command, &log)?;
    let request = http::get("/maya");
    let took = loop {
        if let Ok(mut conn) = Conn::open(local(port)).await
            && conn.send(&request).await.is_ok_and(|reply| reply.status == 200)
        {
            break began.elapsed();
        }
        let words = || std::fs::read_to_string(&log).unwrap_or_default();
        ensure!(process.is_running() && began.elapsed() < Duration::from_secs(60), "no page: {}", words());
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    tokio::task::spawn_blocking(move || process.stop()).await?;
    Ok(took)
}
