//! Automations in the API.

use events::{AutomationId, Instant, RunId};
use kernel::{Api, Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi, Tags,
    param::{Path, Query},
    payload::{Binary, Json},
};

use super::{
    install,
    queries::{self, Automation, Run},
};
use crate::{app::App, core::AUTOMATIONS_READ};

/// The API.
#[must_use]
pub fn api() -> Api {
    Api::new(AutomationsApi)
}

#[derive(Tags)]
enum Tag {
    /// Tenant-authored reactions to events.
    Automations,
}

/// An installed automation.
#[derive(Object)]
struct AutomationOut {
    id: AutomationId,
    name: String,
    title: String,
    description: String,
    version: String,
    /// Events it runs on.
    triggers: Vec<String>,
    /// What it asks for.
    capabilities: Vec<String>,
    /// What it was granted.
    granted: Vec<String>,
    enabled: bool,
    /// Failed runs in a row; the tenth switches it off.
    failures: i32,
}

/// An upload was installed.
#[derive(Object)]
struct Installed {
    id: AutomationId,
}

/// What to change; absent stays.
#[derive(Object)]
struct AutomationPatch {
    enabled: Option<bool>,
    /// Some of its capabilities.
    granted: Option<Vec<String>>,
}

/// A run.
#[derive(Object)]
struct RunOut {
    id: RunId,
    automation: AutomationId,
    event: String,
    version: String,
    /// `ok`, `failed` or `limited`.
    status: String,
    started_at: Instant,
    took_ms: i64,
    /// Work done; exact and repeatable.
    fuel: i64,
    /// Code of the failure.
    failure: Option<String>,
    detail: Option<String>,
}

/// A page of runs.
#[derive(Object)]
struct RunPage {
    items: Vec<RunOut>,
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
}

impl From<Automation> for AutomationOut {
    fn from(it: Automation) -> Self {
        Self {
            id: it.id,
            name: it.name,
            title: it.title,
            description: it.description,
            version: it.version,
            triggers: it.triggers,
            capabilities: it.capabilities,
            granted: it.granted,
            enabled: it.enabled,
            failures: it.failures,
        }
    }
}
impl From<Run> for RunOut {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            automation: run.automation_id,
            event: run.event_name,
            version: run.version,
            status: run.status,
            started_at: run.started_at,
            took_ms: run.took_ms,
            fuel: run.fuel,
            failure: run.failure,
            detail: run.detail,
        }
    }
}

struct AutomationsApi;
type SharedApp = std::sync::Arc<App>;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Automations")]
impl AutomationsApi {
    /// List automations
    #[oai(path = "/automations", method = "get")]
    async fn list(&self, ctx: Data<&Ctx>) -> Result<Json<Vec<AutomationOut>>, Problem> {
        let all = ctx
            .tx(AUTOMATIONS_READ, async |tx| Ok::<_, Problem>(queries::automations_list(tx).await?))
            .await?;
        Ok(Json(all.into_iter().map(AutomationOut::from).collect()))
    }

    /// Install an automation
    ///
    /// The body is a WebAssembly component with its manifest. A name that is installed already gets a new version.
    #[oai(path = "/automations", method = "post")]
    async fn install(
        &self,
        app: Data<&SharedApp>,
        ctx: Data<&Ctx>,
        body: Binary<Vec<u8>>,
    ) -> Result<Json<Installed>, Problem> {
        Ok(Json(Installed { id: install::install(&app, &ctx, &body).await? }))
    }

    /// Get an automation
    #[oai(path = "/automations/:id", method = "get")]
    async fn get(&self, ctx: Data<&Ctx>, id: Path<AutomationId>) -> Result<Json<AutomationOut>, Problem> {
        Ok(Json(load(&ctx, id.0).await?.into()))
    }

    /// Switch an automation, or set its grants
    #[oai(path = "/automations/:id", method = "patch")]
    async fn patch(
        &self,
        ctx: Data<&Ctx>,
        id: Path<AutomationId>,
        body: Json<AutomationPatch>,
    ) -> Result<Json<AutomationOut>, Problem> {
        if let Some(granted) = &body.granted {
            install::grant(&ctx, id.0, granted).await?;
        }
        if let Some(enabled) = body.enabled {
            install::switch(&ctx, id.0, enabled).await?;
        }
        Ok(Json(load(&ctx, id.0).await?.into()))
    }

    /// List runs, newest first
    #[oai(path = "/automations/:id/runs", method = "get")]
    async fn runs(
        &self,
        ctx: Data<&Ctx>,
        id: Path<AutomationId>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<RunPage>, Problem> {
        let paging = Paging::new(cursor.as_deref(), limit.0)?;
        load(&ctx, id.0).await?;
        let rows = ctx
            .tx(AUTOMATIONS_READ, async |tx| {
                Ok::<_, Problem>(queries::runs_list(tx, Some(id.0), &paging).await?)
            })
            .await?;
        let (rows, next_cursor) = paging.cut(rows, |(run, _)| (run.started_at, run.id.uuid()));
        Ok(Json(RunPage { items: rows.into_iter().map(|(run, _)| run.into()).collect(), next_cursor }))
    }
}

async fn load(ctx: &Ctx, id: AutomationId) -> Result<Automation, Problem> {
    ctx.tx(AUTOMATIONS_READ, async |tx| {
        queries::automation_by_id(tx, id).await?.ok_or_else(Problem::not_found)
    })
    .await
}
