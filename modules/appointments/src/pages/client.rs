//! The client area: one's own bookings, as a list and as a month.

use events::Instant;
use jiff::civil::Date;
use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    IntoResponse, Response, handler,
    http::HeaderMap,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    month::{self, Marks, Month},
    views::{MyBookingsView, MyCalendarView, OwnDay, booking_row},
    zones,
};
use crate::{
    model::{
        Booking,
        when::{date_in, zone},
    },
    queries::bookings::{BookingFilter, Phase},
    service::lists,
};

/// How far one can leaf back and ahead.
const LEAF_MINUTES: i64 = 1_830 * 1_440;
/// The most bookings of a month that are shown.
const MOST: i64 = 100;

#[derive(Debug, Default, Deserialize)]
pub(super) struct MyQuery {
    view: Option<String>,
    cursor: Option<String>,
}

/// `/{slug}/me/bookings`
#[handler]
pub(super) async fn list(
    Data(ctx): Data<&Ctx>,
    Query(query): Query<MyQuery>,
    headers: &HeaderMap,
) -> Result<Page, Problem> {
    let past = query.view.as_deref() == Some("past");
    let phase = if past { Phase::Past(ctx.now()) } else { Phase::Upcoming(ctx.now()) };
    let filter = BookingFilter { phase: Some(phase), latest_first: past, ..BookingFilter::default() };
    let page = lists::own(ctx, &filter, &Paging::new(query.cursor.as_deref(), None)?).await?;
    let view = if past { "past" } else { "" };
    let next = page.next.map(|cursor| with_query("/me/bookings", &[("view", view), ("cursor", &cursor)]));
    Ok(Page::of(&MyBookingsView {
        past,
        zone: zones::viewer(ctx, None, headers),
        bookings: page.items.iter().map(|booking| booking_row(booking, booking.path())).collect(),
        next,
    }))
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct MonthQuery {
    month: Option<String>,
}

/// `/{slug}/me/bookings/calendar`
#[handler]
pub(super) async fn calendar(
    Data(ctx): Data<&Ctx>,
    Query(query): Query<MonthQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let zone_name = zones::viewer(ctx, None, headers);
    let (tz, now) = (zone(&zone_name), ctx.now());
    let today = date_in(now, &tz);
    let (first, last) =
        (date_in(now.plus_minutes(-LEAF_MINUTES), &tz), date_in(now.plus_minutes(LEAF_MINUTES), &tz));
    let asked = query.month.as_deref().and_then(month::parse).unwrap_or(today);
    let shown = asked.clamp(first.first_of_month(), last.last_of_month());
    let bookings = of_month(ctx, month::bounds(shown, &tz).ok_or_else(Problem::not_found)?).await?;
    let all: Vec<&Booking> = bookings.iter().collect();
    let days = month::by_day(&all, &tz, |booking| booking.starts_at);
    let counts = month::counts(&days);
    let marks = Marks { counts: &counts, zone: &tz, chosen: None, today };
    let leaf = |month: Date| with_query("/me/bookings/calendar", &[("month", &month::name(month))]);
    let month = Month::new(shown, &marks, (first, last), leaf, |day| format!("#{}", day_id(day)));
    let days = days.iter().map(|(day, bookings)| OwnDay {
        id: day_id(*day),
        at: month::midday(*day, &tz),
        bookings: bookings.iter().map(|booking| booking_row(booking, booking.path())).collect(),
    });
    Ok(Page::of(&MyCalendarView { zone: zone_name, month, days: days.collect() }).into_response())
}

fn day_id(day: Date) -> String {
    format!("day-{day}")
}

async fn of_month(ctx: &Ctx, (from, to): (Instant, Instant)) -> Result<Vec<Booking>, Problem> {
    let filter = BookingFilter { from: Some(from), to: Some(to), ..BookingFilter::default() };
    Ok(lists::own(ctx, &filter, &Paging { after: None, limit: MOST }).await?.items)
}
