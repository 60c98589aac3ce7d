//! Where the pages of offers are.

use kernel::{Audience, PageRoute};
use poem::{get, post};

use super::{offer_files, offer_form, package_settings, studio_offers};

/// The studio's pages of offers, and what of them everybody can open.
pub(super) fn routes() -> Vec<PageRoute> {
    use Audience::{Client, Public, Studio};
    vec![
        PageRoute::new(Public, "/:slug/pictures/:digest", get(offer_files::picture)),
        PageRoute::new(Public, "/:slug/downloads/:token/:file", get(offer_files::bought_file)),
        PageRoute::new(Client, "/:slug/me/downloads", get(offer_files::own_files)),
        PageRoute::new(Studio, "/:slug/studio/offers", get(studio_offers::list)),
        PageRoute::new(Studio, "/:slug/studio/offers/starters", post(studio_offers::add_starters)),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/settings",
            get(package_settings::show).post(package_settings::save),
        ),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/new/:kind",
            get(offer_form::blank).post(offer_form::create),
        ),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id", get(offer_form::show).post(offer_form::save)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/status", post(studio_offers::set_status)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/duplicate", post(studio_offers::duplicate)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/move", post(studio_offers::move_offer)),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/picture", post(offer_files::set_picture)),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/edit/:id/picture/remove",
            post(offer_files::remove_picture),
        ),
        PageRoute::new(Studio, "/:slug/studio/offers/edit/:id/files", post(offer_files::add_file)),
        PageRoute::new(
            Studio,
            "/:slug/studio/offers/edit/:id/files/:file/remove",
            post(offer_files::remove_file),
        ),
        PageRoute::new(Studio, "/:slug/studio/offers/files/:file", get(offer_files::staff_file)),
    ]
}
