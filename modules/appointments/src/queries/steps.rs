//! What happened to bookings.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::BookingId;
use kernel::Tx;

use crate::{model::step::Step, schema::booking_steps as steps};

/// The most lines of a history that are read.
const MOST: i64 = 500;

pub(crate) async fn step_insert(mut conn: &AsyncPgConnection, row: &Step) -> QueryResult<()> {
    diesel::insert_into(steps::table).values(row).execute(&mut conn).await.map(drop)
}

/// The history of a booking, the oldest first.
pub(crate) async fn steps_of(tx: &mut Tx, booking: BookingId) -> QueryResult<Vec<Step>> {
    let query = steps::table.filter(steps::booking_id.eq(booking)).select(Step::as_select());
    // The making comes first, even where the next step follows in the same moment.
    let order = (steps::from_state.is_not_null(), steps::at, steps::id);
    query.order(order).limit(MOST).load(&mut **tx).await
}
