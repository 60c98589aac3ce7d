use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    figures::{Dice, Line},
    house::{Business, House, Way, booking},
    http::{self, Conn},
    sql::Sql,
};

const BOOKINGS: usize = 500;
const HANDS: usize = 8;
/// So few slots that those who come late often find theirs taken.
const SLOTS: usize = 60;
const PRICE: i64 = 9_000;
const LIMIT: Duration = Duration::from_secs(60);

/// Orders that were paid, their booking is not certain, and the money is not wholly on its way back.
const STRANDED: &str = "SELECT count(*) FROM payments p JOIN orders o ON o.tenant_id = p.tenant_id AND o.id = p.order_id \
    LEFT JOIN bookings b ON b.tenant_id = o.tenant_id AND b.order_id = o.id \
    WHERE p.status IN ('succeeded', 'returned') AND (b.state IS DISTINCT FROM 'confirmed' OR p.status = 'returned') \
    AND p.amount > (SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id)";
/// Bookings that are certain and were not paid, or were and got their money back.
const UNPAID: &str = "SELECT count(*) FROM bookings b JOIN orders o ON o.tenant_id = b.tenant_id AND o.id = b.order_id \
    WHERE b.state = 'confirmed' AND o.status <> 'paid'";
/// Bookings whose time is kept although their state keeps none, or the other way round.
const UNKEPT: &str = "SELECT count(*) FROM bookings b WHERE (b.state IN ('requested', 'held', 'confirmed', 'completed', 'no_show')) \
    <> EXISTS (SELECT FROM calendar_blocks c WHERE c.tenant_id = b.tenant_id AND c.kind = 'booking' AND c.source_id = b.id)";
/// Pairs of bookings that keep time and meet.
const OVERLAPS: &str = "SELECT count(*) FROM bookings a JOIN bookings b ON a.tenant_id = b.tenant_id AND a.coach_id = b.coach_id \
    AND a.id < b.id AND a.blocked_from < b.blocked_to AND b.blocked_from < a.blocked_to \
    AND a.state IN ('held', 'confirmed') AND b.state IN ('held', 'confirmed')";
const WAITING: &str = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running') AND run_at <= now()";

/// 500 holds of 60 slots by eight hands, each paid in time, late or never, and often given up, while others look and book: nothing is
/// sold twice, and nobody has paid and has neither a place nor the money back.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way { jobs: true, ..Way::default() }).await?;
    house.tenant(&Business::new("late")).await?;
    let price = format!("UPDATE appointment_types SET price = {PRICE}, hold_minutes = 5");
    house.sql.run(&price).await?;
    let mut starts = house.starts("late", "c0", "").await?;
    starts.truncate(SLOTS);
    let hands = (0..HANDS).map(|hand| one_hand(&house, hand, &starts));
    let done: Vec<Tally> = futures::future::try_join_all(hands).await?;
    overdue(&house.sql, "true").await?;
    settled(&house).await?;
    let figure = async |sql: &str| house.sql.count(sql).await;
    let (stranded, unpaid) = (figure(STRANDED).await?, figure(UNPAID).await?);
    let (unkept, overlaps) = (figure(UNKEPT).await?, figure(OVERLAPS).await?);
    let confirmed = figure("SELECT count(*) FROM bookings WHERE state = 'confirmed'").await?;
    let back = figure("SELECT count(*) FROM refunds").await?;
    let (held, late): (usize, usize) =
        done.iter().fold((0, 0), |sum, one| (sum.0 + one.held, sum.1 + one.late));
    house.close().await;
    let wrong = stranded + unpaid + unkept + overlaps;
    // A run in which nothing was late, or nothing went back, would prove nothing.
    let told = late > 100 && back > 50 && confirmed > 10;
    let line = Line::new("late-money", format!("{wrong}_wrong"), "=0_wrong", wrong == 0 && told);
    Ok(vec![line.with(format!(
        "{held} holds of {} slots, {late} paid after their end, {confirmed} confirmed, {back} refunds; \
         {stranded} stranded, {unpaid} unpaid, {unkept} blocks astray, {overlaps} pairs overlap",
        starts.len()
    ))])
}

