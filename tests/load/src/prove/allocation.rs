use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::{Timestamp, civil::Weekday, tz::TimeZone};

use super::{
    apart::{How, Running},
    credits,
    till::until,
};
use crate::{
    cluster::{Cluster, Database},
    figures::Line,
    house::{Business, House, Way},
    sql::Sql,
};

const CLIENTS: usize = 2_000;
const WORKERS: usize = 3;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const LIMIT: Duration = Duration::from_secs(90);
const ZONE: &str = "Europe/London";

/// When somebody looks, in seconds from the midnight that ends the week in which clocks change, and how many weeks each client
/// has by then: of a plan whose credits end with the week, and of one that carries them over.
const LOOKS: [(i64, usize, usize); 4] = [
    // In the week before the one of the change.
    (-13 * DAY, 1, 1),
    // The last half hour of the week of the change, which nobody gave until then.
    (-HOUR / 2, 2, 2),
    // The first half hour of the next one, which begins at another hour of UTC than the week before.
    (HOUR / 2, 3, 3),
    // A week was left out: who carries over has it, too.
    (HOUR / 2 + 14 * DAY, 4, 5),
];

/// 2,000 clients whose weekly credits three workers give at once, late, across a change of clocks, while one is killed each
/// time: once for each client and week.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let tenant = house.tenant(&Business::new("weekly")).await?.uuid();
    let now = Timestamp::from_second(house.sql.count("SELECT extract(epoch FROM now())::bigint").await?)?;
    let midnight = midnight_after_change(now)?;
    credits::clients(&house.sql, tenant, CLIENTS).await?;
    house.sql.run(&subscribed(midnight)).await?;
    house.close().await;
    let sql = database.sql().await?;
    let (mut caught, mut wrong, mut given) = (0, Vec::new(), Vec::new());
    let began = Instant::now();
    for (look, plain, saving) in LOOKS {
        let ahead = midnight - now.as_second() + look - i64::try_from(began.elapsed().as_secs())?;
        let expected = i64::try_from(CLIENTS / 2 * (plain + saving))?;
        caught += usize::from(one_look(cluster, &database, &sql, ahead).await?);
        let (lots, bad) = (sql.count(LOTS).await?, faults(&sql).await?);
        given.push(format!("{lots}={expected}"));
        if lots != expected || bad.iter().any(|count| *count > 0) {
            wrong.push(format!("at {look} s: {lots} of {expected} weeks, {bad:?}"));
        }
    }
    let weeks = sql.count(LOTS).await?;
    let twice = sql.count(TWICE).await?;
    // A run in which no worker was killed in the middle of it would prove nothing.
    let ok = wrong.is_empty() && twice == 0 && caught > 1;
    let line = Line::new("allocation", format!("{twice}_twice"), "=0_twice", ok);
    Ok(vec![line.with(format!(
        "{CLIENTS} clients, {WORKERS} workers at once around the midnight of {}; {weeks} weeks given ({}), {caught} of {} kills caught work; {}",
        Timestamp::from_second(midnight)?,
        given.join(" "),
        LOOKS.len(),
        if wrong.is_empty() { "all once, all end at a local midnight".to_owned() } else { wrong.join("; ") }
    ))])
}

/// The end of the week in which clocks change next, as Unix seconds.
fn midnight_after_change(now: Timestamp) -> Result<i64> {
    let zone = TimeZone::get(ZONE)?;
    let change = zone.following(now).next().context("no change of clocks")?.timestamp();
    let sunday = change.to_zoned(zone.clone()).date();
    let monday = sunday.nth_weekday(1, Weekday::Monday)?;
    Ok(monday.to_zoned(zone)?.timestamp().as_second())
}

