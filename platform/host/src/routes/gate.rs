//! THE gate: tenant → module → person → permission. Every page and API operation of a tenant passes it.

use std::sync::Arc;

use kernel::{Actor, Audience, Ctx, Problem, Redirect, TenantInfo, TenantStatus, Tries, TryCounter};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    endpoint::BoxEndpoint,
    http::{HeaderValue, StatusCode, header},
};
use tenants::Lookup;

use super::{HostTenant, Scene, answer, idempotency, input::Bodies, request_id};
use crate::{
    app::App,
    edges::{ClientAddress, limit_tenant},
};

/// What kind of answer the caller expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page for an audience.
    Page(Audience),
    /// The JSON API.
    Api,
}

/// An endpoint behind the gate.
pub struct Gate {
    /// The application.
    pub app: Arc<App>,
    /// The feature module it belongs to; `None`: the platform's own.
    pub module: Option<&'static str>,
    /// Page or API.
    pub kind: Kind,
    /// The bodies its operations take, when it is the API.
    pub bodies: Bodies,
    /// What is behind it.
    pub inner: Arc<BoxEndpoint<'static, Response>>,
}

impl Endpoint for Gate {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        match self.enter(&request).await {
            Ok(ctx) => Ok(self.inside(ctx, request).await),
            Err(Refusal { answer, ctx }) => Ok(with_scene(answer, ctx)),
        }
    }
}

/// A request that did not get in: what it is told, and in whose look.
struct Refusal {
    answer: Response,
    ctx: Option<Ctx>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { answer: problem.into_response(), ctx: None }
    }
}
impl From<kernel::TxError> for Refusal {
    fn from(error: kernel::TxError) -> Self {
        Problem::from(error).into()
    }
}

impl Gate {
    async fn enter(&self, request: &Request) -> Result<Ctx, Refusal> {
        // No text of the database can hold U+0000, so nothing is found or stored by it.
        if request.uri().path_and_query().is_some_and(|place| place.as_str().contains("%00")) {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "request_unreadable").into());
        }
        let tenant = self.tenant(request).await?;
        limit_tenant(&self.app.cache, tenant.id, self.app.tenant_rate(), self.app.clock.now()).await?;
        let actor = self.app.identity.actor(request, tenant.id).await?;
        let ctx = self.context(request, tenant, actor).await?;
        match self.refused(request, &ctx) {
            Some(answer) => Err(Refusal { answer, ctx: Some(ctx) }),
            None => Ok(ctx),
        }
    }

    async fn tenant(&self, request: &Request) -> Result<Arc<TenantInfo>, Refusal> {
        let slug = slug_of(request);
        match self.app.directory.by_slug(slug, self.app.clock.now()).await? {
            Lookup::Found(tenant) if tenant.status != TenantStatus::Archived => Ok(tenant),
            Lookup::Moved(to) => Err(Refusal { answer: moved(&self.app, request, slug, &to), ctx: None }),
            Lookup::Found(_) | Lookup::Unknown => Err(Problem::not_found().into()),
        }
    }

    async fn context(
        &self,
        request: &Request,
        tenant: Arc<TenantInfo>,
        actor: Actor,
    ) -> Result<Ctx, kernel::TxError> {
        let (origin, base) = match request.data::<HostTenant>() {
            Some(host) if host.slug == tenant.slug => (host.origin.clone(), String::new()),
            _ => (self.app.config.server.origin.clone(), format!("/{}", tenant.slug)),
        };
        self.app.context(tenant, actor, request_id(request), origin, base).await
    }

    /// Why the request does not get in, if it does not.
    fn refused(&self, request: &Request, ctx: &Ctx) -> Option<Response> {
        let staff = ctx.actor().staff().is_some();
        if let Some(module) = self.module
            && !self.app.registry.is_active(ctx.tenant(), module)
        {
            return Some(Problem::new(StatusCode::NOT_FOUND, "module_disabled").into_response());
        }
        if ctx.tenant().status == TenantStatus::Suspended && !staff {
            let sign_in = matches!(self.kind, Kind::Page(Audience::Studio)) && *ctx.actor() == Actor::Visitor;
            if !sign_in {
                return Some(
                    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "tenant_suspended").into_response(),
                );
            }
        }
        match self.kind {
            Kind::Api | Kind::Page(Audience::Public) => None,
            Kind::Page(_) if *ctx.actor() == Actor::Visitor => Some(sign_in(request, ctx)),
            Kind::Page(Audience::Studio) if !staff => Some(Problem::not_found().into_response()),
            Kind::Page(_) => None,
        }
    }

    async fn inside(&self, ctx: Ctx, mut request: Request) -> Response {
        let address = request.data::<ClientAddress>().map(|address| address.0);
        let counter: Arc<dyn TryCounter> = Arc::<App>::clone(&self.app);
        request.set_data(Tries::new(counter, ctx.tenant().id, address));
        request.set_data(ctx.clone());
        request.set_data(Arc::clone(&self.app.registry));
        let visitor = *ctx.actor() == Actor::Visitor;
        let safe = request.method().is_safe();
        let response = match self.kind {
            Kind::Api if !safe => self.write(&ctx, request).await.unwrap_or_else(IntoResponse::into_response),
            _ => answer(self.inner.call(request).await),
        };
        let mut response = with_scene(response, Some(ctx));
        if self.kind == Kind::Api {
            response
                .headers_mut()
                .entry(header::CACHE_CONTROL)
                .or_insert(HeaderValue::from_static("no-store"));
            if visitor && response.status() == StatusCode::FORBIDDEN {
                return with_scene(
                    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_required").into_response(),
                    None,
                );
            }
        }
        response
    }
}

