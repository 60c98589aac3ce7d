use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use crate::{
    cluster::{Cluster, Database},
    figures::Line,
    house::{Business, House, Way, booking},
    http,
};

/// Rows that nothing may read one after the other.
const MANY: i64 = 10_000;
const PRODUCT: &str = "[packages.payment]\nsandbox = true\n\
    [[packages.products]]\nslug = \"six\"\nname = \"Six\"\nprice = \"60.00\"\ncredits = 6\nstock = 1000\n";

/// What reads all tenants because it is about all of them: once a period (an hour, a day), scheduled jobs are made.
const ABOUT_ALL: [(&str, &str); 1] =
    [("tenants", "INSERT INTO jobs (id, tenant_id, kind, args, run_at, unique_key, created_at) SELECT")];

/// The statements of the application itself, as the server planned them (auto_explain), with many rows in each table:
/// none reads a whole table of 10,000 rows or more.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way { jobs: true, ..Way::default() }).await?;
    let id = house.tenant(&Business { more: PRODUCT, ..Business::new("hot") }).await?.uuid();
    fill(&house, &id.to_string()).await?;
    house.close().await;
    let log = cluster.postgres.log();
    let before = std::fs::metadata(&log)?.len();
    explained(cluster, &database, true).await?;
    let visited = visit(cluster, &database).await;
    explained(cluster, &database, false).await?;
    visited?;
    let text = std::fs::read(&log)?;
    let text = String::from_utf8_lossy(&text[usize::try_from(before)?..]).into_owned();
    let large = large(&database).await?;
    let plans = plans(&text);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for (query, plan) in &plans {
        let about_all =
            |table: &str| ABOUT_ALL.iter().any(|(of, start)| *of == table && query.starts_with(start));
        for table in large.iter().filter(|table| reads_all_of(plan, table) && !about_all(table)) {
            wrong.insert(format!("{table}: {}", query.chars().take(160).collect::<String>()), plan.clone());
        }
    }
    let ok = wrong.is_empty() && plans.len() >= 30 && large.len() >= 6;
    let mut line =
        Line::new("hot-queries", format!("{}_full_reads", wrong.len()), "=0_full_reads", ok).with(format!(
            "{} different statements of the application; tables of {MANY} rows or more: {}",
            plans.len(),
            list(&large)
        ));
    line.detail.extend(wrong.into_keys());
    Ok(vec![line])
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().cloned().collect::<Vec<_>>().join(" ")
}

/// Has the server write down each plan of the application's role, for connections made from now on.
async fn explained(cluster: &Cluster, database: &Database, on: bool) -> Result<()> {
    let name = database.owner_url.rsplit('/').next().unwrap_or_default();
    let set = if on {
        format!(
            "ALTER ROLE app IN DATABASE {name} SET session_preload_libraries = 'auto_explain'; \
             ALTER ROLE app IN DATABASE {name} SET auto_explain.log_min_duration = 0; \
             ALTER ROLE app IN DATABASE {name} SET auto_explain.log_nested_statements = on"
        )
    } else {
        format!("ALTER ROLE app IN DATABASE {name} RESET ALL")
    };
    // Names of settings are known once the library is loaded.
    cluster.root().await?.run(&format!("LOAD 'auto_explain'; {set}")).await
}

/// What visitors, clients and staff do most, and the jobs that follow.
async fn visit(cluster: &Cluster, database: &Database) -> Result<()> {
    let house = House::open(cluster, database, Way { jobs: true, ..Way::default() }).await?;
    let cookie = house.sign_in("owner@hot.example").await?;
    let starts = house.starts("hot", "c0", "").await?;
    for (number, start) in starts.iter().take(12).enumerate() {
        http::done(house.address, &booking("hot", "c0", start, &format!("new{number}@example.com"))).await?;
        let body = serde_json::json!({ "offer": "six", "name": "Kim", "email": format!("new{number}@example.com"), "method": "sandbox" });
        http::done(
            house.address,
            &http::call("POST", "/api/v1/hot/checkout", &body, &[("idempotency-key", start)]),
        )
        .await?;
    }
    let public = [
        "/hot",
        "/hot/book/c0",
        "/hot/buy/six",
        "/api/v1/hot/availability/slots?type=c0",
        "/api/v1/hot/products",
    ];
    let staff = [
        "/hot/studio",
        "/hot/studio/clients",
        "/api/v1/hot/bookings",
        "/api/v1/hot/bookings?sort=-start&limit=50",
        "/api/v1/hot/clients",
        "/api/v1/hot/orders",
        "/api/v1/me",
    ];
    let mut conn = http::Conn::open(house.address).await?;
    // More than five times: a prepared statement may get another plan then.
    for _ in 0..8 {
        for path in public {
            let status = conn.send(&http::get(path)).await?.status;
            ensure!(status == 200, "{status} {path}");
        }
        for path in staff {
            let status = conn.send(&http::get_as(path, &cookie)).await?.status;
            ensure!(status == 200, "{status} {path}");
        }
    }
    // The worker does what follows meanwhile.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    house.close().await;
    Ok(())
}

/// 20,000 rows of what grows, of this tenant; and as many accounts and finished jobs.
async fn fill(house: &House, tenant: &str) -> Result<()> {
    let sql = FILL.replace("$tenant", tenant);
    house.sql.run(&sql).await?;
    house.sql.run("VACUUM ANALYZE").await
}

