use db::{Db, TxError};
use diesel::sql_types as st;
use diesel_async::RunQueryDsl;
use events::TenantId;
use kernel::Clock;

/// Makes the deferred jobs of a tenant due: what they waited for may be there. Those that still can't run wait on, and
/// since when they wait stays. Answers how many there were.
///
/// # Errors
/// When the database is away.
pub async fn wake_deferred(db: &Db, clock: &Clock, tenant: TenantId) -> Result<usize, TxError> {
    let now = clock.now();
    db.system_tx("deferred jobs of a tenant are due again", async |tx| {
        let woken = diesel::sql_query(
            "UPDATE jobs SET run_at = $2 WHERE tenant_id = $1 AND status = 'pending' AND deferred_since IS NOT NULL AND run_at > $2",
        )
        .bind::<st::Uuid, _>(tenant)
        .bind::<st::Timestamptz, _>(now)
        .execute(tx)
        .await?;
        Ok(woken)
    })
    .await
}
