use kernel::{Ctx, Problem};
use poem_openapi::{Object, payload::Json};

use crate::{model::PackageSettings, service};

/// How the module works in this business.
#[derive(Clone, Copy, Debug, Object)]
pub(super) struct PackageSettingsDoc {
    /// The day on which weeks of credits begin: 1 is Monday, 7 is Sunday.
    #[oai(validator(minimum(value = "1"), maximum(value = "7")))]
    first_weekday: i16,
    /// A credit that comes back to an expired lot lives on for so many days; 0: it lapses.
    #[oai(validator(minimum(value = "0"), maximum(value = "365")))]
    return_days: i32,
}

impl From<PackageSettings> for PackageSettingsDoc {
    fn from(settings: PackageSettings) -> Self {
        Self { first_weekday: settings.first_weekday, return_days: settings.return_days }
    }
}

pub(super) async fn get(ctx: &Ctx) -> Result<Json<PackageSettingsDoc>, Problem> {
    Ok(Json(service::settings(ctx).await?.into()))
}

pub(super) async fn put(ctx: &Ctx, body: PackageSettingsDoc) -> Result<Json<PackageSettingsDoc>, Problem> {
    let wanted = PackageSettings { first_weekday: body.first_weekday, return_days: body.return_days };
    Ok(Json(service::save_settings(ctx, wanted).await?.into()))
}
