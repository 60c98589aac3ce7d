//! One request: checked, bounded, answered, noted.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use cache::Key;
use futures::FutureExt;
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use kernel::Problem;
use poem::{
    Addr, Endpoint, Request, Response,
    endpoint::BoxEndpoint,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tracing::Instrument;

use super::{
    Asked, ClientAddress, EdgeOptions, Nonce, RequestId, Trail, address,
    body::{self, Limited, Watch, Wrong},
    connection::State,
    csrf, headers, log, probes, problem,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers every request of a listener.
pub(super) struct Service {
    endpoint: BoxEndpoint<'static, Response>,
    options: EdgeOptions,
}

impl Service {
    pub(super) fn new(endpoint: BoxEndpoint<'static, Response>, options: EdgeOptions) -> Self {
        Self { endpoint, options }
    }

    pub(super) async fn answer(
        &self,
        request: http::Request<Incoming>,
        peer: SocketAddr,
        state: State,
    ) -> http::Response<Answer> {
        state.busy();
        let _in_flight = log::Gauge::up("http_requests_in_flight");
        let began = Instant::now();
        let asked = self.asked(&request);
        let mut response = match probes::answer(&self.options.readiness, &asked.path).await {
            Some(response) => response,
            None => {
                let span = tracing::info_span!("request", request_id = %asked.request_id);
                let noted = async {
                    let trail = Trail::default();
                    let response = Box::pin(self.checked(request, peer, &asked, &trail)).await;
                    log::write(&asked.method, &response, &trail, began);
                    response
                };
                noted.instrument(span).await
            }
        };
        let frame = response.data::<kernel::FrameOrigin>().cloned();
        let sources = response.data::<kernel::PageSources>().cloned();
        self.complete(&asked, frame.as_ref(), sources.as_ref(), response.headers_mut());
        let response: http::Response<BoxBody<Bytes, io::Error>> = response.into();
        response.map(|inner| Answer { inner, state })
    }

    fn asked(&self, request: &http::Request<Incoming>) -> Asked {
        let header = |name: &HeaderName| {
            request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        let given = header(&REQUEST_ID);
        let request_id = if is_well_formed(given) { given.to_owned() } else { self.options.entropy.token() };
        Asked {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            accept: header(&header::ACCEPT).to_owned(),
            nonce: STANDARD.encode(self.options.entropy.bytes::<16>()),
            request_id,
        }
    }

    /// Refuses, or hands over to the endpoint.
    async fn checked(
        &self,
        request: http::Request<Incoming>,
        peer: SocketAddr,
        asked: &Asked,
        trail: &Trail,
    ) -> Response {
        let client = address::client(peer.ip(), request.headers(), &self.options.trusted_proxies);
        let limit = (self.options.body_limit)(request.method(), &asked.path);
        if let Err(problem) = self.admit(&request, client, limit).await {
            body::discard(request.into_body());
            return self.problem(asked, &problem);
        }
        let (request, watch) = self.prepared(request, peer, client, limit, asked, trail);
        let mut response = match self.called(request).await {
            Ok(response) => response,
            Err(problem) => self.problem(asked, &problem),
        };
        match watch.wrong() {
            Some(Wrong::TooLarge) => response = self.problem(asked, &too_large(limit)),
            Some(Wrong::TooSlow) => {
                response = self.problem(asked, &Problem::new(StatusCode::REQUEST_TIMEOUT, "deadline"))
            }
            None => {}
        }
        if let Some(wait) = response.data::<Problem>().and_then(problem::retry_after) {
            response.headers_mut().entry(header::RETRY_AFTER).or_insert(wait);
        }
        response
    }

    async fn admit(
        &self,
        request: &http::Request<Incoming>,
        client: IpAddr,
        limit: usize,
    ) -> Result<(), Problem> {
        let delivered = self.options.deliveries.filter(|(is_delivery, _)| is_delivery(request.uri().path()));
        let (name, rate) = match delivered {
            Some((_, rate)) => ("deliveries", self.options.address_rate.map(|_| rate)),
            None => ("address", self.options.address_rate),
        };
        if let Some(rate) = rate {
            let key = Key::platform(format_args!("{name}/{}", address::limited_as(client)));
            self.options
                .cache
                .allow(&key, rate, self.options.clock.now())
                .await
                .map_err(problem::too_many_requests)?;
        }
        let host = host(request).ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "body_unreadable"))?;
        if csrf::is_cross_site(request.method(), host, request.headers()) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site"));
        }
        let announced = request.body().size_hint().lower();
        if announced > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(too_large(limit));
        }
        Ok(())
    }

    fn prepared(
        &self,
        request: http::Request<Incoming>,
        peer: SocketAddr,
        client: IpAddr,
        limit: usize,
        asked: &Asked,
        trail: &Trail,
    ) -> (Request, Watch) {
        let (parts, incoming) = request.into_parts();
        let remote = RemoteAddr(Addr::SocketAddr(peer));
        let scheme = if self.options.https { Scheme::HTTPS } else { Scheme::HTTP };
        let deadline = tokio::time::Instant::now() + self.options.request_deadline;
        let (limited, watch) = Limited::new(incoming, limit, deadline);
        let parts = poem::RequestParts::from((parts, LocalAddr::default(), remote, scheme));
        let mut request = Request::from_parts(parts, limited.boxed().into());
        let data = request.extensions_mut();
        data.insert(RequestId(asked.request_id.clone()));
        data.insert(Nonce(asked.nonce.clone()));
        data.insert(ClientAddress(client));
        data.insert(trail.clone());
        (request, watch)
    }

    /// The endpoint's answer, whatever it does.
    async fn called(&self, request: Request) -> Result<Response, Problem> {
        let call = AssertUnwindSafe(self.endpoint.get_response(request)).catch_unwind();
        match tokio::time::timeout(self.options.request_deadline, call).await {
            Ok(Ok(response)) => Ok(response),
            // What it said is in the log by the panic hook; it may hold anything, so it is not repeated to the caller.
            Ok(Err(_)) => Err(Problem::internal("a handler panicked")),
            Err(_) => Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy")),
        }
    }

    fn problem(&self, asked: &Asked, problem: &Problem) -> Response {
        if problem.status.is_server_error() {
            tracing::error!(code = problem.code, cause = problem.cause, "problem");
        }
        let rendered = std::panic::catch_unwind(AssertUnwindSafe(|| (self.options.problem)(asked, problem)));
        let mut response = rendered.unwrap_or_else(|_| asked.document(problem));
        response.set_status(problem.status);
        if let Some(wait) = problem::retry_after(problem) {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if matches!(problem.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
            // The rest of the body is not wanted, so the connection can't be used again.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn complete(
        &self,
        asked: &Asked,
        frame: Option<&kernel::FrameOrigin>,
        sources: Option<&kernel::PageSources>,
        headers: &mut HeaderMap,
    ) {
        if let Ok(id) = HeaderValue::from_str(&asked.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        let targets = &self.options.form_targets;
        headers::add(headers, &asked.nonce, self.options.https, targets, frame, sources);
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large")
        .arg("kib", limit / 1024)
        .with("limit_bytes", limit)
}

/// The one host that is asked for.
fn host(request: &http::Request<Incoming>) -> Option<&str> {
    let mut all = request.headers().get_all(header::HOST).iter();
    match (all.next(), all.next(), request.uri().authority()) {
        (Some(host), None, _) => host.to_str().ok().filter(|host| !host.is_empty()),
        (None, None, Some(authority)) => Some(authority.as_str()),
        _ => None,
    }
}

/// 8 to 64 letters, digits, hyphens, underscores and dots: nothing that could forge a log line.
fn is_well_formed(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The body of an answer. When it has gone, the connection waits for its next request.
pub(super) struct Answer {
    inner: BoxBody<Bytes, io::Error>,
    state: State,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.state.idle();
    }
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn request_ids() {
        for good in ["0192f0c1-a2b3", "abc.def_123", &"x".repeat(64)] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in
            ["", "short", "with space", "line\nbreak", "<script>alert", &"x".repeat(65), "ümlautümlaut"]
        {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }
}
