use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use embedded::Smtp;

use crate::{
    cluster::{Child, Cluster},
    figures::{Line, percentile},
    house::{Business, House, Way, booking},
    http,
    sql::Sql,
};

const BUSINESSES: [&str; 5] = ["rem0", "rem1", "rem2", "rem3", "rem4"];
const REMINDERS: usize = 10_000;
/// The first is due after so many seconds, the others evenly over the next.
const LEAD: usize = 6;
const SPREAD: usize = 40;
const WORKERS: usize = 3;
const LIMIT: Duration = Duration::from_secs(60);
/// From the start of the workers on.
const PATIENCE: Duration = Duration::from_secs(110);
const UNDONE: &str = "SELECT count(*) FROM jobs WHERE kind IN ('appointments.remind', 'mail.send') AND status <> 'done' \
                      AND run_at < now() + interval '2 minutes'";
const REMINDED: &str = "template = 'appointments/reminder'";

/// 10,000 reminders that fall due within seconds, three workers, one of them killed in the middle of it: none is lost, each
/// is one mail, a copy has the same Message-ID, and 99 of 100 leave within a minute of their moment.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way { jobs: true, ..Way::default() }).await?;
    for slug in BUSINESSES {
        let hours = "01:00-23:00";
        house.tenant(&Business { hours, weekdays_only: false, ..Business::new(slug) }).await?;
        pattern(&house, slug).await?;
    }
    // From here on the workers work, and nobody else.
    let app = std::sync::Arc::clone(&house.app);
    house.close().await;
    drop(app);
    let sql = database.sql().await?;
    multiply(&sql).await?;
    let smtp = Smtp::start().await?;
    let url = smtp.url();
    let settings =
        [("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", url.as_str()), ("WORKER__ORPHAN_SECONDS", "8")];
    let start = || cluster.work(&database, &settings);
    let workers = (0..WORKERS).map(|_| start()).collect::<Result<Vec<Child>>>()?;
    let began = Instant::now();
    let caught = kill_one(&sql, &smtp, workers, began).await?;
    compare(&sql, &smtp, &caught).await
}