/// Plans that began in the week of the first look: every second one carries four credits over.
fn subscribed(midnight: i64) -> String {
    let from = format!("to_timestamp({})", midnight - 14 * DAY + HOUR);
    format!(
        "WITH made AS (INSERT INTO subscriptions (tenant_id, id, token, module, item, name, client_id, currency, price, every, every_count, detail, \
           status, provider, anchor, period_start, period_end, created_at) \
         SELECT tenant_id, gen_random_uuid(), replace(id::text, '-', ''), 'packages', 'pln_00000000000000000000000000000007', 'Committed', id, 'GBP', \
           10900, 'month', 1, jsonb_build_object('plan', 'pln_00000000000000000000000000000007', 'credits_per_week', 3, 'rollover_cap', \
           CASE WHEN n % 2 = 0 THEN 4 END, 'pays_for', '[]'::jsonb, 'grants', '[]'::jsonb), \
           'active', 'manual', {from}, {from}, {from} + interval '180 days', {from} \
         FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM clients) c RETURNING tenant_id, id) \
         INSERT INTO subscription_steps (tenant_id, id, subscription_id, at, kind) \
         SELECT tenant_id, gen_random_uuid(), id, {from}, 'started' FROM made"
    )
}

/// Three workers with a job each; one of them is killed in the middle of it, and another one comes in its place. True when it
/// had work.
async fn one_look(cluster: &Cluster, database: &Database, sql: &Sql, ahead: i64) -> Result<bool> {
    let settings = [("WORKER__CONCURRENCY", "1"), ("WORKER__ORPHAN_SECONDS", "6")];
    let at = format!("now() + {ahead} * interval '1 second'");
    let before = sql.count(LOTS).await?;
    let job = format!(
        "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
         SELECT gen_random_uuid(), t.id, 'packages.allocate', '{{}}', {at}, {at} FROM tenants t, generate_series(1, {WORKERS})"
    );
    sql.run(&job).await?;
    let how = How { port: 1, ahead, work: true, unscheduled: true, settings: &settings };
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(Running::start(cluster, database, how).await?);
    }
    // In the middle: some have theirs, others not yet.
    let part = before + i64::try_from(CLIENTS / 4)?;
    until(LIMIT, "nothing is given", async || Ok(sql.count(LOTS).await? >= part)).await?;
    let doomed = workers.pop().context("a worker")?;
    doomed.kill()?;
    credits::idle(sql).await.ok();
    workers.push(Running::start(cluster, database, how).await?);
    let undone = "SELECT count(*) FROM jobs WHERE kind = 'packages.allocate' AND status <> 'done'";
    let left = sql.count(undone).await?;
    until(LIMIT, "the jobs do not end", async || Ok(sql.count(undone).await? == 0))
        .await
        .with_context(|| workers.iter().map(Running::words).collect::<String>())?;
    ensure!(sql.count(LOTS).await? > before, "nothing was given");
    Ok(left > 0)
}

const LOTS: &str = "SELECT count(*) FROM credit_lots WHERE origin = 'plan'";
/// Clients who were given a week of a plan more than once, by whatever name.
const TWICE: &str = "SELECT count(*) FROM (SELECT FROM credit_lots WHERE origin = 'plan' \
    GROUP BY tenant_id, client_id, split_part(source, '/', 3) HAVING count(*) > 1) x";
/// Weeks that end at another moment than a Monday's midnight of the business, or that begin on another day.
const ASTRAY: &str = "SELECT count(*) FROM credit_lots WHERE origin = 'plan' AND (extract(isodow FROM split_part(source, '/', 3)::date) <> 1 \
    OR expires_at IS NOT NULL AND expires_at AT TIME ZONE 'Europe/London' <> split_part(source, '/', 3)::date + interval '7 days')";
const UNBALANCED: &str = "SELECT count(*) FROM (SELECT FROM credit_entries GROUP BY tenant_id, transaction_id, lot_id HAVING sum(amount) <> 0) x";
const UNDERIVED: &str = "SELECT count(*) FROM credit_lots l WHERE balance < 0 OR balance <> (SELECT coalesce(sum(amount), 0) FROM credit_entries e \
    WHERE e.tenant_id = l.tenant_id AND e.lot_id = l.id AND e.account = 'held')";
/// Who carries over has more than the cap and a week, or a lot was granted more than once.
const TOO_MUCH: &str = "SELECT count(*) FROM (SELECT FROM credit_lots WHERE origin = 'plan' AND expires_at IS NULL GROUP BY client_id \
    HAVING sum(balance) > 7) x";

async fn faults(sql: &Sql) -> Result<Vec<i64>> {
    let mut counts = Vec::new();
    for query in [TWICE, ASTRAY, UNBALANCED, UNDERIVED, TOO_MUCH] {
        counts.push(sql.count(query).await?);
    }
    Ok(counts)
}
