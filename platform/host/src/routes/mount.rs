//! Every route of the installation: the platform's own, and those of all modules behind the gate.

use std::{collections::BTreeSet, iter, sync::Arc};

use kernel::{PageRoute, Problem, Registry};
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, IntoResponse, Request, Response, Route,
    endpoint::BoxEndpoint,
    get,
    http::{HeaderValue, Method, StatusCode, Uri, header},
};
use serde_json::Value;

use super::{
    answer,
    by_host::ByHost,
    gate::{Gate, Kind},
    input::Bodies,
    render::Render,
};
use crate::{app::App, automations, checkout, edges, hooks, identity, mailing, pages, studio};

/// The whole installation as one endpoint, without the edges.
///
/// # Errors
/// When two routes are the same.
pub fn endpoint(app: &Arc<App>) -> anyhow::Result<BoxEndpoint<'static, Response>> {
    let mut route = Route::new();
    let spec = identity::api().spec;
    for (path, inner) in platform_routes(app) {
        route = route.try_at(path, Platform { bodies: Bodies::of(&spec, path), inner })?;
    }
    for page in own_pages() {
        route = mount_page(app, route, None, page)?;
    }
    for api in own_apis() {
        route = mount_api(app, route, None, api)?;
    }
    for module in app.registry.all() {
        for page in (module.pages)() {
            route = mount_page(app, route, Some(module.id), page)?;
        }
        route = mount_api(app, route, Some(module.id), (module.api)())?;
    }
    let with_app = route.data(Arc::clone(app)).data(app.stripe.clone()).map_to_response();
    let by_host = ByHost { app: Arc::clone(app), inner: with_app };
    Ok(Render { app: Arc::clone(app), inner: by_host }.boxed())
}

/// The pages of a tenant that the host has itself; the modules' come on top.
#[must_use]
pub fn own_pages() -> Vec<PageRoute> {
    studio::routes()
        .into_iter()
        .chain(checkout::routes())
        .chain(stripe_provider::routes())
        .chain(checkout::subscriptions::routes())
        .chain(pages::routes())
        .collect()
}

/// The operations of a tenant that the host has itself.
fn own_apis() -> [kernel::Api; 5] {
    [
        studio::api(),
        checkout::api(),
        automations::api(),
        checkout::subscriptions::api(),
        stripe_provider::api(),
    ]
}

/// The documents of all APIs, each with its module: the modules', that of accounts, and the host's own.
pub fn specs(registry: &Registry) -> Vec<(Option<&'static str>, Value)> {
    let modules = registry.all().iter().map(|module| (Some(module.id), (module.api)().spec));
    let own = iter::once(identity::api()).chain(own_apis()).map(|api| (None, api.spec));
    modules.chain(own).collect()
}

fn platform_routes(app: &Arc<App>) -> Vec<(&'static str, BoxEndpoint<'static, Response>)> {
    fn boxed<E: IntoEndpoint>(endpoint: E) -> BoxEndpoint<'static, Response>
    where
        E::Endpoint: Endpoint + 'static,
    {
        endpoint.into_endpoint().map_to_response().boxed()
    }
    let mut routes = vec![
        ("/", boxed(get(pages::start))),
        ("/assets/*path", boxed(get(pages::asset))),
        ("/favicon.ico", boxed(get(pages::favicon))),
        ("/robots.txt", boxed(get(pages::robots))),
        ("/book/:slug", boxed(get(pages::old_book_link))),
        ("/api/openapi.json", boxed(get(pages::full_openapi))),
        ("/api/docs", boxed(get(pages::api_docs))),
        ("/webhooks/stripe", boxed(poem::post(hooks::connected))),
        ("/:slug/webhooks/stripe", boxed(poem::post(hooks::own))),
    ];
    routes.extend(identity::routes());
    if app.config.is_development() {
        routes.extend(mailing::outbox_routes());
    }
    routes
}

fn mount_page(
    app: &Arc<App>,
    route: Route,
    module: Option<&'static str>,
    page: PageRoute,
) -> anyhow::Result<Route> {
    let gate = gate(app, module, Kind::Page(page.audience), page.endpoint);
    Ok(route.try_at(page.path, named(page.path, gate))?)
}

