//! Pages. Thin: read the request, call a use case, show a view. None needs JavaScript.

mod book;
mod booking;
mod calendar;
mod client;
mod details;
mod feed;
mod form_key;
pub(crate) mod href;
mod month;
mod reschedule;
mod room;
mod staff;
mod studio_availability;
mod studio_blackouts;
mod studio_block;
mod studio_book;
mod studio_bookings;
mod studio_explain;
mod studio_move;
mod studio_notes;
mod studio_overrides;
mod studio_routes;
mod studio_steps;
mod studio_taken;
mod studio_types;
mod type_form;
mod type_lists;
pub(crate) mod views;
mod zones;

use kernel::{Audience, PageRoute};
use poem::{get, post};

pub(crate) fn routes() -> Vec<PageRoute> {
    use Audience::{Client, Public};
    let mut all = studio_routes::routes();
    all.extend([
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
        PageRoute::new(Public, "/:slug/booking/:token/move", get(reschedule::show).post(reschedule::submit)),
        PageRoute::new(Public, "/:slug/booking/:token/pay", post(booking::submit_pay)),
        PageRoute::new(Public, "/:slug/booking/:token/rating", post(booking::submit_rating)),
        PageRoute::new(Public, "/:slug/booking/:token/room", get(room::show)),
        PageRoute::new(Public, "/:slug/calendar/:file", get(feed::file)),
        PageRoute::new(Client, "/:slug/me/bookings", get(client::list)),
        PageRoute::new(Client, "/:slug/me/bookings/calendar", get(client::calendar)),
        PageRoute::new(Client, "/:slug/me/bookings/feed", get(feed::own).post(feed::change_own)),
    ]);
    all.extend(set_up());
    all
}

/// What coaches and managers set up.
fn set_up() -> Vec<PageRoute> {
    use Audience::Studio;
    vec![
        PageRoute::new(Studio, "/:slug/studio/availability/feed", get(feed::coach).post(feed::change_coach)),
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
        PageRoute::new(
            Studio,
            "/:slug/studio/availability/overrides",
            get(studio_overrides::show).post(studio_overrides::save),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/availability/blackouts",
            get(studio_blackouts::list).post(studio_blackouts::add),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/availability/blackouts/:id/delete",
            post(studio_blackouts::remove),
        ),
        PageRoute::new(Studio, "/:slug/studio/availability/explain", get(studio_explain::show)),
    ]
}
