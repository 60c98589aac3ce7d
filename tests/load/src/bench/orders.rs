use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kernel::Cursor;

use crate::{
    cluster::Cluster,
    figures::{Line, shown},
    house::{Business, House, Way},
    http::{self, Load},
};

/// Orders of one business.
const ORDERS: u32 = 100_000;
/// So often each list is asked for.
const TIMES: usize = 200;

/// The studio's list of 100,000 orders, narrowed in each way: page, sums and all, by one reader after the other.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let tenant = house.tenant(&Business::new("shop")).await?.uuid().to_string();
    fill(&house, &tenant).await?;
    let cookie = house.sign_in("owner@shop.example").await?;
    let mut lists = vec![
        ("all of them", String::new(), " orders, £"),
        ("a search that finds one", "search=buyer77777%40".into(), "1 order, £"),
        ("a search that finds none", "search=nobody+of+this+name".into(), "Nothing found"),
        ("a search that finds all", "search=example.org".into(), " orders, £"),
        ("by state and way to pay", "status=refunded&method=stripe".into(), " orders, £"),
        ("by module and days", format!("module=appointments&from={}", day(&house, 300).await?), " orders, £"),
        ("with an overdue payment", "needs=overdue".into(), " orders, £"),
        ("with a refund owed", "needs=refund_owed".into(), "Nothing found"),
    ];
    let middle = format!("SELECT created_at || ' ' || id FROM orders WHERE number = {}", ORDERS / 2);
    let row = house
        .sql
        .one(&middle.replace(
            "created_at",
            "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        ))
        .await?;
    let (at, id) = row.split_once(' ').context("a row")?;
    let cursor = Cursor { at: at.parse()?, id: id.parse()? }.encode();
    lists.push(("from the middle on", format!("cursor={cursor}"), " orders, £"));
    lists.push(("back from the middle", format!("search=example.org&before={cursor}"), " orders, £"));
    let mut worst = Duration::ZERO;
    let mut line_details = Vec::new();
    for (name, query, holds) in lists {
        let mut load = asked(&house, &cookie, &query, holds).await.with_context(|| name.to_owned())?;
        let p99 = load.percentile(0.99);
        line_details.push(format!("{name}: p50 {} p99 {}", shown(load.percentile(0.5)), shown(p99)));
        worst = worst.max(p99);
    }
    house.close().await;
    let line = Line::time("order-list", worst, Duration::from_millis(50));
    Ok(vec![line_details.into_iter().fold(line, Line::with)])
}

async fn asked(house: &House, cookie: &str, query: &str, holds: &str) -> Result<Load> {
    let request = http::get_as(&format!("/shop/studio/orders?{query}"), cookie);
    let mut conn = http::Conn::open(house.address).await?;
    let mut load = Load::default();
    for turn in 0..TIMES + 3 {
        let began = Instant::now();
        let reply = conn.send(&request).await?;
        let took = began.elapsed();
        ensure!(reply.status == 200 && reply.has(holds), "{} {}", reply.status, reply.text());
        // The first few warm up.
        if turn >= 3 {
            load.times.push(took);
        }
    }
    Ok(load)
}

async fn day(house: &House, ago: u32) -> Result<String> {
    house.sql.one(&format!("SELECT (now() - interval '{ago} days')::date::text")).await
}

/// One order every seven minutes of the past, of 20,000 buyers. They have no lines: the list does not read any.
async fn fill(house: &House, tenant: &str) -> Result<()> {
    let sql = FILL.replace("$tenant", tenant).replace("$orders", &ORDERS.to_string());
    house.sql.run(&sql).await?;
    house.sql.run("VACUUM ANALYZE").await
}

const FILL: &str = "
INSERT INTO clients (tenant_id, id, name, email, created_at)
  SELECT '$tenant', gen_random_uuid(), 'Buyer ' || n, 'buyer' || n || '@example.org', now() FROM generate_series(1, 20000) n;
ALTER TABLE orders DISABLE TRIGGER USER;
INSERT INTO orders (tenant_id, id, number, token, form_key, module, client_id, client_name, client_email, currency, subtotal,
    status, provider, created_at, paid_at, closed_at, due_now, next_due_at)
  SELECT '$tenant', gen_random_uuid(), n, replace(gen_random_uuid()::text, '-', ''), 'k' || n,
    CASE n % 3 WHEN 0 THEN 'appointments' ELSE 'packages' END, c.id, c.name || ' Miller', 'buyer' || n || '@example.org', 'GBP',
    5000 + n % 100, s, CASE n % 4 WHEN 0 THEN 'manual' WHEN 1 THEN 'sandbox' ELSE 'stripe' END, at,
    CASE WHEN s IN ('paid', 'refunded') THEN at END, CASE WHEN s IN ('cancelled', 'expired') THEN at END, 0,
    CASE WHEN s = 'paid' AND n % 100 = 0 THEN at END
  FROM (SELECT n, now() - ($orders - n) * interval '7 minutes' AS at,
      CASE WHEN n % 10 < 7 THEN 'paid' WHEN n % 10 = 7 THEN 'refunded' WHEN n % 10 = 8 THEN 'expired' ELSE 'pending_payment' END AS s
    FROM generate_series(1, $orders) n) o
  JOIN clients c ON c.tenant_id = '$tenant' AND c.email = 'buyer' || (n % 20000 + 1) || '@example.org';
ALTER TABLE orders ENABLE TRIGGER USER;
";
