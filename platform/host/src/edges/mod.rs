//! The edges: everything between a socket and the first handler, and back.
//!
//! **Purpose.** poem's own server leaves slow connections open, buffers chunked bodies without bound, answers a panic with
//! an empty reply and closes its listener at once when it ends. So the loop around hyper is written here: deadlines for
//! header, body, answer and writing; streaming body limits; panics become problems; connections drain.
//!
//! **What a handler finds** in the request's data: [`RequestId`], [`Nonce`], [`ClientAddress`], [`Trail`]. **What it may
//! leave** in the response's extensions: [`RouteTemplate`] and [`TenantLabel`], for figures and log lines (or in the
//! [`Trail`], which also reaches them when the handler ends in an error); [`kernel::FrameOrigin`], for the policies.
//!
//! **Invariants.**
//! - No request holds memory for its body beyond what its handler asks for, and no handler gets more than the route's limit.
//! - Every answer has a request id and the security headers; none of those that a handler set itself is overwritten.
//! - Log lines hold no personal data: no address, no query, no path, only the route's template.

mod address;
mod body;
mod connection;
mod csrf;
mod headers;
mod host;
mod log;
mod options;
mod probes;
mod problem;
mod serve;
mod service;
#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

pub(crate) use address::limited_as;
pub use address::{BadNetwork, Network};
pub use host::{serve, serve_metrics};
pub use options::{BodyLimit, EdgeOptions, ProblemPage};
pub use probes::{Readiness, install_metrics, operations};
pub use problem::{Asked, limit_tenant, too_many_requests};
pub use serve::run;

/// Quoted in logs and answers. The caller's own `x-request-id` when it is well formed, else a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// What inline scripts and styles of this answer must carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(pub String);

/// Who asks: the socket's address, or what a trusted proxy says. For limits; never logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The template of the route that answered, for example `/:slug/book/:type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteTemplate(pub &'static str);

/// The slug of the tenant that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantLabel(pub String);

/// Notes of a request on its way in, for its log line. Cheap to clone; each clone writes into the same notes.
#[derive(Clone, Debug, Default)]
pub struct Trail(Arc<Mutex<(Option<&'static str>, Option<String>)>>);

impl Trail {
    /// The template of the route.
    pub fn route(&self, template: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(template);
    }
    /// The slug of the tenant.
    pub fn tenant(&self, slug: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(slug.to_owned());
    }
    fn read(&self) -> (Option<&'static str>, Option<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