/// A real booking with its real reminder, as the product plans it: what is multiplied afterwards.
async fn pattern(house: &House, slug: &str) -> Result<()> {
    let starts = house.starts(slug, "c0", "").await?;
    // Far enough ahead for the hour before, too near for the day before.
    let start = starts.get(4).context("a slot today or tomorrow")?;
    http::done(house.address, &booking(slug, "c0", start, &format!("pattern@{slug}.example"))).await?;
    let planned = "SELECT count(*) FROM jobs j JOIN tenants t ON t.id = j.tenant_id WHERE j.kind = 'appointments.remind'";
    let began = Instant::now();
    while house.sql.count(&format!("{planned} AND t.slug = '{slug}'")).await? == 0 {
        ensure!(began.elapsed() < Duration::from_secs(20), "no reminder was planned for {slug}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Writes each pattern's booking and job again and again, with starts an hour after the moments wanted.
async fn multiply(sql: &Sql) -> Result<()> {
    let each = REMINDERS / BUSINESSES.len();
    let columns = sql
        .column(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'bookings'::regclass AND attnum > 0 AND NOT attisdropped \
             AND attgenerated = ''",
        )
        .await?;
    let value = |name: &String| match name.as_str() {
        "id" => "c.new_id".to_owned(),
        "token" => "replace(c.new_id::text, '-', '')".to_owned(),
        "form_key" => "c.new_id::text".to_owned(),
        "client_email" => "'client' || c.n || '@' || c.slug || '.example'".to_owned(),
        "starts_at" | "blocked_from" => "c.due + interval '60 minutes'".to_owned(),
        "ends_at" | "blocked_to" => "c.due + interval '90 minutes'".to_owned(),
        other => format!("b.{other}"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let made = format!(
        "CREATE TABLE copies AS SELECT gen_random_uuid() AS new_id, t.id AS tenant, t.slug, n, b.id AS pattern, \
           date_trunc('milliseconds', now() + {LEAD} * interval '1 second' + n * interval '{SPREAD} seconds' / {each}) AS due \
         FROM bookings b JOIN tenants t ON t.id = b.tenant_id CROSS JOIN generate_series(1, {each}) n; \
         INSERT INTO bookings ({}) SELECT {} FROM copies c JOIN bookings b ON b.tenant_id = c.tenant AND b.id = c.pattern",
        columns.join(", "),
        values.join(", ")
    );
    sql.run(&made).await?;
    let start =
        "to_char((c.due + interval '60 minutes') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
    let job = format!(
        "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at, request_id, unique_key) \
         SELECT gen_random_uuid(), j.tenant_id, j.kind, j.args || jsonb_build_object('booking', \
           'bkg_' || replace(c.new_id::text, '-', ''), 'start', {start}), c.due, now(), '', 'copy/' || c.new_id \
         FROM copies c JOIN jobs j ON j.tenant_id = c.tenant AND j.kind = 'appointments.remind' AND j.args ->> 'minutes' = '60'; \
         DELETE FROM jobs WHERE status = 'pending' AND unique_key LIKE 'appointments.remind/%'; ANALYZE"
    );
    sql.run(&job).await?;
    let jobs = sql.count("SELECT count(*) FROM jobs WHERE unique_key LIKE 'copy/%'").await?;
    ensure!(jobs == i64::try_from(REMINDERS)?, "{jobs} jobs for {REMINDERS} reminders");
    Ok(())
}

/// What was going on at the kill.
struct Caught {
    /// Jobs that the killed worker had.
    running: i64,
    /// Mails sent until then.
    sent: usize,
}

/// Kills one worker between a third and all of the mails, in the middle of jobs; the others bring it to an end.
async fn kill_one(sql: &Sql, smtp: &Smtp, mut workers: Vec<Child>, began: Instant) -> Result<Caught> {
    smtp.wait_for(REMINDERS / 3, PATIENCE / 2).await;
    let doomed = workers.pop().context("a worker")?;
    let alive = "SELECT count(*) FROM jobs WHERE status = 'running'";
    doomed.kill()?;
    // The others' jobs come and go within this; what stays was the dead one's.
    let before = sql.column("SELECT id::text FROM jobs WHERE status = 'running'").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ids = before.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    let running = if ids.is_empty() { 0 } else { sql.count(&format!("{alive} AND id IN ({ids})")).await? };
    let sent = smtp.mails().len();
    while sql.count(UNDONE).await? > 0 && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(workers);
    Ok(Caught { running, sent })
}

async fn compare(sql: &Sql, smtp: &Smtp, caught: &Caught) -> Result<Vec<Line>> {
    let mails = smtp.mails();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_reader: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in &mails {
        let id = mail.header("message-id").unwrap_or_default();
        *copies.entry(id.clone()).or_default() += 1;
        for to in &mail.to {
            of_reader.entry(to.clone()).or_default().push(id.clone());
        }
    }
    let undone = sql.count(UNDONE).await?;
    let rows = sql.count(&format!("SELECT count(*) FROM mails WHERE {REMINDED}")).await?;
    let again = of_reader.values().filter(|ids| ids.len() > 1).count();
    let several = of_reader.values().filter(|ids| ids.iter().any(|id| Some(id) != ids.first())).count();
    let late = lateness(sql).await?;
    let ok = of_reader.len() == REMINDERS
        && copies.len() == REMINDERS
        && rows == i64::try_from(REMINDERS)?
        && undone == 0
        && several == 0;
    ensure!(caught.running > 0, "the worker was killed between two jobs: nothing is shown");
    let line =
        Line::new("reminders", format!("{}_reminded", of_reader.len()), &format!("={REMINDERS}_due"), ok);
    let line = line.with(format!(
        "{} messages, {} Message-IDs; {again} came again with the same one, {several} with another; {undone} jobs undone; the \
         killed worker held {} jobs when {} mails were sent",
        mails.len(),
        copies.len(),
        caught.running,
        caught.sent
    ));
    let mut late = late;
    let figures = format!(
        "p50 {:.1} s, max {:.1} s after the moment",
        percentile(&mut late, 0.5).as_secs_f64(),
        percentile(&mut late, 1.0).as_secs_f64()
    );
    Ok(vec![line, Line::time("reminders-p99", percentile(&mut late, 0.99), LIMIT).with(figures)])
}

/// How long after its moment each left; one that never did counts as an hour.
async fn lateness(sql: &Sql) -> Result<Vec<Duration>> {
    let waited = format!(
        "SELECT coalesce(extract(epoch FROM m.sent_at - c.due), 3600)::float8 FROM copies c LEFT JOIN mails m \
         ON m.tenant_id = c.tenant AND m.to_email = 'client' || c.n || '@' || c.slug || '.example' AND m.{REMINDED}"
    );
    let waited = sql.column(&waited).await?;
    waited.iter().map(|text| Ok(Duration::try_from_secs_f64(text.parse::<f64>()?.max(0.0))?)).collect()
}
