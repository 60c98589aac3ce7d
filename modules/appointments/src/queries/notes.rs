//! Notes on bookings, staff's side of ratings, and who else takes part.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{BookingId, NoteId};
use kernel::Tx;

use crate::{
    model::note::{Note, RatingState, StaffRating},
    schema::{booking_coaches, booking_notes as notes, booking_ratings as ratings},
};

/// The notes on a booking, the oldest first: all, or those that its client reads.
pub(crate) async fn notes_of(tx: &mut Tx, booking: BookingId, only_shared: bool) -> QueryResult<Vec<Note>> {
    let mut query = notes::table.filter(notes::booking_id.eq(booking)).select(Note::as_select()).into_boxed();
    if only_shared {
        query = query.filter(notes::shared.eq(true));
    }
    query.order((notes::created_at, notes::id)).limit(500).load(&mut **tx).await
}

/// How many notes a booking has.
pub(crate) async fn note_count(tx: &mut Tx, booking: BookingId) -> QueryResult<i64> {
    notes::table.filter(notes::booking_id.eq(booking)).count().get_result(&mut **tx).await
}

/// A note of a booking, locked until the transaction ends.
pub(crate) async fn note_for_change(
    tx: &mut Tx,
    booking: BookingId,
    id: NoteId,
) -> QueryResult<Option<Note>> {
    let query = notes::table.find(id).filter(notes::booking_id.eq(booking)).select(Note::as_select());
    query.for_update().first(&mut **tx).await.optional()
}

pub(crate) async fn note_insert(tx: &mut Tx, row: &Note) -> QueryResult<()> {
    diesel::insert_into(notes::table).values(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn note_update(tx: &mut Tx, row: &Note) -> QueryResult<()> {
    let change =
        (notes::body.eq(&row.body), notes::shared.eq(row.shared), notes::updated_at.eq(row.updated_at));
    diesel::update(notes::table.find(row.id)).set(change).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn note_delete(tx: &mut Tx, id: NoteId) -> QueryResult<()> {
    diesel::delete(notes::table.find(id)).execute(&mut **tx).await.map(drop)
}

/// What its client said of a booking.
pub(crate) async fn rating_of(tx: &mut Tx, booking: BookingId) -> QueryResult<Option<StaffRating>> {
    ratings::table.find(booking).select(StaffRating::as_select()).first(&mut **tx).await.optional()
}

/// Writes what staff decided about it; `None` when there is nothing to decide.
pub(crate) async fn rating_set_state(
    tx: &mut Tx,
    booking: BookingId,
    state: RatingState,
) -> QueryResult<Option<StaffRating>> {
    let change = (ratings::state.eq(state), ratings::updated_at.eq(tx.ctx().now()));
    let query =
        diesel::update(ratings::table.find(booking)).set(change).returning(StaffRating::as_returning());
    query.get_result(&mut **tx).await.optional()
}

/// Names of the coaches who take part besides the first.
pub(crate) async fn other_coaches(tx: &mut Tx, booking: BookingId) -> QueryResult<Vec<String>> {
    let query = booking_coaches::table.filter(booking_coaches::booking_id.eq(booking));
    query.select(booking_coaches::coach_name).order(booking_coaches::coach_name).load(&mut **tx).await
}
