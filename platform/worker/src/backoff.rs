use kernel::Entropy;

/// Pauses between attempts: each twice as long as the one before, up to a bound, a fifth shorter or longer by chance so
/// that jobs that failed together do not come back together.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// Seconds after the first attempt.
    pub first_seconds: u32,
    /// Never longer than so many seconds (before chance).
    pub longest_seconds: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first_seconds: 5, longest_seconds: 3600 }
    }
}

impl Backoff {
    /// Seconds to wait after attempt number `attempt` (1 is the first). At least one.
    #[must_use]
    pub fn seconds(self, attempt: i32, entropy: &Entropy) -> i64 {
        let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(31);
        let plain =
            u64::from(self.first_seconds).saturating_mul(1 << doublings).min(u64::from(self.longest_seconds));
        let chance = u64::from(u16::from_le_bytes(entropy.bytes::<2>()));
        // 80 to 120 per cent.
        let spread = plain.saturating_mul(800 + chance * 400 / u64::from(u16::MAX)) / 1000;
        i64::try_from(spread.max(1)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_within_a_fifth_and_stop_growing() {
        let entropy = Entropy::seeded(7);
        let backoff = Backoff::default();
        for attempt in 1..=40_i32 {
            let plain = 5_u64.saturating_mul(1 << (attempt - 1).min(31)).min(3600);
            for _ in 0..50 {
                let seconds = u64::try_from(backoff.seconds(attempt, &entropy)).unwrap();
                assert!(
                    seconds * 10 >= plain * 8 && seconds * 10 <= plain * 12,
                    "attempt {attempt}: {seconds} s"
                );
            }
        }
        let several: std::collections::BTreeSet<_> = (0..50).map(|_| backoff.seconds(6, &entropy)).collect();
        assert!(several.len() > 10, "pauses differ by chance");
    }

    #[test]
    fn strange_attempt_numbers_are_survived() {
        let entropy = Entropy::seeded(1);
        assert!(Backoff::default().seconds(i32::MIN, &entropy) >= 1);
        assert!(Backoff::default().seconds(i32::MAX, &entropy) <= 4320);
        assert_eq!(Backoff { first_seconds: 0, longest_seconds: 0 }.seconds(3, &entropy), 1);
    }
}
