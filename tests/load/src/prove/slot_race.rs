use std::{sync::Arc, time::Duration};

use anyhow::{Result, ensure};

use super::places::OVERLAPS;
use crate::{
    cluster::{Cluster, Database},
    figures::{Line, shown},
    house::{Business, House, Way, booking},
    http::{self, Load},
};

const BOOKERS: usize = 50;
const SLOTS: usize = 100;
/// Enough to show what happens without the guard.
const FEW: usize = 20;

/// The constraint of this name stays, so that the application runs as it is, but it guards nothing.
const UNGUARD: &str = "ALTER TABLE calendar_blocks DROP CONSTRAINT calendar_blocks_no_overlap; \
    ALTER TABLE calendar_blocks ADD CONSTRAINT calendar_blocks_no_overlap EXCLUDE USING gist (id WITH =)";

struct Race {
    load: Load,
    booked: i64,
    overlaps: i64,
}

/// 50 bookers × 100 slots.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let mut race = race(cluster, &database, SLOTS).await?;
    let (taken, refused, wrong) = (race.load.status(200), race.load.status(409), race.load.server_errors());
    let asked = u64::try_from(BOOKERS * SLOTS)?;
    let exact = race.booked == 100 && taken == 100 && refused == asked - 100;
    let ok = exact && race.overlaps == 0 && wrong == 0 && race.load.broken == 0;
    let p95 = race.load.percentile(0.95);
    let line = Line::new("slot-race", format!("{}_booked", race.booked), "=100_booked", ok).with(format!(
        "{asked} tries: {:?}; {} pairs overlap; {:.0} requests/s",
        race.load.statuses,
        race.overlaps,
        race.load.per_second()
    ));
    let time = Line::time("slot-race-p95", p95, Duration::from_millis(250)).with(format!(
        "p50 {} max {}",
        shown(race.load.percentile(0.5)),
        shown(race.load.percentile(1.0))
    ));
    Ok(vec![line, time])
}

/// The same with the guard taken away in a database of its own: without double bookings there, the race proves nothing.
pub(super) async fn unguarded(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    database.sql().await?.run(UNGUARD).await?;
    let race = race(cluster, &database, FEW).await?;
    let ok = race.booked > 20 && race.overlaps > 0;
    let line = Line::new("slot-race-unguarded", format!("{}_booked", race.booked), ">20_booked", ok);
    Ok(vec![line.with(format!("{FEW} slots; {} pairs overlap without the constraint", race.overlaps))])
}

async fn race(cluster: &Cluster, database: &Database, slots: usize) -> Result<Race> {
    let house = House::open(cluster, database, Way::default()).await?;
    house.tenant(&Business::new("race")).await?;
    let mut starts = house.starts("race", "c0", "").await?;
    ensure!(starts.len() > slots, "{} slots", starts.len());
    starts.truncate(slots);
    let starts = Arc::new(starts);
    // All in the same order: they meet at each slot.
    let next = move |booker: usize, number: usize| {
        let start = starts.get(number)?;
        Some(booking("race", "c0", start, &format!("booker{booker}@example.com")))
    };
    let load = http::drive(house.address, BOOKERS, Duration::from_secs(50), next).await?;
    let booked = house.sql.count("SELECT count(*) FROM bookings WHERE state = 'confirmed'").await?;
    let overlaps = house.sql.count(OVERLAPS).await?;
    house.close().await;
    Ok(Race { load, booked, overlaps })
}
