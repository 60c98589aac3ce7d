//! The loop that accepts, and how it ends.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{Endpoint, EndpointExt, IntoEndpoint};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    EdgeOptions, Network,
    connection::{Deadlines, Guarded, State},
    log::Gauge,
    service::Service,
};

/// Largest header of a request, with its first line.
const HEADER_BYTES: usize = 32 * 1024;
const HEADERS: usize = 100;
/// After an error of `accept` (no more file handles), so that it is not asked without end.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `shutdown`; then drains: not ready, `drain_delay` later no new connections, and what is in flight may
/// take `grace`.
///
/// # Errors
/// When the listener has no address.
pub async fn run<E>(
    listener: TcpListener,
    endpoint: E,
    options: EdgeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()>
where
    E: IntoEndpoint,
    E::Endpoint: Endpoint + 'static,
{
    let address = listener.local_addr()?;
    let endpoint = endpoint.into_endpoint().map_to_response().boxed();
    let edge = Edge::new(Service::new(endpoint, options.clone()), &options);
    tracing::info!(%address, "listening");
    {
        let accepting = edge.accept(&listener);
        tokio::pin!(accepting);
        tokio::select! {
            () = &mut accepting => {}
            () = shutdown => {}
        }
        options.readiness.drain();
        tracing::info!(%address, delay = ?options.drain_delay, "draining");
        let _ = tokio::time::timeout(options.drain_delay, &mut accepting).await;
    }
    drop(listener);
    edge.finish(options.grace).await;
    tracing::info!(%address, "closed");
    Ok(())
}

/// What connections share.
struct Edge {
    service: Arc<Service>,
    deadlines: Deadlines,
    places: Arc<Semaphore>,
    crowd: Crowd,
    tasks: TaskTracker,
    /// No further requests on any connection.
    closing: CancellationToken,
    /// Connections are cut.
    cut: CancellationToken,
}

impl Edge {
    fn new(service: Service, options: &EdgeOptions) -> Self {
        Self {
            service: Arc::new(service),
            deadlines: Deadlines {
                header: options.header_deadline,
                idle: options.idle_deadline,
                write: options.write_deadline,
            },
            places: Arc::new(Semaphore::new(options.max_connections.clamp(1, Semaphore::MAX_PERMITS))),
            crowd: Crowd::new(options.connections_per_address, options.trusted_proxies.clone()),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    async fn accept(&self, listener: &TcpListener) {
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, peer)) => self.begin(stream, peer, place),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn begin(&self, stream: TcpStream, peer: SocketAddr, place: OwnedSemaphorePermit) {
        let Some(member) = self.crowd.join(peer.ip()) else {
            metrics::counter!("http_connections_refused_total").increment(1);
            return;
        };
        let _ = stream.set_nodelay(true);
        let state = State::opened();
        let io = TokioIo::new(Guarded::new(stream, state.clone(), self.deadlines));
        let service = Arc::clone(&self.service);
        let answer = service_fn(move |request| {
            let (service, state) = (Arc::clone(&service), state.clone());
            async move { Ok::<_, std::convert::Infallible>(service.answer(request, peer, state).await) }
        });
        let mut builder = http1::Builder::new();
        // hyper's own header deadline would also end idle connections; ours tells the two apart (see `connection`).
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_headers(HEADERS)
            .max_buf_size(HEADER_BYTES);
        let connection = builder.serve_connection(io, answer).with_upgrades();
        let (closing, cut) = (self.closing.clone(), self.cut.clone());
        self.tasks.spawn(async move {
            let _alive = (place, member, Gauge::up("http_connections"));
            tokio::pin!(connection);
            tokio::select! {
                result = connection.as_mut() => return ended(result),
                () = cut.cancelled() => return,
                () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            tokio::select! {
                result = connection => ended(result),
                () = cut.cancelled() => {}
            }
        });
    }

    async fn finish(&self, grace: Duration) {
        self.closing.cancel();
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "requests did not end in time; they are cut off");
            self.cut.cancel();
            self.tasks.wait().await;
        }
    }
}

fn ended(result: hyper::Result<()>) {
    if let Err(error) = result {
        // Slow, broken or gone callers: theirs, not ours.
        tracing::debug!(%error, "connection ended");
    }
}

type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// How many connections each address has.
#[derive(Clone)]
struct Crowd {
    each: usize,
    trusted: Arc<[Network]>,
    counts: Counts,
}

impl Crowd {
    fn new(each: usize, trusted: Vec<Network>) -> Self {
        Self { each: each.max(1), trusted: trusted.into(), counts: Arc::default() }
    }
    /// A place for one more, unless the address has too many. Proxies speak for many.
    fn join(&self, address: IpAddr) -> Option<Member> {
        if self.trusted.iter().any(|network| network.holds(address)) {
            return Some(Member(None));
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        if *count >= self.each {
            return None;
        }
        *count += 1;
        Some(Member(Some((address, Arc::clone(&self.counts)))))
    }
}

/// A place in the crowd, given back when it is dropped.
struct Member(Option<(IpAddr, Counts)>);

impl Drop for Member {
    fn drop(&mut self) {
        let Some((address, counts)) = self.0.take() else { return };
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}
