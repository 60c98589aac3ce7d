//! Bookings.

use diesel::{
    BoolExpressionMethods, BoxableExpression, ExpressionMethods, NullableExpressionMethods,
    OptionalExtension, PgTextExpressionMethods, QueryDsl, QueryResult, SelectableHelper, pg::Pg,
    sql_types::Bool,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{BookingId, ClientId, Instant, MemberId, OrderId, SharedSlotId};
use kernel::{Paging, Tx, prepared};

use crate::{
    model::{Booking, State},
    policy::reach,
    queries::offers::TypeRef,
    schema::{appointment_types as types, booking_coaches as coaches, bookings},
};

/// Whether an appointment is still ahead, as its client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It begins then or later and has not been called off.
    Upcoming(Instant),
    /// It began before, or does not take place.
    Past(Instant),
}

/// Which bookings a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BookingFilter {
    /// In this state.
    pub state: Option<State>,
    /// Of this coach.
    pub coach: Option<MemberId>,
    /// Of this type.
    pub kind: Option<TypeRef>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// In this slot with several seats.
    pub slot: Option<SharedSlotId>,
    /// Starting then or later.
    pub from: Option<Instant>,
    /// Starting before.
    pub to: Option<Instant>,
    /// Client's name or e-mail contains it; empty: all.
    pub search: String,
    /// In this phase.
    pub phase: Option<Phase>,
    /// The latest first.
    pub latest_first: bool,
}

pub(crate) async fn booking_insert(mut conn: &AsyncPgConnection, row: &Booking) -> QueryResult<()> {
    diesel::insert_into(bookings::table).values(row).execute(&mut conn).await.map(drop)
}

pub(crate) async fn booking_by_id(tx: &mut Tx, id: BookingId) -> QueryResult<Option<Booking>> {
    bookings::table.find(id).select(Booking::as_select()).first(&mut **tx).await.optional()
}

/// A booking that the acting staff work with: their own, or with the right to it any.
pub(crate) async fn booking_within_reach(tx: &mut Tx, id: BookingId) -> QueryResult<Option<Booking>> {
    let mut query = bookings::table.into_boxed().filter(bookings::id.eq(id));
    if let Some(coach) = reach(tx.ctx()) {
        query = query.filter(has_part(coach));
    }
    query.select(Booking::as_select()).first(&mut **tx).await.optional()
}

/// Whether a coach has a part in a booking, as the first coach or together with others. Boxed: the whole of its type
/// would be looked through again at each use.
fn has_part(coach: MemberId) -> Box<dyn BoxableExpression<bookings::table, Pg, SqlType = Bool>> {
    let together = coaches::table.filter(coaches::coach_id.eq(coach)).select(coaches::booking_id);
    Box::new(bookings::coach_id.eq(coach).or(bookings::id.eq_any(together)))
}

pub(crate) async fn booking_by_token(tx: &mut Tx, token: &str) -> QueryResult<Option<Booking>> {
    let query = bookings::table.filter(bookings::token.eq(token)).select(Booking::as_select());
    query.first(&mut **tx).await.optional()
}

pub(crate) async fn booking_by_form_key(tx: &mut Tx, key: &str) -> QueryResult<Option<Booking>> {
    let query = bookings::table.filter(bookings::form_key.eq(key)).select(Booking::as_select());
    query.first(&mut **tx).await.optional()
}

/// The booking, locked until the transaction ends, so that it takes one step at a time.
pub(crate) async fn booking_for_step(tx: &mut Tx, id: BookingId) -> QueryResult<Option<Booking>> {
    let query = bookings::table.find(id).select(Booking::as_select()).for_no_key_update();
    query.first(&mut **tx).await.optional()
}

/// The booking that an order pays.
pub(crate) async fn booking_by_order(tx: &mut Tx, order: OrderId) -> QueryResult<Option<Booking>> {
    let query = bookings::table.filter(bookings::order_id.eq(order)).select(Booking::as_select());
    query.first(&mut **tx).await.optional()
}

/// Slots of a client that are held and not paid.
pub(crate) async fn holds_of_client(tx: &mut Tx, client: ClientId) -> QueryResult<i64> {
    let now = tx.ctx().now();
    bookings::table
        .filter(bookings::client_id.eq(client))
        .filter(bookings::state.eq(State::Held))
        .filter(bookings::held_until.gt(now))
        .count()
        .get_result(&mut **tx)
        .await
}

/// Writes a booking as it stands after a step: everything that steps change.
pub(crate) async fn booking_save(tx: &mut Tx, row: &Booking) -> QueryResult<()> {
    let change = diesel::update(bookings::table.find(row.id)).set((
        (bookings::state.eq(row.state), bookings::updated_at.eq(row.updated_at)),
        (bookings::sequence.eq(row.sequence), bookings::coach_id.eq(row.coach_id)),
        (bookings::coach_name.eq(&row.coach_name), bookings::starts_at.eq(row.starts_at)),
        (bookings::ends_at.eq(row.ends_at), bookings::blocked_from.eq(row.blocked_from)),
        (bookings::blocked_to.eq(row.blocked_to), bookings::order_id.eq(row.order_id)),
        (bookings::held_until.eq(row.held_until), bookings::slot_id.eq(row.slot_id)),
        (bookings::cancelled_at.eq(row.cancelled_at), bookings::cancelled_by.eq(row.cancelled_by)),
        (bookings::cancel_reason.eq(&row.cancel_reason), bookings::terms.eq(&row.terms)),
    ));
    prepared(change).execute(&mut **tx).await.map(drop)
}

