use events::Instant;
use jiff::{civil::DateTime, tz::TimeZone};

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
