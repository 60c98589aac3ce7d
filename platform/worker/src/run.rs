use std::{sync::Arc, time::Duration};

use apalis::prelude::WorkerBuilder;
use db::{Db, TxError};
use events::TenantId;
use kernel::{Clock, Entropy};
use tokio::sync::{Mutex, Notify, Semaphore, mpsc};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    Dispatch, Job, WorkerOptions,
    backend::{Lease, Leases},
    feed::Feed,
    finish::{self, Finished},
    pause::Pause,
    runner::{Runner, Verdict},
    schedule::Seen,
    store::Store,
    upkeep,
};

/// Jobs run at once by [`Worker::run_due_once`] before it asks for more.
const IN_ORDER: i64 = 64;
/// Rounds of [`Worker::run_due_once`]: a job that always enqueues another must not hold a test for ever.
const ROUNDS: usize = 10_000;

/// What [`Worker::run_due_once`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Jobs that are done.
    pub done: usize,
    /// Jobs that were skipped.
    pub skipped: usize,
    /// Jobs that wait through no fault of their own.
    pub postponed: usize,
    /// Jobs that wait until somebody changes something.
    pub deferred: usize,
    /// Attempts that failed and are tried again.
    pub retried: usize,
    /// Jobs given up.
    pub dead: usize,
}

impl Ran {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Done => self.done += 1,
            Verdict::Skipped => self.skipped += 1,
            Verdict::Postponed => self.postponed += 1,
            Verdict::Deferred => self.deferred += 1,
            Verdict::Retried => self.retried += 1,
            Verdict::Dead => self.dead += 1,
        }
    }
}

/// Runs jobs. Cheap to clone; each clone is the same worker.
#[derive(Clone)]
pub struct Worker {
    store: Store,
    runner: Runner,
    options: Arc<WorkerOptions>,
    seen: Arc<Mutex<Seen>>,
}