const FILL: &str = "
INSERT INTO accounts (id, email, name, created_at) SELECT gen_random_uuid(), 'a' || n || '@example.org', 'A', now() FROM generate_series(1, 20000) n;
INSERT INTO logins (token_hash, account_id, created_at, last_seen_at, expires_at)
  SELECT sha256(id::text::bytea), id, now(), now(), now() + interval '1 day' FROM accounts;
INSERT INTO clients (tenant_id, id, name, email, created_at)
  SELECT '$tenant', gen_random_uuid(), 'Client ' || n, 'client' || n || '@example.com', now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
WITH spans AS (SELECT gen_random_uuid() AS id, now() - (n + 1) * interval '40 minutes' AS at, n FROM generate_series(1, 20000) n),
  who AS (SELECT m.id AS coach, t.id AS kind FROM members m, appointment_types t WHERE m.role = 'coach' AND m.tenant_id = '$tenant' AND t.tenant_id = '$tenant'),
  blocks AS (INSERT INTO calendar_blocks (tenant_id, id, coach_id, kind, source_id, starts_at, ends_at, created_at)
    SELECT '$tenant', gen_random_uuid(), coach, 'booking', id, at, at + interval '30 minutes', now() FROM spans, who)
INSERT INTO bookings (tenant_id, id, type_id, type_name, coach_id, coach_name, client_id, client_name, client_email, client_zone, state,
  starts_at, ends_at, blocked_from, blocked_to, place_kind, place, token, form_key, created_at, updated_at)
  SELECT '$tenant', s.id, kind, 'Session 0', coach, 'Coach 0', c.id, c.name, c.email, 'Europe/London', 'confirmed', at, at + interval '30 minutes',
    at, at + interval '30 minutes', 'in_person', '', replace(s.id::text, '-', ''), s.id::text, now(), now()
  FROM who, spans s JOIN clients c ON c.email = 'client' || s.n || '@example.com';
INSERT INTO events (tenant_id, id, name, version, payload, occurred_at)
  SELECT '$tenant', gen_random_uuid(), 'booking.confirmed', 1, '{}', now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
INSERT INTO audit (tenant_id, id, at, actor, action, subject)
  SELECT '$tenant', gen_random_uuid(), now() - n * interval '1 minute', '{}', 'booking.confirmed', 'x' FROM generate_series(1, 20000) n;
INSERT INTO jobs (id, tenant_id, kind, args, status, run_at, done_at, unique_key, created_at)
  SELECT gen_random_uuid(), '$tenant', 'mail.send', '{}', 'done', now() - n * interval '1 minute', now() - n * interval '1 minute', 'old/' || n,
    now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
INSERT INTO mails (tenant_id, id, key, template, data, to_email, to_name, status, created_at, sent_at)
  SELECT '$tenant', gen_random_uuid(), 'old/' || n, 'x', '{}', 'x@example.com', 'X', 'sent', now() - n * interval '1 minute', now() FROM generate_series(1, 20000) n;
INSERT INTO idempotency_keys (tenant_id, key, scope, request_hash, status, body, created_at)
  SELECT '$tenant', 'old' || n, 'POST x', '\\x00', 200, '\\x7b7d', now() FROM generate_series(1, 20000) n;
INSERT INTO tenants (id, slug, name, zone, currency, contact_email, created_at, updated_at)
  SELECT gen_random_uuid(), 'other-' || n, 'Other', 'Europe/London', 'GBP', 'x@example.com', now(), now() FROM generate_series(1, 20000) n;
";

/// Tables with many rows.
async fn large(database: &Database) -> Result<BTreeSet<String>> {
    let sql = database.sql().await?;
    sql.run("ANALYZE").await?;
    let names = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >=";
    Ok(sql.column(&format!("{names} {MANY}")).await?.into_iter().collect())
}

/// Statements of the log with their plans, each statement once for each different plan.
fn plans(log: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in log.split("  plan:\n").skip(1) {
        // Continued lines begin with a tab.
        let lines: Vec<&str> =
            entry.lines().take_while(|line| line.starts_with('\t')).map(str::trim).collect();
        let split = lines.iter().position(|line| line.contains("(cost=")).unwrap_or(lines.len());
        let query = lines[..split].join(" ").replacen("Query Text: ", "", 1);
        let shape = |line: &&str| line.split("  (cost=").next().unwrap_or_default().to_owned();
        let nodes = lines[split..].iter().filter(|line| line.contains("(cost=")).map(shape);
        found.insert((query, nodes.collect::<Vec<_>>().join("\n")));
    }
    found
}

fn reads_all_of(plan: &str, table: &str) -> bool {
    let scan = format!("Seq Scan on {table}");
    plan.lines()
        .any(|node| node.split(&scan).nth(1).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_from_the_log() {
        let log = "2026 LOG:  duration: 0.1 ms  plan:\n\tQuery Text: SELECT 1\n\tFROM jobs\n\tSeq Scan on jobs j  (cost=0.00..1.0 rows=1)\n\
                   \t  Filter: x\n2026 LOG:  other\n";
        let plans = plans(log);
        let (query, plan) = plans.first().unwrap();
        assert_eq!((query.as_str(), plan.as_str()), ("SELECT 1 FROM jobs", "Seq Scan on jobs j"));
        assert!(reads_all_of(plan, "jobs") && !reads_all_of(plan, "job"));
        assert!(
            reads_all_of("->  Parallel Seq Scan on jobs", "jobs")
                && !reads_all_of("Index Scan on jobs", "jobs")
        );
    }
}
