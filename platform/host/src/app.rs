//! The application: everything a request needs, put together once at start.

use std::sync::Arc;

use access::Access;
use billing::OrderRules;
use kernel::{
    Actor, Clock, Ctx, Entropy, Module, Permission, Registry, Subscriptions, TenantInfo, Text, TxError,
};
use serde_json::Value;
use tenants::Directory;
use web::Web;

use crate::{
    automations::Automations,
    config::Config,
    core,
    identity::Identity,
    pages::PublicCache,
    routes::{mount, openapi},
};

/// Everything a request needs. Shared; nothing in it belongs to one tenant alone but what is keyed by it.
pub struct App {
    /// The effective configuration.
    pub config: Config,
    /// The pool.
    pub db: db::Db,
    /// Where time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
    /// Finds tenants.
    pub directory: Directory,
    /// THE list of modules, and the gate.
    pub registry: Arc<Registry>,
    /// Who may what.
    pub access: Access,
    /// Renders.
    pub web: Web,
    /// Signs people in.
    pub identity: Identity,
    /// Cache, rate limits, fan-out.
    pub cache: cache::Cache,
    /// Which jobs follow which event.
    pub subscriptions: Arc<Subscriptions>,
    /// Runs tenants' automations.
    pub automations: Automations,
    /// The way to Stripe.
    pub stripe: stripe_provider::Stripe,
    /// Rendered public pages.
    pub public_pages: PublicCache,
    /// OpenAPI documents: module (or none for the platform's own) and document.
    pub specs: Vec<(Option<&'static str>, Value)>,
}

/// What the application is made of from outside.
pub struct Parts {
    /// The effective configuration.
    pub config: Config,
    /// The pool.
    pub db: db::Db,
    /// Where time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
    /// Cache, rate limits, fan-out.
    pub cache: cache::Cache,
}

impl App {
    /// Puts the application together with its feature modules and their part in what happens to orders: templates
    /// compiled, policies loaded, documents merged.
    ///
    /// # Errors
    /// When a template, text or policy is broken.
    pub async fn build(
        parts: Parts,
        modules: Vec<Module>,
        order_rules: Vec<OrderRules>,
    ) -> anyhow::Result<Arc<Self>> {
        let Parts { config, db, clock, entropy, cache } = parts;
        let stripe = stripe(&config, &db, &entropy)?;
        billing::install(payment_providers(&config, &entropy)?.with(stripe.provider()));
        billing::install_rules(order_rules);
        let registry = Arc::new(Registry::new(modules));
        let permissions: Vec<_> = core::PERMISSIONS
            .iter()
            .chain(registry.all().iter().flat_map(|module| module.permissions))
            .copied()
            .collect();
        let app = Self {
            directory: Directory::new(db.clone(), Config::feature_defaults()?),
            access: Access::new(&permissions, db.clone()).await?,
            web: Web::new(sources(&registry))?,
            identity: Identity::new(&config, db.clone(), clock.clone(), entropy.clone(), cache.clone()),
            subscriptions: Arc::new(subscriptions(&registry)),
            automations: Automations::new(&config, &entropy)?,
            stripe,
            public_pages: PublicCache::default(),
            specs: mount::specs(&registry),
            registry,
            config,
            db,
            clock,
            entropy,
            cache,
        };
        Ok(Arc::new(app))
    }
    /// A context for somebody in a tenant: their grants in the modules that are on.
    ///
    /// # Errors
    /// When the tenant's own rules can't be read.
    pub async fn context(
        &self,
        tenant: Arc<TenantInfo>,
        actor: Actor,
        request_id: String,
        origin: String,
        base: String,
    ) -> Result<Ctx, TxError> {
        let active: Vec<&'static str> = self.registry.active(&tenant).map(|module| module.id).collect();
        let grants = self.access.grants(&actor.roles(), &tenant, &active).await?;
        Ok(db::open(db::CtxParts {
            tenant,
            actor,
            grants,
            db: self.db.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            subscriptions: Arc::clone(&self.subscriptions),
            request_id,
            origin,
            base,
        }))
    }
    /// A context for the platform itself in a tenant: jobs, provisioning.
    ///
    /// # Errors
    /// As [`App::context`].
    pub async fn system_context(
        &self,
        tenant: Arc<TenantInfo>,
        name: &str,
        request_id: String,
    ) -> Result<Ctx, TxError> {
        let base = format!("/{}", tenant.slug);
        let actor = Actor::System { name: name.to_owned() };
        self.context(tenant, actor, request_id, self.config.server.origin.clone(), base).await
    }
    /// The same context with every permission of every module, on or off: provisioning prepares what is switched on later.
    #[must_use]
    pub fn with_all_grants(&self, ctx: &Ctx) -> Ctx {
        db::open(db::CtxParts {
            tenant: Arc::new(ctx.tenant().clone()),
            actor: ctx.actor().clone(),
            grants: kernel::Grants::of(all_permissions(&self.registry)),
            db: self.db.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            subscriptions: Arc::clone(&self.subscriptions),
            request_id: ctx.request_id().to_owned(),
            origin: self.config.server.origin.clone(),
            base: format!("/{}", ctx.tenant().slug),
        })
    }
    /// A text in a language; its key when there is none, which a test forbids.
    #[must_use]
    pub fn text(&self, locale: &str, text: &Text) -> String {
        let args = serde_json::to_value(&text.args).unwrap_or(Value::Null);
        self.web.text(locale, &text.key, &args).unwrap_or_else(|error| {
            tracing::error!(key = text.key, %error, "text missing");
            text.key.clone()
        })
    }
    /// The OpenAPI document of a tenant: its active modules and the platform's own operations.
    #[must_use]
    pub fn tenant_openapi(&self, ctx: &Ctx) -> Value {
        let on =
            |module: &Option<&'static str>| module.is_none_or(|id| self.registry.is_active(ctx.tenant(), id));
        let specs = self.specs.iter().filter(|(module, _)| on(module)).map(|(_, spec)| spec);
        openapi::merge(specs, Some(&ctx.tenant().slug), &self.config.server.origin)
    }
    /// The OpenAPI document of every operation there is.
    #[must_use]
    pub fn full_openapi(&self) -> Value {
        openapi::merge(self.specs.iter().map(|(_, spec)| spec), None, "/")
    }
    /// Requests that one tenant may take.
    #[must_use]
    pub fn tenant_rate(&self) -> cache::Rate {
        cache::Rate::new(f64::from(self.config.limits.tenant_per_second), self.config.limits.tenant_burst)
    }
    /// Names of all modules, on or off.
    #[must_use]
    pub fn module_ids(&self) -> Vec<&'static str> {
        self.registry.all().iter().map(|module| module.id).collect()
    }
    /// Scheme, name and port of a tenant's own host: scheme and port are those of the installation.
    #[must_use]
    pub fn origin_of(&self, name: &str) -> String {
        let (scheme, own) = self.config.server.origin.split_once("://").unwrap_or(("http", ""));
        let port = own
            .rsplit_once(':')
            .map(|(_, port)| port)
            .filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
        port.map_or_else(|| format!("{scheme}://{name}"), |port| format!("{scheme}://{name}:{port}"))
    }
    /// Whether a Host header names the installation itself (not a tenant's own domain).
    #[must_use]
    pub fn is_own_host(&self, host: &str) -> bool {
        let own = self.config.server.origin.split("://").nth(1).unwrap_or_default();
        let name =
            |host: &str| host.trim_start_matches('[').split([']', ':']).next().unwrap_or_default().to_owned();
        let bare = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&bare) || host == "[::1]";
        host == own || name(host) == name(own) || loopback || host == self.config.server.base_domain
    }
}

