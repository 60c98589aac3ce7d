//! Pages: thin, they read the request, call a service and hand over a view.

mod order;
mod saving;
mod studio;

use kernel::{Audience, PageRoute};
use poem::{get, post};

pub(crate) fn all() -> Vec<PageRoute> {
    use Audience::{Public, Studio};
    vec![
        PageRoute::new(Public, "/:slug/order/:token/card", get(order::card_page).post(order::do_saved)),
        PageRoute::new(Public, "/:slug/order/:token/hosted", post(order::do_hosted)),
        PageRoute::new(Public, "/:slug/order/:token/back", get(order::do_back)),
        PageRoute::new(Public, "/:slug/pay/saved", get(saving::do_saved)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe", get(studio::account_page)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/connect", post(studio::do_connect)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/return", get(studio::do_returned)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/refresh", get(studio::do_refreshed)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/keys", post(studio::do_keys)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/style", post(studio::do_style)),
        PageRoute::new(Studio, "/:slug/studio/payments/stripe/disconnect", post(studio::do_disconnect)),
        PageRoute::new(
            Studio,
            "/:slug/studio/payments/stripe/events",
            get(studio::events_page).post(studio::do_poll),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/payments/stripe/events/:id",
            get(studio::event_page).post(studio::do_again),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/payments/stripe/audits",
            get(studio::audits_page).post(studio::do_audit),
        ),
    ]
}
