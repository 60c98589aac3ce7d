//! Pages: thin, they read the request, call a service and hand over a view.

mod documents;
mod me;
mod order;
pub(super) mod orders;
mod payments;
mod payouts;
mod sandbox;
mod studio_order;
mod taxes;

use kernel::{Audience, PageRoute};
use poem::{get, post};
use serde::Deserialize;

/// Where a list begins.
#[derive(Debug, Default, Deserialize)]
struct CursorQuery {
    cursor: Option<String>,
}

pub(super) fn all() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    use studio_order as one;
    vec![
        PageRoute::new(Public, "/:slug/pay/sandbox/:token", get(sandbox::show).post(sandbox::submit)),
        PageRoute::new(Public, "/:slug/order/:token", get(order::show)),
        PageRoute::new(Public, "/:slug/order/:token/pay", post(order::pay)),
        PageRoute::new(Public, "/:slug/order/:token/cancel", post(order::cancel)),
        PageRoute::new(Public, "/:slug/order/:token/bill-to", post(order::bill_to)),
        PageRoute::new(Public, "/:slug/order/:token/:file", get(documents::of_link)),
        PageRoute::new(Public, "/:slug/order/:token/refund/:file", get(documents::refund_of_link)),
        PageRoute::new(Client, "/:slug/me/orders", get(me::orders)),
        PageRoute::new(Studio, "/:slug/studio/offers/payments", get(payments::show).post(payments::save)),
        PageRoute::new(Studio, "/:slug/studio/orders", get(orders::list)),
        PageRoute::new(Studio, "/:slug/studio/orders/export", get(orders::export)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id", get(one::show)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/paid", post(one::mark_paid)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/cancel", post(one::cancel)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/undo", post(one::undo)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refund", post(one::refund)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refunds/:refund/paid-back", post(one::paid_back)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/refunds/:refund/again", post(one::refund_again)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/resend", post(one::resend)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/bill-to", post(one::bill_to)),
        PageRoute::new(Studio, "/:slug/studio/orders/:id/files/:file", get(documents::of_order)),
        PageRoute::new(
            Studio,
            "/:slug/studio/orders/:id/files/refund/:file",
            get(documents::refund_of_order),
        ),
        PageRoute::new(Studio, "/:slug/studio/orders/payouts", get(payouts::show)),
        PageRoute::new(Studio, "/:slug/studio/offers/taxes", get(taxes::show).post(taxes::add)),
        PageRoute::new(Studio, "/:slug/studio/offers/taxes/:id/archive", post(taxes::archive)),
    ]
}