/// The providers that take money here. The sandbox is one of them on a development installation only: it refuses to start
/// anywhere else. Its key is derived from the installation's, so that a page of it outlives a restart.
fn payment_providers(config: &Config, entropy: &kernel::Entropy) -> anyhow::Result<billing::Providers> {
    let stage =
        if config.is_development() { billing::Stage::Development } else { billing::Stage::Production };
    let key = crate::automations::derived_key(config, entropy, "payment sandbox")?;
    Ok(match billing::Sandbox::new(stage, key) {
        Ok(sandbox) => billing::Providers::new().with_sandbox(sandbox),
        Err(billing::SandboxRefused) => billing::Providers::new(),
    })
}

/// The way to Stripe. Secrets of businesses are encrypted with a key derived from the installation's.
fn stripe(
    config: &Config,
    db: &db::Db,
    entropy: &kernel::Entropy,
) -> anyhow::Result<stripe_provider::Stripe> {
    let key = crate::automations::derived_key(config, entropy, "stripe secrets")?;
    let settings = config.stripe_settings().checked(config.is_development())?;
    Ok(stripe_provider::Stripe::new(settings, key, db.clone(), entropy.clone()))
}

/// Templates and texts of everybody, the look's own first.
#[must_use]
pub fn sources(registry: &Registry) -> Vec<web::Source> {
    let outside = |kernel::Source { name, templates, texts }| web::Source { name, templates, texts };
    let modules = registry.all().iter().map(|module| outside((module.source)()));
    let modules = std::iter::once(outside(stripe_provider::source())).chain(modules);
    [
        web::own_source(),
        crate::pages::own_source(),
        crate::identity::source(),
        crate::checkout::source(),
        crate::checkout::subscriptions::source(),
    ]
    .into_iter()
    .chain(modules)
    .collect()
}

/// Reactions of all modules and of paying, and automations after every event. Whether the module is on is asked when the job runs.
fn subscriptions(registry: &Registry) -> Subscriptions {
    let mut all = Subscriptions::default();
    let modules = registry.all().iter().flat_map(|module| module.reactions);
    for reaction in modules
        .chain(crate::checkout::REACTIONS)
        .chain(stripe_provider::REACTIONS)
        .chain(crate::checkout::subscriptions::REACTIONS)
    {
        all.add(reaction.event, reaction.job);
    }
    for event in events::catalogue() {
        all.add(event.name, crate::automations::JOB);
    }
    all
}

/// Every permission there is: the platform's own and those of all modules.
#[must_use]
pub fn all_permissions(registry: &Registry) -> Vec<Permission> {
    let defs = core::PERMISSIONS.iter().chain(registry.all().iter().flat_map(|module| module.permissions));
    defs.map(|def| def.permission).collect()
}
