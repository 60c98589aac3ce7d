use std::time::Duration;

use anyhow::{Result, ensure};

use crate::{
    cluster::{Child, Cluster},
    figures::{Line, median, shown},
    house::{Business, House, Way},
    http::{self, Load, get},
};

const TENANTS: usize = 10_000;

/// Small businesses like those of a tenant file, made by the database. Page and version are what differs.
const MAKE: &str = "
INSERT INTO tenants (id, slug, name, zone, currency, contact_email, brand, created_at, updated_at)
  SELECT gen_random_uuid(), 'small-' || n, 'Small ' || n, 'Europe/London', 'GBP', 'x@example.com', b.brand, now(), now()
  FROM generate_series($from, $to) n, (SELECT brand FROM tenants WHERE slug = 'model') b;
INSERT INTO tenant_features (tenant_id, module, enabled, changed_at, changed_by)
  SELECT t.id, f.module, f.enabled, now(), 'operator' FROM tenants t, tenant_features f JOIN tenants m ON m.id = f.tenant_id
  WHERE m.slug = 'model' AND t.slug LIKE 'small-%' AND NOT EXISTS (SELECT FROM tenant_features x WHERE x.tenant_id = t.id);
INSERT INTO offers (tenant_id, id, kind, slug, name, price, currency, status, created_at, updated_at)
  SELECT t.id, gen_random_uuid(), 'product', 'one', 'One', 1000, 'GBP', 'active', now(), now() FROM tenants t
  WHERE t.slug LIKE 'small-%' AND NOT EXISTS (SELECT FROM offers x WHERE x.tenant_id = t.id);
";

/// Resident memory of a server that has served 10,000 tenants, and how quick it is then.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house.tenant(&Business::new("model")).await?;
    house.close().await;
    let sql = database.sql().await?;
    sql.run(&MAKE.replace("$from", "1").replace("$to", "10")).await?;
    sql.run("VACUUM ANALYZE").await?;
    let few = cluster.serve(&database, &["serve"], &[]).await?;
    let mut with_ten = Vec::new();
    for _ in 0..4 {
        with_ten.push(ten_of(&few).await?);
    }
    few.kill()?;
    sql.run(&MAKE.replace("$from", "11").replace("$to", &TENANTS.to_string())).await?;
    sql.run("VACUUM ANALYZE").await?;
    let many = cluster.serve(&database, &["serve"], &[]).await?;
    let mut all = all_of(&many).await?;
    let mut with_all = Vec::new();
    for _ in 0..4 {
        with_all.push(ten_of(&many).await?);
    }
    let (now, peak) = many.memory()?;
    many.kill()?;
    let mib = now as f64 / 1024.0;
    // The first round of each warms up.
    let (ten, of_all) = (median(&with_ten[1..]), median(&with_all[1..]));
    let ratio = of_all / ten;
    let memory = Line::new("tenants-10000-memory", format!("{mib:.0}MiB"), "<150MiB", mib < 150.0).with(format!(
        "resident after the page of each of {TENANTS} tenants, {:.0} MiB at most; first looks: p50 {} p99 {}",
        peak as f64 / 1024.0,
        shown(all.percentile(0.5)),
        shown(all.percentile(0.99))
    ));
    let latency = Line::new("tenants-10000-latency", format!("{ratio:.2}x"), "≤1.10x", ratio <= 1.1);
    let told = format!(
        "pages of ten tenants: {:.0} us each among {TENANTS}, {:.0} us among 10 (4 clients)",
        of_all * 1e6,
        ten * 1e6
    );
    Ok(vec![memory, latency.with(told)])
}

/// The middle time of pages of ten tenants.
async fn ten_of(child: &Child) -> Result<f64> {
    let next = |client: usize, number: usize| Some(get(&format!("/small-{}", (client + number) % 10 + 1)));
    let mut load = http::drive(child.address, 4, Duration::from_secs(2), next).await?;
    load.only(200)?;
    Ok(load.percentile(0.5).as_secs_f64())
}

/// One look at the page of each.
async fn all_of(child: &Child) -> Result<Load> {
    let next = |client: usize, number: usize| {
        let n = number * 8 + client + 1;
        (n <= TENANTS).then(|| get(&format!("/small-{n}")))
    };
    let load = http::drive(child.address, 8, Duration::from_secs(60), next).await?;
    load.only(200)?;
    ensure!(load.times.len() == TENANTS, "{} of {TENANTS} pages in a minute", load.times.len());
    Ok(load)
}
