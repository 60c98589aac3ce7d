//! `{slug}.{base}` and own domains: the same pages with the slug left out of the path.

use std::sync::Arc;

use kernel::Problem;
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{StatusCode, Uri, header},
};
use tenants::Lookup;

use super::HostTenant;
use crate::app::App;

/// First path segments that are the platform's on every host.
const PLATFORM: [&str; 14] = [
    "account",
    "api",
    "assets",
    "dev",
    "favicon.ico",
    "healthz",
    "login",
    "logout",
    "operator",
    "readyz",
    "register",
    "robots.txt",
    "verify",
    "webhooks",
];

/// Finds the tenant by the host, and puts its slug in front of the path.
pub struct ByHost<E> {
    /// The application.
    pub app: Arc<App>,
    /// What follows.
    pub inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for ByHost<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let host = host_of(&request);
        if !self.app.is_own_host(&host) {
            match self.tenant(&host).await {
                Ok(Some(slug)) => rewrite(&mut request, slug, self.app.origin_of(name_of(&host))),
                Ok(None) => {
                    return Ok(Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host").into_response());
                }
                Err(problem) => return Ok(problem.into_response()),
            }
        }
        self.inner.call(request).await
    }
}

impl<E> ByHost<E> {
    async fn tenant(&self, host: &str) -> Result<Option<String>, Problem> {
        let name = name_of(host);
        let base = &self.app.config.server.base_domain;
        if !base.is_empty() {
            let slug = name.strip_suffix(base.as_str()).and_then(|rest| rest.strip_suffix('.'));
            if let Some(slug) = slug.filter(|slug| !slug.contains('.')) {
                return Ok(tenants::check_slug(slug).is_ok().then(|| slug.to_owned()));
            }
        }
        match self.app.directory.by_domain(name).await? {
            Lookup::Found(tenant) => Ok(Some(tenant.slug.clone())),
            Lookup::Moved(_) | Lookup::Unknown => Ok(None),
        }
    }
}

/// The host that was asked, in lower case, with its port.
fn host_of(request: &Request) -> String {
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    header.or_else(|| request.uri().authority().map(|a| a.as_str())).unwrap_or_default().to_lowercase()
}

/// The host without what follows the name: that is the caller's word alone, so nothing is made of it.
fn name_of(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}

fn rewrite(request: &mut Request, slug: String, origin: String) {
    let path = request.uri().path();
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if !PLATFORM.contains(&first) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = format!("/{slug}{}{query}", path.trim_end_matches('/'));
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request.set_data(HostTenant { slug, origin });
}
