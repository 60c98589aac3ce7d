//! The platform's own operations of a tenant.

use events::{ClientId, Instant};
use kernel::{Api, Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json,
};

use super::{clients, features};
use crate::{app::App, core::CLIENTS_READ};

/// The API of the platform itself.
#[must_use]
pub fn api() -> Api {
    Api::new(PlatformApi)
}

#[derive(Tags)]
enum Tag {
    /// The tenant's module switches.
    Features,
    /// The people a tenant serves.
    Clients,
    /// The document of this API.
    Document,
}

/// A feature module and whether it is on.
#[derive(Object)]
struct Feature {
    /// Its name.
    module: String,
    /// Whether it is on.
    enabled: bool,
    /// Whether the operator lets this tenant switch it on.
    entitled: bool,
    /// What it is without the tenant's own choice.
    default: bool,
}

/// A switch.
#[derive(Object)]
struct FeatureSwitch {
    /// On or off.
    enabled: bool,
}

/// A person whom the tenant serves.
#[derive(Object)]
struct ClientOut {
    id: ClientId,
    name: String,
    email: String,
    phone: String,
    tags: Vec<String>,
    created_at: Instant,
}

/// A page of clients.
#[derive(Object)]
struct ClientPage {
    items: Vec<ClientOut>,
    /// Give it as `cursor` for the next page; absent on the last.
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
}

/// A note to be written.
#[derive(Object)]
struct NewNote {
    /// 1 to 4,000 characters.
    #[oai(validator(min_length = 1, max_length = 4000))]
    body: String,
}

/// A note was written.
#[derive(Object)]
struct NoteOut {
    created_at: Instant,
}

impl From<people::clients::Client> for ClientOut {
    fn from(client: people::clients::Client) -> Self {
        let people::clients::Client { id, name, email, phone, tags, created_at, .. } = client;
        Self { id, name, email, phone, tags, created_at }
    }
}

struct PlatformApi;

type SharedApp = std::sync::Arc<App>;

#[OpenApi(prefix_path = "/api/v1/:slug")]
impl PlatformApi {
    /// List feature modules
    ///
    /// Every module of the installation, and how it stands for this tenant.
    #[oai(path = "/features", method = "get", tag = "Tag::Features")]
    async fn features(&self, app: Data<&SharedApp>, ctx: Data<&Ctx>) -> Result<Json<Vec<Feature>>, Problem> {
        let states = features::states(&app, &ctx).await?;
        let out = |state: tenants::FeatureState| Feature {
            module: state.module,
            enabled: state.enabled,
            entitled: state.entitled,
            default: state.default,
        };
        Ok(Json(states.into_iter().map(out).collect()))
    }

    /// Switch a feature module
    #[oai(path = "/features/:module", method = "put", tag = "Tag::Features")]
    async fn switch(
        &self,
        app: Data<&SharedApp>,
        ctx: Data<&Ctx>,
        module: Path<String>,
        body: Json<FeatureSwitch>,
    ) -> Result<Json<FeatureSwitch>, Problem> {
        if !app.module_ids().contains(&module.0.as_str()) {
            return Err(Problem::not_found());
        }
        features::switch(&app, &ctx, &[(module.0, body.enabled)]).await?;
        Ok(body)
    }

    /// List clients
    ///
    /// Newest first; `q` looks into name, e-mail and phone.
    #[oai(path = "/clients", method = "get", tag = "Tag::Clients")]
    async fn clients(
        &self,
        ctx: Data<&Ctx>,
        q: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<ClientPage>, Problem> {
        let paging = Paging::new(cursor.as_deref(), limit.0)?;
        let (rows, next_cursor) =
            clients::page_of(&ctx, q.as_deref().unwrap_or_default().trim(), &paging).await?;
        Ok(Json(ClientPage { items: rows.into_iter().map(ClientOut::from).collect(), next_cursor }))
    }

    /// Get a client
    #[oai(path = "/clients/:id", method = "get", tag = "Tag::Clients")]
    async fn client(&self, ctx: Data<&Ctx>, id: Path<ClientId>) -> Result<Json<ClientOut>, Problem> {
        let found = ctx
            .tx(CLIENTS_READ, async |tx| {
                people::clients::by_id(tx, id.0).await?.ok_or_else(Problem::not_found)
            })
            .await?;
        Ok(Json(found.into()))
    }

    /// Add a note about a client
    #[oai(path = "/clients/:id/notes", method = "post", tag = "Tag::Clients")]
    async fn note(
        &self,
        ctx: Data<&Ctx>,
        id: Path<ClientId>,
        body: Json<NewNote>,
    ) -> Result<Json<NoteOut>, Problem> {
        Ok(Json(NoteOut { created_at: clients::note(&ctx, id.0, &body.body).await? }))
    }

    /// Get this document
    ///
    /// The OpenAPI document of this tenant: operations of its active modules and of the platform.
    #[oai(path = "/openapi.json", method = "get", tag = "Tag::Document")]
    async fn document(&self, app: Data<&SharedApp>, ctx: Data<&Ctx>) -> Json<serde_json::Value> {
        Json(app.tenant_openapi(&ctx))
    }
}
