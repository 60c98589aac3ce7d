//! Lists of bookings: of the business for staff, of oneself for clients.

use kernel::{Ctx, Paging, Problem, Tx};
use people::clients;

use crate::{
    model::Booking,
    policy::{BOOKINGS_READ, OWN_BOOKINGS_READ, reach},
    queries::bookings::{BookingFilter, bookings_page},
};

/// One page of a list, and where the next one begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bookings {
    pub items: Vec<Booking>,
    pub next: Option<String>,
}

/// Bookings of the business, as far as the acting person reaches.
///
/// # Errors
/// 422 when the search text is too long.
pub(crate) async fn all(ctx: &Ctx, filter: &BookingFilter, paging: &Paging) -> Result<Bookings, Problem> {
    let mut check = kernel::Check::new();
    check.line("search", &filter.search, 0, 200);
    check.finish()?;
    let filter = match reach(ctx) {
        Some(own) if filter.coach.is_some_and(|asked| asked != own) => return Ok(Bookings::default()),
        own => BookingFilter { coach: own.or(filter.coach), ..filter.clone() },
    };
    let rows: Vec<Booking> = ctx
        .tx(BOOKINGS_READ, async |tx: &mut Tx| {
            bookings_page(tx, &filter, paging).await.map_err(Problem::from)
        })
        .await?;
    Ok(page(rows, paging))
}

/// Bookings of the person who acts, as a client of this tenant.
///
/// # Errors
/// When they may not.
pub(crate) async fn own(ctx: &Ctx, filter: &BookingFilter, paging: &Paging) -> Result<Bookings, Problem> {
    let rows: Vec<Booking> = ctx
        .tx(OWN_BOOKINGS_READ, async |tx: &mut Tx| {
            let Some(client) = clients::of_actor(tx).await? else { return Ok(Vec::new()) };
            let filter = BookingFilter { client: Some(client.id), ..filter.clone() };
            bookings_page(tx, &filter, paging).await.map_err(Problem::from)
        })
        .await?;
    Ok(page(rows, paging))
}

fn page(rows: Vec<Booking>, paging: &Paging) -> Bookings {
    let (items, next) = paging.cut(rows, |booking| (booking.starts_at, booking.id.uuid()));
    Bookings { items, next }
}
