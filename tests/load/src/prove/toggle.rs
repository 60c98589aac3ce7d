use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    cluster::Cluster,
    figures::{Line, percentile},
    house::{Business, House, Way},
    http::{self, Conn},
};

const TURNS: usize = 20;

/// A module is switched on one replica; how long until another one knows, for its page and its API.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let one = House::open(cluster, &database, Way::default()).await?;
    let other = House::open(cluster, &database, Way::default()).await?;
    one.tenant(&Business::new("toggle")).await?;
    let cookie = one.sign_in("owner@toggle.example").await?;
    let mut times = Vec::new();
    for turn in 0..TURNS {
        let on = turn % 2 == 1;
        let body = json!({ "enabled": on });
        let switch = http::call("PUT", "/api/v1/toggle/features/appointments", &body, &[("cookie", &cookie)]);
        let began = Instant::now();
        http::done(one.address, &switch).await?;
        for path in ["/toggle/book/c0", "/api/v1/toggle/availability/slots?type=c0"] {
            until(&other, path, if on { 200 } else { 404 }, began).await?;
        }
        times.push(began.elapsed());
    }
    one.close().await;
    other.close().await;
    let longest = percentile(&mut times, 1.0);
    let line = Line::time("toggle", longest, Duration::from_secs(1));
    Ok(vec![
        line.with(format!("{TURNS} switches, the longest from the call to the other replica's page and API")),
    ])
}

async fn until(house: &House, path: &str, status: u16, began: Instant) -> Result<()> {
    let mut conn = Conn::open(house.address).await?;
    while conn.send(&http::get(path)).await?.status != status {
        ensure!(began.elapsed() < Duration::from_secs(10), "{path} never answered {status}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}
