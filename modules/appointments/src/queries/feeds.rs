//! Private calendar addresses, and what stands in the calendars behind them.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult,
    Queryable, Selectable, SelectableHelper, upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, FeedId, Instant, MemberId};
use kernel::Tx;

use crate::{
    model::Booking,
    schema::{booking_coaches, bookings, calendar_feeds as feeds},
};

/// Whose calendar it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A coach: all their own appointments.
    Member(MemberId),
    /// A client: all of theirs.
    Client(ClientId),
}

/// A private calendar address. Exactly one of member and client is there.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feeds, check_for_backend(diesel::pg::Pg), treat_none_as_default_value = false)]
pub(crate) struct Feed {
    pub id: FeedId,
    pub member_id: Option<MemberId>,
    pub client_id: Option<ClientId>,
    pub token: String,
    pub created_at: Instant,
}

impl Feed {
    pub fn owner(&self) -> Option<Owner> {
        self.member_id.map(Owner::Member).or(self.client_id.map(Owner::Client))
    }
}

pub(crate) async fn feed_by_token(tx: &mut Tx, token: &str) -> QueryResult<Option<Feed>> {
    let query = feeds::table.filter(feeds::token.eq(token)).select(Feed::as_select());
    query.first(&mut **tx).await.optional()
}

pub(crate) async fn feed_of(tx: &mut Tx, owner: Owner) -> QueryResult<Option<Feed>> {
    let query = feeds::table.select(Feed::as_select()).into_boxed();
    let query = match owner {
        Owner::Member(id) => query.filter(feeds::member_id.eq(id)),
        Owner::Client(id) => query.filter(feeds::client_id.eq(id)),
    };
    query.first(&mut **tx).await.optional()
}

/// Makes the address, or puts a new one in the place of the old. Two at once: the later one stays.
pub(crate) async fn feed_put(tx: &mut Tx, row: &Feed) -> QueryResult<()> {
    let constraint = if row.member_id.is_some() { "calendar_feeds_member" } else { "calendar_feeds_client" };
    diesel::insert_into(feeds::table)
        .values(row)
        .on_conflict(on_constraint(constraint))
        .do_update()
        .set((feeds::token.eq(&row.token), feeds::created_at.eq(row.created_at)))
        .execute(&mut **tx)
        .await
        .map(drop)
}

pub(crate) async fn feed_delete(tx: &mut Tx, owner: Owner) -> QueryResult<usize> {
    match owner {
        Owner::Member(id) => {
            diesel::delete(feeds::table.filter(feeds::member_id.eq(id))).execute(&mut **tx).await
        }
        Owner::Client(id) => {
            diesel::delete(feeds::table.filter(feeds::client_id.eq(id))).execute(&mut **tx).await
        }
    }
}

/// The appointments of a calendar from some moment on that take place or took place, the earliest first.
pub(crate) async fn bookings_of_feed(
    tx: &mut Tx,
    owner: Owner,
    from: Instant,
    most: i64,
) -> QueryResult<Vec<Booking>> {
    let query = bookings::table
        .filter(bookings::starts_at.ge(from))
        .filter(bookings::state.eq_any(["requested", "held", "confirmed", "completed", "no_show"]))
        .into_boxed();
    let query = match owner {
        Owner::Client(id) => query.filter(bookings::client_id.eq(id)),
        Owner::Member(id) => {
            let also = booking_coaches::table
                .filter(booking_coaches::coach_id.eq(id))
                .select(booking_coaches::booking_id);
            query.filter(bookings::coach_id.eq(id).or(bookings::id.eq_any(also)))
        }
    };
    let query = query.order((bookings::starts_at, bookings::id)).limit(most);
    query.select(Booking::as_select()).load(&mut **tx).await
}
