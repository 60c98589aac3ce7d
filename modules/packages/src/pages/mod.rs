//! Pages: thin, they read the request, call a service and hand over a view.

mod buy;
mod me;
mod offer_form;
mod studio_offers;

use kernel::{Audience, PageRoute};
use poem::{get, post};
use serde::Deserialize;

/// Where a list begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ListQuery {
    cursor: Option<String>,
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
}

/// The module's pages.
pub(crate) fn all() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    vec![
        PageRoute::new(Public, "/:slug/buy", get(buy::offers)),
        PageRoute::new(Public, "/:slug/buy/:offer", get(buy::show).post(buy::submit)),
        PageRoute::new(Client, "/:slug/me/credits", get(me::credits)),
        PageRoute::new(Studio, "/:slug/studio/offers", get(studio_offers::list)),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/new/:kind",
            get(offer_form::blank).post(offer_form::create),
        ),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id", get(offer_form::show).post(offer_form::save)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/status", post(studio_offers::set_status)),
    ]
}
