use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use events::{Id, Instant};
use rand::{RngCore, SeedableRng, rngs::StdRng};

/// Where time comes from: the system, or a hand that a test moves.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since the Unix epoch, moved by [`Clock::advance`].
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start` until it is moved.
    #[must_use]
    pub fn manual(start: Instant) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp().as_microsecond())))
    }
    /// The present moment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::new(jiff::Timestamp::now()),
            Self::Manual(at) => {
                let micros = at.load(Ordering::SeqCst);
                Instant::new(jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
            }
        }
    }
    /// Moves a manual clock forward (or back, when negative); the system's clock stays as it is.
    pub fn advance(&self, seconds: i64) {
        if let Self::Manual(at) = self {
            at.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

/// Where randomness comes from: the operating system's generator, or a seed in tests.
#[derive(Clone)]
pub enum Entropy {
    /// Cryptographically strong.
    System,
    /// The same sequence for the same seed; for tests only.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Entropy {
    /// A repeatable sequence.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }
    /// Unguessable bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Self::System => rand::rng().fill_bytes(&mut bytes),
            Self::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes),
        }
        bytes
    }
    /// A new identifier, in order of time (UUID version 7); of one process also in the order in which they were made,
    /// within a millisecond too (RFC 9562, 6.2: the 12 bits after the time count).
    #[must_use]
    pub fn id<K>(&self, now: Instant) -> Id<K> {
        let (millis, count) = next_tick(now);
        let mut random: [u8; 10] = self.bytes();
        let [high, low] = count.to_be_bytes();
        random[0] = high;
        random[1] = low;
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
    /// An unguessable token of 160 bits, as 27 URL-safe characters.
    #[must_use]
    pub fn token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<20>())
    }
}

/// The last identifier's millisecond and count, as `millis << 12 | count`.
static LAST_TICK: AtomicU64 = AtomicU64::new(0);

/// A millisecond and a count below 4,096, greater than any given out before. When a millisecond is used up, or the clock
/// went back, the count goes on from the last one.
fn next_tick(now: Instant) -> (u64, u16) {
    let millis = u64::try_from(now.timestamp().as_millisecond()).unwrap_or(0);
    let following = |last: u64| (last + 1).max(millis << 12);
    let last = LAST_TICK.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(following(last)));
    let tick = following(last.unwrap_or_default());
    (tick >> 12, u16::try_from(tick & 0xfff).unwrap_or(0))
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Seeded(_) => "Seeded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_come_in_the_order_of_their_making() {
        let now: Instant = "2026-11-23T09:00:00Z".parse().unwrap();
        let ids: Vec<uuid::Uuid> = (0..10_000).map(|_| Entropy::System.id::<()>(now).uuid()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
