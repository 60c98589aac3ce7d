//! Places that many want at once: calendars that are taken together, seats, and slots held unpaid.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};

use crate::{
    cluster::Cluster,
    figures::{Line, shown},
    house::{Business, House, Way, booking},
    http,
};

const BOOKERS: usize = 50;
const COACHES: usize = 5;
/// Starts that all bookers try.
const STARTS: usize = 40;
const SEATS: usize = 100;
const TRIES: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(50);

/// Pairs of blocks of one coach that meet.
pub(super) const OVERLAPS: &str = "SELECT count(*) FROM calendar_blocks a JOIN calendar_blocks b ON a.tenant_id = b.tenant_id \
    AND a.coach_id = b.coach_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
/// Appointments that do not keep the time of all their coaches.
const HALF: &str = "SELECT count(*) FROM bookings b WHERE 5 <> (SELECT count(*) FROM calendar_blocks c \
    WHERE c.tenant_id = b.tenant_id AND c.source_id = b.id)";

/// 50 bookers of appointments that take five calendars in one transaction, each type naming the coaches in another order.
pub(super) async fn together(cluster: &Cluster) -> Result<Vec<Line>> {
    let mut types = String::new();
    for first in 0..COACHES {
        let names: Vec<_> =
            (0..COACHES).map(|n| format!("\"c{}@panel.example\"", (first + n) % COACHES)).collect();
        let _ = write!(
            types,
            "[[appointments.types]]\nslug = \"panel{first}\"\nname = \"Panel {first}\"\nminutes = 30\ncoach_mode = \"all\"\n\
             horizon_days = 365\nplace_kind = \"in_person\"\ncoaches = [{}]\n",
            names.join(", ")
        );
    }
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business { coaches: COACHES, more: types.leak(), ..Business::new("panel") }).await?;
    let mut starts = house.starts("panel", "panel0", "").await?;
    ensure!(starts.len() > STARTS, "{} slots", starts.len());
    starts.truncate(STARTS);
    let starts = Arc::new(starts);
    let next = move |booker: usize, number: usize| {
        let start = starts.get(number)?;
        let kind = format!("panel{}", booker % COACHES);
        Some(booking("panel", &kind, start, &format!("booker{booker}@example.com")))
    };
    let mut load = http::drive(house.address, BOOKERS, LIMIT, next).await?;
    let booked = house.sql.count("SELECT count(*) FROM bookings WHERE state = 'confirmed'").await?;
    let (overlaps, half) = (house.sql.count(OVERLAPS).await?, house.sql.count(HALF).await?);
    house.close().await;
    let exact = usize::try_from(booked)? == STARTS && overlaps == 0 && half == 0;
    let calm = load.server_errors() == 0 && load.broken == 0;
    let line = Line::new("five-calendars", format!("{booked}_booked"), "=40_booked", exact && calm);
    let time = Line::time("five-calendars-p95", load.percentile(0.95), Duration::from_secs(1));
    Ok(vec![
        line.with(format!(
            "{BOOKERS} bookers, {COACHES} calendars in one transaction in {COACHES} orders: {:?}; {overlaps} pairs overlap",
            load.statuses
        )),
        time.with(format!("p50 {} max {}", shown(load.percentile(0.5)), shown(load.percentile(1.0)))),
    ])
}

/// 1,000 tries for the 100 places of one slot.
pub(super) async fn seats(cluster: &Cluster) -> Result<Vec<Line>> {
    const CLASS: &str = "[[appointments.types]]\nslug = \"class\"\nname = \"Class\"\nminutes = 30\nseats = 100\n\
        horizon_days = 365\nplace_kind = \"in_person\"\ncoaches = [\"c0@class.example\"]\n";
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business { more: CLASS, ..Business::new("class") }).await?;
    let start = house.starts("class", "class", "").await?.into_iter().next().context("a slot")?;
    let next = move |booker: usize, number: usize| {
        let email = format!("booker{booker}-{number}@example.com");
        (number < TRIES / BOOKERS).then(|| booking("class", "class", &start, &email))
    };
    let mut load = http::drive(house.address, BOOKERS, LIMIT, next).await?;
    let taken = house.sql.count("SELECT count(*) FROM bookings WHERE state = 'confirmed'").await?;
    house.close().await;
    let answered =
        load.status(200) == u64::try_from(SEATS)? && load.status(409) == u64::try_from(TRIES - SEATS)?;
    let ok = usize::try_from(taken)? == SEATS && answered && load.broken == 0;
    let line = Line::new("places", format!("{taken}_taken"), "=100_taken", ok);
    let times = format!("p50 {} p95 {}", shown(load.percentile(0.5)), shown(load.percentile(0.95)));
    Ok(vec![line.with(format!("{TRIES} tries for one slot: {:?}; {times}", load.statuses))])
}

/// One client who tries to hold 50 priced slots at the same moment.
pub(super) async fn unpaid(cluster: &Cluster) -> Result<Vec<Line>> {
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business::new("held")).await?;
    house.sql.run("UPDATE appointment_types SET price = 9000").await?;
    let starts = Arc::new(house.starts("held", "c0", "").await?);
    ensure!(starts.len() > BOOKERS, "{} slots", starts.len());
    let next = move |booker: usize, number: usize| {
        let start = starts.get(booker)?;
        (number == 0).then(|| booking("held", "c0", start, "one@example.com"))
    };
    let load = http::drive(house.address, BOOKERS, LIMIT, next).await?;
    let held = house.sql.count("SELECT count(*) FROM bookings WHERE state = 'held'").await?;
    house.close().await;
    let ok = held == 3 && load.status(200) == 3 && load.status(409) == 47 && load.broken == 0;
    let line = Line::new("unpaid-holds", format!("{held}_held"), "=3_held", ok);
    Ok(vec![line.with(format!("{BOOKERS} slots at once for one client: {:?}", load.statuses))])
}
