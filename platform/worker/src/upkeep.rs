//! What goes on beside the jobs: heartbeats, orphans, schedules, figures, deleting what is old.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    Scheduled, WorkerOptions, dead,
    pause::Pause,
    runner::Runner,
    schedule::Seen,
    store::{LOST, Store},
};

const FIGURES: Duration = Duration::from_secs(15);
const RETENTION: Duration = Duration::from_hours(1);
const DELETE_AT_ONCE: i64 = 1000;

/// Says that the worker is alive, for as long as it is polled, and brings back orphans.
///
/// After the database was away every worker's last word is old. So none is taken for dead until this one's own heartbeat
/// has succeeded twice in a row since then.
pub(crate) async fn heartbeats(store: Store, runner: Runner, every: Duration) {
    let mut pause = Pause::new();
    let mut good = 2_u32;
    loop {
        match beat(&store, &runner, good >= 2).await {
            Ok(()) => {
                good = good.saturating_add(1);
                pause.reset();
                tokio::time::sleep(every).await;
            }
            Err(error) => {
                good = 0;
                let wait = pause.grow();
                tracing::warn!(%error, ?wait, "no heartbeat; trying again");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn beat(store: &Store, runner: &Runner, orphans: bool) -> Result<(), db::TxError> {
    store.beat().await?;
    if orphans {
        let found = bring_back_orphans(store, runner).await?;
        if found > 0 {
            tracing::warn!(found, "jobs of lost workers were brought back");
            metrics::counter!("jobs_orphaned_total").increment(u64::try_from(found).unwrap_or(0));
        }
    }
    Ok(())
}

/// Brings back the jobs of workers that have gone, and tells of those that are dead. Answers how many there were.
pub(crate) async fn bring_back_orphans(store: &Store, runner: &Runner) -> Result<usize, db::TxError> {
    let found = store.bring_back_orphans().await?;
    let count = found.len();
    for orphan in found.into_iter().filter(|orphan| orphan.status == "dead") {
        runner.gave_up(orphan.job, LOST.to_owned()).await;
    }
    Ok(count)
}

/// Schedules each second, figures and retention now and then, for as long as it is polled.
pub(crate) async fn round(store: Store, options: WorkerOptions) {
    let mut seen = Seen::default();
    let mut pause = Pause::new();
    let (mut figures, mut retention) = (Instant::now(), Instant::now());
    loop {
        match turn(&store, &options, &mut seen, &mut figures, &mut retention).await {
            Ok(()) => {
                pause.reset();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => {
                let wait = pause.grow();
                tracing::warn!(%error, ?wait, "upkeep of jobs failed; trying again");
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn turn(
    store: &Store,
    options: &WorkerOptions,
    seen: &mut Seen,
    figures: &mut Instant,
    retention: &mut Instant,
) -> Result<(), db::TxError> {
    enqueue_scheduled(store, seen, &options.schedules).await?;
    if figures.elapsed() >= FIGURES {
        *figures = Instant::now();
        show_figures(store).await?;
    }
    if retention.elapsed() >= RETENTION {
        *retention = Instant::now();
        delete_old(store, options.retention_seconds()).await?;
    }
    Ok(())
}

pub(crate) async fn enqueue_scheduled(
    store: &Store,
    seen: &mut Seen,
    schedules: &[Scheduled],
) -> Result<(), db::TxError> {
    let made = seen.enqueue(store, schedules).await?;
    if made > 0 {
        tracing::debug!(made, "scheduled jobs are due");
    }
    Ok(())
}

async fn show_figures(store: &Store) -> Result<(), db::TxError> {
    let state = dead::queue_state(&store.db, &store.clock).await?;
    let number = |n: i64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    for (status, count) in [("due", state.due), ("running", state.running), ("dead", state.dead)] {
        metrics::gauge!("jobs_queue_length", "status" => status).set(number(count));
    }
    metrics::gauge!("jobs_oldest_due_seconds").set(number(state.oldest_due_seconds));
    Ok(())
}

/// Deletes what was done long ago, in small transactions. Answers how many.
pub(crate) async fn delete_old(store: &Store, older_than_seconds: i64) -> Result<usize, db::TxError> {
    let before = store.clock.now().plus_seconds(older_than_seconds.saturating_neg());
    let mut all = 0;
    loop {
        let gone = store.delete_done(before, DELETE_AT_ONCE).await?;
        all += gone;
        if i64::try_from(gone).unwrap_or(0) < DELETE_AT_ONCE {
            return Ok(all);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
