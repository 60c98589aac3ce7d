//! Slots that several clients share.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{AppointmentTypeId, Instant, MemberId, SharedSlotId};
use kernel::{Tx, prepared};

use crate::schema::shared_slots as slots;

/// A slot that several clients share, whether or not somebody sits in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeatPlace {
    pub kind: AppointmentTypeId,
    pub coach: MemberId,
    pub start: Instant,
    pub end: Instant,
    /// Clients it takes.
    pub seats: i32,
}

/// Takes one more seat of a slot in which somebody sits already; `None`: nobody does, or it is full.
pub(crate) async fn seat_add(tx: &mut Tx, place: &SeatPlace) -> QueryResult<Option<SharedSlotId>> {
    let slot = slots::table
        .filter(slots::type_id.eq(place.kind))
        .filter(slots::coach_id.eq(place.coach))
        .filter(slots::starts_at.eq(place.start))
        .filter(slots::ends_at.eq(place.end))
        .filter(slots::taken.lt(place.seats));
    // The type may have got other seats since the slot's first client came.
    let add = diesel::update(slot)
        .set((slots::taken.eq(slots::taken + 1), slots::seats.eq(place.seats)))
        .returning(slots::id);
    prepared(add).get_result(&mut **tx).await.optional()
}

/// Opens a slot with its first client; `None`: somebody sits in it already.
pub(crate) async fn seat_first(tx: &mut Tx, place: &SeatPlace) -> QueryResult<Option<SharedSlotId>> {
    let id: SharedSlotId = tx.ctx().new_id();
    let row = (
        slots::id.eq(id),
        slots::type_id.eq(place.kind),
        slots::coach_id.eq(place.coach),
        slots::starts_at.eq(place.start),
        slots::ends_at.eq(place.end),
        slots::seats.eq(place.seats),
        slots::taken.eq(1),
    );
    let insert = diesel::insert_into(slots::table).values(row).on_conflict_do_nothing();
    insert.returning(slots::id).get_result(&mut **tx).await.optional()
}

/// Gives a seat back; how many are still taken.
pub(crate) async fn seat_leave(tx: &mut Tx, id: SharedSlotId) -> QueryResult<i32> {
    let leave = diesel::update(slots::table.find(id)).set(slots::taken.eq(slots::taken - 1));
    leave.returning(slots::taken).get_result(&mut **tx).await
}

/// Ends a slot in which nobody sits any more. No booking may name it any more.
pub(crate) async fn slot_end(tx: &mut Tx, id: SharedSlotId) -> QueryResult<()> {
    diesel::delete(slots::table.find(id)).execute(&mut **tx).await.map(drop)
}
