//! What happened to bookings.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::BookingId;
use kernel::Tx;

use crate::{
    model::{
        state::CancelledBy,
        step::{MADE, MOVED, Step},
    },
    schema::booking_steps as steps,
};

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

/// Who chose the time that a booking has: whoever moved it last, else whoever made it. `None`: made before this was
/// written down, and never moved.
pub(crate) async fn start_chosen_by(tx: &mut Tx, booking: BookingId) -> QueryResult<Option<CancelledBy>> {
    let chosen = steps::table
        .filter(steps::booking_id.eq(booking))
        .filter(steps::kind.eq_any([MADE, MOVED]))
        .order((steps::from_state.is_not_null().desc(), steps::at.desc(), steps::id.desc()))
        .select(steps::by_kind);
    chosen.first(&mut **tx).await.optional()
}
