use std::time::Duration;

use crate::Backoff;

/// Who has a scheduled job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Each active tenant has its own.
    EachTenant,
    /// The platform has one.
    Platform,
}

/// A job that comes back: one row a period, made by whichever replica comes first.
///
/// Periods are counted from the Unix epoch: `every_seconds: 86_400` is due at midnight UTC. Its arguments are
/// `{"scheduled_for": instant}`. A tenant made within a period has its first run in the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Kind of the job.
    pub job: String,
    /// Length of the period, in seconds; at least one.
    pub every_seconds: i64,
    /// Who has it.
    pub scope: Scope,
}

/// How a worker works. The defaults are those of production.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Jobs that may run at once.
    pub concurrency: usize,
    /// How many of them may belong to one tenant. Half of all by default: the other half stays free for the others.
    pub per_tenant: usize,
    /// How often to look when nothing wakes the worker (other replicas' jobs, retries, jobs for later).
    pub poll: Duration,
    /// How often it says that it is alive, and looks for orphans.
    pub heartbeat: Duration,
    /// Silent for so long, a worker is taken for dead and its jobs come back.
    pub dead_after: Duration,
    /// Longest time for one attempt; longer is tried again.
    pub job_timeout: Duration,
    /// At shutdown, running jobs have so long to end; after that they are handed back.
    pub drain: Duration,
    /// Pauses between attempts.
    pub backoff: Backoff,
    /// A job that waits for its module longer than so many days is given up: what it would do comes as a surprise by then.
    pub defer_days: i64,
    /// Done jobs are kept for so many days (and at least two periods of the longest schedule): their unique keys hold as
    /// long as they are kept.
    pub retention_days: i64,
    /// What comes back by the clock.
    pub schedules: Vec<Scheduled>,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self::with_concurrency(8)
    }
}

impl WorkerOptions {
    /// The defaults with so many jobs at once.
    #[must_use]
    pub fn with_concurrency(concurrency: usize) -> Self {
        let concurrency = concurrency.max(1);
        Self {
            concurrency,
            per_tenant: concurrency.div_ceil(2),
            poll: Duration::from_millis(250),
            heartbeat: Duration::from_secs(5),
            dead_after: Duration::from_secs(30),
            job_timeout: Duration::from_mins(5),
            drain: Duration::from_secs(20),
            backoff: Backoff::default(),
            defer_days: 7,
            retention_days: 30,
            schedules: Vec::new(),
        }
    }
    /// Days that done jobs are kept, in seconds.
    pub(crate) fn retention_seconds(&self) -> i64 {
        let longest = self.schedules.iter().map(|schedule| schedule.every_seconds).max().unwrap_or(0);
        self.retention_days.saturating_mul(86_400).max(longest.saturating_mul(2))
    }
}
