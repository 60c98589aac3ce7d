//! Promises: what must hold under load, faults and malice. Each ends within a minute, or two.

mod aborted;
mod allocation;
pub(crate) mod apart;
mod appends;
mod clocks;
pub(crate) mod credits;
mod edges;
mod hot_queries;
mod jobs_kill;
mod late_money;
mod ledger;
mod memory;
mod once;
mod places;
mod plugin_hostile;
mod pool;
mod reminders;
mod schedules;
mod slot_race;
mod stock;
mod stripe_books;
mod stripe_checkouts;
mod stripe_events;
mod stripe_forged;
mod stripe_gap;
mod stripe_hangs;
mod till;
mod toggle;
mod worker_kill;

use std::time::Instant;

use anyhow::{Result, ensure};
use futures::future::LocalBoxFuture;

use crate::{
    cluster::Cluster,
    figures::{Line, machine},
};

type Promise = fn(&Cluster) -> LocalBoxFuture<'_, Result<Vec<Line>>>;

const ALL: [(&str, Promise); 31] = [
    ("slot-race", |cluster| Box::pin(slot_race::run(cluster))),
    ("slot-race-unguarded", |cluster| Box::pin(slot_race::unguarded(cluster))),
    ("five-calendars", |cluster| Box::pin(places::together(cluster))),
    ("places", |cluster| Box::pin(places::seats(cluster))),
    ("unpaid-holds", |cluster| Box::pin(places::unpaid(cluster))),
    ("clock-changes", |_| Box::pin(async { clocks::run() })),
    ("late-money", |cluster| Box::pin(late_money::run(cluster))),
    ("random-schedules", |cluster| Box::pin(schedules::run(cluster))),
    ("last-stock", |cluster| Box::pin(stock::run(cluster))),
    ("idempotency-key", |cluster| Box::pin(once::run(cluster))),
    ("ledger-append-only", |cluster| Box::pin(appends::run(cluster))),
    ("last-credit", |cluster| Box::pin(credits::last(cluster))),
    ("ledger", |cluster| Box::pin(credits::run(cluster))),
    ("ledger-million", |cluster| Box::pin(ledger::million(cluster))),
    ("allocation", |cluster| Box::pin(allocation::run(cluster))),
    ("stripe-checkouts", |cluster| Box::pin(stripe_checkouts::run(cluster))),
    ("stripe-events", |cluster| Box::pin(stripe_events::run(cluster))),
    ("stripe-forged", |cluster| Box::pin(stripe_forged::run(cluster))),
    ("stripe-gap", |cluster| Box::pin(stripe_gap::run(cluster))),
    ("stripe-hangs", |cluster| Box::pin(stripe_hangs::run(cluster))),
    ("aborted-requests", |cluster| Box::pin(aborted::run(cluster))),
    ("jobs-kill", |cluster| Box::pin(jobs_kill::run(cluster))),
    ("worker-kill", |cluster| Box::pin(worker_kill::run(cluster))),
    ("reminders", |cluster| Box::pin(reminders::run(cluster))),
    ("hot-queries", |cluster| Box::pin(hot_queries::run(cluster))),
    ("slow-connections", |cluster| Box::pin(edges::slow_connections(cluster))),
    ("big-body", |cluster| Box::pin(edges::big_body(cluster))),
    ("pool-exhaustion", |cluster| Box::pin(pool::run(cluster))),
    ("plugin-hostile", |_| Box::pin(plugin_hostile::run())),
    ("toggle", |cluster| Box::pin(toggle::run(cluster))),
    ("tenants-10000", |cluster| Box::pin(memory::run(cluster))),
];

/// Runs those whose name contains one of the words; all without words. True when all limits were kept.
pub(crate) async fn run(words: &[String], list: bool) -> Result<bool> {
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let chosen: Vec<_> = ALL.iter().filter(|(name, _)| chosen(name)).collect();
    ensure!(!chosen.is_empty(), "no promise is named so");
    if list {
        chosen.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(true);
    }
    println!("{}", machine());
    let cluster = Cluster::start(false).await?;
    let mut kept = true;
    for (name, promise) in chosen {
        let began = Instant::now();
        match promise(&cluster).await {
            Ok(lines) => {
                lines.iter().for_each(Line::print);
                kept &= lines.iter().all(|line| line.ok);
            }
            Err(error) => {
                println!("{name} failed - short\n    {error:#}");
                kept = false;
            }
        }
        eprintln!("    ({name} took {:.1} s)", began.elapsed().as_secs_f64());
    }
    Ok(kept)
}