impl Worker {
    /// A worker with a name of its own. Nothing happens until it runs.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        entropy: Entropy,
        dispatch: Arc<dyn Dispatch>,
        options: WorkerOptions,
    ) -> Self {
        let store = Store::new(db, clock.clone(), &entropy, options.per_tenant, options.dead_after);
        let runner = Runner {
            dispatch,
            clock,
            entropy,
            backoff: options.backoff,
            timeout: options.job_timeout,
            defer_days: options.defer_days,
        };
        Self { store, runner, options: Arc::new(options), seen: Arc::default() }
    }

    /// Runs until `shutdown`; then takes no more jobs, waits for those that run (as long as `drain` says), hands back the
    /// rest and leaves. While the database is away it keeps trying, with growing pauses.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send + 'static) {
        let stop = CancellationToken::new();
        let signal = stop.clone();
        let _signal = AbortOnDropHandle::new(tokio::spawn(async move {
            shutdown.await;
            signal.cancel();
        }));
        if !self.enter(&stop).await {
            return;
        }
        tracing::info!(worker = %self.store.name, concurrency = self.options.concurrency, "worker runs");
        let heartbeats = upkeep::heartbeats(self.store.clone(), self.runner.clone(), self.options.heartbeat);
        let _heartbeats = AbortOnDropHandle::new(tokio::spawn(heartbeats));
        let round = upkeep::round(self.store.clone(), (*self.options).clone());
        let round = AbortOnDropHandle::new(tokio::spawn(round));
        while !stop.is_cancelled() {
            self.work(&stop).await;
            // Broken off before its time: what was claimed and not begun is pending again.
            if !stop.is_cancelled() {
                self.leave().await;
                if !self.enter(&stop).await {
                    return;
                }
            }
        }
        round.abort();
        self.leave().await;
    }

    /// The name is known before the first job is claimed under it.
    async fn enter(&self, stop: &CancellationToken) -> bool {
        let mut pause = Pause::new();
        loop {
            let Err(error) = self.store.beat().await else { return true };
            let wait = pause.grow();
            tracing::warn!(%error, ?wait, "the worker can't begin; trying again");
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Feed → apalis → verdicts, until `stop` and the end of what runs, or the end of the time for it.
    async fn work(&self, stop: &CancellationToken) {
        let concurrency = self.options.concurrency.max(1);
        let (leases, receiver) = mpsc::channel(concurrency);
        let (verdicts, finished) = mpsc::channel(concurrency);
        let places = Arc::new(Semaphore::new(concurrency));
        // Each job holds a place until its verdict is recorded, and the feed holds some while it claims: all places free
        // after `stop` means that nothing runs. The apalis worker itself may sleep on and is dropped.
        let all = u32::try_from(concurrency).unwrap_or(u32::MAX);
        let idle = {
            let (places, stop) = (Arc::clone(&places), stop.clone());
            async move {
                stop.cancelled().await;
                let _ = places.acquire_many(all).await;
            }
        };
        let freed = Arc::new(Notify::new());
        let feed = Feed {
            store: self.store.clone(),
            places,
            leases,
            stop: stop.clone(),
            poll: self.options.poll,
            freed: Arc::clone(&freed),
        };
        let feed = AbortOnDropHandle::new(tokio::spawn(feed.run()));
        let finish = AbortOnDropHandle::new(tokio::spawn(finish::run(self.store.clone(), finished, freed)));
        let ends = async {
            self.jobs(receiver, verdicts).await;
            let _ = finish.await;
            let _ = feed.await;
        };
        let late = async {
            stop.cancelled().await;
            tokio::time::sleep(self.options.drain).await;
        };
        tokio::select! {
            () = ends => {}
            () = idle => {}
            () = late => tracing::warn!("jobs did not end in time; they are handed back"),
        }
    }

    /// The apalis worker, until the feed ends.
    async fn jobs(&self, leases: mpsc::Receiver<Lease>, verdicts: mpsc::Sender<Finished>) {
        let runner = self.runner.clone();
        let handle = move |lease: Lease| {
            let (runner, verdicts) = (runner.clone(), verdicts.clone());
            async move {
                let (_, record) = runner.attempt(lease.job).await;
                verdicts.send(Finished { record, place: Some(lease.place) }).await
            }
        };
        let worker = WorkerBuilder::new(self.store.name.to_string()).backend(Leases(leases)).build(handle);
        if let Err(error) = worker.run().await {
            tracing::error!(%error, "the apalis worker ended; it is started again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn leave(&self) {
        let leave = tokio::time::timeout(Duration::from_secs(3), self.store.leave()).await;
        match leave {
            Ok(Ok(0)) => tracing::info!(worker = %self.store.name, "worker ended"),
            Ok(Ok(held)) => {
                tracing::warn!(worker = %self.store.name, held, "worker ended and handed jobs back")
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "worker ended without a word; its jobs come back by themselves")
            }
            Err(_) => tracing::warn!("worker ended without a word; its jobs come back by themselves"),
        }
    }

    /// Runs everything that is due by the clock, one job after the other in order of time, what it enqueues and what its
    /// schedules make included. For tests and commands.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn run_due_once(&self) -> Result<Ran, TxError> {
        self.run_due(None).await
    }

    /// Like [`Worker::run_due_once`], for one tenant alone and without schedules: tests share a database.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn run_due_of(&self, tenant: TenantId) -> Result<Ran, TxError> {
        self.run_due(Some(tenant)).await
    }

    async fn run_due(&self, tenant: Option<TenantId>) -> Result<Ran, TxError> {
        let mut ran = Ran::default();
        self.store.beat().await?;
        for _ in 0..ROUNDS {
            if tenant.is_none() {
                let mut seen = self.seen.lock().await;
                upkeep::enqueue_scheduled(&self.store, &mut seen, &self.options.schedules).await?;
            }
            let jobs = self.store.claim_in_order(tenant, IN_ORDER).await?;
            if jobs.is_empty() {
                break;
            }
            for job in jobs {
                ran.count(self.run_one(job).await?);
            }
        }
        Ok(ran)
    }

    async fn run_one(&self, job: Job) -> Result<Verdict, TxError> {
        let (verdict, record) = self.runner.attempt(job).await;
        self.store.record(&[record]).await?;
        Ok(verdict)
    }

    /// Deletes done jobs older than the options say. Done each hour by [`Worker::run`] as well. Answers how many.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn delete_old(&self) -> Result<usize, TxError> {
        upkeep::delete_old(&self.store, self.options.retention_seconds()).await
    }

    /// Brings back the jobs of workers that have gone. Done with each heartbeat by [`Worker::run`] as well.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn bring_back_orphans(&self) -> Result<usize, TxError> {
        upkeep::bring_back_orphans(&self.store, &self.runner).await
    }
}
