//! When the periods of scheduled jobs begin.

use std::collections::BTreeMap;

use db::TxError;
use events::Instant;

use crate::{Scheduled, store::Store};

/// Remembers which periods this worker has seen to, so that the database is asked once a period.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<String, Instant>);

impl Seen {
    /// Makes the rows of every period that has begun and was not seen to. Answers how many were made.
    pub(crate) async fn enqueue(&mut self, store: &Store, schedules: &[Scheduled]) -> Result<usize, TxError> {
        let now = store.clock.now();
        let mut made = 0;
        for schedule in schedules {
            let start = period_start(now, schedule.every_seconds);
            if self.0.get(&schedule.job) != Some(&start) {
                made += store.enqueue_period(schedule, start).await?;
                self.0.insert(schedule.job.clone(), start);
            }
        }
        Ok(made)
    }
}

/// The beginning of the period that `now` lies in.
fn period_start(now: Instant, every_seconds: i64) -> Instant {
    let second = now.timestamp().as_second();
    let start = second - second.rem_euclid(every_seconds.max(1));
    Instant::new(jiff::Timestamp::from_second(start).unwrap_or(now.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn periods_begin_on_round_times() {
        let now = at("2026-11-21T07:54:06.123456Z");
        assert_eq!(period_start(now, 86_400), at("2026-11-21T00:00:00Z"));
        assert_eq!(period_start(now, 3600), at("2026-11-21T07:00:00Z"));
        assert_eq!(period_start(now, 300), at("2026-11-21T07:50:00Z"));
        assert_eq!(period_start(now, 0), at("2026-11-21T07:54:06Z"), "a period without length is a second");
        assert_eq!(period_start(at("1969-12-31T23:59:59Z"), 60), at("1969-12-31T23:59:00Z"));
        let start = period_start(now, 3600);
        assert_eq!(period_start(start, 3600), start, "a beginning lies in its own period");
    }
}
