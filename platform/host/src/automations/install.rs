//! Installing, granting and switching automations: use cases of the studio, the API and the demo.

use std::sync::Arc;

use events::AutomationId;
use kernel::{Ctx, FieldError, Problem, Tx};
use plugins::{Digest, Manifest, Refusal};
use poem::http::StatusCode;
use serde_json::json;
use tenants::Lookup;

use super::queries;
use crate::{app::App, core::AUTOMATIONS_WRITE};

/// Name of the example that the demo business of `platform dev` uses.
const DEMO: &str = "welcome-note";
const DEMO_TENANT: &str = "maya";

/// Installs an upload: it is off, and nothing is granted, until an owner says so. A new version of the automation of the
/// same name goes on as the old one did, with those of its grants that it still asks for.
///
/// # Errors
/// 422 at `component` when it is not accepted; 403 without the permission.
pub async fn install(app: &App, ctx: &Ctx, component: &[u8]) -> Result<AutomationId, Problem> {
    if !ctx.may(AUTOMATIONS_WRITE) {
        return Err(kernel::TxError::Denied(AUTOMATIONS_WRITE).into());
    }
    let manifest =
        Manifest::of_component(component).map_err(|error| not_accepted("manifest", &error.to_string()))?;
    let published = |name: &str| events::catalogue().iter().any(|event| event.name == name);
    manifest.check_triggers(published).map_err(|error| not_accepted("manifest", &error.to_string()))?;
    let host = app.automations.host().await.map_err(Problem::internal)?;
    host.prepare(component).await.map_err(|refusal| refused(&refusal))?;
    let digest = Digest::of(component);
    ctx.tx(AUTOMATIONS_WRITE, async |tx| {
        let id = queries::automation_put(tx, &manifest, digest.as_bytes(), component).await?;
        let detail =
            json!({ "name": manifest.name, "version": manifest.version, "digest": digest.to_string() });
        kernel::audit(tx, "automation.installed", id, detail).await?;
        Ok(id)
    })
    .await
}

fn not_accepted(code: &'static str, detail: &str) -> Problem {
    Problem::invalid(vec![FieldError::new("component", code).arg("detail", detail)])
}

fn refused(refusal: &Refusal) -> Problem {
    if refusal.is_retryable() {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
    }
    not_accepted("component_refused", &refusal.to_string())
}

/// Switches an automation on or off.
///
/// # Errors
/// 404 for an unknown one.
pub async fn switch(ctx: &Ctx, id: AutomationId, on: bool) -> Result<(), Problem> {
    ctx.tx(AUTOMATIONS_WRITE, async |tx| {
        found(queries::automation_switch(tx, id, on).await?)?;
        Ok(kernel::audit(tx, "automation.switched", id, json!({ "enabled": on })).await?)
    })
    .await
}

/// Sets what an automation may do: some of what it asks for.
///
/// # Errors
/// 404 for an unknown one, 422 at `granted` for what it does not ask for.
pub async fn grant(ctx: &Ctx, id: AutomationId, granted: &[String]) -> Result<(), Problem> {
    ctx.tx(AUTOMATIONS_WRITE, async |tx: &mut Tx| {
        let automation = queries::automation_by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        let asked = |name: &String| automation.capabilities.iter().any(|it| it == name);
        if !granted.iter().all(asked) {
            return Err(Problem::field("granted", "not_asked_for"));
        }
        found(queries::automation_grant(tx, id, granted).await?)?;
        Ok(kernel::audit(tx, "automation.granted", id, json!({ "granted": granted })).await?)
    })
    .await
}

fn found(changed: usize) -> Result<(), Problem> {
    if changed == 1 { Ok(()) } else { Err(Problem::not_found()) }
}

/// Builds the example automation, which may take a minute the first time, and gives it to a demo business: installed,
/// granted what it asks for, and on. What the business has changed since stays as it is.
pub async fn install_demo(app: Arc<App>) {
    if let Err(error) = try_install_demo(&app).await {
        tracing::warn!(error = format!("{error:#}"), "the example automation was not installed");
    }
}

async fn try_install_demo(app: &App) -> anyhow::Result<()> {
    let Lookup::Found(tenant) = app.directory.by_slug(DEMO_TENANT, app.clock.now()).await? else {
        return Ok(());
    };
    let ctx = app.system_context(tenant, "demo", String::new()).await?;
    let has_it = async |tx: &mut Tx| -> Result<bool, Problem> {
        Ok(queries::automations_list(tx).await?.iter().any(|automation| automation.name == DEMO))
    };
    if ctx.tx(AUTOMATIONS_WRITE, has_it).await? {
        return Ok(());
    }
    let path = tokio::task::spawn_blocking(|| plugins::build::example(DEMO)).await??;
    let component = tokio::fs::read(path).await?;
    let id = install(app, &ctx, &component).await?;
    let asked = Manifest::of_component(&component)?.capabilities;
    grant(&ctx, id, &asked.iter().map(|it| it.name().to_owned()).collect::<Vec<_>>()).await?;
    switch(&ctx, id, true).await?;
    tracing::info!(tenant = DEMO_TENANT, "the example automation is on");
    Ok(())
}
