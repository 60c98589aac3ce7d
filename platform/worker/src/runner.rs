//! One attempt of one job: run it, bound it, judge it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt;
use kernel::{Clock, Entropy, JobError};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::{Backoff, Dispatch, Job, Outcome, store::Record};

/// Longest note kept with a row, in characters.
const NOTE: usize = 500;

/// Longest time for telling the host that a job is dead.
const TELLING: Duration = Duration::from_secs(10);
/// Shortest and longest pause before a deferred job is looked at again when nobody wakes it.
const DEFERRED_SECONDS: (i64, i64) = (60, 3_600);

/// What became of a job after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Skipped,
    Postponed,
    Deferred,
    Retried,
    Dead,
}

impl Verdict {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Postponed => "postponed",
            Self::Deferred => "deferred",
            Self::Retried => "retried",
            Self::Dead => "dead",
        }
    }
}

#[derive(Clone)]
pub(crate) struct Runner {
    pub(crate) dispatch: Arc<dyn Dispatch>,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) backoff: Backoff,
    pub(crate) timeout: Duration,
    pub(crate) defer_days: i64,
}

impl Runner {
    /// Runs one attempt to its end and says what to write. Never fails and never panics.
    pub(crate) async fn attempt(&self, job: Job) -> (Verdict, Record) {
        let tenant = job.tenant_id.map(|id| id.to_string()).unwrap_or_default();
        let span = tracing::info_span!("job", kind = %job.kind, id = %job.id, tenant, attempt = job.attempts, request_id = %job.request_id);
        async {
            let waited = self.clock.now().seconds_since(job.run_at).max(0);
            let began = Instant::now();
            let result = match self.deferred_too_long(&job) {
                Some(why) => Err(JobError::Fail(why)),
                None => self.guarded(job.clone()).await,
            };
            let (verdict, record) = self.judge(&job, result);
            let took = began.elapsed();
            measure(&job.kind, verdict, took, waited);
            let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let note = record.note.as_deref().unwrap_or_default();
            match verdict {
                Verdict::Done | Verdict::Skipped | Verdict::Postponed | Verdict::Deferred => {
                    tracing::info!(outcome = verdict.name(), ms, note, "job ended");
                }
                Verdict::Retried => {
                    tracing::warn!(outcome = verdict.name(), ms, note, "job failed; it is tried again")
                }
                Verdict::Dead => tracing::error!(outcome = verdict.name(), ms, note, "job is dead"),
            }
            if verdict == Verdict::Dead {
                self.gave_up(job, record.note.clone().unwrap_or_default()).await;
            }
            (verdict, record)
        }
        .instrument(span)
        .await
    }

    /// Tells the host. Whatever comes of that, the job stays dead.
    pub(crate) async fn gave_up(&self, job: Job, why: String) {
        let id = job.id;
        let told = AssertUnwindSafe(self.dispatch.gave_up(job, why)).catch_unwind();
        if !matches!(tokio::time::timeout(TELLING, told).await, Ok(Ok(()))) {
            tracing::warn!(%id, "that a job is dead could not be told");
        }
    }

    /// In a task of its own, so that a job that computes for long does not hold up the others; dropped, it is aborted.
    async fn guarded(&self, job: Job) -> Result<Outcome, JobError> {
        let dispatch = Arc::clone(&self.dispatch);
        let work =
            async move { AssertUnwindSafe(async { dispatch.dispatch(job).await }).catch_unwind().await };
        let task = AbortOnDropHandle::new(tokio::spawn(work.in_current_span()));
        match tokio::time::timeout(self.timeout, task).await {
            Ok(Ok(Ok(result))) => result,
            // The text of a panic may hold anything, a person's data included: it goes to the log by the panic hook alone.
            Ok(Ok(Err(_)) | Err(_)) => Err(JobError::Retry("the job panicked".into())),
            Err(_) => Err(JobError::Retry(format!("took longer than {} s", self.timeout.as_secs()))),
        }
    }

    /// Why a job that was deferred is given up, when it is.
    fn deferred_too_long(&self, job: &Job) -> Option<String> {
        let waited = self.clock.now().seconds_since(job.deferred_since?);
        let days = self.defer_days;
        (waited > days.saturating_mul(86_400)).then(|| format!("deferred for more than {days} days"))
    }

    fn judge(&self, job: &Job, result: Result<Outcome, JobError>) -> (Verdict, Record) {
        let now = self.clock.now();
        let plain = |status: &'static str, note: Option<String>| Record {
            id: job.id.into(),
            attempt: job.attempts,
            attempts: job.attempts,
            status,
            run_at: None,
            deferred_since: None,
            at: now,
            note: note.map(|text| bounded(&text)),
        };
        match result {
            Ok(Outcome::Done) => (Verdict::Done, plain("done", None)),
            Ok(Outcome::Skipped(why)) => (Verdict::Skipped, plain("done", Some(format!("skipped: {why}")))),
            Ok(Outcome::Postponed { seconds }) => {
                let run_at = Some(now.plus_seconds(seconds.max(1)));
                let deferred_since = job.deferred_since;
                let waits = Record { run_at, deferred_since, ..plain("pending", None) };
                (Verdict::Postponed, uncounted(waits))
            }
            Ok(Outcome::Deferred(why)) => {
                let since = job.deferred_since.unwrap_or(now);
                let pause = now.seconds_since(since).clamp(DEFERRED_SECONDS.0, DEFERRED_SECONDS.1);
                let run_at = Some(now.plus_seconds(pause));
                let waits = plain("pending", Some(format!("deferred: {why}")));
                let waits = Record { run_at, deferred_since: Some(since), ..waits };
                (Verdict::Deferred, uncounted(waits))
            }
            Err(JobError::Retry(why)) if job.attempts < job.max_attempts => {
                let run_at = Some(now.plus_seconds(self.backoff.seconds(job.attempts, &self.entropy)));
                (Verdict::Retried, Record { run_at, ..plain("pending", Some(why)) })
            }
            Err(JobError::Retry(why) | JobError::Fail(why)) => (Verdict::Dead, plain("dead", Some(why))),
        }
    }
}

/// The attempt does not count.
fn uncounted(record: Record) -> Record {
    Record { attempts: record.attempts.saturating_sub(1), ..record }
}

/// The beginning of a text, in characters that the database takes.
fn bounded(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(NOTE).collect()
}

fn measure(kind: &str, verdict: Verdict, took: Duration, waited_seconds: i64) {
    let kind = kind.to_owned();
    metrics::counter!("jobs_total", "kind" => kind.clone(), "outcome" => verdict.name()).increment(1);
    metrics::histogram!("job_duration_seconds", "kind" => kind.clone()).record(took);
    let waited = u32::try_from(waited_seconds).unwrap_or(u32::MAX);
    metrics::histogram!("job_wait_seconds", "kind" => kind).record(f64::from(waited));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_bounded_and_clean() {
        assert_eq!(bounded("a\0b\r\nc"), "a b  c");
        assert_eq!(bounded(&"ü".repeat(10_000)).chars().count(), NOTE);
    }
}
