//! Pages. Thin: read the request, call a use case, show a view. None needs JavaScript.

mod book;
mod booking;
mod client;
mod details;
mod href;
mod month;
mod studio_availability;
mod studio_bookings;
mod studio_types;
pub(crate) mod views;
mod zones;

use kernel::{Audience, PageRoute};
use poem::get;

pub(crate) fn routes() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    vec![
        PageRoute::new(Public, "/:slug/book", get(book::choose)),
        PageRoute::new(Public, "/:slug/book/:type", get(book::pick)),
        PageRoute::new(Public, "/:slug/book/:type/details", get(details::show).post(details::submit)),
        PageRoute::new(Public, "/:slug/booking/:token", get(booking::show)),
        PageRoute::new(Public, "/:slug/booking/:token/calendar.ics", get(booking::calendar_file)),
        PageRoute::new(
            Public,
            "/:slug/booking/:token/cancel",
            get(booking::ask_cancel).post(booking::submit_cancel),
        ),
        PageRoute::new(Client, "/:slug/me/bookings", get(client::list)),
        PageRoute::new(Studio, "/:slug/studio/bookings", get(studio_bookings::list)),
        PageRoute::new(Studio, "/:slug/studio/bookings/:id", get(studio_bookings::show)),
        PageRoute::new(
            Studio,
            "/:slug/studio/bookings/:id/cancel",
            get(studio_bookings::ask_cancel).post(studio_bookings::submit_cancel),
        ),
        PageRoute::new(Studio, "/:slug/studio/appointment-types", get(studio_types::list)),
        PageRoute::new(
            Studio,
            "/:slug/studio/appointment-types/new",
            get(studio_types::blank).post(studio_types::create),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/appointment-types/:id",
            get(studio_types::edit).post(studio_types::update),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/availability",
            get(studio_availability::show).post(studio_availability::save),
        ),
    ]
}
