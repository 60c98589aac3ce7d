//! What the staff calendar shows of a stretch of time. Each read costs what the stretch costs.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult,
    Queryable, Selectable, SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{AppointmentTypeId, BookingId, Instant, MemberId, SharedSlotId};

use crate::{
    model::State,
    schema::{bookings, schedule_windows as windows, schedules},
};

/// The longest appointment in minutes: how long before a stretch one that meets it can begin.
const LONGEST: i64 = 1_440;

/// A booking as the calendar shows it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = bookings, check_for_backend(diesel::pg::Pg))]
pub(crate) struct BookingLine {
    pub id: BookingId,
    pub type_id: AppointmentTypeId,
    pub type_name: String,
    pub coach_id: MemberId,
    pub client_name: String,
    pub state: State,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub slot_id: Option<SharedSlotId>,
}

/// Bookings that hold time in `[from, to)`, in order: of everybody, or those of one coach and those named.
pub(crate) async fn booking_lines(
    mut conn: &AsyncPgConnection,
    coach: Option<(MemberId, &[BookingId])>,
    (from, to): (Instant, Instant),
) -> QueryResult<Vec<BookingLine>> {
    let mut query = bookings::table
        .filter(bookings::starts_at.ge(from.plus_minutes(-LONGEST)))
        .filter(bookings::starts_at.lt(to))
        .filter(bookings::ends_at.gt(from))
        .filter(bookings::state.eq_any(["requested", "held", "confirmed", "completed", "no_show"]))
        .select(BookingLine::as_select())
        .into_boxed();
    if let Some((coach, named)) = coach {
        query = query.filter(bookings::coach_id.eq(coach).or(bookings::id.eq_any(named)));
    }
    query.order((bookings::starts_at, bookings::id)).load(&mut conn).await
}

/// A coach with a zone of their own and one of their windows, if there are any.
pub(crate) type HoursRow = (MemberId, Option<String>, Option<i16>, Option<i16>, Option<i16>);

/// The weekly windows of these coaches; a coach without a schedule has no row.
pub(crate) async fn hours_of(
    mut conn: &AsyncPgConnection,
    coaches: &[MemberId],
) -> QueryResult<Vec<HoursRow>> {
    schedules::table
        .left_join(windows::table.on(windows::coach_id.eq(schedules::coach_id)))
        .filter(schedules::coach_id.eq_any(coaches))
        .order((schedules::coach_id, windows::weekday, windows::opens))
        .select((
            schedules::coach_id,
            schedules::zone,
            windows::weekday.nullable(),
            windows::opens.nullable(),
            windows::closes.nullable(),
        ))
        .load(&mut conn)
        .await
}
