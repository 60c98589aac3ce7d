//! What an orchestrator asks: alive, ready, figures.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use db::Db;
use kernel::BoxFuture;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use poem::{
    EndpointExt, Response, Route,
    endpoint::{BoxEndpoint, make_sync},
    http::{StatusCode, header},
};
use tokio::sync::Mutex;

use super::{RouteTemplate, Trail};

const PING: Duration = Duration::from_secs(1);
/// Anyone may ask; the database is asked at most so often.
const FRESH: Duration = Duration::from_millis(500);
/// Seconds: from a cached page to the request deadline.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

type Check = dyn Fn() -> BoxFuture<'static, bool> + Send + Sync;

/// Whether this replica should get requests. Cheap to clone.
#[derive(Clone)]
pub struct Readiness(Arc<Inner>);

struct Inner {
    draining: AtomicBool,
    check: Box<Check>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    /// Ready while `check` says so (asked at most twice a second) and no drain has begun.
    pub fn new(check: impl Fn() -> BoxFuture<'static, bool> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            draining: AtomicBool::new(false),
            check: Box::new(check),
            last: Mutex::default(),
        }))
    }
    /// Ready while the database answers within a second.
    #[must_use]
    pub fn of_database(db: &Db) -> Self {
        let db = db.clone();
        Self::new(move || {
            let db = db.clone();
            Box::pin(async move { tokio::time::timeout(PING, ping(&db)).await.unwrap_or(false) })
        })
    }
    /// Not ready from now on: the replica is about to end.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::SeqCst);
    }
    /// Whether it should get requests, and why not.
    pub async fn ask(&self) -> Result<(), &'static str> {
        if self.0.draining.load(Ordering::SeqCst) {
            return Err("draining");
        }
        let mut last = self.0.last.lock().await;
        let fresh = last.filter(|(at, _)| at.elapsed() < FRESH).map(|(_, good)| good);
        let good = match fresh {
            Some(good) => good,
            None => {
                let good = (self.0.check)().await;
                *last = Some((Instant::now(), good));
                good
            }
        };
        if good { Ok(()) } else { Err("the database does not answer") }
    }
    async fn response(&self) -> Response {
        match self.ask().await {
            Ok(()) => plain(StatusCode::OK, "ready\n"),
            Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, &format!("{why}\n")),
        }
    }
}

async fn ping(db: &Db) -> bool {
    use diesel_async::RunQueryDsl;
    let Ok(mut connection) = db.registry_connection().await else { return false };
    diesel::sql_query("SELECT 1").execute(&mut connection).await.is_ok()
}

/// The answer to a probe, if the path is one. Probes are neither limited nor logged.
pub(super) async fn answer(readiness: &Readiness, path: &str) -> Option<Response> {
    match path {
        "/healthz" => Some(plain(StatusCode::OK, "alive\n")),
        "/readyz" => Some(readiness.response().await),
        _ => None,
    }
}

fn plain(status: StatusCode, text: &str) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(text.to_owned())
}

/// Collects the figures of this process from now on. Once a process.
///
/// # Errors
/// When figures are collected already.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .install_recorder()
}

/// What is served on the second listener: `/metrics` (the probes are there by themselves).
pub fn operations(figures: PrometheusHandle) -> BoxEndpoint<'static, Response> {
    let metrics = make_sync(move |request| {
        if let Some(trail) = request.data::<Trail>() {
            trail.route("/metrics");
        }
        figures.run_upkeep();
        Response::builder()
            .header(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
            .extension(RouteTemplate("/metrics"))
            .body(figures.render())
    });
    let route = Route::new().at("/metrics", metrics);
    route.map_to_response().boxed()
}
