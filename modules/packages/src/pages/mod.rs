//! Pages: thin, they read the request, call a service and hand over a view.

mod buy;
mod buy_form;
mod me;
mod offer_files;
mod offer_filled;
mod offer_form;
mod offer_input;
mod offer_routes;
mod package_settings;
mod studio_coupons;
mod studio_credits;
mod studio_offers;
mod studio_vouchers;
mod voucher;

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
    let mut pages = vec![
        PageRoute::new(Public, "/:slug/buy", get(buy::offers)),
        PageRoute::new(Public, "/:slug/buy/:offer", get(buy::show).post(buy::submit)),
        PageRoute::new(Public, "/:slug/voucher", get(voucher::ask).post(voucher::find)),
        PageRoute::new(Public, "/:slug/voucher/:code", get(voucher::show)),
        PageRoute::new(Studio, "/:slug/studio/coupons", get(studio_coupons::list)),
        PageRoute::new(
            Studio,
            "/:slug/studio/coupons/new",
            get(studio_coupons::blank).post(studio_coupons::create),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/coupons/edit/:id",
            get(studio_coupons::show).post(studio_coupons::save),
        ),
        PageRoute::new(Studio, "/:slug/studio/coupons/edit/:id/status", post(studio_coupons::set_state)),
        PageRoute::new(Studio, "/:slug/studio/coupons/vouchers", get(studio_vouchers::list)),
        PageRoute::new(
            Studio,
            "/:slug/studio/coupons/vouchers/new",
            get(studio_vouchers::blank).post(studio_vouchers::create),
        ),
        PageRoute::new(Studio, "/:slug/studio/coupons/vouchers/show/:id", get(studio_vouchers::show)),
        PageRoute::new(
            Studio,
            "/:slug/studio/coupons/vouchers/show/:id/status",
            post(studio_vouchers::set_state),
        ),
        PageRoute::new(Client, "/:slug/me/credits", get(me::credits)),
        PageRoute::new(Client, "/:slug/me/credits/history.csv", get(me::export)),
        PageRoute::new(Studio, "/:slug/studio/credits", get(studio_credits::list)),
        PageRoute::new(Studio, "/:slug/studio/credits/:client", get(studio_credits::show)),
        PageRoute::new(Studio, "/:slug/studio/credits/:client/history.csv", get(studio_credits::export)),
        PageRoute::new(
            Studio,
            "/:slug/studio/credits/:client/give",
            get(studio_credits::give_form).post(studio_credits::give),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/credits/:client/take",
            get(studio_credits::take_form).post(studio_credits::take),
        ),
    ];
    pages.extend(offer_routes::routes());
    pages
}
