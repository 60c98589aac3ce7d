//! What became of jobs, written for several at once: one commit for a batch, not one a job.

use db::TxError;
use diesel::sql_types as st;
use diesel_async::RunQueryDsl;
use events::{Instant, JobId};
use serde::Serialize;
use serde_json::Value;

use super::Store;

/// The new state of one job after one attempt.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    pub(crate) id: JobIdText,
    /// The attempt that ran.
    pub(crate) attempt: i32,
    /// Attempts that count from now on.
    pub(crate) attempts: i32,
    pub(crate) status: &'static str,
    pub(crate) run_at: Option<Instant>,
    /// Since when it is deferred, if it is.
    pub(crate) deferred_since: Option<Instant>,
    pub(crate) at: Instant,
    pub(crate) note: Option<String>,
}

/// The bare UUID as text, as `jsonb_to_recordset` reads it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct JobIdText(String);

impl From<JobId> for JobIdText {
    fn from(id: JobId) -> Self {
        Self(id.uuid().to_string())
    }
}

/// Invariant: only jobs that this worker still holds, in this attempt, are changed.
const RECORD: &str = "UPDATE jobs j SET status = e.status, attempts = e.attempts, locked_by = NULL, locked_at = NULL,
  run_at = coalesce(e.run_at, j.run_at), deferred_since = e.deferred_since, last_error = e.note,
  done_at = CASE WHEN e.status IN ('done', 'dead') THEN e.at END
FROM jsonb_to_recordset($1) AS e(id uuid, attempt int, attempts int, status text, run_at timestamptz, deferred_since timestamptz, at timestamptz, note text)
WHERE j.id = e.id AND j.status = 'running' AND j.locked_by = $2 AND j.attempts = e.attempt";

impl Store {
    /// Writes verdicts; answers how many jobs were still this worker's.
    pub(crate) async fn record(&self, records: &[Record]) -> Result<usize, TxError> {
        let rows = serde_json::to_value(records).unwrap_or(Value::Array(Vec::new()));
        self.db
            .system_tx("verdicts on jobs of all tenants are written together", async |tx| {
                let changed = diesel::sql_query(RECORD)
                    .bind::<st::Jsonb, _>(&rows)
                    .bind::<st::Text, _>(&*self.name)
                    .execute(tx)
                    .await?;
                Ok(changed)
            })
            .await
    }
}
