//! Which workers are alive, and the jobs of those that are not.
//!
//! Liveness is measured by the database's clock: replicas' clocks may differ, and a test that moves its own clock must not
//! take running workers for dead.

use db::TxError;
use diesel::{QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;

use super::Store;
use crate::Job;

/// A job whose worker has gone.
#[derive(QueryableByName)]
pub(crate) struct Orphan {
    #[diesel(embed)]
    pub(crate) job: Job,
    #[diesel(sql_type = st::Text)]
    pub(crate) status: String,
}

/// What such a job says.
pub(crate) const LOST: &str = "the worker was lost";

impl Store {
    /// Says that this worker is alive, and forgets those that have long been gone.
    pub(crate) async fn beat(&self) -> Result<(), TxError> {
        self.db
            .system_tx("workers belong to the platform", async |tx| {
                diesel::sql_query(
                    "INSERT INTO job_workers (id, last_seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET last_seen = now()",
                )
                .bind::<st::Text, _>(&*self.name)
                .execute(tx)
                .await?;
                Ok::<(), TxError>(())
            })
            .await
    }

    /// Brings back the jobs of workers that have gone, and names them. A job that has used up its attempts is dead: it may
    /// be what killed them.
    pub(crate) async fn bring_back_orphans(&self) -> Result<Vec<Orphan>, TxError> {
        let now = self.clock.now();
        self.db
            .system_tx("jobs of lost workers, of all tenants", async |tx| {
                let found: Vec<Orphan> = diesel::sql_query(format!(
                    "UPDATE jobs j SET status = CASE WHEN j.attempts >= j.max_attempts THEN 'dead' ELSE 'pending' END, \
                     done_at = CASE WHEN j.attempts >= j.max_attempts THEN $2 END, \
                     last_error = '{LOST}', locked_by = NULL, locked_at = NULL \
                     WHERE j.id IN (SELECT r.id FROM jobs r WHERE r.status = 'running' AND NOT EXISTS \
                       (SELECT 1 FROM job_workers w WHERE w.id = r.locked_by AND w.last_seen > now() - make_interval(secs => $1)) \
                       FOR UPDATE SKIP LOCKED) \
                     RETURNING j.id, j.tenant_id, j.kind, j.args, j.attempts, j.max_attempts, j.request_id, j.run_at, j.deferred_since, \
                     j.status"
                ))
                .bind::<st::Double, _>(self.dead_after.as_secs_f64())
                .bind::<st::Timestamptz, _>(now)
                .load(tx)
                .await?;
                diesel::sql_query(
                    "DELETE FROM job_workers w WHERE last_seen < now() - interval '1 hour' \
                     AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.status = 'running' AND j.locked_by = w.id)",
                )
                .execute(tx)
                .await?;
                Ok::<_, TxError>(found)
            })
            .await
    }

    /// This worker ends: what it still holds is pending again, and its name is gone.
    pub(crate) async fn leave(&self) -> Result<usize, TxError> {
        self.db
            .system_tx("workers belong to the platform", async |tx| {
                let held = diesel::sql_query(
                    "UPDATE jobs SET status = 'pending', locked_by = NULL, locked_at = NULL, \
                     last_error = 'interrupted by a shutdown' WHERE status = 'running' AND locked_by = $1",
                )
                .bind::<st::Text, _>(&*self.name)
                .execute(tx)
                .await?;
                diesel::sql_query("DELETE FROM job_workers WHERE id = $1")
                    .bind::<st::Text, _>(&*self.name)
                    .execute(tx)
                    .await?;
                Ok::<_, TxError>(held)
            })
            .await
    }
}
