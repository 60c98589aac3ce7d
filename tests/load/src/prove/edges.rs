use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    cluster::Cluster,
    figures::{Line, percentile, shown},
    house::{Business, House, Way},
    http::{self, Conn},
};

const SLOW: usize = 500;
const BODY: usize = 500 << 20;

/// 500 connections that send a byte of a header now and then.
pub(super) async fn slow_connections(cluster: &Cluster) -> Result<Vec<Line>> {
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business::new("slow")).await?;
    let drips: Vec<_> = (0..SLOW).map(|_| tokio::spawn(drip(house.address))).collect();
    let mut others = Vec::new();
    let mut conn = Conn::open(house.address).await?;
    for _ in 0..40 {
        let began = Instant::now();
        let status = conn.send(&http::get("/slow")).await?.status;
        ensure!(status == 200, "{status} for an ordinary visitor");
        others.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut closed = Vec::new();
    for one in drips {
        closed.push(one.await??);
    }
    house.close().await;
    let line = Line::time("slow-connections", percentile(&mut closed, 1.0), Duration::from_secs(15));
    Ok(vec![line.with(format!(
        "{SLOW} connections, the last one closed then, the first after {}; an ordinary visitor meanwhile: p50 {} max {}",
        shown(percentile(&mut closed, 0.0)),
        shown(percentile(&mut others, 0.5)),
        shown(percentile(&mut others, 1.0))
    ))])
}

/// Sends a header without end until the connection is closed; at most half a minute.
async fn drip(address: std::net::SocketAddr) -> Result<Duration> {
    let mut conn = Conn::open(address).await?;
    let began = Instant::now();
    conn.stream.write_all(b"GET /slow HTTP/1.1\r\nhost: 127.0.0.1\r\nx-drip: ").await?;
    let (mut from, mut to) = conn.stream.split();
    let closed = async {
        let mut some = [0; 1_024];
        while from.read(&mut some).await.is_ok_and(|count| count > 0) {}
    };
    let dripping = async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            if to.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = closed => {}
        () = dripping => {}
        () = tokio::time::sleep(Duration::from_secs(30)) => {}
    }
    Ok(began.elapsed())
}

/// 500 MB in chunks, whose length nobody announces.
pub(super) async fn big_body(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let child = cluster.serve(&database, &["serve"], &[]).await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business::new("big")).await?;
    http::once(child.address, &http::get("/api/v1/big/availability/slots?type=c0")).await?;
    child.forget_peak()?;
    let (before, _) = child.memory()?;
    let (mut statuses, mut most) = (Vec::new(), 0);
    for path in ["/api/v1/big/bookings", "/login", "/api/v1/big/automations"] {
        let (status, sent) = flood(child.address, path).await?;
        statuses.push(status);
        most = most.max(sent);
    }
    let (_, peak) = child.memory()?;
    let alive = http::once(child.address, &http::get("/readyz")).await?.0 == 200;
    house.close().await;
    child.kill()?;
    let growth = peak.saturating_sub(before) as f64 / 1024.0;
    let ok = statuses.iter().all(|status| *status == 413) && growth <= 16.0 && alive;
    let line = Line::new("big-body", format!("{growth:.1}MiB"), "≤16MiB", ok);
    Ok(vec![line.with(format!(
        "three bodies of 500 MiB in chunks: {statuses:?}; at most {:.1} MiB of one were taken; {:.0} MiB before",
        most as f64 / f64::from(1 << 20),
        before as f64 / 1024.0
    ))])
}

/// The status of the answer, and how much the server let through.
async fn flood(address: std::net::SocketAddr, path: &str) -> Result<(u16, usize)> {
    let mut conn = Conn::open(address).await?;
    let kind = if path == "/login" { "application/x-www-form-urlencoded" } else { "application/json" };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\ncontent-type: {kind}\r\n\
         transfer-encoding: chunked\r\n\r\n"
    );
    conn.stream.write_all(head.as_bytes()).await?;
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend(std::iter::repeat_n(b'x', 0x1_0000));
    chunk.extend(b"\r\n");
    let (mut from, mut to) = conn.stream.split();
    let mut sent = 0;
    let mut answer = Vec::new();
    let sending = async {
        while sent < BODY && to.write_all(&chunk).await.is_ok() {
            sent += 0x1_0000;
        }
        // Whoever answers early may leave the rest unread; the answer is there all the same.
        if sent >= BODY {
            let _ = to.write_all(b"0\r\n\r\n").await;
        }
        std::future::pending::<()>().await;
    };
    let reading = async {
        let mut some = [0; 4_096];
        while let Ok(count) = from.read(&mut some).await {
            answer.extend_from_slice(&some[..count]);
            if count == 0 || answer.windows(4).any(|four| four == b"\r\n\r\n") {
                break;
            }
        }
    };
    tokio::select! {
        () = sending => {}
        () = reading => {}
        () = tokio::time::sleep(Duration::from_secs(40)) => {}
    }
    let text = String::from_utf8_lossy(&answer);
    let status = text.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
    Ok((status, sent))
}
