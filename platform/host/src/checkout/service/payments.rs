use billing::{PAYMENTS_WRITE, Settings};
use kernel::{Ctx, Problem, audit};
use serde_json::json;

/// How clients can pay.
pub(crate) async fn payment_settings(ctx: &Ctx) -> Result<Settings, Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| Ok::<_, Problem>(billing::settings(tx).await?)).await
}

/// Chooses how clients can pay.
pub(crate) async fn save_payment_settings(ctx: &Ctx, settings: Settings) -> Result<(), Problem> {
    ctx.tx(PAYMENTS_WRITE, async |tx| {
        let detail = json!({ "manual": settings.manual_on, "sandbox": settings.sandbox_on });
        billing::save_settings(tx, settings).await?;
        audit(tx, "payment_settings.changed", tx.ctx().tenant().id, detail).await?;
        Ok(())
    })
    .await
}
