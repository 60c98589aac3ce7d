//! The generic cell rate algorithm: one number a key. That number is the *theoretical arrival time*: when the next one
//! would come if all came evenly. One that comes too long before it is refused.

use std::time::Duration;

/// So many in a second on average, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Microseconds between two.
    pub(crate) interval: i64,
    /// How many microseconds early one may come.
    pub(crate) tolerance: i64,
}

const SECOND: f64 = 1_000_000.0;
/// A day: longer intervals make no sense as rates.
const LONGEST: f64 = 86_400.0 * SECOND;

impl Rate {
    /// `per_second` on average (fractions are fine: 0.2 is one in five seconds), `burst` at once, at least one.
    #[must_use]
    pub fn new(per_second: f64, burst: u32) -> Self {
        let interval = if per_second > 0.0 { (SECOND / per_second).clamp(1.0, LONGEST) } else { LONGEST };
        let interval = whole(interval);
        Self { interval, tolerance: interval.saturating_mul(i64::from(burst.max(1)) - 1) }
    }
    /// The next theoretical arrival time, or how long to wait. Times are microseconds of one clock.
    pub(crate) fn decide(self, arrival: i64, now: i64) -> Result<i64, Duration> {
        // A clock that was set back, or a rate that was made stricter, must not lock anyone out for longer than a full burst.
        let arrival = arrival.clamp(now, now.saturating_add(self.tolerance).saturating_add(self.interval));
        let wait = arrival.saturating_sub(self.tolerance).saturating_sub(now);
        if wait > 0 {
            return Err(Duration::from_micros(u64::try_from(wait).unwrap_or(0)));
        }
        Ok(arrival.saturating_add(self.interval))
    }
}

#[expect(clippy::as_conversions, reason = "clamped to 1..=a day of microseconds")]
fn whole(micros: f64) -> i64 {
    micros.round() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs arrivals through a limit; answers which were allowed.
    fn allowed(rate: Rate, arrivals: &[i64]) -> Vec<i64> {
        let mut arrival = 0;
        let mut through = Vec::new();
        for &now in arrivals {
            if let Ok(next) = rate.decide(arrival, now) {
                arrival = next;
                through.push(now);
            }
        }
        through
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let rate = Rate::new(2.0, 5);
        assert_eq!(allowed(rate, &[1_000_000; 10]).len(), 5);
        assert_eq!(rate.decide(0, 1_000_000).unwrap(), 1_500_000);
        let full = (0..5).fold(0, |arrival, _| rate.decide(arrival, 1_000_000).unwrap());
        assert_eq!(rate.decide(full, 1_000_000), Err(Duration::from_millis(500)));
        assert!(rate.decide(full, 1_500_000).is_ok());
    }

    #[test]
    fn strange_rates_are_survived() {
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300] {
            let rate = Rate::new(per_second, 0);
            assert!(rate.decide(0, 5).is_ok(), "{per_second}");
            assert!(rate.interval >= 1);
        }
        assert!(Rate::new(1e-9, u32::MAX).decide(i64::MAX, i64::MAX).is_ok());
    }

    proptest! {
        #[test]
        fn no_window_lets_more_through_than_burst_and_rate(
            per_second in 0.5_f64..200.0, burst in 1_u32..50, mut gaps in prop::collection::vec(0_i64..300_000, 1..300), window in 1_i64..5_000_000,
        ) {
            gaps[0] += 1;
            let arrivals: Vec<i64> = gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }).collect();
            let rate = Rate::new(per_second, burst);
            let through = allowed(rate, &arrivals);
            for (i, from) in through.iter().enumerate() {
                let within = through[i..].iter().take_while(|at| **at < from + window).count();
                let bound = i64::from(burst) + window / rate.interval + 1;
                prop_assert!(i64::try_from(within).unwrap() <= bound);
            }
        }

        #[test]
        fn after_waiting_as_told_one_passes(per_second in 0.1_f64..100.0, burst in 1_u32..20, calls in 1_usize..60) {
            let rate = Rate::new(per_second, burst);
            let (mut arrival, now) = (0, 1_000_000_000);
            for _ in 0..calls {
                match rate.decide(arrival, now) {
                    Ok(next) => arrival = next,
                    Err(wait) => {
                        let later = now + i64::try_from(wait.as_micros()).unwrap();
                        prop_assert!(rate.decide(arrival, later).is_ok());
                        prop_assert!(rate.decide(arrival, later - 1).is_err());
                    }
                }
            }
        }

        #[test]
        fn a_clock_set_back_locks_nobody_out(arrival in 0_i64..i64::MAX, now in 0_i64..1_000_000_000_000) {
            let rate = Rate::new(1.0, 10);
            if let Err(wait) = rate.decide(arrival, now) {
                prop_assert!(wait <= Duration::from_secs(1));
            }
        }
    }
}
