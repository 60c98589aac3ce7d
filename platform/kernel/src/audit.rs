use db::Tx;
use diesel::{QueryResult, sql_types as st};
use diesel_async::RunQueryDsl;
use serde_json::Value;

/// Writes who did what to which thing into the tenant's append-only audit log, in the transaction of the deed.
///
/// `action` is `thing.past_participle` (`booking.cancelled`), `subject` the identifier of the thing.
///
/// # Errors
/// When the database refuses the row.
pub async fn audit(tx: &mut Tx, action: &str, subject: impl ToString, detail: Value) -> QueryResult<()> {
    let ctx = tx.ctx().clone();
    let actor = serde_json::to_value(ctx.actor()).unwrap_or(Value::Null);
    diesel::sql_query(
        "INSERT INTO audit (id, at, actor, action, subject, detail, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<st::Uuid, _>(ctx.new_id::<events::kinds::Event>())
    .bind::<st::Timestamptz, _>(ctx.now())
    .bind::<st::Jsonb, _>(actor)
    .bind::<st::Text, _>(action)
    .bind::<st::Text, _>(subject.to_string())
    .bind::<st::Jsonb, _>(detail)
    .bind::<st::Text, _>(ctx.request_id())
    .execute(&mut **tx)
    .await
    .map(drop)
}
