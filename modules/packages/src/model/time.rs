use events::Instant;
use jiff::{Span, civil::DateTime, tz::TimeZone};

/// The month of a moment and the one before, in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Months {
    pub(crate) last: Instant,
    pub(crate) this: Instant,
    pub(crate) next: Instant,
}

/// Where the months around `now` begin in `zone`; UTC when the zone is unknown.
pub(crate) fn months(now: Instant, zone: &str) -> Option<Months> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let first = now.timestamp().to_zoned(zone.clone()).date().first_of_month();
    let begin = |months: i64| {
        let day = first.checked_add(Span::new().try_months(months).ok()?).ok()?;
        Some(Instant::new(day.to_zoned(zone.clone()).ok()?.timestamp()))
    };
    Some(Months { last: begin(-1)?, this: begin(0)?, next: begin(1)? })
}

/// Reads what `<input type=datetime-local>` sends, in a zone. A time that a clock change skips becomes the one after it.
pub(crate) fn parse_local(text: &str, zone: &str) -> Option<Instant> {
    let local: DateTime = text.parse().ok()?;
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Some(Instant::new(local.to_zoned(zone).ok()?.timestamp()))
}

/// The other way: `2026-11-21T09:30`.
pub(crate) fn local_text(at: Instant, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.timestamp().to_zoned(zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_at_local_midnight() {
        // 1 November, 00:30 in Berlin, is still October in UTC.
        let months = months("2026-10-31T23:30:00Z".parse().unwrap(), "Europe/Berlin").unwrap();
        assert_eq!(months.this.to_string(), "2026-10-31T23:00:00Z");
        assert_eq!(months.last.to_string(), "2026-09-30T22:00:00Z");
        assert_eq!(months.next.to_string(), "2026-11-30T23:00:00Z");
    }
    #[test]
    fn local_times_read_back() {
        let at = parse_local("2026-07-01T09:30", "America/New_York").unwrap();
        assert_eq!(at.to_string(), "2026-07-01T13:30:00Z");
        assert_eq!(local_text(at, "America/New_York"), "2026-07-01T09:30");
        assert_eq!(parse_local("2026-13-01T09:30", "Europe/London"), None);
        assert_eq!(parse_local("soon", "Europe/London"), None);
        assert_eq!(
            parse_local("2026-03-29T01:30", "Europe/London").unwrap().to_string(),
            "2026-03-29T01:30:00Z"
        );
    }
}
