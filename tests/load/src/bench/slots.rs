use std::time::Duration;

use anyhow::{Context, Result, ensure};
use uuid::Uuid;

use super::{
    bare::{self, Asked, Slots, Written},
    by, duel, fixed,
};
use crate::{
    cluster::Cluster,
    figures::{Line, median, shown},
    house::{Business, House, Way},
    http::{self, Load},
};

const FEW: &str = "few";
const MANY: &str = "many";

/// A month of slots through the API: how long, against the same queries bare, and against ten times the past.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    for (slug, past) in [(FEW, 5_000), (MANY, 50_000)] {
        house.tenant(&Business::new(slug)).await?;
        history(&house, slug, past).await?;
    }
    house.sql.run("VACUUM ANALYZE").await?;
    let from = days_from_now(&house, 1).await?;
    let to = days_from_now(&house, 32).await?;
    let path = |slug: &str| format!("/api/v1/{slug}/availability/slots?type=c0&from={from}&to={to}");
    let (few, many) = (http::get(&path(FEW)), http::get(&path(MANY)));
    let written = Written::of(house.address, &few).await?;
    let bytes = written.body.len();
    let asked = Asked {
        slug: FEW,
        tenant: id(&house, FEW, "SELECT id FROM tenants WHERE slug = $").await?,
        coach: id(&house, FEW, COACH).await?,
        range: (from.parse()?, to.parse()?),
    };
    let slots = Slots::new(&database.app_url, house.app.config.database.pool, &asked, written).await?;
    let bare = bare::serve("/api/v1/:slug/availability/slots", slots).await?;
    let mut duel = duel(house.address, bare.address, &few, 5, Duration::from_millis(1_500)).await?;
    let ratio = Line::ratio("slots-ratio", duel.ratio(), 0.5).with(duel.shown());
    let (p50, bare_p50, bare_p99) =
        (duel.all.percentile(0.5), duel.all_bare.percentile(0.5), duel.all_bare.percentile(0.99));
    let mut four = by(4, house.address, &few, Duration::from_secs(2)).await?;
    let p99 = Line::time("slots-p99", duel.all.percentile(0.99), Duration::from_millis(5))
        .with(format!(
            "16 clients without pause, a month of {bytes} bytes, 5,000 past bookings; p50 {}",
            shown(p50)
        ))
        .with(format!(
            "the bare handler under the same load: p50 {} p99 {}",
            shown(bare_p50),
            shown(bare_p99)
        ))
        .with(format!(
            "4 clients without pause: p50 {} p99 {}",
            shown(four.percentile(0.5)),
            shown(four.percentile(0.99))
        ))
        .with(paced(&house, &few).await?);
    drop(bare);
    let history = against_history(&house, &few, &many).await?;
    house.close().await;
    Ok(vec![p99, ratio, history])
}

const COACH: &str =
    "SELECT m.id FROM members m JOIN tenants t ON t.id = m.tenant_id WHERE m.role = 'coach' AND t.slug = $";

async fn id(house: &House, slug: &str, sql: &str) -> Result<Uuid> {
    Ok(house.sql.one(&sql.replace('$', &format!("'{slug}'"))).await?.parse()?)
}

async fn days_from_now(house: &House, days: i64) -> Result<String> {
    let sql = format!(
        "SELECT to_char(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '{days} days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    );
    house.sql.one(&sql).await
}

/// Bookings of the past, one after the other, and 60 of the month to come.
async fn history(house: &House, slug: &str, past: u32) -> Result<()> {
    let (tenant, coach) =
        (id(house, slug, "SELECT id FROM tenants WHERE slug = $").await?, id(house, slug, COACH).await?);
    let kind = id(
        house,
        slug,
        "SELECT a.id FROM appointment_types a JOIN tenants t ON t.id = a.tenant_id WHERE t.slug = $",
    )
    .await?;
    let sql = format!(
        "INSERT INTO clients (tenant_id, id, name, email, created_at)
         SELECT '{tenant}', gen_random_uuid(), 'Client ' || n, 'client' || n || '@example.com', now() FROM generate_series(1, 500) n;
         WITH spans AS (
           SELECT gen_random_uuid() AS id, now() - (n + 1) * interval '40 minutes' AS at, n FROM generate_series(1, {past}) n
           UNION ALL
           SELECT gen_random_uuid(), date_trunc('day', now()) + (n / 2 + 1) * interval '1 day' + interval '10 hours' + (n % 2) * interval '3 hours', n
           FROM generate_series(0, 59) n),
         blocks AS (INSERT INTO calendar_blocks (tenant_id, id, coach_id, kind, source_id, starts_at, ends_at, created_at)
           SELECT '{tenant}', gen_random_uuid(), '{coach}', 'booking', id, at, at + interval '30 minutes', now() FROM spans)
         INSERT INTO bookings (tenant_id, id, type_id, type_name, coach_id, coach_name, client_id, client_name, client_email,
           client_zone, state, starts_at, ends_at, blocked_from, blocked_to, place_kind, place, token, form_key, created_at, updated_at)
         SELECT '{tenant}', s.id, '{kind}', 'Session 0', '{coach}', 'Coach 0', c.id, c.name, c.email, 'Europe/London', 'confirmed',
           at, at + interval '30 minutes', at, at + interval '30 minutes', 'in_person', '', replace(s.id::text, '-', ''), s.id::text, now(), now()
         FROM spans s JOIN clients c ON c.tenant_id = '{tenant}' AND c.email = 'client' || (s.n % 500 + 1) || '@example.com'"
    );
    house.sql.run(&sql).await?;
    let stored =
        house.sql.count(&format!("SELECT count(*) FROM bookings WHERE tenant_id = '{tenant}'")).await?;
    ensure!(stored == i64::from(past) + 60, "{stored} bookings");
    Ok(())
}

/// A visitor's view: 100 questions a second, which leaves the machine room.
async fn paced(house: &House, request: &http::Wire) -> Result<String> {
    let mut load = Load::default();
    let mut conn = http::Conn::open(house.address).await?;
    let mut tick = tokio::time::interval(Duration::from_millis(10));
    for _ in 0..300 {
        tick.tick().await;
        let began = std::time::Instant::now();
        let status = conn.send(request).await?.status;
        ensure!(status == 200, "{status}");
        load.times.push(began.elapsed());
    }
    Ok(format!("at 100 requests/s: p50 {} p99 {}", shown(load.percentile(0.5)), shown(load.percentile(0.99))))
}

/// How many times as long a question takes with ten times the past.
async fn against_history(house: &House, few: &http::Wire, many: &http::Wire) -> Result<Line> {
    let (mut ratios, mut shares) = (Vec::new(), Vec::new());
    for round in 0..6 {
        let one = fixed(house.address, few, Duration::from_secs(1)).await?;
        let other = fixed(house.address, many, Duration::from_secs(1)).await?;
        if round > 0 {
            ratios.push(one.per_second() / other.per_second());
            shares.push((one.per_second(), other.per_second()));
        }
    }
    let ratio = median(&ratios);
    let last = shares.last().context("a round")?;
    let line = Line::new("slots-history", format!("{ratio:.2}x"), "≤1.20x", ratio <= 1.2);
    Ok(line.with(format!(
        "time with 50,000 past bookings to that with 5,000; last round {:.0}/s and {:.0}/s",
        last.1, last.0
    )))
}
