use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use crate::{
    cluster::Cluster,
    figures::Line,
    house::{Business, House, Way, order},
    http,
};

const AT_ONCE: usize = 20;
const KEYS: usize = 25;

/// One idempotency key, 20 at once: one effect, and the same answer to all who got one.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let house = House::open(cluster, &cluster.database().await?, Way::default()).await?;
    house.tenant(&Business::new("once")).await?;
    let starts = house.starts("once", "c0", "").await?;
    ensure!(starts.len() > KEYS, "{} starts", starts.len());
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    let (mut several, mut unanswered) = (0, 0);
    for (number, start) in starts.iter().take(KEYS).enumerate() {
        let body = order("c0", start, "sam@example.com");
        let key = format!("key-{number}");
        let wire = http::call("POST", "/api/v1/once/bookings", &body, &[("idempotency-key", &key)]);
        let tries = (0..AT_ONCE).map(|_| http::once(house.address, &wire));
        let mut answers: BTreeSet<String> = BTreeSet::new();
        for (status, body) in futures::future::try_join_all(tries).await? {
            *statuses.entry(status).or_default() += 1;
            if status == 200 {
                answers.insert(body.to_string());
            }
        }
        // Whoever was told to wait asks again, as clients do.
        let (status, body) = http::once(house.address, &wire).await?;
        answers.insert(body.to_string());
        several += usize::from(answers.len() > 1);
        unanswered += usize::from(status != 200);
    }
    let booked = house.sql.count("SELECT count(*) FROM bookings").await?;
    let events = house.sql.count("SELECT count(*) FROM events WHERE name = 'booking.confirmed'").await?;
    let expected = i64::try_from(KEYS)?;
    let known = statuses.keys().all(|status| matches!(status, 200 | 409));
    let ok = booked == expected && events == expected && several == 0 && unanswered == 0 && known;
    house.close().await;
    let line = Line::new("idempotency-key", format!("{booked}_effects"), "=25_effects", ok);
    Ok(vec![line.with(format!(
        "{KEYS} keys x {AT_ONCE} at once: {statuses:?}; {events} events; {several} keys with differing answers"
    ))])
}
