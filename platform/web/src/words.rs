//! Money and times as texts outside of a template: for files that are made beside the pages and say the same.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    Web, WebError, money,
    when::{self, DateStyle},
};

impl Web {
    /// An amount in minor units of an ISO 4217 currency: `£1,234.50`.
    ///
    /// # Errors
    /// A text that no locale has.
    pub fn money_text(&self, locale: &str, amount: i64, currency: &str) -> Result<String, WebError> {
        money::format(&self.inner.texts, locale, amount, currency, false)
    }

    /// The day of an instant in a zone: `23 Nov 2026`, or with its weekday when `long`.
    ///
    /// # Errors
    /// A zone that does not exist; a text that no locale has.
    pub fn date_text(&self, locale: &str, at: Timestamp, zone: &str, long: bool) -> Result<String, WebError> {
        let at = when::at(&at.to_string(), zone).map_err(unknown)?;
        let style = if long { DateStyle::Long } else { DateStyle::Short };
        when::date(&self.inner.texts, locale, &at, style)
    }

    /// An instant in a zone, with the zone named: `23 Nov 2026, 14:30 GMT`.
    ///
    /// # Errors
    /// As [`Web::date_text`].
    pub fn datetime_text(&self, locale: &str, at: Timestamp, zone: &str) -> Result<String, WebError> {
        let texts = &self.inner.texts;
        let at = when::at(&at.to_string(), zone).map_err(unknown)?;
        let clock = when::clock(texts, locale, &at)?;
        let time = when::named(texts, locale, &clock, &at)?;
        let args = json!({ "date": when::date(texts, locale, &at, DateStyle::Short)?, "time": time });
        texts.get(locale, "web-datetime", &args)
    }

    /// A text without arguments, or its key where no locale has it.
    #[must_use]
    pub fn word(&self, locale: &str, key: &str) -> String {
        self.text(locale, key, &Value::Null).unwrap_or_else(|_| key.to_owned())
    }
}

fn unknown(reason: String) -> WebError {
    WebError::Render { template: "words".into(), reason }
}
