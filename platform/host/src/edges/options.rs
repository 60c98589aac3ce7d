use std::{sync::Arc, time::Duration};

use cache::{Cache, Rate};
use kernel::{Clock, Entropy, Problem};
use poem::{Response, http::Method};

use super::{Asked, Network, Readiness};

/// Largest body of a request, in bytes, by method and path.
pub type BodyLimit = Arc<dyn Fn(&Method, &str) -> usize + Send + Sync>;

/// Turns a problem that arose at the edges into an answer; status, request id and headers are seen to afterwards.
pub type ProblemPage = Arc<dyn Fn(&Asked, &Problem) -> Response + Send + Sync>;

/// Largest body of an ordinary request.
const ORDINARY: usize = 256 * 1024;

/// How the edges behave. [`EdgeOptions::new`] gives the defaults of production.
#[derive(Clone)]
pub struct EdgeOptions {
    /// For rate limits.
    pub clock: Clock,
    /// For request ids and nonces.
    pub entropy: Entropy,
    /// Where limits are counted.
    pub cache: Cache,
    /// What `/readyz` answers; told when draining begins.
    pub readiness: Readiness,
    /// From the first byte of a request (or the opening of the connection) to the end of its header.
    pub header_deadline: Duration,
    /// From the header's end to the beginning of the answer, the body's arrival included.
    pub request_deadline: Duration,
    /// How long a connection may wait for its next request. Longer than the ingress keeps its own side open.
    pub idle_deadline: Duration,
    /// How long a reader may take nothing of an answer.
    pub write_deadline: Duration,
    /// Connections at once; more wait in the listener's queue.
    pub max_connections: usize,
    /// Connections at once from one address that is no trusted proxy.
    pub connections_per_address: usize,
    /// Largest body by method and path; 256 KiB everywhere by default. See [`EdgeOptions::uploads`].
    pub body_limit: BodyLimit,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Requests of one address; none: no limit.
    pub address_rate: Option<Rate>,
    /// Paths to which programs deliver (webhooks), and how quickly one address may; none: as everybody.
    pub deliveries: Option<(fn(&str) -> bool, Rate)>,
    /// Whether people reach this installation by https: then HSTS is sent.
    pub https: bool,
    /// Further places that forms may lead to (a payment page of another host), as CSP sources.
    pub form_targets: Vec<String>,
    /// How long to go on accepting after `/readyz` says no, until the ingress has noticed.
    pub drain_delay: Duration,
    /// How long requests in flight may take after that.
    pub grace: Duration,
    /// Renders problems of the edges; a bare RFC 9457 document by default.
    pub problem: ProblemPage,
}

impl EdgeOptions {
    /// The defaults of production.
    #[must_use]
    pub fn new(clock: Clock, entropy: Entropy, cache: Cache, readiness: Readiness) -> Self {
        Self {
            clock,
            entropy,
            cache,
            readiness,
            header_deadline: Duration::from_secs(10),
            request_deadline: Duration::from_secs(30),
            idle_deadline: Duration::from_secs(75),
            write_deadline: Duration::from_secs(30),
            max_connections: 4096,
            connections_per_address: 256,
            body_limit: Arc::new(|_, _| ORDINARY),
            trusted_proxies: Vec::new(),
            address_rate: Some(Rate::new(50.0, 200)),
            deliveries: None,
            https: false,
            form_targets: Vec::new(),
            drain_delay: Duration::from_secs(5),
            grace: Duration::from_secs(25),
            problem: Arc::new(|asked, problem| asked.document(problem)),
        }
    }
    /// `ordinary` bytes, but `upload` bytes where `is_upload` says so by the path.
    #[must_use]
    pub fn uploads(mut self, ordinary: usize, upload: usize, is_upload: fn(&str) -> bool) -> Self {
        self.body_limit = Arc::new(move |_, path| if is_upload(path) { upload } else { ordinary });
        self
    }
}
