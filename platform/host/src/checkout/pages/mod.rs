//! Pages: thin, they read the request, call a service and hand over a view.

mod me;
mod order;
mod payments;
mod sandbox;
mod studio_orders;

use kernel::{Audience, PageRoute};
use poem::{get, post};
use serde::Deserialize;

/// Where a list begins, and what of it is wanted.
#[derive(Debug, Default, Deserialize)]
struct ListQuery {
    cursor: Option<String>,
    #[serde(default)]
    search: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    method: String,
}

pub(super) fn all() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    use studio_orders as orders;
    vec![
        PageRoute::new(Public, "/:slug/pay/sandbox/:token", get(sandbox::show).post(sandbox::submit)),
        PageRoute::new(Public, "/:slug/order/:token", get(order::show)),
        PageRoute::new(Public, "/:slug/order/:token/pay", post(order::pay)),
        PageRoute::new(Public, "/:slug/order/:token/cancel", post(order::cancel)),
        PageRoute::new(Client, "/:slug/me/orders", get(me::orders)),
        PageRoute::new(Studio, "/:slug/studio/offers/payments", get(payments::show).post(payments::save)),
        PageRoute::new(Studio, "/:slug/studio/orders", get(orders::list)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id", get(orders::show)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/paid", post(orders::mark_paid)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/cancel", post(orders::cancel)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refund", post(orders::refund)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refunds/:refund/paid-back", post(orders::paid_back)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refunds/:refund/again", post(orders::refund_again)),
    ]
}
