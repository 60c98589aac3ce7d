use db::Tx;
use diesel::{ExpressionMethods, QueryResult};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::schema::audit;

/// Writes who did what to which thing into the tenant's append-only audit log, in the transaction of the deed.
///
/// `action` is `thing.past_participle` (`booking.cancelled`), `subject` the identifier of the thing.
///
/// # Errors
/// When the database refuses the row.
pub async fn audit(tx: &Tx, action: &str, subject: impl ToString, detail: Value) -> QueryResult<()> {
    let (ctx, mut conn): (_, &AsyncPgConnection) = (tx.ctx(), tx);
    let actor = serde_json::to_value(ctx.actor()).unwrap_or(Value::Null);
    let row = (
        audit::id.eq(ctx.new_id::<events::kinds::Event>()),
        audit::at.eq(ctx.now()),
        audit::actor.eq(actor),
        audit::action.eq(action),
        audit::subject.eq(subject.to_string()),
        audit::detail.eq(detail),
        audit::request_id.eq(ctx.request_id()),
    );
    diesel::insert_into(audit::table).values(row).execute(&mut conn).await.map(drop)
}
