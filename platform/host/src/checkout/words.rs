//! Words, amounts and times for files that are made beside the pages, in the business's language and zone.

use events::{Instant, Money};
use jiff::tz::TimeZone;
use kernel::{Problem, TenantInfo};
use serde_json::Value;
use web::Web;

/// Writes for one business.
#[derive(Clone)]
pub(crate) struct Words {
    web: Web,
    locale: String,
    zone: String,
    civil: TimeZone,
}

impl Words {
    pub(crate) fn of(web: &Web, tenant: &TenantInfo) -> Self {
        let civil = TimeZone::get(&tenant.zone);
        // A zone that this system does not know is named as the one that is used.
        let zone = if civil.is_ok() { tenant.zone.clone() } else { "UTC".into() };
        Self {
            web: web.clone(),
            locale: web.negotiate(&tenant.locale).to_owned(),
            zone,
            civil: civil.unwrap_or(TimeZone::UTC),
        }
    }
    pub(crate) fn locale(&self) -> &str {
        &self.locale
    }
    /// The zone in which times are written.
    pub(crate) fn zone(&self) -> &str {
        &self.zone
    }
    /// A text without values.
    pub(crate) fn word(&self, key: &str) -> String {
        self.web.word(&self.locale, key)
    }
    /// A text with values.
    pub(crate) fn text(&self, key: &str, args: &Value) -> Result<String, Problem> {
        self.web.text(&self.locale, key, args).map_err(Problem::internal)
    }
    pub(crate) fn money(&self, money: Money) -> Result<String, Problem> {
        let text = self.web.money_text(&self.locale, money.amount, &money.currency.to_string());
        text.map_err(Problem::internal)
    }
    /// `23 Nov 2026`
    pub(crate) fn date(&self, at: Instant) -> Result<String, Problem> {
        self.web.date_text(&self.locale, at.timestamp(), &self.zone, false).map_err(Problem::internal)
    }
    /// `23 Nov 2026, 14:30 GMT`
    pub(crate) fn datetime(&self, at: Instant) -> Result<String, Problem> {
        self.web.datetime_text(&self.locale, at.timestamp(), &self.zone).map_err(Problem::internal)
    }
    /// `2026-11-23 14:30:00`, as spreadsheets read it.
    pub(crate) fn civil(&self, at: Instant) -> String {
        at.timestamp().to_zoned(self.civil.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// A rate in hundredths of a percent as people write it: `20`, `7.5`, `8.25`.
pub(crate) fn rate(bp: i32) -> String {
    let text = format!("{}.{:02}", bp / 100, (bp % 100).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates() {
        let all = [(2000, "20"), (750, "7.5"), (825, "8.25"), (0, "0"), (10_000, "100"), (5, "0.05")];
        for (bp, wanted) in all {
            assert_eq!(rate(bp), wanted);
        }
    }
}
