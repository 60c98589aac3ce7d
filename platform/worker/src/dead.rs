use db::{Db, TxError};
use diesel::{QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;
use events::{Instant, JobId, TenantId};
use kernel::Clock;
use serde::Serialize;
use serde_json::Value;

/// A job that is not tried again by itself.
#[derive(Clone, Debug, PartialEq, Serialize, QueryableByName)]
pub struct DeadJob {
    /// Identity.
    #[diesel(sql_type = st::Uuid)]
    pub id: JobId,
    /// Whose it is; none: the platform's own.
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    pub tenant_id: Option<TenantId>,
    /// What runs it.
    #[diesel(sql_type = st::Text)]
    pub kind: String,
    /// Its arguments.
    #[diesel(sql_type = st::Jsonb)]
    pub args: Value,
    /// How often it was tried.
    #[diesel(sql_type = st::Integer)]
    pub attempts: i32,
    /// Why it failed, at most 500 characters.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub last_error: Option<String>,
    /// When it was given up.
    #[diesel(sql_type = st::Timestamptz)]
    pub done_at: Instant,
    /// The request that it follows from.
    #[diesel(sql_type = st::Text)]
    pub request_id: String,
}

/// The newest dead jobs, of one tenant or of all, at most `limit`, older than `before`.
///
/// # Errors
/// When the database is away.
pub async fn dead_letters(
    db: &Db,
    tenant: Option<TenantId>,
    before: Option<Instant>,
    limit: i64,
) -> Result<Vec<DeadJob>, TxError> {
    db.system_tx("an operator reads dead jobs of all tenants", async |tx| {
        let rows = diesel::sql_query(
            "SELECT id, tenant_id, kind, args, attempts, last_error, done_at, request_id FROM jobs WHERE status = 'dead' \
             AND ($1 IS NULL OR tenant_id = $1) AND ($2 IS NULL OR done_at < $2) ORDER BY done_at DESC, id LIMIT $3",
        )
        .bind::<st::Nullable<st::Uuid>, _>(tenant)
        .bind::<st::Nullable<st::Timestamptz>, _>(before)
        .bind::<st::BigInt, _>(limit)
        .load(tx)
        .await?;
        Ok(rows)
    })
    .await
}

/// Makes a dead job pending again, with all its attempts. Answers whether there was one.
///
/// # Errors
/// When the database is away.
pub async fn retry(db: &Db, clock: &Clock, id: JobId) -> Result<bool, TxError> {
    let now = clock.now();
    db.system_tx("an operator retries a job of any tenant", async |tx| {
        let changed = diesel::sql_query(
            "UPDATE jobs SET status = 'pending', attempts = 0, run_at = $2, done_at = NULL, deferred_since = NULL \
             WHERE id = $1 AND status = 'dead'",
        )
        .bind::<st::Uuid, _>(id)
        .bind::<st::Timestamptz, _>(now)
        .execute(tx)
        .await?;
        Ok(changed == 1)
    })
    .await
}

/// How long the queue is. Counts stop at 100,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, QueryableByName)]
pub struct QueueState {
    /// Jobs that could run now.
    #[diesel(sql_type = st::BigInt)]
    pub due: i64,
    /// Jobs that run.
    #[diesel(sql_type = st::BigInt)]
    pub running: i64,
    /// Jobs given up.
    #[diesel(sql_type = st::BigInt)]
    pub dead: i64,
    /// For how many seconds the oldest due job has waited.
    #[diesel(sql_type = st::BigInt)]
    pub oldest_due_seconds: i64,
}

/// Counts the queue.
///
/// # Errors
/// When the database is away.
pub async fn queue_state(db: &Db, clock: &Clock) -> Result<QueueState, TxError> {
    let now = clock.now();
    db.system_tx("the queue of all tenants is counted", async |tx| {
        let state = diesel::sql_query(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status = 'pending' AND run_at <= $1 LIMIT 100000) a) AS due, \
             (SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status = 'running' LIMIT 100000) b) AS running, \
             (SELECT count(*) FROM (SELECT 1 FROM jobs WHERE status = 'dead' LIMIT 100000) c) AS dead, \
             greatest(coalesce(extract(epoch FROM $1 - (SELECT run_at FROM jobs WHERE status = 'pending' ORDER BY run_at LIMIT 1)), 0), 0)::bigint \
             AS oldest_due_seconds",
        )
        .bind::<st::Timestamptz, _>(now)
        .get_result(tx)
        .await?;
        Ok(state)
    })
    .await
}
