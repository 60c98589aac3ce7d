use billing::Settings;
use kernel::{Check, Ctx, Problem, audit};
use serde_json::json;

use crate::policy::PAYMENTS_WRITE;

/// How clients can pay.
pub(crate) async fn payment_settings(ctx: &Ctx) -> Result<Settings, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| Ok::<_, Problem>(billing::settings(tx).await?)).await
}

/// Chooses how clients can pay.
pub(crate) async fn save_payment_settings(ctx: &Ctx, settings: Settings) -> Result<(), Problem> {
    let settings = checked(settings)?;
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        billing::save_settings(tx, &settings).await?;
        let detail = json!({ "manual": settings.manual_on, "sandbox": settings.sandbox_on });
        audit(tx, "payment_settings.changed", tx.ctx().tenant().id, detail).await?;
        Ok(())
    })
    .await
}

/// The same from a tenant file, unless somebody has chosen already.
pub(crate) async fn save_payment_settings_once(ctx: &Ctx, settings: Settings) -> Result<(), Problem> {
    let settings = checked(settings)?;
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        if billing::stored_settings(tx).await?.is_none() {
            billing::save_settings(tx, &settings).await?;
        }
        Ok(())
    })
    .await
}

fn checked(mut settings: Settings) -> Result<Settings, Problem> {
    let mut check = Check::new();
    let (min, max) = (usize::from(settings.manual_on), billing::MAX_INSTRUCTIONS);
    settings.manual_instructions = check.text("manual_instructions", &settings.manual_instructions, min, max);
    check.number("manual_days", i64::from(settings.manual_days), 1, 60);
    check.finish()?;
    Ok(settings)
}
