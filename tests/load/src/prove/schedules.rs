use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    figures::{Dice, Line},
    house::{Business, House, Way, booking},
    http::{self, Conn},
};

const DEEDS: usize = 1_000;
const HANDS: usize = 10;
const SLOTS: u64 = 150;

/// Pairs of blocks of one coach that meet.
const OVERLAPS: &str = "SELECT count(*) FROM calendar_blocks a JOIN calendar_blocks b ON a.tenant_id = b.tenant_id \
    AND a.coach_id = b.coach_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at";
/// Bookings whose block is missing, somewhere else, or left behind.
const ASTRAY: &str = "SELECT count(*) FROM bookings b FULL JOIN calendar_blocks c \
    ON c.tenant_id = b.tenant_id AND c.source_id = b.id AND c.kind = 'booking' \
    WHERE b.id IS NULL OR (b.state IN ('requested', 'held', 'confirmed')) \
      IS DISTINCT FROM (c.id IS NOT NULL AND c.coach_id = b.coach_id AND c.starts_at = b.blocked_from AND c.ends_at = b.blocked_to)";
/// Bookings whose sequence is not the number of their moves and cancellations.
const SEQUENCE: &str = "SELECT count(*) FROM bookings b WHERE b.sequence <> (SELECT count(*) FROM booking_steps s \
    WHERE s.tenant_id = b.tenant_id AND s.booking_id = b.id AND s.kind IN ('moved', 'cancelled'))";

/// 1,000 bookings, approvals, moves and cancellations in random order by ten hands at once: no two of them meet, every
/// booking keeps just its own time, and each change is counted once.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business::new("moves")).await?;
    house.sql.run("UPDATE appointment_types SET needs_approval = true").await?;
    let cookie = house.sign_in("owner@moves.example").await?;
    let starts = house.starts("moves", "c0", "").await?;
    let hands = (0..HANDS).map(|hand| one_hand(&house, hand, &starts, &cookie));
    let done: Vec<[usize; 2]> = futures::future::try_join_all(hands).await?;
    let (made, refused) = done.iter().fold((0, 0), |sum, one| (sum.0 + one[0], sum.1 + one[1]));
    let overlaps = house.sql.count(OVERLAPS).await?;
    let (astray, miscounted) = (house.sql.count(ASTRAY).await?, house.sql.count(SEQUENCE).await?);
    let moves = house.sql.count("SELECT count(*) FROM booking_steps WHERE kind = 'moved'").await?;
    house.close().await;
    let wrong = overlaps + astray + miscounted;
    // Without collisions and moves, nothing was tried.
    let told = refused > 50 && moves > 50;
    let line = Line::new("random-schedules", format!("{wrong}_wrong"), "=0_wrong", wrong == 0 && told);
    Ok(vec![line.with(format!(
        "{DEEDS} deeds: {made} done, {refused} refused, {moves} moves; {overlaps} pairs overlap, {astray} blocks astray, \
         {miscounted} miscounted"
    ))])
}

/// One of those who book, approve, move and cancel; answers how many deeds were done and refused.
async fn one_hand(house: &House, hand: usize, starts: &[String], cookie: &str) -> Result<[usize; 2]> {
    let mut dice = Dice::new(u64::try_from(hand)? + 5);
    let mut conn = Conn::open(house.address).await?;
    let mut own: Vec<(String, String)> = Vec::new();
    let (mut made, mut refused) = (0, 0);
    for number in 0..DEEDS / HANDS {
        let start = starts.get(usize::try_from(dice.below(SLOTS))?).context("a slot")?;
        let chosen = usize::try_from(dice.below(u64::try_from(own.len())?))?;
        let deed = if own.is_empty() { 0 } else { dice.below(5) };
        let (id, token) = own.get(chosen).cloned().unwrap_or_default();
        let path = |deed: &str| format!("/api/v1/moves/bookings/{id}/{deed}");
        let request = match deed {
            0 | 1 => booking("moves", "c0", start, &format!("h{hand}n{number}@example.com")),
            2 | 3 => {
                let to = json!({ "token": token, "start": start });
                http::call("POST", &path("reschedule"), &to, &[])
            }
            _ if dice.below(2) == 0 => {
                http::call("POST", &path("approve"), &Value::Null, &[("cookie", cookie)])
            }
            _ => http::call("POST", &path("cancel"), &json!({ "token": token }), &[]),
        };
        let reply = conn.send(&request).await?;
        anyhow::ensure!([200, 409].contains(&reply.status), "{} {}", reply.status, reply.text());
        if reply.status == 409 {
            refused += 1;
            continue;
        }
        made += 1;
        if deed < 2 {
            let booked: Value = reply.json()?;
            let text = |name: &str| booked[name].as_str().map(str::to_owned).context("a text");
            own.push((text("id")?, text("token")?));
        }
    }
    Ok([made, refused])
}
