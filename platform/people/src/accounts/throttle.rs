//! How attempts are slowed.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use events::Instant;
use http::StatusCode;
use kernel::{BoxFuture, Problem};
use sha2::{Digest, Sha256};

/// So many attempts within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// At most so many.
    pub attempts: u32,
    /// Length of the window, in seconds.
    pub seconds: u32,
}

/// Sign-ins from one address, whomever they try.
pub(crate) const SIGN_IN_ADDRESS: Limit = Limit { attempts: 60, seconds: 900 };
/// Sign-ins from one address to one account.
pub(crate) const SIGN_IN_PAIR: Limit = Limit { attempts: 10, seconds: 900 };
/// Sign-ins to one account from everywhere. Whoever uses it up for somebody else delays them for the window; a link by mail
/// (reset) opens the account meanwhile.
pub(crate) const SIGN_IN_ACCOUNT: Limit = Limit { attempts: 100, seconds: 900 };
/// New accounts from one address.
pub(crate) const REGISTER_ADDRESS: Limit = Limit { attempts: 20, seconds: 3_600 };
/// Links asked for from one address.
pub(crate) const LINK_ADDRESS: Limit = Limit { attempts: 20, seconds: 3_600 };
/// Mails to one person.
pub(crate) const MAIL_PERSON: Limit = Limit { attempts: 5, seconds: 3_600 };

/// Counts attempts. The host brings one that all replicas share.
pub trait Throttle: Send + Sync {
    /// Counts an attempt under `key`. When it is one too many: the seconds to wait.
    fn hit<'a>(&'a self, key: &'a str, limit: Limit, now: Instant) -> BoxFuture<'a, Result<(), u32>>;
    /// Takes an attempt back that was no guess: it succeeded.
    fn forgive<'a>(&'a self, key: &'a str, limit: Limit) -> BoxFuture<'a, ()>;
}

/// Counts attempts within this process: for one replica, tests, and while the shared one is away.
#[derive(Debug, Default)]
pub struct LocalThrottle(Mutex<HashMap<String, Window>>);

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: Instant,
    attempts: u32,
}

/// Keys kept; when there are more, those that are over go first.
const KEPT: usize = 50_000;

impl LocalThrottle {
    fn count(&self, key: &str, limit: Limit, now: Instant) -> Result<(), u32> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEPT && !windows.contains_key(key) {
            windows.retain(|_, window| window.ends > now);
            if windows.len() >= KEPT {
                windows.clear();
            }
        }
        let fresh = Window { ends: now.plus_seconds(limit.seconds.into()), attempts: 0 };
        let window = windows.entry(key.to_owned()).or_insert(fresh);
        if window.ends <= now {
            *window = fresh;
        }
        if window.attempts >= limit.attempts {
            return Err(u32::try_from(window.ends.seconds_since(now)).unwrap_or(limit.seconds).max(1));
        }
        window.attempts += 1;
        Ok(())
    }
}

impl Throttle for LocalThrottle {
    fn hit<'a>(&'a self, key: &'a str, limit: Limit, now: Instant) -> BoxFuture<'a, Result<(), u32>> {
        let counted = self.count(key, limit, now);
        Box::pin(async move { counted })
    }
    fn forgive<'a>(&'a self, key: &'a str, _: Limit) -> BoxFuture<'a, ()> {
        if let Some(window) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            window.attempts = window.attempts.saturating_sub(1);
        }
        Box::pin(async {})
    }
}

/// A network address as a key: one household of version 6 (a /64) counts as one.
pub(crate) fn address_key(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        None => "unknown".to_owned(),
    }
}

/// An e-mail as a key: not readable where the keys are kept.
pub(crate) fn email_key(email: &str) -> String {
    Sha256::digest(email).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// 429, with the seconds to wait.
pub(crate) fn too_many(seconds: u32) -> Problem {
    let minutes = seconds.div_ceil(60);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts")
        .arg("minutes", minutes)
        .with("retry_after", seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Limit = Limit { attempts: 2, seconds: 60 };

    #[tokio::test]
    async fn a_window_is_a_window() {
        let throttle = LocalThrottle::default();
        let now: Instant = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!(throttle.hit("a", TWO, now).await, Ok(()));
        assert_eq!(throttle.hit("a", TWO, now.plus_seconds(10)).await, Ok(()));
        assert_eq!(throttle.hit("a", TWO, now.plus_seconds(20)).await, Err(40));
        assert_eq!(throttle.hit("b", TWO, now.plus_seconds(20)).await, Ok(()), "another key");
        assert_eq!(
            throttle.hit("a", TWO, now.plus_seconds(60)).await,
            Ok(()),
            "waiting was not made longer by trying"
        );
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = LocalThrottle::default();
        let now: Instant = "2026-11-21T08:00:00Z".parse().unwrap();
        for n in 0..KEPT + 10 {
            throttle.count(&n.to_string(), TWO, now).unwrap();
        }
        assert!(throttle.0.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn a_household_is_one_address() {
        let key = |text: &str| address_key(text.parse().ok());
        assert_eq!(key("2001:db8:1:2:3::4"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2:3::4"), key("2001:db8:1:3:3::4"));
        assert_eq!(key("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
