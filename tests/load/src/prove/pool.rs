use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    cluster::Cluster,
    figures::{Line, percentile, shown},
    house::{Business, House, Way},
    http::{self, Conn},
};

const POOL: usize = 10;
const SLOW: usize = 200;

/// 200 requests that the database keeps waiting, on a pool of 10.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way { pool: Some(POOL), ..Way::default() }).await?;
    house.tenant(&Business::new("pool")).await?;
    let request = http::get("/api/v1/pool/availability/slots?type=c0");
    http::done(house.address, &request).await?;
    let keeper = database.sql().await?;
    keeper.run("BEGIN; LOCK TABLE calendar_blocks IN ACCESS EXCLUSIVE MODE").await?;
    let slow = (0..SLOW).map(|_| {
        let (address, request) = (house.address, request.clone());
        tokio::spawn(async move {
            let mut conn = Conn::open(address).await?;
            let began = Instant::now();
            let status = conn.send(&request).await?.status;
            anyhow::Ok((status, began.elapsed()))
        })
    });
    let slow: Vec<_> = slow.collect();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut refused: Vec<Duration> = Vec::new();
    // What came meanwhile is told just as soon.
    let began = Instant::now();
    let (status, _) = http::once(house.address, &request).await?;
    ensure!(status == 503, "{status} while the pool is taken");
    refused.push(began.elapsed());
    keeper.run("ROLLBACK").await?;
    let well = recovered(&house, &request).await?;
    let (mut served, mut other) = (0, 0);
    for one in slow {
        match one.await?? {
            (503, took) => refused.push(took),
            (200, _) => served += 1,
            _ => other += 1,
        }
    }
    house.close().await;
    let (count, worst, p50) = (refused.len(), percentile(&mut refused, 1.0), percentile(&mut refused, 0.5));
    let mut told = Line::time("pool-exhaustion", worst, Duration::from_secs(1));
    told.ok = told.ok && other == 0 && count >= SLOW - POOL;
    let told = told.with(format!("{SLOW} slow requests, pool of {POOL}: {count} told 503 (p50 {}), {served} served when it went on, {other} else", shown(p50)));
    Ok(vec![
        told,
        Line::time("pool-exhaustion-well", well, Duration::from_secs(2))
            .with("until 20 requests in a row are answered".into()),
    ])
}

/// From the moment the database goes on to the first of 20 good answers in a row.
async fn recovered(house: &House, request: &http::Wire) -> Result<Duration> {
    let began = Instant::now();
    let mut conn = Conn::open(house.address).await?;
    let (mut row, mut since) = (0, began.elapsed());
    while row < 20 {
        ensure!(began.elapsed() < Duration::from_secs(20), "not well after 20 s");
        if row == 0 {
            since = began.elapsed();
        }
        row = if conn.send(request).await?.status == 200 { row + 1 } else { 0 };
    }
    Ok(since)
}
