//! The platform's own part of a tenant: dashboard, clients, module switches, the client's home, and their API.

mod api;
mod clients;
mod features;
mod home;
mod me;
mod views;

use kernel::{Audience, PageRoute, ViewDef};
use poem::get;

pub use api::api;

/// Pages.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    let mut routes = vec![
        PageRoute::new(Audience::Studio, "/:slug/studio", get(home::show)),
        PageRoute::new(Audience::Studio, "/:slug/studio/clients", get(clients::list)),
        PageRoute::new(
            Audience::Studio,
            "/:slug/studio/clients/:client",
            get(clients::detail).post(clients::add_note),
        ),
        PageRoute::new(Audience::Studio, "/:slug/studio/settings", get(features::settings)),
        PageRoute::new(
            Audience::Studio,
            "/:slug/studio/settings/modules",
            get(features::show).post(features::save),
        ),
        PageRoute::new(Audience::Client, "/:slug/me", get(me::show)),
    ];
    routes.extend(crate::automations::routes());
    routes
}

/// Views with samples.
#[must_use]
pub fn views() -> Vec<ViewDef> {
    let own = [
        ViewDef::of::<views::Clients>(),
        ViewDef::of::<views::ClientDetail>(),
        ViewDef::of::<views::ApiDocs>(),
    ];
    own.into_iter()
        .chain(crate::automations::views())
        .chain(crate::checkout::views())
        .chain(stripe_provider::views())
        .chain(crate::checkout::subscriptions::views())
        .collect()
}

pub use views::{ApiDocs, ApiGroup, ApiOperation, ApiParameter};
