use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    cluster::{Cluster, Database, local},
    figures::Line,
    house::{Business, House, Way, booking},
    http::Conn,
};

const WANTED: usize = 10_000;
const KILLS: usize = 5;
const CLIENTS: usize = 16;
const LIMIT: Duration = Duration::from_secs(48);

/// What the callers know.
#[derive(Default)]
struct Known {
    port: AtomicU16,
    next: AtomicUsize,
    stop: AtomicBool,
    /// E-mails of the bookings that were answered with 200.
    told: Mutex<BTreeSet<String>>,
    wrong: AtomicUsize,
}

/// 10,000 bookings while the server is killed five times: each has its jobs, and none that was confirmed is lost.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    let busy = Business {
        coaches: CLIENTS,
        minutes: 5,
        hours: "01:00-23:00",
        weekdays_only: false,
        ..Business::new("jobs")
    };
    house.tenant(&busy).await?;
    let starts = Arc::new(house.starts(busy.slug, "c0", "").await?);
    let known = Arc::new(Known::default());
    let callers: Vec<_> =
        (0..CLIENTS).map(|n| tokio::spawn(call(n, Arc::clone(&known), Arc::clone(&starts)))).collect();
    let began = Instant::now();
    let kills = serve_and_kill(cluster, &database, &known, began).await?;
    known.stop.store(true, Ordering::SeqCst);
    for caller in callers {
        caller.await?;
    }
    super::credits::idle(&house.sql).await?;
    let lines = compare(&house, &known, kills, began).await?;
    house.close().await;
    Ok(lines)
}

/// Serves; kills at each sixth of the way.
async fn serve_and_kill(
    cluster: &Cluster,
    database: &Database,
    known: &Known,
    began: Instant,
) -> Result<usize> {
    let told = || known.told.lock().unwrap_or_else(PoisonError::into_inner).len();
    let mut kills = 0;
    loop {
        let child = cluster.serve(database, &["serve"], &[]).await?;
        known.port.store(child.address.port(), Ordering::SeqCst);
        // The last stretch goes to the end, whatever the time: each of the others ends early when it is slow.
        let goal = WANTED * (kills + 1) / (KILLS + 1);
        let share = LIMIT * u32::try_from(kills + 1)? / u32::try_from(KILLS + 1)?;
        while told() < goal && began.elapsed() < share {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        child.kill()?;
        if kills == KILLS {
            return Ok(kills + 1);
        }
        kills += 1;
    }
}

/// Books one slot after the other with a coach of its own; after a broken connection it goes on with the next.
async fn call(client: usize, known: Arc<Known>, starts: Arc<Vec<String>>) {
    let mut conn: Option<Conn> = None;
    while !known.stop.load(Ordering::SeqCst) {
        let number = known.next.fetch_add(1, Ordering::SeqCst);
        let Some(start) = starts.get(number / 2) else { return };
        let email = format!("c{client}-{number}@example.com");
        let request = booking("jobs", &format!("c{client}"), start, &email);
        let mut open = match conn.take() {
            Some(open) => open,
            None => match Conn::open(local(known.port.load(Ordering::SeqCst))).await {
                Ok(open) => open,
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
        };
        let Ok(reply) = open.send(&request).await else { continue };
        match reply.status {
            200 => drop(known.told.lock().unwrap_or_else(PoisonError::into_inner).insert(email)),
            409 => {}
            _ => drop(known.wrong.fetch_add(1, Ordering::SeqCst)),
        }
        conn = Some(open);
    }
}

async fn compare(house: &House, known: &Known, kills: usize, began: Instant) -> Result<Vec<Line>> {
    let count = |sql: &'static str| house.sql.count(sql);
    let commits = count("SELECT count(*) FROM bookings").await?;
    let events = count("SELECT count(*) FROM events WHERE name = 'booking.confirmed'").await?;
    let mails = count("SELECT count(*) FROM jobs WHERE kind = 'appointments.mail_on_confirmed'").await?;
    let automations = count("SELECT count(*) FROM jobs WHERE kind <> 'appointments.mail_on_confirmed' AND args ->> 'name' = 'booking.confirmed'").await?;
    let without = count(
        "SELECT count(*) FROM bookings b WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.tenant_id = b.tenant_id \
         AND j.kind = 'appointments.mail_on_confirmed' AND replace(j.args #>> '{event,booking}', 'bkg_', '') = replace(b.id::text, '-', ''))",
    )
    .await?;
    let stored: BTreeSet<String> =
        house.sql.column("SELECT client_email FROM bookings").await?.into_iter().collect();
    let told = known.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lost = told.difference(&stored).count();
    let wrong = known.wrong.load(Ordering::SeqCst);
    ensure!(commits > 100, "only {commits} bookings");
    let ok = commits == mails
        && commits == events
        && automations == commits
        && without == 0
        && lost == 0
        && wrong == 0;
    let line = Line::new("jobs-kill", format!("{mails}_jobs"), &format!("={commits}_commits"), ok);
    Ok(vec![line.with(format!(
        "{kills} kills in {:.0} s; {} told their booking, {lost} of them lost; {events} events, {automations} jobs of automations, \
         {without} bookings without a job, {wrong} other answers",
        began.elapsed().as_secs_f64(),
        told.len()
    ))])
}
