//! One line and three figures for each request.

use std::time::Instant;

use poem::{Response, http::Method};

use super::{RouteTemplate, TenantLabel, Trail};

/// Methods as figures know them: strange ones share a name, or a caller could make figures without end.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

pub(super) fn write(method: &Method, response: &Response, trail: &Trail, began: Instant) {
    let took = began.elapsed();
    let (noted_route, noted_tenant) = trail.read();
    let route = response.data::<RouteTemplate>().map(|route| route.0).or(noted_route).unwrap_or("none");
    let tenant =
        response.data::<TenantLabel>().map(|tenant| tenant.0.clone()).or(noted_tenant).unwrap_or_default();
    let (method, status) = (known(method), response.status().as_u16());
    let ms = took.as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::warn!(target: "access", method, route, status, ms, tenant, "answered");
    } else {
        tracing::info!(target: "access", method, route, status, ms, tenant, "answered");
    }
    metrics::counter!("http_requests_total", "method" => method, "route" => route, "status" => status.to_string()).increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route).record(took);
}

/// Counts while it lives.
pub(super) struct Gauge(&'static str);

impl Gauge {
    pub(super) fn up(name: &'static str) -> Self {
        metrics::gauge!(name).increment(1.0);
        Self(name)
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        metrics::gauge!(self.0).decrement(1.0);
    }
}
