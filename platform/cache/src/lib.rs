//! What may be lost: cached values, rate limits and messages between replicas.
//!
//! **Purpose.** One [`Cache`] with two forms: in this process, for a single replica, or in Redis (Valkey), shared by all.
//! With Redis gone it works on in this process, and goes back by itself within about a second of Redis' return.
//!
//! **Words.** A [`Key`] begins with its tenant, or with the platform. A [`Rate`] is so many in a second with bursts of so
//! many. A *topic* is a key that messages are published under.
//!
//! **Invariants.**
//! - Nothing here is the only copy of anything, and no caller ever sees an error of Redis: a value is missing, a limit is
//!   counted in this process, a message reaches this process alone.
//! - A key of one tenant can't name another's: the constructors are the only way to a key.
//! - Memory in this process is bounded, whatever is stored.

mod fanout;
mod gcra;
mod key;
mod local;
mod remote;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use events::Instant;

pub use fanout::{Heard, Subscription};
pub use gcra::Rate;
pub use key::Key;

use fanout::Fanout;
use local::Local;
use remote::Remote;

/// Values, limits and messages. Cheap to clone.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    local: Local,
    fanout: Fanout,
    remote: Option<Remote>,
}

/// The address of Redis can't be read.
#[derive(Debug)]
pub struct BadAddress(String);

impl std::fmt::Display for BadAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the Redis address can't be read: {}", self.0)
    }
}
impl std::error::Error for BadAddress {}

impl Cache {
    /// In this process: for one replica.
    #[must_use]
    pub fn in_process() -> Self {
        Self(Arc::new(Inner { local: Local::default(), fanout: Fanout::default(), remote: None }))
    }

    /// In Redis at `url` (`redis://…`, `rediss://…`, `redis+unix:///…`). Connects when it is first used, and need not be
    /// there yet. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the address can't be read; never because Redis is away.
    pub fn redis(url: &str) -> Result<Self, BadAddress> {
        let wrong = |error: redis::RedisError| BadAddress(error.to_string());
        let client = redis::Client::open(url).map_err(wrong)?;
        let fanout = Fanout::default();
        let remote = Remote::new(&client, fanout.clone()).map_err(wrong)?;
        Ok(Self(Arc::new(Inner { local: Local::default(), fanout, remote: Some(remote) })))
    }

    /// The value, unless it has expired, was pushed out, or Redis is away.
    pub async fn get(&self, key: &Key) -> Option<Bytes> {
        match &self.0.remote {
            Some(remote) => remote.get(key).await,
            None => self.0.local.get(key),
        }
    }

    /// Keeps a value for at most `ttl`.
    pub async fn set(&self, key: &Key, value: impl Into<Bytes>, ttl: Duration) {
        let value = value.into();
        match &self.0.remote {
            Some(remote) => remote.set(key, &value, ttl).await,
            None => self.0.local.set(key, value, ttl),
        }
    }

    /// Forgets a value.
    ///
    /// While Redis is away nothing can be forgotten there: values that must not outlive a change carry its version in
    /// their key.
    pub async fn delete(&self, key: &Key) {
        match &self.0.remote {
            Some(remote) => remote.delete(key).await,
            None => self.0.local.delete(key),
        }
    }

    /// Whether one more is allowed now; counts it when it is.
    ///
    /// # Errors
    /// How long to wait until it would be allowed.
    pub async fn allow(&self, key: &Key, rate: Rate, now: Instant) -> Result<(), Duration> {
        if let Some(remote) = &self.0.remote
            && let Some(answer) = remote.allow(key, rate, now).await
        {
            return answer;
        }
        self.0.local.allow(key, rate, now)
    }

    /// Takes back one that [`Cache::allow`] has counted, because it turned out not to count.
    pub async fn give_back(&self, key: &Key, rate: Rate) {
        if let Some(remote) = &self.0.remote
            && remote.give_back(key, rate).await.is_some()
        {
            return;
        }
        self.0.local.give_back(key, rate);
    }

    /// Tells all subscribers of a topic, on all replicas. Nobody waits for it.
    pub async fn publish(&self, topic: &Key, message: impl Into<Bytes>) {
        let message = message.into();
        self.0.fanout.tell(topic.as_str(), message.clone());
        if let Some(remote) = &self.0.remote {
            remote.publish(topic, &message).await;
        }
    }

    /// Hears what is published under a topic from now on.
    #[must_use]
    pub fn subscribe(&self, topic: &Key) -> Subscription {
        self.0.fanout.subscribe(topic.as_str())
    }

    /// Whether values are shared with other replicas at this moment. Always true without Redis: there is one replica.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.0.remote.as_ref().is_none_or(Remote::is_up)
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.remote.is_some() { "Cache(Redis)" } else { "Cache(in process)" })
    }
}
