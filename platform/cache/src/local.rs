//! Values and limits in this process, within bounds.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant as Tick},
};

use bytes::Bytes;
use events::Instant;

use crate::{Key, Rate};

/// Bytes of values and keys in one shard.
const SHARD_BYTES: usize = 4 * 1024 * 1024;
/// Entries in one shard: values and limits each.
const SHARD_ENTRIES: usize = 8192;
const SHARDS: usize = 16;
/// What an entry costs beside its bytes, roughly.
const OVERHEAD: usize = 96;
/// A shard is swept of what has expired after so many writes.
const SWEEP_EVERY: usize = 1024;

struct Value {
    bytes: Bytes,
    until: Tick,
}

#[derive(Default)]
struct Shard {
    values: HashMap<Key, Value>,
    bytes: usize,
    /// Theoretical arrival times; see `gcra`.
    limits: HashMap<Key, i64>,
    writes: usize,
}

/// At most 64 MiB of values and 131,072 limits.
pub(crate) struct Local {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

impl Default for Local {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl Local {
    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(key);
        let index = usize::try_from(hash % 16).unwrap_or(0);
        #[expect(clippy::indexing_slicing, reason = "a number modulo 16 indexes 16 shards")]
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Bytes> {
        let mut shard = self.shard(key);
        let value = shard.values.get(key)?;
        if value.until > Tick::now() {
            return Some(value.bytes.clone());
        }
        shard.remove(key);
        None
    }

    pub(crate) fn set(&self, key: &Key, bytes: Bytes, ttl: Duration) {
        let cost = cost(key, &bytes);
        let mut shard = self.shard(key);
        shard.remove(key);
        // A value that would push out a quarter of the shard is not worth it.
        if cost > SHARD_BYTES / 4 || ttl.is_zero() {
            return;
        }
        shard.make_room(cost);
        shard.bytes += cost;
        // Copied: a slice would keep the whole buffer that it was cut from.
        let bytes = Bytes::copy_from_slice(&bytes);
        shard.values.insert(
            key.clone(),
            Value { bytes, until: Tick::now() + ttl.min(Duration::from_hours(24 * 365)) },
        );
    }

    pub(crate) fn delete(&self, key: &Key) {
        self.shard(key).remove(key);
    }

    pub(crate) fn allow(&self, key: &Key, rate: Rate, now: Instant) -> Result<(), Duration> {
        let now = now.timestamp().as_microsecond();
        let mut shard = self.shard(key);
        let arrival = shard.limits.get(key).copied().unwrap_or(0);
        let next = rate.decide(arrival, now)?;
        shard.written(now);
        shard.limits.insert(key.clone(), next);
        Ok(())
    }

    pub(crate) fn give_back(&self, key: &Key, rate: Rate) {
        if let Some(arrival) = self.shard(key).limits.get_mut(key) {
            *arrival = arrival.saturating_sub(rate.interval);
        }
    }
}

impl Shard {
    fn remove(&mut self, key: &Key) {
        if let Some(value) = self.values.remove(key) {
            self.bytes = self.bytes.saturating_sub(cost(key, &value.bytes));
        }
    }

    fn make_room(&mut self, cost: usize) {
        self.writes += 1;
        let full = |shard: &Self| shard.bytes + cost > SHARD_BYTES || shard.values.len() >= SHARD_ENTRIES;
        if full(self) || self.writes.is_multiple_of(SWEEP_EVERY) {
            let now = Tick::now();
            self.values.retain(|_, value| value.until > now);
            self.bytes = self.values.iter().map(|(key, value)| crate::local::cost(key, &value.bytes)).sum();
        }
        if full(self) {
            self.push_out(cost);
        }
    }

    /// Any will do: they can all be had again. An eighth more than is needed, so that it is not done at every write.
    fn push_out(&mut self, cost: usize) {
        let mut bytes = self.bytes.saturating_sub((SHARD_BYTES - cost) / 8 * 7);
        let mut entries = SHARD_ENTRIES / 8;
        let mut gone = Vec::new();
        for (key, value) in &self.values {
            if bytes == 0 && entries == 0 {
                break;
            }
            bytes = bytes.saturating_sub(crate::local::cost(key, &value.bytes));
            entries = entries.saturating_sub(1);
            gone.push(key.clone());
        }
        for key in gone {
            self.remove(&key);
        }
    }

    /// A limit that has been written is swept away once it does not limit any more.
    fn written(&mut self, now: i64) {
        self.writes += 1;
        if self.limits.len() >= SHARD_ENTRIES || self.writes.is_multiple_of(SWEEP_EVERY) {
            self.limits.retain(|_, arrival| *arrival > now);
        }
        if self.limits.len() >= SHARD_ENTRIES {
            // A flood of different keys: the newest matter. Half go, so that the sweep is rare.
            let mut times: Vec<i64> = self.limits.values().copied().collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            self.limits.retain(|_, arrival| *arrival > median);
        }
    }
}

fn cost(key: &Key, bytes: &Bytes) -> usize {
    key.as_str().len() + bytes.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Key {
        Key::platform(n)
    }

    #[test]
    fn values_expire_and_are_forgotten() {
        let local = Local::default();
        local.set(&key(1), Bytes::from_static(b"a"), Duration::from_mins(1));
        local.set(&key(2), Bytes::from_static(b"b"), Duration::from_millis(1));
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(local.get(&key(1)).as_deref(), Some(&b"a"[..]));
        assert_eq!(local.get(&key(2)), None);
        local.delete(&key(1));
        assert_eq!(local.get(&key(1)), None);
    }

    #[test]
    fn memory_is_bounded_by_bytes_and_by_entries() {
        let local = Local::default();
        for n in 0..2000 {
            local.set(&key(n), Bytes::from(vec![0; 100_000]), Duration::from_mins(1));
        }
        for n in 0..300_000 {
            local.set(&key(10_000 + n), Bytes::from_static(b"x"), Duration::from_mins(1));
        }
        for shard in &local.shards {
            let shard = shard.lock().unwrap();
            assert!(shard.bytes <= SHARD_BYTES && shard.values.len() <= SHARD_ENTRIES);
            let real: usize = shard.values.iter().map(|(key, value)| cost(key, &value.bytes)).sum();
            assert_eq!(real, shard.bytes, "the account is right");
        }
        local.set(&key(1), Bytes::from_static(b"new"), Duration::from_mins(1));
        assert!(local.get(&key(1)).is_some(), "there is room for what is new");
    }

    #[test]
    fn limits_are_bounded_and_those_that_limit_stay_longest() {
        let local = Local::default();
        let rate = Rate::new(1.0, 2);
        let now: Instant = "2026-11-21T09:00:00Z".parse().unwrap();
        let victim = Key::platform("attacker");
        assert!(local.allow(&victim, rate, now).is_ok() && local.allow(&victim, rate, now).is_ok());
        assert_eq!(local.allow(&victim, rate, now), Err(Duration::from_secs(1)));
        for n in 0..400_000 {
            let _ = local.allow(&key(n), rate, now);
        }
        for shard in &local.shards {
            assert!(shard.lock().unwrap().limits.len() <= SHARD_ENTRIES);
        }
        assert!(
            local.allow(&victim, rate, now).is_err(),
            "a flood of other keys does not free one that is at its limit"
        );
    }
}
