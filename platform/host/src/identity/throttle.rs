use cache::{Cache, Key, Rate};
use events::Instant;
use kernel::BoxFuture;
use people::accounts::{Limit, Throttle};

/// Attempts counted where all replicas see them.
pub(super) struct CacheThrottle(pub(super) Cache);

fn rate(limit: Limit) -> Rate {
    Rate::new(f64::from(limit.attempts) / f64::from(limit.seconds.max(1)), limit.attempts)
}

impl Throttle for CacheThrottle {
    fn hit<'a>(&'a self, key: &'a str, limit: Limit, now: Instant) -> BoxFuture<'a, Result<(), u32>> {
        let rate = rate(limit);
        let key = Key::platform(format_args!("identity/{key}"));
        Box::pin(async move {
            let allowed = self.0.allow(&key, rate, now).await;
            allowed.map_err(|wait| u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(limit.seconds))
        })
    }
    fn forgive<'a>(&'a self, key: &'a str, limit: Limit) -> BoxFuture<'a, ()> {
        let key = Key::platform(format_args!("identity/{key}"));
        Box::pin(async move { self.0.give_back(&key, rate(limit)).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn too_many_are_told_how_long_to_wait() {
        let throttle = CacheThrottle(Cache::in_process());
        let limit = Limit { attempts: 3, seconds: 60 };
        let now: Instant = "2026-11-21T08:00:00Z".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(throttle.hit("a", limit, now).await, Ok(()));
        }
        let wait = throttle.hit("a", limit, now).await.unwrap_err();
        assert!((1..=60).contains(&wait), "{wait}");
        throttle.forgive("a", limit).await;
        assert_eq!(throttle.hit("a", limit, now).await, Ok(()), "one that succeeded does not count");
        assert!(throttle.hit("a", limit, now).await.is_err());
        assert_eq!(throttle.hit("b", limit, now).await, Ok(()));
        assert_eq!(throttle.hit("a", limit, now.plus_seconds(wait.into())).await, Ok(()));
    }
}