impl Gate {
    /// An unsafe call of the API: its body is checked, and its key makes it one.
    async fn write(&self, ctx: &Ctx, request: Request) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let body =
            body.into_vec().await.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body_unreadable"))?;
        self.bodies.check(&parts.method, &parts.headers, &body)?;
        idempotency::run(ctx, &self.inner, parts, body).await
    }
}

fn with_scene(mut response: Response, ctx: Option<Ctx>) -> Response {
    if let Some(ctx) = ctx {
        response.extensions_mut().insert(Scene { ctx });
    }
    response
}

/// The slug in the path: first segment of a page, third of the API.
fn slug_of(request: &Request) -> &str {
    let mut segments = request.uri().path().trim_start_matches('/').split('/');
    match segments.next() {
        Some("api") => segments.nth(1).unwrap_or_default(),
        other => other.unwrap_or_default(),
    }
}

/// 308 to the same place under the present slug; from the host of the old slug to that of the present one.
fn moved(app: &App, request: &Request, from: &str, to: &str) -> Response {
    let place = request.uri().path_and_query().map_or("/", |place| place.as_str());
    let by_host = request.data::<HostTenant>().is_some_and(|host| host.slug == from);
    let target = match place.strip_prefix(&format!("/{from}")).filter(|_| by_host) {
        Some(rest) => {
            let slash = if rest.starts_with('/') { "" } else { "/" };
            format!("{}{slash}{rest}", app.origin_of(&format!("{to}.{}", app.config.server.base_domain)))
        }
        None => place.replacen(&format!("/{from}"), &format!("/{to}"), 1),
    };
    let value = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/"));
    Response::builder().status(StatusCode::PERMANENT_REDIRECT).header(header::LOCATION, value).finish()
}

fn sign_in(request: &Request, ctx: &Ctx) -> Response {
    if !request.method().is_safe() {
        return Problem::new(StatusCode::UNAUTHORIZED, "sign_in_required").into_response();
    }
    let place = request.original_uri().path_and_query().map_or("/", |place| place.as_str());
    let pairs = [("next", place), ("from", ctx.tenant().slug.as_str())];
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    Redirect::to(format!("/login?{query}")).into_response()
}
