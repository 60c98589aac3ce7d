//! The client area: one's own bookings.

use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    handler,
    http::HeaderMap,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    href::with_query,
    views::{MyBookingsView, booking_row},
    zones,
};
use crate::{queries::bookings::BookingFilter, service::lists};

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
    let now = Some(ctx.now());
    let filter = BookingFilter {
        from: now.filter(|_| !past),
        to: now.filter(|_| past),
        latest_first: past,
        ..BookingFilter::default()
    };
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
