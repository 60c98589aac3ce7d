use diesel::{QueryableByName, sql_types as st};
use events::{Instant, JobId, TenantId};
use futures::future::BoxFuture;
use kernel::JobError;
use serde_json::Value;

/// A job as it is handed to the host: one row, claimed.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct Job {
    /// Identity; the same on every attempt.
    #[diesel(sql_type = st::Uuid)]
    pub id: JobId,
    /// Whose job it is; none: the platform's own.
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    pub tenant_id: Option<TenantId>,
    /// What runs it, for example `mail.send`.
    #[diesel(sql_type = st::Text)]
    pub kind: String,
    /// Its arguments.
    #[diesel(sql_type = st::Jsonb)]
    pub args: Value,
    /// Which attempt this is: 1 the first time.
    #[diesel(sql_type = st::Integer)]
    pub attempts: i32,
    /// After so many attempts it is dead.
    #[diesel(sql_type = st::Integer)]
    pub max_attempts: i32,
    /// The request that it follows from; empty when it follows from none.
    #[diesel(sql_type = st::Text)]
    pub request_id: String,
    /// Since when it was due.
    #[diesel(sql_type = st::Timestamptz)]
    pub run_at: Instant,
    /// Since when it was deferred again and again, if it was ([`Outcome::Deferred`]).
    #[diesel(sql_type = st::Nullable<st::Timestamptz>)]
    pub deferred_since: Option<Instant>,
}

/// How a job ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its effects are there.
    Done,
    /// It is over without an effect, and why: it comes back by the clock, and its module is off. Kept with the row.
    Skipped(String),
    /// It can't run before somebody changes something, and what: its module is off for the tenant. It waits, the attempt
    /// does not count, until [`crate::wake_deferred`] or for pauses that grow to an hour. What has waited longer than
    /// [`crate::WorkerOptions::defer_days`] is dead.
    Deferred(String),
    /// It can't run now through no fault of its own (its tenant was suspended a moment ago): it waits so many seconds, and
    /// the attempt does not count.
    Postponed {
        /// Seconds from now.
        seconds: i64,
    },
}

/// What runs jobs: given by the host, which knows the tenants and the kinds.
pub trait Dispatch: Send + Sync + 'static {
    /// Runs one attempt. It may run again after it has succeeded, so its effects are idempotent.
    ///
    /// A kind that nobody knows is `Fail`. [`JobError::Retry`] is tried again with growing pauses, [`JobError::Fail`] never.
    fn dispatch(&self, job: Job) -> BoxFuture<'static, Result<Outcome, JobError>>;

    /// A job is dead, and why: what waits for it can be told. Called once or, when this worker is killed at the wrong
    /// moment, twice or never.
    fn gave_up(&self, job: Job, why: String) -> BoxFuture<'static, ()>;
}

impl<F> Dispatch for F
where
    F: Fn(Job) -> BoxFuture<'static, Result<Outcome, JobError>> + Send + Sync + 'static,
{
    fn dispatch(&self, job: Job) -> BoxFuture<'static, Result<Outcome, JobError>> {
        self(job)
    }
    fn gave_up(&self, _: Job, _: String) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}
