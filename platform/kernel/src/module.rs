use std::borrow::Cow;

use db::{Ctx, Permission, TenantInfo};
use events::ClientId;
use futures::future::BoxFuture;
use poem::{Endpoint, EndpointExt, IntoEndpoint, endpoint::BoxEndpoint};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::Value;

use crate::{JobDef, Problem, Reaction, Schedule, Text, ViewDef, mail::MailDef};

/// A permission with the built-in roles that hold it unless a tenant says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct PermissionDef {
    /// The permission.
    pub permission: Permission,
    /// Of `visitor`, `client`, `coach`, `admin`, `owner`. Roles do not inherit: name each.
    pub holders: &'static [&'static str],
}

/// A module's HTTP API with its type erased. Its paths begin with `/api/v1/:slug/`.
pub struct Api {
    /// The OpenAPI document of this module alone.
    pub spec: Value,
    /// Serves the paths of the document.
    pub endpoint: BoxEndpoint<'static>,
}

impl Api {
    /// Erases the type of `api`, whose `#[OpenApi(prefix_path = "/api/v1/:slug")]` gives full paths.
    #[must_use]
    pub fn new<T: OpenApi + 'static>(api: T) -> Self {
        let service = OpenApiService::new(api, "", "");
        // The prefix is copied into the document as poem writes it; a document says `{slug}`.
        let spec = serde_json::from_str(&service.spec().replace("/:slug", "/{slug}")).unwrap_or(Value::Null);
        Self { spec, endpoint: service.into_endpoint().map_to_response().boxed() }
    }
}

/// Who a page is for. The gate asks before the page is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anyone; not while the tenant is suspended.
    Public,
    /// Somebody signed in: the client area.
    Client,
    /// Staff of this tenant.
    Studio,
}

/// A page of a module: a poem path that begins with `/:slug/`, and what serves it.
pub struct PageRoute {
    /// For example `/:slug/book/:type`.
    pub path: &'static str,
    /// Who it is for.
    pub audience: Audience,
    /// What serves it.
    pub endpoint: BoxEndpoint<'static>,
}

impl PageRoute {
    /// A page; `endpoint` is usually `poem::get(show).post(submit)`.
    pub fn new<E>(audience: Audience, path: &'static str, endpoint: E) -> Self
    where
        E: IntoEndpoint,
        E::Endpoint: Endpoint + 'static,
    {
        Self { path, audience, endpoint: endpoint.into_endpoint().map_to_response().boxed() }
    }
}

/// Where a navigation item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavPlace {
    /// Top of the public pages.
    Public,
    /// The client area.
    Client,
    /// The studio.
    Studio,
}

/// An item of navigation: shown to those who hold its permission while the module is on.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// Where.
    pub place: NavPlace,
    /// Message key of its label.
    pub label: &'static str,
    /// Name of its icon.
    pub icon: &'static str,
    /// Path after the tenant's base: `/studio/bookings`.
    pub path: &'static str,
    /// Who sees it.
    pub permission: Permission,
    /// Smaller comes first.
    pub order: i32,
}

