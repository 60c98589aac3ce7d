//! Pages: thin, they read the request, call a service and hand over a view.

mod buy;
mod me;
mod offer_form;
mod order;
mod sandbox;
mod studio_offers;
mod studio_orders;

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
    #[serde(default)]
    method: String,
}

/// The module's pages.
pub(crate) fn all() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    vec![
        PageRoute::new(Public, "/:slug/buy", get(buy::offers)),
        PageRoute::new(Public, "/:slug/buy/:offer", get(buy::show).post(buy::submit)),
        PageRoute::new(Public, "/:slug/pay/sandbox/:token", get(sandbox::show).post(sandbox::submit)),
        PageRoute::new(Public, "/:slug/order/:token", get(order::show)),
        PageRoute::new(Public, "/:slug/order/:token/pay", post(order::pay)),
        PageRoute::new(Public, "/:slug/order/:token/cancel", post(order::cancel)),
        PageRoute::new(Client, "/:slug/me/orders", get(me::orders)),
        PageRoute::new(Client, "/:slug/me/credits", get(me::credits)),
        PageRoute::new(Studio, "/:slug/studio/offers", get(studio_offers::list)),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/payments",
            get(studio_offers::payments).post(studio_offers::save_payments),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/new/:kind",
            get(offer_form::blank).post(offer_form::create),
        ),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id", get(offer_form::show).post(offer_form::save)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/status", post(studio_offers::set_status)),
        PageRoute::new(Studio, "/:slug/studio/orders", get(studio_orders::list)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id", get(studio_orders::show)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/paid", post(studio_orders::mark_paid)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/cancel", post(studio_orders::cancel)),
    ]
}
