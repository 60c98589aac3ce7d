//! Every route of the installation: the platform's own, and those of all modules behind the gate.

use std::{collections::BTreeSet, sync::Arc};

use kernel::PageRoute;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Request, Response, Route, endpoint::BoxEndpoint, get};
use serde_json::Value;

use super::{
    by_host::ByHost,
    gate::{Gate, Kind},
    input::Bodies,
    render::Render,
};
use crate::{app::App, automations, edges, identity, mailing, pages, studio};

/// The whole installation as one endpoint, without the edges.
///
/// # Errors
/// When two routes are the same.
pub fn endpoint(app: &Arc<App>) -> anyhow::Result<BoxEndpoint<'static, Response>> {
    let mut route = Route::new();
    for (path, endpoint) in platform_routes(app) {
        route = route.try_at(path, endpoint)?;
    }
    for page in studio::routes().into_iter().chain(pages::routes()) {
        route = mount_page(app, route, None, page)?;
    }
    route = mount_api(app, route, None, studio::api())?;
    route = mount_api(app, route, None, automations::api())?;
    for module in app.registry.all() {
        for page in (module.pages)() {
            route = mount_page(app, route, Some(module.id), page)?;
        }
        route = mount_api(app, route, Some(module.id), (module.api)())?;
    }
    let with_app = route.data(Arc::clone(app)).map_to_response();
    let by_host = ByHost { app: Arc::clone(app), inner: with_app };
    Ok(Render { app: Arc::clone(app), inner: by_host }.boxed())
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
fn named(template: &'static str, inner: impl Endpoint<Output = Response> + 'static) -> impl Endpoint {
    struct Named<E>(&'static str, E);
    impl<E: Endpoint<Output = Response>> Endpoint for Named<E> {
        type Output = Response;
        async fn call(&self, request: Request) -> poem::Result<Response> {
            let mut response = self.1.call(request).await?;
            response.extensions_mut().insert(edges::RouteTemplate(self.0));
            Ok(response)
        }
    }
    Named(template, inner)
}
