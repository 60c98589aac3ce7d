use events::Instant;

/// Days before the end of bought credits at which their client is told.
pub(crate) const NOTICE_DAYS: i64 = 7;

/// From when on the client is told that bought credits expire: some days before, and not before half of their life is over,
/// so that nobody is warned of what they have just bought. Days are of 24 hours here: a clock that is changed moves nothing.
pub(crate) fn tell_from(made: Instant, expires: Instant) -> Instant {
    let minutes = expires.timestamp().duration_since(made.timestamp()).as_secs() / 60;
    made.plus_minutes(minutes / 2).max(expires.plus_minutes(-NOTICE_DAYS * 24 * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_before_or_at_half_time() {
        let made = at("2026-09-01T10:00:00Z");
        assert_eq!(tell_from(made, at("2026-11-30T10:00:00Z")), at("2026-11-23T10:00:00Z"));
        assert_eq!(tell_from(made, at("2026-09-05T10:00:00Z")), at("2026-09-03T10:00:00Z"));
        // Clocks change on 25 October 2026 in Berlin.
        assert_eq!(tell_from(made, at("2026-10-28T23:00:00Z")), at("2026-10-21T23:00:00Z"));
    }
    proptest! {
        #[test]
        fn within_their_life_and_within_the_days(minutes in 1..5_000_000_i64) {
            let made = at("2026-01-01T00:00:00Z");
            let expires = made.plus_minutes(minutes);
            let from = tell_from(made, expires);
            prop_assert!(made <= from && from <= expires);
            prop_assert!(expires <= from.plus_minutes(NOTICE_DAYS * 24 * 60));
        }
    }
}
