use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use embedded::Smtp;

use crate::{
    cluster::Cluster,
    figures::{Dice, Line},
    house::{Business, House, Way, booking},
    http,
};

const BOOKINGS: usize = 150;
const KILLS: usize = 12;
const UNDONE: &str = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running') AND run_at < now() + interval '2 minutes'";

/// Workers that are killed between taking a job and its effect: in the end each mail is sent, and a copy that went out
/// twice has the same Message-ID, so that it is shown once.
pub(super) async fn run(cluster: &Cluster) -> Result<Vec<Line>> {
    let database = cluster.database().await?;
    let house = House::open(cluster, &database, Way::default()).await?;
    house
        .tenant(&Business {
            minutes: 5,
            hours: "06:00-22:00",
            weekdays_only: false,
            ..Business::new("mails")
        })
        .await?;
    // Far enough ahead that no reminder is due meanwhile.
    let later = "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '3 days', 'YYYY-MM-DD')";
    let starts = house.starts("mails", "c0", &house.sql.one(later).await?).await?;
    for (number, start) in starts.iter().take(BOOKINGS).enumerate() {
        http::done(house.address, &booking("mails", "c0", start, &format!("client{number}@example.com")))
            .await?;
    }
    let smtp = Smtp::start().await?;
    let url = smtp.url();
    let settings =
        [("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", url.as_str()), ("WORKER__ORPHAN_SECONDS", "8")];
    let mut dice = Dice::new(11);
    let (mut caught, mut kills, begun) = (0, 0, Instant::now());
    while kills < KILLS && begun.elapsed() < Duration::from_secs(35) {
        let worker = cluster.work(&database, &settings)?;
        let before = smtp.mails().len();
        let more = usize::try_from(1 + dice.below(20))?;
        smtp.wait_for(before + more, Duration::from_secs(10)).await;
        worker.kill()?;
        kills += 1;
        caught += house.sql.count("SELECT count(*) FROM jobs WHERE status = 'running'").await?;
    }
    let began = Instant::now();
    let worker = cluster.work(&database, &settings)?;
    while house.sql.count(UNDONE).await? > 0 && began.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = began.elapsed();
    drop(worker);
    let lines = compare(&house, &smtp, (kills, caught), took).await?;
    house.close().await;
    Ok(lines)
}

async fn compare(
    house: &House,
    smtp: &Smtp,
    (kills, caught): (usize, i64),
    took: Duration,
) -> Result<Vec<Line>> {
    let rows: BTreeSet<String> = house.sql.column("SELECT id::text FROM mails").await?.into_iter().collect();
    let unsent = house.sql.count("SELECT count(*) FROM mails WHERE status <> 'sent'").await?;
    let undone = house
        .sql
        .count("SELECT count(*) FROM jobs WHERE status <> 'done' AND run_at < now() + interval '2 minutes'")
        .await?;
    let mails = smtp.mails();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_client: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in &mails {
        let id = mail.header("message-id").unwrap_or_default();
        *copies.entry(id.clone()).or_default() += 1;
        for to in mail.to.iter().filter(|to| to.starts_with("client")) {
            of_client.entry(to.clone()).or_default().insert(id.clone());
        }
    }
    ensure!(kills > 2 && caught > 0, "no worker was killed in the middle of a job");
    let twice = copies.values().filter(|count| **count > 1).count();
    let several = of_client.values().filter(|ids| ids.len() != 1).count();
    let missing = rows.iter().filter(|id| !copies.keys().any(|sent| is_of(sent, id))).count();
    let booked = house.sql.count("SELECT count(*) FROM bookings").await?;
    let clients = i64::try_from(of_client.len())?;
    let ok = unsent == 0
        && undone == 0
        && several == 0
        && missing == 0
        && copies.len() == rows.len()
        && clients == booked;
    let line =
        Line::new("worker-kill", format!("{}_mails", copies.len()), &format!("={}_mails", rows.len()), ok);
    let again = Line::time("worker-kill-again", took, Duration::from_secs(60))
        .with("from the last kill until all was done".into());
    Ok(vec![
        line.with(format!(
            "{kills} kills caught {caught} running jobs; {} messages for {} mails of {booked} bookings, {twice} came twice with \
             the same Message-ID; {missing} missing, {several} clients with several, {unsent} unsent, {undone} jobs undone",
            mails.len(),
            rows.len()
        )),
        again,
    ])
}

/// The Message-ID is made of the row's identifier, as the database or as the API writes it.
fn is_of(message_id: &str, row: &str) -> bool {
    message_id.contains(row) || message_id.contains(&row.replace('-', ""))
}
