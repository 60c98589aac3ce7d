//! Stretches in which nothing is offered.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, QueryResult, SelectableHelper,
    dsl::{count_star, exists},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{BlackoutId, Instant, MemberId};
use kernel::{Paging, Tx};

use crate::{
    model::blackouts::Blackout,
    schema::{blackouts, booking_coaches, bookings},
};

/// Blackouts of these coaches and of the whole business that meet `[from, to)`, in order.
pub(crate) async fn blackouts_of(
    mut conn: &AsyncPgConnection,
    coaches: &[MemberId],
    from: Instant,
    to: Instant,
) -> QueryResult<Vec<Blackout>> {
    blackouts::table
        .filter(blackouts::ends_at.gt(from))
        .filter(blackouts::starts_at.lt(to))
        .filter(blackouts::coach_id.is_null().or(blackouts::coach_id.assume_not_null().eq_any(coaches)))
        .order((blackouts::starts_at, blackouts::id))
        .select(Blackout::as_select())
        .load(&mut conn)
        .await
}

/// Which blackouts a list shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlackoutFilter {
    /// Those of this coach and of the whole business; `None`: all.
    pub coach: Option<MemberId>,
    /// Ending after.
    pub from: Instant,
    /// Starting before.
    pub to: Option<Instant>,
}

/// One page in order of their starts, one row more than the limit (see [`Paging::cut`]).
pub(crate) async fn blackouts_page(
    tx: &mut Tx,
    filter: &BlackoutFilter,
    paging: &Paging,
) -> QueryResult<Vec<Blackout>> {
    let mut query = blackouts::table
        .filter(blackouts::ends_at.gt(filter.from))
        .select(Blackout::as_select())
        .into_boxed();
    if let Some(coach) = filter.coach {
        query =
            query.filter(blackouts::coach_id.is_null().or(blackouts::coach_id.assume_not_null().eq(coach)));
    }
    if let Some(to) = filter.to {
        query = query.filter(blackouts::starts_at.lt(to));
    }
    if let Some(after) = paging.after {
        query = query
            .filter(blackouts::starts_at.ge(after.at))
            .filter(blackouts::starts_at.gt(after.at).or(blackouts::id.gt(BlackoutId::from_uuid(after.id))));
    }
    query.order((blackouts::starts_at, blackouts::id)).limit(paging.limit + 1).load(&mut **tx).await
}

pub(crate) async fn blackout_insert(tx: &mut Tx, row: &Blackout) -> QueryResult<()> {
    diesel::insert_into(blackouts::table).values(row).execute(&mut **tx).await.map(drop)
}

/// The blackout, locked until the transaction ends.
pub(crate) async fn blackout_for_change(tx: &mut Tx, id: BlackoutId) -> QueryResult<Option<Blackout>> {
    let query = blackouts::table.find(id).select(Blackout::as_select()).for_update();
    query.first(&mut **tx).await.optional()
}

pub(crate) async fn blackout_delete(tx: &mut Tx, id: BlackoutId) -> QueryResult<()> {
    diesel::delete(blackouts::table.find(id)).execute(&mut **tx).await.map(drop)
}

/// How many bookings that hold time lie inside each of these blackouts, wholly or in part; those without are left out.
pub(crate) async fn bookings_inside(tx: &mut Tx, ids: &[BlackoutId]) -> QueryResult<Vec<(BlackoutId, i64)>> {
    let also_with = booking_coaches::table
        .filter(booking_coaches::booking_id.eq(bookings::id))
        .filter(booking_coaches::coach_id.nullable().eq(blackouts::coach_id));
    let of_coach = blackouts::coach_id
        .is_null()
        .or(bookings::coach_id.nullable().eq(blackouts::coach_id).assume_not_null())
        .or(exists(also_with));
    blackouts::table
        .inner_join(bookings::table.on(bookings::starts_at.lt(blackouts::ends_at)))
        .filter(blackouts::id.eq_any(ids))
        .filter(bookings::ends_at.gt(blackouts::starts_at))
        .filter(bookings::state.eq_any(["requested", "held", "confirmed"]))
        .filter(of_coach)
        .group_by(blackouts::id)
        .select((blackouts::id, count_star()))
        .load(&mut **tx)
        .await
}
