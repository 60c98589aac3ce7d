use kernel::{Ctx, Problem, audit};
use serde_json::json;

use crate::{model::PackageSettings, policy::OFFERS_WRITE, queries};

/// How the module works in this business.
pub(crate) async fn settings(ctx: &Ctx) -> Result<PackageSettings, Problem> {
    ctx.tx(OFFERS_WRITE, async |tx| Ok::<_, Problem>(queries::settings(tx).await?)).await
}

/// Changes how the module works. Weeks of credits that were given stay as they are.
pub(crate) async fn save_settings(ctx: &Ctx, settings: PackageSettings) -> Result<PackageSettings, Problem> {
    let settings = settings.checked()?;
    ctx.tx(OFFERS_WRITE, async |tx| {
        queries::save_settings(tx, settings).await?;
        let detail = json!({ "first_weekday": settings.first_weekday, "return_days": settings.return_days });
        audit(tx, "packages.settings_changed", "packages", detail).await?;
        Ok(settings)
    })
    .await
}

/// Chooses how the module works, unless somebody has chosen already.
pub(crate) async fn begin_settings(ctx: &Ctx, settings: PackageSettings) -> Result<(), Problem> {
    let settings = settings.checked()?;
    ctx.tx(OFFERS_WRITE, async |tx| {
        if queries::stored_settings(tx).await?.is_none() {
            queries::save_settings(tx, settings).await?;
        }
        Ok(())
    })
    .await
}