/// Templates and texts that a module brings.
#[derive(Clone, Debug)]
pub struct Source {
    /// The module's name; its templates and message keys begin with it.
    pub name: &'static str,
    /// Template name (`appointments/book`) and text.
    pub templates: Vec<(String, Cow<'static, str>)>,
    /// Locale (`en`) and Fluent text.
    pub texts: Vec<(String, Cow<'static, str>)>,
}

/// A part of a page that a module fills: public page, dashboard, client area.
#[derive(Clone, Debug)]
pub struct Block {
    /// Template of the fragment.
    pub template: &'static str,
    /// Its content.
    pub data: Value,
    /// Smaller comes first.
    pub order: i32,
}

/// Makes a module's blocks for a tenant.
pub type BlockFn = fn(Ctx) -> BoxFuture<'static, Result<Vec<Block>, Problem>>;

/// The main button of a module on the public page (Book, Buy), when there is something to book or buy.
#[derive(Clone, Debug)]
pub struct PublicAction {
    /// Label.
    pub label: Text,
    /// Icon name.
    pub icon: &'static str,
    /// Path after the tenant's base: the shortest way.
    pub path: String,
    /// Smaller comes first.
    pub order: i32,
}

/// A thing that credits can pay for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditUse {
    /// As credits name it: `apt_…`.
    pub key: String,
    /// Its name, for people.
    pub name: String,
}

/// Lists what of a module credits can pay for, for staff who set up what they are good for.
pub type CreditUses = fn(Ctx) -> BoxFuture<'static, Result<Vec<CreditUse>, Problem>>;

/// Where a module shows its part on pages that are not its own. `None`: nowhere.
#[derive(Clone, Copy, Default)]
pub struct Widgets {
    /// Its main button on the public page.
    pub public_action: Option<fn(Ctx) -> BoxFuture<'static, Result<Option<PublicAction>, Problem>>>,
    /// Its blocks on the public page. What they read must stand in tables marked `public_content` in the migrations.
    pub public_blocks: Option<BlockFn>,
    /// Its cards on the studio's dashboard.
    pub dashboard: Option<BlockFn>,
    /// Its cards on the client's home.
    pub client_home: Option<BlockFn>,
    /// Its card on a client's page in the studio.
    pub client_card: Option<fn(Ctx, ClientId) -> BoxFuture<'static, Result<Vec<Block>, Problem>>>,
    /// What of it credits can pay for, to be chosen where credits are sold or given.
    pub credit_uses: Option<CreditUses>,
}

/// Makes a tenant's things from the module's section of a tenant file. Run again, it changes nothing.
pub type Provision = fn(Ctx, Value) -> BoxFuture<'static, Result<(), Problem>>;

/// A feature module: a value, not a trait with defaults, so that a forgotten field does not compile.
pub struct Module {
    /// Name in configuration, URLs of settings, and permissions.
    pub id: &'static str,
    /// Message key of its name for people.
    pub title: &'static str,
    /// Message key of one sentence on what it does.
    pub summary: &'static str,
    /// Its permissions.
    pub permissions: &'static [PermissionDef],
    /// Its API.
    pub api: fn() -> Api,
    /// Its pages.
    pub pages: fn() -> Vec<PageRoute>,
    /// Its navigation.
    pub nav: &'static [NavItem],
    /// Its views, with samples.
    pub views: fn() -> Vec<ViewDef>,
    /// The blocks it shows elsewhere, with samples, for the test that renders all of them.
    pub block_samples: fn() -> Vec<Block>,
    /// Its mails, with samples.
    pub mails: fn() -> Vec<MailDef>,
    /// Its templates and texts.
    pub source: fn() -> Source,
    /// Its jobs.
    pub jobs: fn() -> Vec<JobDef>,
    /// Which of its jobs follow which event.
    pub reactions: &'static [Reaction],
    /// Its recurring jobs.
    pub schedules: &'static [Schedule],
    /// Its parts of other pages.
    pub widgets: Widgets,
    /// Its section of a tenant file.
    pub provision: Provision,
}

/// For a module that has no section in tenant files.
pub fn no_provision(_: Ctx, _: Value) -> BoxFuture<'static, Result<(), Problem>> {
    Box::pin(async { Ok(()) })
}

/// The list of feature modules, and the one gate in front of them.
pub struct Registry {
    modules: Vec<Module>,
}

impl Registry {
    /// The modules of this installation.
    #[must_use]
    pub fn new(modules: Vec<Module>) -> Self {
        Self { modules }
    }
    /// All modules, on or off: for building routes, documents and settings.
    #[must_use]
    pub fn all(&self) -> &[Module] {
        &self.modules
    }
    /// THE gate: the modules that are on for a tenant. Routes, navigation, OpenAPI, permissions, events, schedules and
    /// widgets all iterate it.
    pub fn active<'a>(&'a self, tenant: &'a TenantInfo) -> impl Iterator<Item = &'a Module> {
        self.modules.iter().filter(|module| tenant.features.contains(module.id))
    }
    /// What credits can pay for in a tenant: of all its modules. A handler finds the registry in the request's data, as
    /// `Data<&Arc<Registry>>`.
    ///
    /// # Errors
    /// When a module can't list its things.
    pub async fn credit_uses(&self, ctx: &Ctx) -> Result<Vec<CreditUse>, Problem> {
        let mut all = Vec::new();
        for list in self.active(ctx.tenant()).filter_map(|module| module.widgets.credit_uses) {
            all.extend(list(ctx.clone()).await?);
        }
        Ok(all)
    }
    /// Whether the module is among [`Registry::active`].
    #[must_use]
    pub fn is_active(&self, tenant: &TenantInfo, module: &str) -> bool {
        self.active(tenant).any(|active| active.id == module)
    }
}
