//! Moments as people type and link them.

use events::Instant;
use jiff::{ToSpan, civil::Date, tz::TimeZone};

/// An instant (RFC 3339), or a date (`2026-12-01`): its midnight in the zone.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<Instant> {
    text.parse::<Instant>().ok().or_else(|| start_of_day(date(text)?, zone))
}

/// A date written `2026-12-01`.
pub(crate) fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == 10)
}

/// The first moment of a date in a zone.
pub(crate) fn start_of_day(date: Date, zone: &TimeZone) -> Option<Instant> {
    let start = date.to_zoned(zone.clone()).ok()?;
    Some(Instant::new(start.timestamp()))
}

/// The first moment after a date in a zone.
pub(crate) fn end_of_day(date: Date, zone: &TimeZone) -> Option<Instant> {
    start_of_day(date.checked_add(1.day()).ok()?, zone)
}

/// The date in a zone.
pub(crate) fn date_in(at: Instant, zone: &TimeZone) -> Date {
    at.timestamp().to_zoned(zone.clone()).date()
}

/// A zone by its IANA name, or UTC.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// RFC 3339 with the zone's offset, as the answers write it.
#[cfg(test)]
pub(crate) fn local(at: Instant, zone: &TimeZone) -> String {
    at.timestamp().display_with_offset(zone.to_offset(at.timestamp())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_midnights_of_the_zone() {
        let york = zone("America/New_York");
        let from = moment("2026-12-01", &york).unwrap();
        assert_eq!(from.to_string(), "2026-12-01T05:00:00Z");
        assert_eq!(moment("2026-12-01T00:00:00Z", &york).unwrap().to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(
            (moment("2026-13-01", &york), moment("soon", &york), moment("20261201", &york)),
            (None, None, None)
        );
    }

    #[test]
    fn a_day_may_have_23_hours() {
        let london = zone("Europe/London");
        let day = date("2026-03-29").unwrap();
        let (from, to) = (start_of_day(day, &london).unwrap(), end_of_day(day, &london).unwrap());
        assert_eq!(to.seconds_since(from), 23 * 3_600);
        assert_eq!(date_in(to, &london), date("2026-03-30").unwrap());
    }
}