/// Mounts each path of an API by itself, so that the gate knows whose it is.
fn mount_api(
    app: &Arc<App>,
    mut route: Route,
    module: Option<&'static str>,
    api: kernel::Api,
) -> anyhow::Result<Route> {
    let endpoint = Arc::new(api.endpoint);
    for path in paths(&api.spec) {
        let bodies = Bodies::of(&api.spec, &path);
        let gate =
            Gate { app: Arc::clone(app), module, kind: Kind::Api, bodies, inner: Arc::clone(&endpoint) };
        let template: &'static str = path.replace('{', ":").replace('}', "").leak();
        route = route.try_at(template, named(template, gate))?;
    }
    Ok(route)
}

fn gate(
    app: &Arc<App>,
    module: Option<&'static str>,
    kind: Kind,
    endpoint: BoxEndpoint<'static, Response>,
) -> Gate {
    Gate { app: Arc::clone(app), module, kind, bodies: Bodies::default(), inner: Arc::new(endpoint) }
}

/// The paths of a document: `/api/v1/{slug}/bookings/{id}`.
fn paths(spec: &Value) -> BTreeSet<String> {
    let keys = spec["paths"].as_object().into_iter().flat_map(serde_json::Map::keys);
    keys.cloned().collect()
}

/// Tells the edges the route's template, for figures and log lines without personal data.
fn named(template: &'static str, gate: Gate) -> impl Endpoint {
    struct Named(&'static str, Gate);
    impl Endpoint for Named {
        type Output = Response;
        async fn call(&self, request: Request) -> poem::Result<Response> {
            let uri = request.uri().clone();
            let mut response = self.1.call(request).await?;
            response.extensions_mut().insert(edges::RouteTemplate(self.0));
            Ok(with_allow(response, &self.1.inner, &uri).await)
        }
    }
    Named(template, gate)
}

/// A route that belongs to no tenant. Bodies of its API are held against the document as those behind the gate are.
struct Platform {
    bodies: Bodies,
    inner: BoxEndpoint<'static, Response>,
}

impl Endpoint for Platform {
    type Output = Response;
    async fn call(&self, request: Request) -> poem::Result<Response> {
        let uri = request.uri().clone();
        let response = match self.checked(request).await {
            Ok(request) => answer(self.inner.call(request).await),
            Err(problem) => problem.into_response(),
        };
        Ok(with_allow(response, &self.inner, &uri).await)
    }
}

impl Platform {
    async fn checked(&self, request: Request) -> Result<Request, Problem> {
        if !self.bodies.takes(request.method()) {
            return Ok(request);
        }
        let (parts, body) = request.into_parts();
        let body =
            body.into_vec().await.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body_unreadable"))?;
        self.bodies.check(&parts.method, &parts.headers, &body)?;
        Ok(Request::from_parts(parts, body.into()))
    }
}

/// 405 names the methods that there are. An endpoint does not tell which it has, so it is asked with a request that carries
/// nothing: no context, no application, no body; no handler gets anywhere with that.
async fn with_allow(mut response: Response, inner: &BoxEndpoint<'static, Response>, uri: &Uri) -> Response {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut allowed = Vec::new();
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let name = if method == Method::GET { "GET, HEAD".to_owned() } else { method.to_string() };
        let empty = Request::builder().method(method).uri(uri.clone()).finish();
        if answer(inner.call(empty).await).status() != StatusCode::METHOD_NOT_ALLOWED {
            allowed.push(name);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use poem::handler;

    use super::*;

    #[handler]
    fn nothing() {}

    #[tokio::test]
    async fn a_wrong_method_is_told_the_right_ones() {
        let inner = get(nothing).post(nothing).map_to_response().boxed();
        let route = Platform { bodies: Bodies::default(), inner };
        let call = async |method| route.call(Request::builder().method(method).finish()).await.unwrap();
        let refused = call(Method::PUT).await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(refused.headers()[header::ALLOW], "GET, HEAD, POST");
        assert!(!call(Method::GET).await.headers().contains_key(header::ALLOW));
    }
}
