//! Bookings.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgTextExpressionMethods, QueryDsl,
    QueryResult, SelectableHelper, pg::Pg,
};
use diesel_async::RunQueryDsl;
use events::{BookingId, ClientId, Instant, MemberId};
use kernel::{Paging, Tx};

use crate::{
    model::{Booking, State, state::CancelledBy},
    schema::bookings,
};

/// Which bookings a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BookingFilter {
    /// In this state.
    pub state: Option<State>,
    /// Of this coach.
    pub coach: Option<MemberId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Starting then or later.
    pub from: Option<Instant>,
    /// Starting before.
    pub to: Option<Instant>,
    /// Client's name or e-mail contains it; empty: all.
    pub search: String,
    /// The latest first.
    pub latest_first: bool,
}

pub(crate) async fn booking_insert(tx: &mut Tx, row: &Booking) -> QueryResult<()> {
    diesel::insert_into(bookings::table).values(row).execute(&mut **tx).await.map(drop)
}

pub(crate) async fn booking_by_id(tx: &mut Tx, id: BookingId) -> QueryResult<Option<Booking>> {
    bookings::table.find(id).select(Booking::as_select()).first(&mut **tx).await.optional()
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
    let query = bookings::table.find(id).select(Booking::as_select()).for_update();
    query.first(&mut **tx).await.optional()
}

/// Writes the step into `cancelled`.
pub(crate) async fn booking_set_cancelled(
    tx: &mut Tx,
    id: BookingId,
    by: CancelledBy,
    reason: Option<&str>,
) -> QueryResult<Booking> {
    let now = tx.ctx().now();
    diesel::update(bookings::table.find(id))
        .set((
            bookings::state.eq(State::Cancelled),
            bookings::sequence.eq(bookings::sequence + 1),
            bookings::cancelled_at.eq(Some(now)),
            bookings::cancelled_by.eq(Some(by)),
            bookings::cancel_reason.eq(reason),
            bookings::updated_at.eq(now),
        ))
        .returning(Booking::as_returning())
        .get_result(&mut **tx)
        .await
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

fn filtered(filter: &BookingFilter) -> bookings::BoxedQuery<'_, Pg> {
    let mut query = bookings::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(bookings::state.eq(state));
    }
    if let Some(coach) = filter.coach {
        query = query.filter(bookings::coach_id.eq(coach));
    }
    if let Some(client) = filter.client {
        query = query.filter(bookings::client_id.eq(client));
    }
    if let Some(from) = filter.from {
        query = query.filter(bookings::starts_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(bookings::starts_at.lt(to));
    }
    if !filter.search.is_empty() {
        let like = kernel::contains_pattern(&filter.search);
        query =
            query.filter(bookings::client_name.ilike(like.clone()).or(bookings::client_email.ilike(like)));
    }
    query
}
