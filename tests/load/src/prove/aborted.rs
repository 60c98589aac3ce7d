use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use diesel::{QueryableByName, sql_types as st};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::io::AsyncWriteExt;

use crate::{
    cluster::Cluster,
    figures::{Dice, Line},
    house::{Business, House, Way, booking},
    http::{self, Conn, Wire},
};

const POOL: usize = 5;
const ABORTED: usize = 10_000;
const AT_ONCE: usize = 32;
const ONE: &str = "first";
const OTHER: &str = "second";

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = st::Text)]
    value: String,
}

/// The column `value` of the one row.
pub(super) async fn text(conn: &mut AsyncPgConnection, sql: &str) -> Result<String> {
    Ok(diesel::sql_query(sql).get_result::<Value>(conn).await?.value)
}

/// 10,000 callers who hang up in the middle, on a pool of 5: no transaction stays open, no tenant stays bound.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let house =
        House::open(cluster, &cluster.database().await?, Way { pool: Some(POOL), ..Way::default() }).await?;
    for slug in [ONE, OTHER] {
        house
            .tenant(&Business {
                minutes: 5,
                hours: "06:00-22:00",
                weekdays_only: false,
                ..Business::new(slug)
            })
            .await?;
    }
    let starts = Arc::new(house.starts(ONE, "c0", "").await?);
    let made = Arc::new(AtomicUsize::new(0));
    let callers = (0..AT_ONCE).map(|caller| {
        let (starts, made, address) = (Arc::clone(&starts), Arc::clone(&made), house.address);
        tokio::spawn(async move {
            let mut dice = Dice::new(caller as u64 + 1);
            while made.fetch_add(1, Ordering::SeqCst) < ABORTED {
                let request = some_request(&mut dice, &starts);
                let mut conn = Conn::open(address).await?;
                conn.stream.write_all(&request).await?;
                tokio::time::sleep(Duration::from_micros(dice.below(12_000))).await;
                drop(conn);
            }
            anyhow::Ok(())
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await??;
    }
    let open = left_open(&house).await?;
    let bound = bound(&house).await?;
    let mixed = mixed(&house).await?;
    let committed = house.sql.count("SELECT count(*) FROM bookings").await?;
    let jobs =
        house.sql.count("SELECT count(*) FROM jobs WHERE kind = 'appointments.mail_on_confirmed'").await?;
    house.close().await;
    let leaks = open + bound + mixed;
    let line =
        Line::new("aborted-requests", format!("{leaks}_leaks"), "=0_leaks", leaks == 0 && committed == jobs);
    Ok(vec![line.with(format!(
        "{ABORTED} aborted, pool of {POOL}: {open} open transactions, {bound} bound connections, {mixed} wrong answers of 100 \
         after; {committed} bookings had been made, {jobs} jobs"
    ))])
}

/// A page, slots or a booking, of either tenant.
fn some_request(dice: &mut Dice, starts: &[String]) -> Wire {
    let slug = if dice.below(2) == 0 { ONE } else { OTHER };
    match dice.below(3) {
        0 => http::get(&format!("/{slug}/book/c0")),
        1 => http::get(&format!("/api/v1/{slug}/availability/slots?type=c0")),
        _ => {
            let start = &starts[dice.below(starts.len() as u64) as usize];
            booking(slug, "c0", start, &format!("x{}@example.com", dice.below(1_000_000)))
        }
    }
}

/// Transactions that nobody will end, a second after the last caller has gone.
async fn left_open(house: &House) -> Result<usize> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'app' \
                AND (xact_start IS NOT NULL OR state <> 'idle')";
    Ok(usize::try_from(house.sql.count(open).await?)?)
}

/// Pooled connections that still act for a tenant or as its role. All of them are taken at once.
async fn bound(house: &House) -> Result<usize> {
    let mut conns = Vec::new();
    for _ in 0..POOL {
        conns.push(house.app.db.registry_connection().await?);
    }
    let mut bound = 0;
    for conn in &mut conns {
        let value = text(
            conn,
            "SELECT current_user || coalesce(current_setting('app.tenant_id', true), '') AS value",
        )
        .await?;
        bound += usize::from(value != "app");
    }
    Ok(bound)
}

/// Answers that are not the asked tenant's, or none.
async fn mixed(house: &House) -> Result<usize> {
    let began = Instant::now();
    let mut wrong = 0;
    let mut conn = Conn::open(house.address).await?;
    for number in 0..100 {
        let (slug, other) = if number % 2 == 0 { (ONE, OTHER) } else { (OTHER, ONE) };
        let reply = conn.send(&http::get(&format!("/{slug}/book/c0"))).await?;
        let page = String::from_utf8_lossy(reply.body);
        let right = reply.status == 200
            && page.contains(&format!("Business {slug}"))
            && !page.contains(&format!("Business {other}"));
        wrong += usize::from(!right);
    }
    ensure!(began.elapsed() < Duration::from_secs(30), "slow after the aborted requests");
    Ok(wrong)
}
