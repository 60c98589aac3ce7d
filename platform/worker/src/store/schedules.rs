use db::TxError;
use diesel::sql_types as st;
use diesel_async::RunQueryDsl;
use events::Instant;
use serde_json::json;

use super::Store;
use crate::{Scheduled, Scope};

const EACH_TENANT: &str = "INSERT INTO jobs (id, tenant_id, kind, args, run_at, unique_key, created_at)
SELECT gen_random_uuid(), t.id, $1, $2, $3, $4, $5 FROM tenants t WHERE t.status = 'active' ON CONFLICT DO NOTHING";

const PLATFORM: &str = "INSERT INTO jobs (id, tenant_id, kind, args, run_at, unique_key, created_at)
VALUES (gen_random_uuid(), NULL, $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";

impl Store {
    /// Makes the due rows of one period. The unique key makes it one a tenant, whichever replicas try.
    pub(crate) async fn enqueue_period(
        &self,
        schedule: &Scheduled,
        start: Instant,
    ) -> Result<usize, TxError> {
        let sql = match schedule.scope {
            Scope::EachTenant => EACH_TENANT,
            Scope::Platform => PLATFORM,
        };
        let key = format!("sched/{}/{start}", schedule.job);
        let now = self.clock.now();
        self.db
            .system_tx("scheduled jobs of all tenants are made together", async |tx| {
                let made = diesel::sql_query(sql)
                    .bind::<st::Text, _>(&schedule.job)
                    .bind::<st::Jsonb, _>(json!({ "scheduled_for": start }))
                    .bind::<st::Timestamptz, _>(start)
                    .bind::<st::Text, _>(&key)
                    .bind::<st::Timestamptz, _>(now)
                    .execute(tx)
                    .await?;
                Ok(made)
            })
            .await
    }

    /// Deletes at most `limit` jobs that were done before `before`.
    pub(crate) async fn delete_done(&self, before: Instant, limit: i64) -> Result<usize, TxError> {
        self.db
            .system_tx("old jobs of all tenants are deleted together", async |tx| {
                let gone = diesel::sql_query(
                    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE status = 'done' AND done_at < $1 \
                     ORDER BY done_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
                )
                .bind::<st::Timestamptz, _>(before)
                .bind::<st::BigInt, _>(limit)
                .execute(tx)
                .await?;
                Ok(gone)
            })
            .await
    }
}
