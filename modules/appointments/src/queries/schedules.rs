//! Coaches' weekly windows, and other hours on dates.

use diesel::{
    AggregateExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper, upsert::excluded,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::MemberId;
use kernel::Tx;

use crate::{
    model::{day::Day, hours::Window, overrides::OverrideRow},
    schema::{schedule_overrides as overrides, schedule_windows as windows, schedules},
};

/// The zone of a coach's own, and the windows in order.
pub(crate) async fn schedule_of(tx: &mut Tx, coach: MemberId) -> QueryResult<(Option<String>, Vec<Window>)> {
    let zone = schedules::table
        .find(coach)
        .select(schedules::zone)
        .first::<Option<String>>(&mut **tx)
        .await
        .optional()?;
    let query = windows::table.filter(windows::coach_id.eq(coach)).select(Window::as_select());
    let rows = query.order((windows::weekday, windows::opens)).load(&mut **tx).await?;
    Ok((zone.flatten(), rows))
}

/// Whether a coach has a schedule, even an empty one.
pub(crate) async fn schedule_exists(tx: &mut Tx, coach: MemberId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(schedules::table.find(coach))).get_result(&mut **tx).await
}

/// Puts these windows in the place of all that were there. Two at once: one after the other, by the schedule's row.
pub(crate) async fn schedule_replace(
    tx: &mut Tx,
    coach: MemberId,
    zone: Option<&str>,
    rows: &[Window],
) -> QueryResult<()> {
    let now = tx.ctx().now();
    let row = (schedules::coach_id.eq(coach), schedules::zone.eq(zone), schedules::updated_at.eq(now));
    diesel::insert_into(schedules::table)
        .values(row)
        .on_conflict(diesel::upsert::on_constraint("schedules_pkey"))
        .do_update()
        .set((
            schedules::zone.eq(excluded(schedules::zone)),
            schedules::updated_at.eq(excluded(schedules::updated_at)),
        ))
        .execute(&mut **tx)
        .await?;
    diesel::delete(windows::table.filter(windows::coach_id.eq(coach))).execute(&mut **tx).await?;
    diesel::insert_into(windows::table).values(rows).execute(&mut **tx).await.map(drop)
}

/// Other hours of these coaches on dates, both inclusive, in order. See [`crate::model::overrides::dates_around`].
pub(crate) async fn overrides_of(
    mut conn: &AsyncPgConnection,
    coaches: &[MemberId],
    from: Day,
    to: Day,
) -> QueryResult<Vec<OverrideRow>> {
    overrides::table
        .filter(overrides::coach_id.eq_any(coaches))
        .filter(overrides::date.ge(from))
        .filter(overrides::date.le(to))
        .order((overrides::coach_id, overrides::date, overrides::opens))
        .select(OverrideRow::as_select())
        .load(&mut conn)
        .await
}

/// Makes a coach's schedule when there is none yet, and locks it until the transaction ends: one change at a time.
pub(crate) async fn schedule_lock(tx: &mut Tx, coach: MemberId) -> QueryResult<()> {
    let now = tx.ctx().now();
    let row = (schedules::coach_id.eq(coach), schedules::updated_at.eq(now));
    diesel::insert_into(schedules::table)
        .values(row)
        .on_conflict(diesel::upsert::on_constraint("schedules_pkey"))
        .do_update()
        .set(schedules::updated_at.eq(excluded(schedules::updated_at)))
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// How many dates of a coach have other hours.
pub(crate) async fn override_dates(tx: &mut Tx, coach: MemberId) -> QueryResult<i64> {
    let dates = diesel::dsl::count(overrides::date).aggregate_distinct();
    overrides::table.filter(overrides::coach_id.eq(coach)).select(dates).first(&mut **tx).await
}

/// Puts these rows in the place of all that a date had. Lock the schedule first.
pub(crate) async fn override_replace(
    tx: &mut Tx,
    coach: MemberId,
    date: Day,
    rows: &[OverrideRow],
) -> QueryResult<usize> {
    let of_date = overrides::table.filter(overrides::coach_id.eq(coach)).filter(overrides::date.eq(date));
    let gone = diesel::delete(of_date).execute(&mut **tx).await?;
    diesel::insert_into(overrides::table).values(rows).execute(&mut **tx).await?;
    Ok(gone)
}
