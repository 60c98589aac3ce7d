use std::sync::Arc;

use db::Ctx;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Problem, TxError};

/// How a job ended that did not succeed. Its author must choose.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May succeed later: tried again with growing pauses.
    #[error("retry: {0}")]
    Retry(String),
    /// Will never succeed: goes to the dead-letter list at once.
    #[error("fail: {0}")]
    Fail(String),
}

impl From<Problem> for JobError {
    fn from(problem: Problem) -> Self {
        let text = problem.cause.clone().unwrap_or_else(|| problem.to_string());
        if problem.status.is_client_error() { Self::Fail(text) } else { Self::Retry(text) }
    }
}
impl From<TxError> for JobError {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Denied(_) => Self::Fail(error.to_string()),
            TxError::Busy(_) | TxError::Db(_) => Self::Retry(error.to_string()),
        }
    }
}
impl From<diesel::result::Error> for JobError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Retry(error.to_string())
    }
}

type Run = dyn Fn(Ctx, Value) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync;

/// A kind of job and what runs it. It may run more than once: its effects must be idempotent.
#[derive(Clone)]
pub struct JobDef {
    /// Name, for example `appointments.send_reminder`; its part before the dot is the module.
    pub kind: &'static str,
    /// What runs it.
    pub run: Arc<Run>,
}

impl JobDef {
    /// A job with typed arguments. Arguments that can't be read fail at once.
    pub fn new<A, F, Fut>(kind: &'static str, run: F) -> Self
    where
        A: DeserializeOwned + Send + 'static,
        F: Fn(Ctx, A) -> Fut + Send + Sync + Clone + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let run = move |ctx: Ctx, args: Value| -> BoxFuture<'static, Result<(), JobError>> {
            let run = run.clone();
            Box::pin(async move {
                let args = serde_json::from_value(args).map_err(|error| JobError::Fail(error.to_string()))?;
                run(ctx, args).await
            })
        };
        Self { kind, run: Arc::new(run) }
    }
}

impl std::fmt::Debug for JobDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("JobDef").field(&self.kind).finish()
    }
}

/// A job that follows an event: enqueued in the transaction that publishes it, with
/// `{"event_id": …, "event": …}` as arguments.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// Name of the event.
    pub event: &'static str,
    /// Kind of the job.
    pub job: &'static str,
}

/// A job of a tenant that comes back: once every `every_seconds`, once across all replicas.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Kind of the job.
    pub job: &'static str,
    /// Seconds between two runs.
    pub every_seconds: i64,
}
