//! Deliveries of Stripe's events: `POST /webhooks/stripe` for connected accounts, `POST /{slug}/webhooks/stripe` for a
//! business with keys of its own. In front of no gate: an event is kept whatever modules are on, and while the tenant is
//! suspended; jobs wait until it serves again.
//!
//! **Invariant.** Nothing is answered with success that is not kept.

use std::sync::Arc;

use kernel::{Ctx, Problem, TenantInfo, TenantStatus};
use poem::{
    Body, Request, Response, handler,
    http::StatusCode,
    web::{Data, Json, Path},
};
use serde_json::json;
use stripe_provider::{Delivery, MAX_BODY};
use tenants::Lookup;

use crate::{app::App, routes::request_id};

/// The path of connected accounts, and the end of those of businesses.
pub const PATH: &str = "/webhooks/stripe";

/// Whether something is delivered to a path: it may be larger, and come quicker, than what people send.
#[must_use]
pub fn is_delivery(path: &str) -> bool {
    path.trim_end_matches('/').ends_with(PATH)
}

/// For connected accounts: the event names the account, and the account its tenant.
#[handler]
pub async fn connected(
    request: &Request,
    body: Body,
    Data(app): Data<&Arc<App>>,
) -> Result<Response, Problem> {
    let body = read(body).await?;
    let received = app.stripe.open(&delivery(request, &body, app))?;
    let unknown = || Problem::new(StatusCode::NOT_FOUND, "stripe_account");
    let tenant = app.stripe.tenant_of(received.account()).await?.ok_or_else(unknown)?;
    let tenant = app.directory.by_id(tenant).await?.filter(serves).ok_or_else(unknown)?;
    let ctx = context(app, tenant, request).await?;
    Ok(taken(app.stripe.keep(&ctx, received).await?))
}

/// For a business with keys of its own: its secret signs, so an event of anybody else's is none.
#[handler]
pub async fn own(
    request: &Request,
    body: Body,
    Data(app): Data<&Arc<App>>,
    Path(slug): Path<String>,
) -> Result<Response, Problem> {
    let Lookup::Found(tenant) = app.directory.by_slug(&slug, app.clock.now()).await? else {
        return Err(Problem::not_found());
    };
    if !serves(&tenant) {
        return Err(Problem::not_found());
    }
    let body = read(body).await?;
    let ctx = context(app, tenant, request).await?;
    let received = app.stripe.open_own(&ctx, &delivery(request, &body, app)).await?;
    Ok(taken(app.stripe.keep(&ctx, received).await?))
}

fn serves(tenant: &Arc<TenantInfo>) -> bool {
    tenant.status != TenantStatus::Archived
}

async fn context(app: &App, tenant: Arc<TenantInfo>, request: &Request) -> Result<Ctx, Problem> {
    Ok(app.system_context(tenant, "stripe.webhook", request_id(request)).await?)
}

async fn read(body: Body) -> Result<Vec<u8>, Problem> {
    body.into_bytes_limit(MAX_BODY)
        .await
        .map(Into::into)
        .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large").arg("kib", MAX_BODY / 1024))
}

fn delivery<'a>(request: &'a Request, body: &'a [u8], app: &App) -> Delivery<'a> {
    let signature = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    Delivery { body, signature: signature.unwrap_or_default(), now: app.clock.now() }
}

fn taken(new: bool) -> Response {
    use poem::IntoResponse as _;
    Json(json!({ "received": true, "new": new })).into_response()
}

#[cfg(test)]
mod tests {
    use super::is_delivery;

    #[test]
    fn deliveries_have_their_paths() {
        assert!(is_delivery("/webhooks/stripe") && is_delivery("/northside/webhooks/stripe"));
        assert!(!is_delivery("/webhooks/other") && !is_delivery("/northside/studio/payments/stripe"));
    }
}
