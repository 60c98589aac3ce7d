//! An appointment type with everything the engine needs, in as few round trips as possible.

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{AppointmentTypeId, BookingId, Instant, MemberId};
use futures::try_join;
use kernel::{Tx, fixed};

use crate::{
    model::{
        AppointmentType,
        hours::Window,
        load::{Counted, SharedSlot, Which},
    },
    schema::{
        appointment_type_coaches as offers, appointment_types as types, bookings,
        schedule_windows as windows, schedules, shared_slots as slots,
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
    /// Names it among the things that are kept in memory.
    pub fn key(&self) -> String {
        match self {
            Self::Slug(slug) => format!("appointments/offer/{slug}"),
            Self::Id(id) => format!("appointments/offer/{id}"),
        }
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

/// States of a booking that hold time, for the database.
const HOLDING: [&str; 5] = ["requested", "held", "confirmed", "completed", "no_show"];

/// What is read of a booking that counts.
const COUNTED: (bookings::id, bookings::coach_id, bookings::starts_at, bookings::ends_at) =
    (bookings::id, bookings::coach_id, bookings::starts_at, bookings::ends_at);

fn counted(rows: Vec<(BookingId, MemberId, Instant, Instant)>) -> Vec<Counted> {
    let one = |(id, coach, start, end)| Counted { which: Which::Booking(id), coach, start, end };
    rows.into_iter().map(one).collect()
}

/// Bookings of these coaches around a start, for sharing the work: who had fewest that week, who had none for longest.
pub(crate) async fn recent_bookings(
    mut conn: &AsyncPgConnection,
    coaches: &[MemberId],
    around: Instant,
) -> QueryResult<Vec<Counted>> {
    let (from, to) = (around.plus_minutes(-40 * 1_440), around.plus_minutes(8 * 1_440));
    bookings::table
        .filter(bookings::coach_id.eq_any(coaches))
        .filter(bookings::starts_at.ge(from))
        .filter(bookings::starts_at.lt(to))
        .filter(bookings::state.eq_any(HOLDING))
        .select(COUNTED)
        .load(&mut conn)
        .await
        .map(counted)
}

/// Bookings of a type that these coaches have in a range: they count against its limits.
pub(crate) async fn counted_bookings(
    mut conn: &AsyncPgConnection,
    kind: AppointmentTypeId,
    coaches: &[MemberId],
    (from, to): (Instant, Instant),
) -> QueryResult<Vec<Counted>> {
    bookings::table
        .filter(bookings::coach_id.eq_any(coaches))
        .filter(bookings::starts_at.ge(from))
        .filter(bookings::starts_at.lt(to))
        .filter(bookings::type_id.eq(kind))
        .filter(bookings::state.eq_any(HOLDING))
        .select(COUNTED)
        .load(&mut conn)
        .await
        .map(counted)
}

/// Slots with several seats of a type in which somebody sits, that start in a range.
pub(crate) async fn shared_slots(
    mut conn: &AsyncPgConnection,
    kind: AppointmentTypeId,
    coaches: &[MemberId],
    (from, to): (Instant, Instant),
) -> QueryResult<Vec<SharedSlot>> {
    slots::table
        .filter(slots::type_id.eq(kind))
        .filter(slots::coach_id.eq_any(coaches))
        .filter(slots::starts_at.ge(from))
        .filter(slots::starts_at.lt(to))
        .select(SharedSlot::as_select())
        .load(&mut conn)
        .await
}

/// Whether some hold's time to pay is over and nobody has freed its slot yet.
pub(crate) async fn hold_is_over(mut conn: &AsyncPgConnection, now: Instant) -> QueryResult<bool> {
    // Written out, so that the partial index on holds serves it.
    let held = fixed::<diesel::sql_types::Bool>("state = 'held'");
    let over = bookings::table.filter(held).filter(bookings::held_until.le(now)).select(bookings::id);
    let first = over.first::<BookingId>(&mut conn).await.optional()?;
    Ok(first.is_some())
}
