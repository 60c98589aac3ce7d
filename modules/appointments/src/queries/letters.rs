//! What mails must know of a booking besides its row.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    dsl::{exists, select},
};
use diesel_async::RunQueryDsl;
use events::{BookingId, MemberId, NoteId};
use kernel::Tx;

use crate::{
    model::State,
    schema::{booking_coaches, booking_notes, booking_steps},
};

/// The other coaches of a booking in which everyone takes part, in a stable order.
pub(crate) async fn coaches_beside(tx: &mut Tx, booking: BookingId) -> QueryResult<Vec<MemberId>> {
    booking_coaches::table
        .filter(booking_coaches::booking_id.eq(booking))
        .order((booking_coaches::coach_name, booking_coaches::coach_id))
        .select(booking_coaches::coach_id)
        .load(&mut **tx)
        .await
}

/// The state from which it last came into this one; `None`: it began there.
pub(crate) async fn came_from(tx: &mut Tx, booking: BookingId, to: State) -> QueryResult<Option<State>> {
    let query = booking_steps::table
        .filter(booking_steps::booking_id.eq(booking).and(booking_steps::to_state.eq(to.word())))
        .filter(booking_steps::from_state.is_not_null().and(booking_steps::from_state.ne(to.word())))
        .order((booking_steps::at.desc(), booking_steps::id.desc()))
        .select(booking_steps::from_state);
    let word: Option<Option<String>> = query.first(&mut **tx).await.optional()?;
    Ok(word.flatten().and_then(|word| word.parse().ok()))
}

/// Whether it ever waited for the business to approve it and went on from there.
pub(crate) async fn was_requested(tx: &mut Tx, booking: BookingId) -> QueryResult<bool> {
    let steps = booking_steps::table
        .filter(booking_steps::booking_id.eq(booking))
        .filter(booking_steps::from_state.eq(State::Requested.word()));
    select(exists(steps)).get_result(&mut **tx).await
}

/// Whether staff made it wait for its payment: they approved it, or booked it for its client.
pub(crate) async fn held_by_staff(tx: &mut Tx, booking: BookingId) -> QueryResult<bool> {
    let steps = booking_steps::table
        .filter(booking_steps::booking_id.eq(booking))
        .filter(booking_steps::to_state.eq(State::Held.word()).and(booking_steps::by_kind.eq("staff")));
    select(exists(steps)).get_result(&mut **tx).await
}

/// Whether staff shared notes on it with its client.
pub(crate) async fn has_shared_notes(tx: &mut Tx, booking: BookingId) -> QueryResult<bool> {
    let notes = booking_notes::table.filter(booking_notes::booking_id.eq(booking).and(booking_notes::shared));
    select(exists(notes)).get_result(&mut **tx).await
}

/// The booking and the author of a note that is shared with the client.
pub(crate) async fn shared_note(tx: &mut Tx, note: NoteId) -> QueryResult<Option<(BookingId, String)>> {
    let query = booking_notes::table.find(note).filter(booking_notes::shared);
    query.select((booking_notes::booking_id, booking_notes::author_name)).first(&mut **tx).await.optional()
}