#[derive(Default)]
struct Tally {
    held: usize,
    late: usize,
}

/// One of those who book: holds a slot, and then pays it, lets it end and pays it late, or leaves it.
async fn one_hand(house: &House, hand: usize, starts: &[String]) -> Result<Tally> {
    let mut dice = Dice::new(u64::try_from(hand)? + 11);
    let mut conn = Conn::open(house.address).await?;
    let mut tally = Tally::default();
    let mut number = 0;
    while tally.held < BOOKINGS.div_ceil(HANDS) {
        number += 1;
        anyhow::ensure!(number < 20 * BOOKINGS, "no slot is ever free");
        if dice.below(6) == 0 {
            overdue(&house.sql, "b.client_email LIKE 'o%'").await?;
        }
        let start =
            starts.get(usize::try_from(dice.below(u64::try_from(starts.len())?))?).context("a slot")?;
        let email = format!("h{hand}n{number}@example.com");
        let reply = conn.send(&booking("late", "c0", start, &email)).await?;
        if reply.status != 200 {
            anyhow::ensure!(reply.status == 409, "{} {}", reply.status, reply.text());
            continue;
        }
        let made: Value = reply.json()?;
        tally.held += 1;
        let page = made["pay_url"].as_str().context("where to pay")?.to_owned();
        let id = made["id"].as_str().context("an identifier")?.replace("bkg_", "");
        let what = dice.below(4);
        if what > 0 {
            overdue(&house.sql, &format!("replace(b.id::text, '-', '') = '{id}'")).await?;
        }
        if what == 2 {
            // Whoever looks frees it, and somebody may take it.
            house.starts("late", "c0", "").await?;
            let _ = conn.send(&booking("late", "c0", start, &format!("o{email}"))).await?.status;
        }
        if what < 3 {
            tally.late += usize::from(what > 0);
            let paid = conn.send(&pay(&page)).await?;
            anyhow::ensure!(paid.status < 500, "{} {}", paid.status, paid.text());
        }
        // Most give it up again, certain by then or not, so that there is always something to fight for.
        if what == 3 || dice.below(8) > 0 {
            cancel(&mut conn, &made).await?;
        }
    }
    Ok(tally)
}

/// Gives it up by its link; refused when it is over already.
async fn cancel(conn: &mut Conn, made: &Value) -> Result<()> {
    let path = format!("/api/v1/late/bookings/{}/cancel", made["id"].as_str().context("an identifier")?);
    let reply = conn.send(&http::call("POST", &path, &json!({ "token": made["token"] }), &[])).await?;
    anyhow::ensure!([200, 409].contains(&reply.status), "{} {}", reply.status, reply.text());
    Ok(())
}

/// Lets the time to pay of some holds have ended a second ago.
async fn overdue(sql: &Sql, which: &str) -> Result<()> {
    let ended = "now() - interval '1 second'";
    // One after the other, orders first, as the application locks them.
    let orders = format!(
        "UPDATE orders o SET expires_at = {ended} FROM bookings b WHERE b.tenant_id = o.tenant_id \
         AND b.order_id = o.id AND b.state = 'held' AND {which} AND o.status = 'pending_payment'"
    );
    sql.run(&orders).await?;
    sql.run(&format!("UPDATE bookings b SET held_until = {ended} WHERE b.state = 'held' AND {which}")).await
}

/// Presses the sandbox's button.
fn pay(page: &str) -> http::Wire {
    let body = "outcome=pay";
    format!(
        "POST {page} HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
    .into()
}

/// Looks once more, so that what is over is freed, and waits until all that follows is done.
async fn settled(house: &House) -> Result<()> {
    let began = std::time::Instant::now();
    loop {
        house.starts("late", "c0", "").await?;
        let held = house.sql.count("SELECT count(*) FROM bookings WHERE state = 'held'").await?;
        if held == 0 && house.sql.count(WAITING).await? == 0 {
            return Ok(());
        }
        anyhow::ensure!(
            began.elapsed() < LIMIT,
            "{held} holds are left, and {} jobs",
            house.sql.count(WAITING).await?
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