/// The other coaches of a booking in which everyone takes part, by name.
pub(crate) async fn other_coaches(tx: &mut Tx, id: BookingId) -> QueryResult<Vec<MemberId>> {
    let query = coaches::table.filter(coaches::booking_id.eq(id)).select(coaches::coach_id);
    query.order((coaches::coach_name, coaches::coach_id)).load(&mut **tx).await
}

/// Writes them down.
pub(crate) async fn other_coaches_insert(
    tx: &mut Tx,
    id: BookingId,
    others: &[(MemberId, String)],
) -> QueryResult<()> {
    let row = |(coach, name): &(MemberId, String)| {
        (coaches::booking_id.eq(id), coaches::coach_id.eq(*coach), coaches::coach_name.eq(name.clone()))
    };
    let rows: Vec<_> = others.iter().map(row).collect();
    diesel::insert_into(coaches::table).values(rows).execute(&mut **tx).await.map(drop)
}

/// One page of a list, one row more than the limit (see [`Paging::cut`]).
pub(crate) async fn bookings_page(
    tx: &mut Tx,
    filter: &BookingFilter,
    paging: &Paging,
) -> QueryResult<Vec<Booking>> {
    let query = filtered(filter);
    let query = match paging.after {
        Some(after) if filter.latest_first => query
            .filter(bookings::starts_at.le(after.at))
            .filter(bookings::starts_at.lt(after.at).or(bookings::id.lt(BookingId::from_uuid(after.id)))),
        Some(after) => query
            .filter(bookings::starts_at.ge(after.at))
            .filter(bookings::starts_at.gt(after.at).or(bookings::id.gt(BookingId::from_uuid(after.id)))),
        None => query,
    };
    let query = if filter.latest_first {
        query.order((bookings::starts_at.desc(), bookings::id.desc()))
    } else {
        query.order((bookings::starts_at.asc(), bookings::id.asc()))
    };
    query.select(Booking::as_select()).limit(paging.limit + 1).load(&mut **tx).await
}

/// States of what is still to take place (see [`State::is_coming`]).
const COMING: [State; 3] = [State::Requested, State::Held, State::Confirmed];

fn filtered(filter: &BookingFilter) -> bookings::BoxedQuery<'_, Pg> {
    let mut query = bookings::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(bookings::state.eq(state));
    }
    if let Some(coach) = filter.coach {
        // Of an appointment with several coaches each has a part.
        query = query.filter(has_part(coach));
    }
    if let Some(client) = filter.client {
        query = query.filter(bookings::client_id.eq(client));
    }
    query = match &filter.kind {
        Some(TypeRef::Id(id)) => query.filter(bookings::type_id.eq(*id)),
        Some(TypeRef::Slug(slug)) => {
            let named = types::table.filter(types::slug.eq(slug)).select(types::id);
            query.filter(bookings::type_id.eq_any(named))
        }
        None => query,
    };
    if let Some(slot) = filter.slot {
        query = query.filter(bookings::slot_id.assume_not_null().eq(slot));
    }
    if let Some(from) = filter.from {
        query = query.filter(bookings::starts_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(bookings::starts_at.lt(to));
    }
    match filter.phase {
        Some(Phase::Upcoming(now)) => {
            query = query.filter(bookings::starts_at.ge(now)).filter(bookings::state.eq_any(COMING));
        }
        Some(Phase::Past(now)) => {
            query = query.filter(bookings::starts_at.lt(now).or(bookings::state.ne_all(COMING)));
        }
        None => {}
    }
    if !filter.search.is_empty() {
        let like = kernel::contains_pattern(&filter.search);
        query =
            query.filter(bookings::client_name.ilike(like.clone()).or(bookings::client_email.ilike(like)));
    }
    query
}

/// Bookings by identifier or by the shared slot they sit in: the slot, start and end of each.
pub(crate) async fn times_of(
    tx: &mut Tx,
    ids: &[BookingId],
    slots: &[SharedSlotId],
) -> QueryResult<Vec<(BookingId, Option<SharedSlotId>, Instant, Instant)>> {
    let of_slot = bookings::slot_id.is_not_null().and(bookings::slot_id.assume_not_null().eq_any(slots));
    bookings::table
        .filter(bookings::id.eq_any(ids).or(of_slot))
        .filter(bookings::state.eq_any(["requested", "held", "confirmed", "completed", "no_show"]))
        .select((bookings::id, bookings::slot_id, bookings::starts_at, bookings::ends_at))
        .load(&mut **tx)
        .await
}
