use std::{process::Command, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};

use crate::{
    cluster::Cluster,
    figures::{Line, median, shown},
    house::{self, Business, House, Way},
    http::{self, Load},
};

const CLIENTS: usize = 8;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 4;

/// Bookings a second by 8 clients, each with a coach of its own, against pgbench's TPC-B-like with as many on the same
/// server, everything committed forced to disk for both.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let busy = Business {
        coaches: CLIENTS,
        minutes: 5,
        hours: "01:00-23:00",
        weekdays_only: false,
        ..Business::new("busy")
    };
    house.tenant(&busy).await?;
    let starts = Arc::new(house.starts(busy.slug, "c0", "").await?);
    ensure!(starts.len() > 5_000, "{} starts", starts.len());
    let pgbench = Pgbench::prepare(cluster).await?;
    let (mut ours, mut theirs, mut all) = (Vec::new(), Vec::new(), Load::default());
    let mut used = 0;
    for round in 0..=ROUNDS {
        let load = book(&house, &starts, used).await?;
        used += load.times.len() / CLIENTS * 2 + 50;
        let tps = pgbench.run().await?;
        if round == 0 {
            // As pgbench does with its own tables, and the server by itself after a minute: until then the checks of foreign
            // keys keep the plans that were made for empty tables.
            house.sql.run("VACUUM ANALYZE").await?;
        } else {
            ours.push(load.per_second());
            theirs.push(tps);
            all.times.extend(load.times);
        }
    }
    let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let stored = house.sql.count("SELECT count(*) FROM bookings").await?;
    ensure!(stored >= i64::try_from(all.times.len())?, "{stored} stored of {}", all.times.len());
    let fsync = house
        .sql
        .one("SELECT current_setting('fsync') || '/' || current_setting('synchronous_commit')")
        .await?;
    let rounds: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let line = Line::ratio("booking", median(&ratios), 0.5)
        .with(format!(
            "{:.0} bookings/s against {:.0} TPC-B-like/s (medians); rounds {}",
            median(&ours),
            median(&theirs),
            rounds.join(" ")
        ))
        .with(format!(
            "8 clients, fsync/synchronous_commit {fsync}; p50 {} p99 {}",
            shown(all.percentile(0.5)),
            shown(all.percentile(0.99))
        ));
    house.close().await;
    Ok(vec![line])
}

/// Each client books the slots of its own coach, from number `from` on.
async fn book(house: &House, starts: &Arc<Vec<String>>, from: usize) -> Result<Load> {
    let starts = Arc::clone(starts);
    let next = move |client: usize, number: usize| {
        let start = starts.get(from + number)?;
        Some(house::booking(
            "busy",
            &format!("c{client}"),
            start,
            &format!("c{client}-{}@example.com", from + number),
        ))
    };
    let load = http::drive(house.address, CLIENTS, ROUND, next).await?;
    load.only(200)?;
    Ok(load)
}

/// pgbench with a database of its own on the same server.
struct Pgbench {
    program: std::path::PathBuf,
    url: String,
}

impl Pgbench {
    async fn prepare(cluster: &Cluster) -> Result<Self> {
        cluster.root().await?.run("CREATE DATABASE pgbench").await?;
        let program = cluster.postgres.binaries().program("pgbench");
        let pgbench = Self { program, url: cluster.postgres.url("pgbench", "postgres") };
        pgbench.call(&["-i", "-q", "-s", "10"]).await?;
        cluster.root().await?.run("CHECKPOINT").await?;
        Ok(pgbench)
    }
    /// Transactions a second.
    async fn run(&self) -> Result<f64> {
        let seconds = ROUND.as_secs().to_string();
        let text = self.call(&["-c", "8", "-j", "2", "-T", &seconds]).await?;
        let line = text.lines().find(|line| line.starts_with("tps = ")).context("pgbench said no tps")?;
        line.split_whitespace().nth(2).and_then(|number| number.parse().ok()).context("no number of pgbench")
    }
    async fn call(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg(&self.url);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}
