use diesel::{ExpressionMethods, QueryResult};
use diesel_async::RunQueryDsl;
use events::LotId;
use kernel::Tx;

use crate::schema::credit_expiry_notices as table;

/// Notes that a lot's client is told that it expires. `false`: they were told before.
pub(crate) async fn note_expiry(tx: &mut Tx, lot: LotId) -> QueryResult<bool> {
    let row = (table::lot_id.eq(lot), table::at.eq(tx.ctx().now()));
    let noted = diesel::insert_into(table::table).values(row).on_conflict_do_nothing();
    Ok(noted.execute(&mut **tx).await? == 1)
}
