//! The host around the modules: finds the tenant, signs people in, gates, and turns answers into HTML and JSON.
//!
//! The way of a request: `edges` (limits, ids, headers) → [`render`] → [`by_host`] (own domains) → the route →
//! [`gate`] (tenant, module, person, permission) → a module's handler.

pub mod by_host;
pub mod gate;
pub mod idempotency;
pub mod input;
pub mod mount;
pub mod nav;
pub mod openapi;
pub mod render;
mod tries;

use std::sync::Arc;

use kernel::Ctx;
use poem::{Request, Response};

use crate::app::App;

/// Left on a response by the gate, for the renderer: whose page it is.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The context the page was made with.
    pub ctx: Ctx,
}

/// Left on a request by [`by_host`]: the tenant whose own host was asked.
#[derive(Clone, Debug)]
pub struct HostTenant {
    /// Its slug.
    pub slug: String,
    /// Scheme and host as the visitor sees them.
    pub origin: String,
}

/// The request's id, as the edges gave it.
#[must_use]
pub fn request_id(request: &Request) -> String {
    request.data::<crate::edges::RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The application, from a request's data.
///
/// # Errors
/// 500 when the host forgot to put it there.
pub fn app(request: &Request) -> Result<Arc<App>, kernel::Problem> {
    request.data::<Arc<App>>().cloned().ok_or_else(|| kernel::Problem::internal("no App in the request"))
}

/// An answer as a response, problems and poem's own errors included.
pub fn answer(result: poem::Result<Response>) -> Response {
    use kernel::Problem;
    use poem::{IntoResponse, http::StatusCode};
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    match error.downcast::<Problem>() {
        Ok(problem) => problem.into_response(),
        Err(error) if error.is_from_response() => error.into_response(),
        Err(error) => {
            let problem = match error.status() {
                StatusCode::NOT_FOUND => Problem { cause: Some(error.to_string()), ..Problem::not_found() },
                StatusCode::METHOD_NOT_ALLOWED => {
                    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
                }
                StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
                StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
                }
                status if status.is_client_error() => unreadable(&error),
                _ => Problem::internal(error),
            };
            problem.into_response()
        }
    }
}

/// Input that poem-openapi could not read: 422, with the parameter named when it is one.
fn unreadable(error: &poem::Error) -> kernel::Problem {
    use kernel::{FieldError, Problem};
    use poem_openapi::error::{ParseParamError, ParsePathError};
    if error.is::<ParsePathError>() {
        // An identifier in the path that is none names nothing.
        return Problem { cause: Some(error.to_string()), ..Problem::not_found() };
    }
    let mut problem = match error.downcast_ref::<ParseParamError>() {
        Some(error) => Problem::invalid(vec![FieldError::new(error.name, "unreadable")]),
        None => Problem::invalid(vec![FieldError::new(field_in(&error.to_string()), "unreadable")]),
    };
    problem.cause = Some(error.to_string());
    problem
}

/// The field that poem-openapi names in its text: `… failed to parse field "name" …` or `"#/name"`; empty: the body.
fn field_in(text: &str) -> String {
    let name = text.split("field \"").nth(1).or_else(|| text.split("property `").nth(1));
    let end = |c: char| c == '"' || c == '`';
    name.and_then(|rest| rest.split(end).next()).unwrap_or_default().replace('.', "/")
}
