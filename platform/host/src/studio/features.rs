//! Module switches: the settings page and the use case that the API shares.

use kernel::{Ctx, Form, Page, Problem, Redirect, Text};
use poem::{IntoResponse, Request, Response, handler, web::Data};
use tenants::FeatureState;
use web::views::{FormState, ModuleSwitch, SettingsModules};

use crate::{
    app::App,
    core::{FEATURES_WRITE, SETTINGS_READ},
    pages, routes,
};

/// The state of every module for the tenant.
///
/// # Errors
/// 403 without the permission.
pub async fn states(app: &App, ctx: &Ctx) -> Result<Vec<FeatureState>, Problem> {
    let entitlements = app.directory.entitlements(ctx.tenant().id).await?;
    let (ids, defaults) = (app.module_ids(), app.directory.defaults());
    let entitlements = entitlements.as_ref().map(|list| list.as_slice());
    ctx.tx(SETTINGS_READ, async |tx| Ok(tenants::feature_states(tx, defaults, entitlements, &ids).await?))
        .await
}

/// Switches modules, all or none.
///
/// # Errors
/// 403 without the permission, 422 at `module`.
pub async fn switch(app: &App, ctx: &Ctx, switches: &[(String, bool)]) -> Result<(), Problem> {
    let entitlements = app.directory.entitlements(ctx.tenant().id).await?;
    let entitlements = entitlements.as_ref().map(|list| list.as_slice());
    let ids = app.module_ids();
    ctx.tx(FEATURES_WRITE, async |tx| {
        for (module, on) in switches {
            tenants::set_feature(tx, entitlements, &ids, module, *on).await?;
        }
        Ok(())
    })
    .await
}

/// `/studio/settings`: its first section.
#[handler]
pub async fn settings(Data(ctx): Data<&Ctx>) -> Redirect {
    Redirect::to(ctx.path("/studio/settings/modules"))
}

/// The switches.
#[handler]
pub async fn show(request: &Request, Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    page(&app, ctx, FormState::default()).await
}

/// Saves the switches that differ.
#[handler]
pub async fn save(request: &Request, Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let states = states(&app, ctx).await?;
    let wanted = |state: &FeatureState| form.ticked(&format!("module.{}", state.module));
    let changed: Vec<(String, bool)> = states
        .iter()
        .filter(|state| state.entitled && wanted(state) != state.enabled)
        .map(|state| (state.module.clone(), wanted(state)))
        .collect();
    match switch(&app, ctx, &changed).await {
        Ok(()) => {
            let to = Redirect::to(ctx.path("/studio/settings/modules"));
            Ok(to.flash(Text::key("web-modules-saved")).into_response())
        }
        Err(problem) if !problem.fields.is_empty() => {
            let refused = FormState { error: serde_json::json!(problem.text()), ..FormState::default() };
            Ok(page(&app, ctx, refused).await?.status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn page(app: &App, ctx: &Ctx, form: FormState) -> Result<Page, Problem> {
    let locale = app.web.negotiate(&ctx.tenant().locale);
    let states = states(app, ctx).await?;
    let row = |state: FeatureState| {
        let module = app.registry.all().iter().find(|module| module.id == state.module)?;
        let icon = module
            .nav
            .iter()
            .find(|item| item.place == kernel::NavPlace::Studio)
            .map_or("bolt", |item| item.icon);
        Some(ModuleSwitch {
            field: format!("module.{}", state.module),
            title: app.text(locale, &Text::key(module.title)),
            description: app.text(locale, &Text::key(module.summary)),
            icon: icon.to_owned(),
            on: state.enabled,
            entitled: state.entitled,
            locked: !state.entitled || !ctx.may(FEATURES_WRITE),
        })
    };
    let modules = states.into_iter().filter_map(row).collect();
    Ok(pages::of(&SettingsModules { action: ctx.path("/studio/settings/modules"), form, modules }))
}
