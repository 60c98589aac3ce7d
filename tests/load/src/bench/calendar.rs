use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use uuid::Uuid;

use crate::{
    cluster::Cluster,
    figures::{Line, shown},
    house::{Business, House, Way},
    http::{self, Load},
};

const SLUG: &str = "staffed";
/// Bookings of the month that is shown, and of the years before it.
const MONTH: i64 = 300;
const PAST: i64 = 20_000;

/// The staff calendar of a coach with 300 bookings in the month: a page a time, one after the other.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business::new(SLUG)).await?;
    bookings(&house).await?;
    house.sql.run("VACUUM ANALYZE").await?;
    let cookie = house.sign_in(&format!("c0@{SLUG}.example")).await?;
    let today = house.sql.one("SELECT to_char(now(), 'YYYY-MM-DD')").await?;
    let mut lines = Vec::new();
    for (name, view) in [("calendar-month", "month"), ("calendar-week", "week")] {
        let path = format!("/{SLUG}/studio/calendar?view={view}&date={today}");
        lines.push(measure(&house, name, &http::get_as(&path, &cookie)).await?);
    }
    house.close().await;
    Ok(lines)
}

async fn measure(house: &House, name: &'static str, request: &http::Wire) -> Result<Line> {
    let mut conn = http::Conn::open(house.address).await?;
    let (mut load, mut bytes) = (Load::default(), 0);
    for round in 0..220 {
        let began = Instant::now();
        let reply = conn.send(request).await?;
        ensure!(reply.status == 200, "{} {}", reply.status, reply.text());
        bytes = reply.body.len();
        // The first ones warm up.
        if round >= 20 {
            load.times.push(began.elapsed());
        }
    }
    let line = Line::time(name, load.percentile(0.99), Duration::from_millis(30));
    Ok(line.with(format!("p99 of 200 pages of {bytes} bytes; p50 {}", shown(load.percentile(0.5)))))
}

/// Twelve a day around today, one after the other, and the past.
async fn bookings(house: &House) -> Result<()> {
    let of = |sql: &str| sql.replace('$', &format!("'{SLUG}'"));
    let tenant: Uuid = house.sql.one(&of("SELECT id FROM tenants WHERE slug = $")).await?.parse()?;
    let coach: Uuid = house
        .sql
        .one(&of("SELECT m.id FROM members m JOIN tenants t ON t.id = m.tenant_id WHERE m.role = 'coach' AND t.slug = $"))
        .await?
        .parse()?;
    let kind: Uuid = house
        .sql
        .one(&format!("SELECT id FROM appointment_types WHERE tenant_id = '{tenant}'"))
        .await?
        .parse()?;
    let sql = format!(
        "INSERT INTO clients (tenant_id, id, name, email, created_at)
         SELECT '{tenant}', gen_random_uuid(), 'Client ' || n, 'client' || n || '@example.com', now() FROM generate_series(1, 200) n;
         WITH spans AS (
           SELECT gen_random_uuid() AS id, n, date_trunc('month', now()) + (n / 12) * interval '1 day' + interval '8 hours'
             + (n % 12) * interval '45 minutes' AS at FROM generate_series(0, {MONTH} - 1) n
           UNION ALL
           SELECT gen_random_uuid(), n, date_trunc('month', now()) - interval '40 days' - n * interval '40 minutes' FROM generate_series(1, {PAST}) n),
         blocks AS (INSERT INTO calendar_blocks (tenant_id, id, coach_id, kind, source_id, starts_at, ends_at, created_at)
           SELECT '{tenant}', gen_random_uuid(), '{coach}', 'booking', id, at, at + interval '30 minutes', now() FROM spans)
         INSERT INTO bookings (tenant_id, id, type_id, type_name, coach_id, coach_name, client_id, client_name, client_email,
           client_zone, state, starts_at, ends_at, blocked_from, blocked_to, place_kind, place, token, form_key, created_at, updated_at)
         SELECT '{tenant}', s.id, '{kind}', 'Session 0', '{coach}', 'Coach 0', c.id, c.name, c.email, 'Europe/London', 'confirmed',
           at, at + interval '30 minutes', at, at + interval '30 minutes', 'in_person', '', replace(s.id::text, '-', ''), s.id::text, now(), now()
         FROM spans s JOIN clients c ON c.tenant_id = '{tenant}' AND c.email = 'client' || (s.n % 200 + 1) || '@example.com'"
    );
    house.sql.run(&sql).await?;
    let stored =
        house.sql.count(&format!("SELECT count(*) FROM bookings WHERE tenant_id = '{tenant}'")).await?;
    ensure!(stored == MONTH + PAST, "{stored} bookings");
    Ok(())
}
