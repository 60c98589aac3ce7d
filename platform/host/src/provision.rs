//! Makes the installation match a tenant file: registry, staff, and each module's section.

use std::sync::Arc;

use anyhow::Context as _;
use tenants::{Change, TenantFile};

use crate::{app::App, identity};

/// Password of the demo logins. They exist in development only.
pub const DEMO_PASSWORD: &str = "paper-lantern-42";

/// The demo businesses of `platform dev`.
pub const PRESETS: [(&str, &str); 3] = [
    ("maya.toml", include_str!("../../../tenants/presets/maya.toml")),
    ("northside.toml", include_str!("../../../tenants/presets/northside.toml")),
    ("write-daily.toml", include_str!("../../../tenants/presets/write-daily.toml")),
];

/// Reads and checks a tenant file against the modules of this installation.
///
/// # Errors
/// With file, line and reason.
pub fn read(app: &App, name: &str, text: &str) -> anyhow::Result<TenantFile> {
    let file = TenantFile::parse(name, text, &app.module_ids())?;
    for module in file.features.keys() {
        let known = app.directory.defaults().defaults.contains_key(module);
        anyhow::ensure!(known, "{name}: features.{module}: unknown module");
    }
    Ok(file)
}

/// Applies a checked file. Running it again changes nothing. `password` is given to staff accounts that are new (demo
/// businesses only); without it they are invited to choose one.
///
/// # Errors
/// What the registry, identity or a module refuses.
pub async fn apply(app: &Arc<App>, file: &TenantFile, password: Option<&str>) -> anyhow::Result<Change> {
    let (id, change) = tenants::apply(&app.db, &app.clock, &app.entropy, file).await?;
    if !matches!(change, Change::None { .. }) {
        // What waited for a module that the file has put on.
        worker::wake_deferred(&app.db, &app.clock, id).await?;
    }
    for person in &file.staff {
        identity::ensure_staff(app, id, person, password)
            .await
            .with_context(|| format!("staff {}", person.email))?;
    }
    let tenant = app.directory.by_id(id).await?.context("the tenant that was just applied")?;
    let ctx = app.system_context(tenant, "tenant file", String::new()).await?;
    for module in app.registry.all() {
        let Some(section) = file.modules.get(module.id) else { continue };
        let ctx = app.with_all_grants(&ctx);
        let value = serde_json::to_value(section)?;
        (module.provision)(ctx, value).await.map_err(|problem| {
            let fields: Vec<_> =
                problem.fields.iter().map(|field| format!("{} {}", field.field, field.code)).collect();
            let cause = problem.cause.clone().unwrap_or_default();
            anyhow::anyhow!("section [{}]: {} {} {cause}", module.id, problem.code, fields.join(", "))
        })?;
    }
    Ok(change)
}
