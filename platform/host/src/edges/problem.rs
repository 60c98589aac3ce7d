//! Problems that arise before a handler is reached, or instead of its answer.

use std::time::Duration;

use cache::{Cache, Key, Rate};
use events::{Instant, TenantId};
use kernel::Problem;
use poem::{
    Response,
    http::{HeaderValue, Method, StatusCode, header},
};
use serde_json::json;

/// What a renderer of problems may know of the request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its method.
    pub method: Method,
    /// Its path, without the query.
    pub path: String,
    /// What the caller accepts, as written.
    pub accept: String,
    /// What inline scripts and styles must carry.
    pub nonce: String,
    /// Quoted in logs and answers.
    pub request_id: String,
}

impl Asked {
    /// The problem as a bare RFC 9457 document.
    #[must_use]
    pub fn document(&self, problem: &Problem) -> Response {
        let title = problem.status.canonical_reason().unwrap_or("Error");
        let mut body = json!({
            "type": "about:blank", "title": title, "status": problem.status.as_u16(), "code": problem.code, "request_id": self.request_id,
        });
        if let Some(members) = body.as_object_mut() {
            members.extend(problem.extra.clone());
        }
        Response::builder()
            .status(problem.status)
            .header(header::CONTENT_TYPE, "application/problem+json")
            .body(body.to_string())
    }
}

/// 429: how long to wait stands in the problem (`retry_after`, whole seconds) and in the header `Retry-After`.
#[must_use]
pub fn too_many_requests(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited")
        .arg("seconds", seconds)
        .with("retry_after", seconds.max(1))
}

/// Counts one request of a tenant. For the host, once it knows which tenant is asked for.
///
/// # Errors
/// 429 when there were too many.
pub async fn limit_tenant(cache: &Cache, tenant: TenantId, rate: Rate, now: Instant) -> Result<(), Problem> {
    cache.allow(&Key::tenant(tenant, "requests"), rate, now).await.map_err(too_many_requests)
}

/// `Retry-After` of problems that say when to come back.
pub(super) fn retry_after(problem: &Problem) -> Option<HeaderValue> {
    problem.extra.get("retry_after").and_then(serde_json::Value::as_u64).map(HeaderValue::from)
}
