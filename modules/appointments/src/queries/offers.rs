//! An appointment type with everything the engine needs, in as few round trips as possible.

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{AppointmentTypeId, Instant, MemberId};
use futures::try_join;
use kernel::Tx;

use crate::{
    model::{AppointmentType, hours::Window},
    schema::{
        appointment_type_coaches as offers, appointment_types as types, bookings,
        schedule_windows as windows, schedules,
    },
};

/// What names a type: its slug in pages, its identifier or slug in the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TypeRef {
    Slug(String),
    Id(AppointmentTypeId),
}

impl TypeRef {
    /// An identifier when it looks like one, else a slug. What can be neither names no type.
    pub fn parse(text: &str) -> Self {
        let is_slug = |text: &str| text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_graphic());
        let slug = if is_slug(text) { text } else { "" };
        text.parse().map_or_else(|_| Self::Slug(slug.to_owned()), Self::Id)
    }
}

/// A coach of a type, with a zone of their own and one of their windows, if there are any.
pub(crate) type CoachRow = (MemberId, Option<String>, Option<i16>, Option<i16>, Option<i16>);

/// A type and its coaches' windows, both asked at once on one connection.
pub(crate) async fn offer_rows(
    tx: &mut Tx,
    of: &TypeRef,
) -> QueryResult<Option<(AppointmentType, Vec<CoachRow>)>> {
    let conn: &AsyncPgConnection = tx;
    let (row, coaches) = try_join!(type_row(conn, of), coach_rows(conn, of))?;
    Ok(row.map(|row| (row, coaches)))
}

async fn type_row(mut conn: &AsyncPgConnection, of: &TypeRef) -> QueryResult<Option<AppointmentType>> {
    let query = types::table.select(AppointmentType::as_select()).into_boxed();
    let query = match of {
        TypeRef::Slug(slug) => query.filter(types::slug.eq(slug)),
        TypeRef::Id(id) => query.filter(types::id.eq(*id)),
    };
    query.first(&mut conn).await.optional()
}

async fn coach_rows(mut conn: &AsyncPgConnection, of: &TypeRef) -> QueryResult<Vec<CoachRow>> {
    let query = offers::table
        .inner_join(types::table.on(types::id.eq(offers::type_id)))
        .left_join(schedules::table.on(schedules::coach_id.eq(offers::coach_id)))
        .left_join(windows::table.on(windows::coach_id.eq(offers::coach_id)))
        .order((offers::coach_id, windows::weekday, windows::opens))
        .select((
            offers::coach_id,
            schedules::zone.nullable(),
            windows::weekday.nullable(),
            windows::opens.nullable(),
            windows::closes.nullable(),
        ))
        .into_boxed();
    let query = match of {
        TypeRef::Slug(slug) => query.filter(types::slug.eq(slug)),
        TypeRef::Id(id) => query.filter(types::id.eq(*id)),
    };
    query.load(&mut conn).await
}

/// The window of a coach's row.
pub(crate) fn window_of(row: &CoachRow) -> Option<Window> {
    let (coach_id, _, weekday, opens, closes) = row;
    Some(Window { coach_id: *coach_id, weekday: (*weekday)?, opens: (*opens)?, closes: (*closes)? })
}

/// Bookings of these coaches around a start, for sharing the work: who had fewest that week, who had none for longest.
pub(crate) async fn recent_bookings(
    tx: &mut Tx,
    coaches: &[MemberId],
    around: Instant,
) -> QueryResult<Vec<(MemberId, Instant, Instant)>> {
    let (from, to) = (around.plus_minutes(-40 * 1_440), around.plus_minutes(8 * 1_440));
    bookings::table
        .filter(bookings::coach_id.eq_any(coaches))
        .filter(bookings::starts_at.ge(from))
        .filter(bookings::starts_at.lt(to))
        .filter(bookings::state.eq_any(["requested", "held", "confirmed", "completed", "no_show"]))
        .select((bookings::coach_id, bookings::starts_at, bookings::ends_at))
        .load(&mut **tx)
        .await
}
