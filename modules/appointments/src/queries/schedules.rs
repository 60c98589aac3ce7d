//! Coaches' weekly windows.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper, upsert::excluded,
};
use diesel_async::RunQueryDsl;
use events::MemberId;
use kernel::Tx;

use crate::{
    model::hours::Window,
    schema::{schedule_windows as windows, schedules},
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
