//! The edges of this installation: configured by its configuration, its problems in its look.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use cache::Rate;
use kernel::Problem;
use metrics_exporter_prometheus::PrometheusHandle;
use poem::{Endpoint, EndpointExt, Request, Response, endpoint::BoxEndpoint, http::header};
use tokio::net::TcpListener;
use web::Shell;

use super::{Asked, EdgeOptions, Network, Readiness, TenantLabel, install_metrics, operations, run};
use crate::{
    app::App,
    hooks, pages,
    routes::{Scene, render},
};

/// One address that delivers events: all of them come from a few.
const DELIVERIES_PER_SECOND: f64 = 1000.0;
const DELIVERIES_BURST: u32 = 4000;

/// Serves the installation until `shutdown`, and drains.
///
/// # Errors
/// When an address in `server.trusted_proxies` can't be read, or the listener has none.
pub async fn serve(
    listener: TcpListener,
    endpoint: BoxEndpoint<'static, Response>,
    app: &Arc<App>,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    Ok(run(listener, Labelled(endpoint).boxed(), options(app)?, shutdown).await?)
}

/// Serves `/metrics` and the probes until `shutdown`.
pub async fn serve_metrics(listener: TcpListener, app: &Arc<App>, shutdown: impl Future<Output = ()> + Send) {
    static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let Some(figures) = FIGURES.get_or_init(|| install_metrics().ok()).clone() else {
        tracing::error!("figures are collected by somebody else in this process; /metrics is not served");
        return;
    };
    let ended = match options(app) {
        Ok(options) => {
            let quick = EdgeOptions { address_rate: None, grace: Duration::from_secs(1), ..options };
            run(listener, operations(figures), quick, shutdown).await.map_err(anyhow::Error::from)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::error!(%error, "/metrics is not served");
    }
}

fn options(app: &Arc<App>) -> anyhow::Result<EdgeOptions> {
    let (server, limits) = (&app.config.server, &app.config.limits);
    let trusted_proxies =
        server.trusted_proxies.iter().map(|text| text.parse()).collect::<Result<Vec<Network>, _>>()?;
    let (ordinary, upload) = (limits.body_bytes, limits.upload_bytes);
    let renderer = Arc::clone(app);
    let readiness = Readiness::of_database(&app.db);
    let defaults = EdgeOptions::new(app.clock.clone(), app.entropy.clone(), app.cache.clone(), readiness);
    let options = EdgeOptions {
        header_deadline: Duration::from_secs(limits.header_seconds),
        request_deadline: Duration::from_secs(limits.request_seconds),
        max_connections: limits.connections,
        connections_per_address: (limits.connections / 4).max(1),
        trusted_proxies,
        address_rate: Some(Rate::new(f64::from(limits.address_per_second), limits.address_burst)),
        deliveries: Some((hooks::is_delivery, Rate::new(DELIVERIES_PER_SECOND, DELIVERIES_BURST))),
        form_targets: form_targets(app),
        https: server.origin.starts_with("https:"),
        drain_delay: Duration::from_secs(server.drain_seconds),
        grace: Duration::from_secs(server.grace_seconds),
        problem: Arc::new(move |asked, problem| page(&renderer, asked, problem)),
        ..defaults
    };
    let file = limits.file_bytes;
    let largest = move |path: &str| match path.trim_end_matches('/') {
        path if is_component(path) => upload,
        path if hooks::is_delivery(path) => stripe_provider::MAX_BODY,
        path if is_file(path) => file,
        _ => ordinary,
    };
    Ok(EdgeOptions { body_limit: Arc::new(move |_, path| largest(path)), ..options })
}

/// Pages of the payment provider: forms lead there.
fn form_targets(app: &App) -> Vec<String> {
    let stripe = &app.config.stripe;
    let mut hosts = stripe.page_hosts.clone();
    // A provider of tests has its pages where its API is.
    if app.config.is_development() && !stripe.api_url.starts_with("https://api.stripe.com/") {
        hosts.push(stripe.api_url.trim_end_matches('/').to_owned());
    }
    hosts
}

/// Components of automations are uploaded here.
fn is_component(path: &str) -> bool {
    path.ends_with("/automations")
}

/// Pictures and files of offers are uploaded here.
fn is_file(path: &str) -> bool {
    path.contains("/offers/") && (path.ends_with("/picture") || path.ends_with("/files"))
}

/// A problem of the edges: a document for programs, a page for people.
fn page(app: &App, asked: &Asked, problem: &Problem) -> Response {
    let told = problem.clone().with("detail", app.text("en", &problem.text()));
    if asked.path.starts_with("/api/") || asked.path.starts_with("/webhooks/") {
        return asked.document(&told);
    }
    let page = pages::problem(app, None, problem, &asked.request_id);
    let shell = Shell {
        title: app.text("en", &page.title),
        nonce: asked.nonce.clone(),
        request_id: asked.request_id.clone(),
        noindex: true,
        ..Shell::default()
    };
    match app.web.page(render::layout(page.layout), page.template, &page.data, &shell) {
        Ok(html) => Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "problem page not rendered");
            asked.document(&told)
        }
    }
}

/// Tells the log line whose page it was.
struct Labelled(BoxEndpoint<'static, Response>);

impl Endpoint for Labelled {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut response = self.0.call(request).await?;
        if let Some(scene) = response.data::<Scene>() {
            let label = TenantLabel(scene.ctx.tenant().slug.clone());
            response.extensions_mut().insert(label);
        }
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_component, is_file};

    #[test]
    fn only_automations_and_offers_take_uploads() {
        assert!(is_component("/anna-fit/studio/automations") && is_component("/api/v1/anna-fit/automations"));
        assert!(!is_component("/anna-fit/studio/automations/aut_1") && !is_component("/anna-fit/book"));
        assert!(is_file("/anna-fit/studio/offers/edit/prd_1/picture"));
        assert!(is_file("/api/v1/anna-fit/offers/prd_1/files"));
        assert!(!is_file("/anna-fit/studio/offers/edit/prd_1") && !is_file("/anna-fit/files"));
    }
}
