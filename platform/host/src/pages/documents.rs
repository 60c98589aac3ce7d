//! Assets, robots.txt, OpenAPI documents, old links.

use kernel::{Page, Problem, Redirect, TenantStatus};
use poem::{
    IntoResponse, Request, Response, handler,
    http::{HeaderValue, StatusCode, header},
    web::{Path, Query},
};

use tenants::Lookup;

use super::docs;
use crate::routes;

/// `/assets/{name}`.
#[handler]
pub fn asset(request: &Request, Path(path): Path<String>) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let asset = app.web.asset(&path).ok_or_else(Problem::not_found)?;
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let etag = HeaderValue::from_str(&asset.etag).map_err(Problem::internal)?;
    if request.headers().get(header::IF_NONE_MATCH) == Some(&etag) {
        return Ok(StatusCode::NOT_MODIFIED.with_header(header::ETAG, etag).into_response());
    }
    let response = Response::builder()
        .header(header::CONTENT_TYPE, asset.mime)
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "accept-encoding")
        .header(header::ETAG, etag);
    Ok(match (&asset.gzip, accepts_gzip(request)) {
        (Some(gzip), true) => response.header(header::CONTENT_ENCODING, "gzip").body(gzip.clone()),
        _ => response.body(asset.bytes.clone()),
    })
}

fn accepts_gzip(request: &Request) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.split(',').any(|entry| entry.trim().split(';').next() == Some("gzip")))
}

/// `/favicon.ico`: the platform's mark.
#[handler]
pub fn favicon(request: &Request) -> Result<Redirect, Problem> {
    let app = routes::app(request)?;
    app.web.asset_url("favicon.svg").map(Redirect::to).ok_or_else(Problem::not_found)
}

/// `/robots.txt`.
#[handler]
pub fn robots() -> &'static str {
    "User-agent: *\nDisallow: /api/\nDisallow: /login\nDisallow: /register\nDisallow: /*/studio\nDisallow: /*/me\n"
}

/// `/book/{slug}`, an old link: permanently at the tenant's booking page.
#[handler]
pub async fn old_book_link(request: &Request, Path(slug): Path<String>) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    let slug = match app.directory.by_slug(&slug, app.clock.now()).await? {
        Lookup::Found(tenant) if tenant.status != TenantStatus::Archived => tenant.slug.clone(),
        Lookup::Moved(to) => to,
        Lookup::Found(_) | Lookup::Unknown => return Err(Problem::not_found()),
    };
    let query = request.original_uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = HeaderValue::from_str(&format!("/{slug}/book{query}")).map_err(Problem::internal)?;
    Ok(Response::builder().status(StatusCode::PERMANENT_REDIRECT).header(header::LOCATION, target).finish())
}

/// `/api/openapi.json`: every operation there is.
#[handler]
pub fn full_openapi(request: &Request) -> Result<Response, Problem> {
    let app = routes::app(request)?;
    Ok(json(app.full_openapi().to_string()))
}

/// A JSON body that is already text.
pub fn json(text: String) -> Response {
    Response::builder().header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(text)
}

#[derive(serde::Deserialize)]
struct DocsQuery {
    tenant: Option<String>,
}

/// `/api/docs`: the operations for reading; `?tenant={slug}` shows that tenant's own.
#[handler]
pub async fn api_docs(request: &Request, Query(query): Query<DocsQuery>) -> Result<Page, Problem> {
    let app = routes::app(request)?;
    let Some(slug) = query.tenant else {
        return Ok(Page::of(&docs::read(&app.full_openapi(), "/api/openapi.json", None)));
    };
    let Lookup::Found(tenant) = app.directory.by_slug(&slug, app.clock.now()).await? else {
        return Err(Problem::not_found());
    };
    let ctx = app.system_context(tenant, "api docs", routes::request_id(request)).await?;
    let href = format!("/api/v1/{slug}/openapi.json");
    Ok(Page::of(&docs::read(&app.tenant_openapi(&ctx), &href, Some(slug))))
}
