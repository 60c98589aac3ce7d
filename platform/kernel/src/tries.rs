use std::{fmt, net::IpAddr, sync::Arc};

use events::TenantId;
use futures::future::BoxFuture;
use poem::http::StatusCode;

use crate::Problem;

/// So many tries within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryLimit {
    /// At most so many.
    pub tries: u32,
    /// Length of the window, in seconds.
    pub seconds: u32,
}

/// Counts tries where all replicas see them. The host brings it.
pub trait TryCounter: Send + Sync {
    /// Counts a try of `what` by an address in a tenant. When it is one too many: the seconds to wait.
    fn hit<'a>(
        &'a self,
        tenant: TenantId,
        address: Option<IpAddr>,
        what: &'a str,
        limit: TryLimit,
    ) -> BoxFuture<'a, Result<(), u32>>;
    /// Takes a try back that was no guess.
    fn forgive<'a>(
        &'a self,
        tenant: TenantId,
        address: Option<IpAddr>,
        what: &'a str,
        limit: TryLimit,
    ) -> BoxFuture<'a, ()>;
}

/// Slows guessing by whoever asks: a page that takes a secret (a code, a number) counts each try, and takes the right ones
/// back. The host puts it into the request's data.
#[derive(Clone)]
pub struct Tries {
    counter: Arc<dyn TryCounter>,
    tenant: TenantId,
    address: Option<IpAddr>,
}

impl Tries {
    /// For the host: the tries of one address in one tenant.
    #[must_use]
    pub fn new(counter: Arc<dyn TryCounter>, tenant: TenantId, address: Option<IpAddr>) -> Self {
        Self { counter, tenant, address }
    }
    /// Counts a try.
    ///
    /// # Errors
    /// 429 `too_many_tries` with the time to wait.
    pub async fn count(&self, what: &str, limit: TryLimit) -> Result<(), Problem> {
        self.counter.hit(self.tenant, self.address, what, limit).await.map_err(|seconds| {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries")
                .arg("minutes", seconds.div_ceil(60))
                .with("retry_after", seconds)
        })
    }
    /// The try was right: it does not count.
    pub async fn forgive(&self, what: &str, limit: TryLimit) {
        self.counter.forgive(self.tenant, self.address, what, limit).await;
    }
}

impl fmt::Debug for Tries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tries").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}
