//! Addresses of the staff calendar and of bookings in the studio.

use kernel::{Audience::Studio, PageRoute};
use poem::{get, post};

use super::{calendar, studio_block, studio_book, studio_bookings, studio_move, studio_notes, studio_steps};

/// An address below one booking.
macro_rules! booking {
    ($rest:literal) => {
        concat!("/:slug/studio/bookings/:id", $rest)
    };
}

pub(super) fn routes() -> Vec<PageRoute> {
    vec![
        PageRoute::new(Studio, "/:slug/studio/calendar", get(calendar::show)),
        PageRoute::new(
            Studio,
            "/:slug/studio/calendar/block",
            get(studio_block::ask).post(studio_block::submit),
        ),
        PageRoute::new(Studio, "/:slug/studio/bookings", get(studio_bookings::list)),
        PageRoute::new(Studio, "/:slug/studio/bookings/new", get(studio_book::ask).post(studio_book::submit)),
        PageRoute::new(Studio, booking!(""), get(studio_bookings::show)),
        PageRoute::new(Studio, booking!("/approve"), post(studio_steps::approve)),
        PageRoute::new(
            Studio,
            booking!("/decline"),
            get(studio_steps::ask_decline).post(studio_steps::submit_decline),
        ),
        PageRoute::new(
            Studio,
            booking!("/cancel"),
            get(studio_steps::ask_cancel).post(studio_steps::submit_cancel),
        ),
        PageRoute::new(Studio, booking!("/complete"), post(studio_steps::complete)),
        PageRoute::new(Studio, booking!("/no-show"), post(studio_steps::no_show)),
        PageRoute::new(Studio, booking!("/move"), get(studio_move::ask).post(studio_move::submit)),
        PageRoute::new(Studio, booking!("/rating"), post(studio_steps::rating)),
        PageRoute::new(Studio, booking!("/notes"), post(studio_notes::add)),
        PageRoute::new(Studio, booking!("/notes/:note"), get(studio_notes::edit).post(studio_notes::change)),
        PageRoute::new(Studio, booking!("/notes/:note/delete"), post(studio_notes::delete)),
    ]
}
