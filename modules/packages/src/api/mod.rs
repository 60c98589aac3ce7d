//! The module's API: thin, over the same services as the pages.

mod checkout_api;
mod checkout_types;
mod coupon_types;
mod coupons;
mod credits;
mod files;
mod offer_api;
mod offer_docs;
mod offer_out;
mod offer_types;
mod offers;
mod settings;

use poem_openapi::Tags;

pub(crate) use checkout_api::CheckoutApi;
pub(crate) use coupons::CouponsApi;
pub(crate) use credits::CreditsApi;
pub(crate) use offer_api::OffersApi;

#[derive(Tags)]
enum Tag {
    /// Products and packages, the checkout and credits.
    Packages,
}
