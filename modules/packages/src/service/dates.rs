use events::Instant;
use jiff::{civil::Date, tz::TimeZone};

/// Dates of a business, as instants that pages can write.
#[derive(Clone, Debug)]
pub(crate) struct Dates {
    name: String,
    zone: TimeZone,
}

impl Dates {
    pub(crate) fn new(zone: &str) -> Self {
        Self { name: zone.to_owned(), zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }
    pub(crate) fn zone(&self) -> &str {
        &self.name
    }
    /// Noon of a date: whatever clocks do, it is that date.
    pub(crate) fn noon(&self, date: Date) -> Instant {
        let noon = date.at(12, 0, 0, 0).to_zoned(self.zone.clone()).map(|at| at.timestamp());
        Instant::new(noon.unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }
    /// A moment on the wall clock of the business: `2026-11-21 09:30:00`.
    pub(crate) fn wall(&self, at: Instant) -> String {
        at.timestamp().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}
