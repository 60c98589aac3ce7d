//! Instants as people read them: in a zone, with the zone named.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Value, json};

use crate::{Texts, WebError};

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateStyle {
    /// Monday 23 November 2026
    Long,
    /// 23 Nov 2026
    Short,
    /// November 2026
    Month,
    /// Monday
    Weekday,
    /// 2026-11-23
    Iso,
}

impl DateStyle {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "long" => Self::Long,
            "short" => Self::Short,
            "month" => Self::Month,
            "weekday" => Self::Weekday,
            "iso" => Self::Iso,
            _ => return None,
        })
    }
}

/// An instant in a zone.
pub(crate) fn at(instant: &str, zone: &str) -> Result<Zoned, String> {
    let instant: Timestamp = instant.parse().map_err(|e| format!("{instant} is not an instant: {e}"))?;
    Ok(instant.to_zoned(TimeZone::get(zone).map_err(|_| format!("{zone} is not a zone"))?))
}

pub(crate) fn date(texts: &Texts, locale: &str, at: &Zoned, style: DateStyle) -> Result<String, WebError> {
    let month = |length: &str| texts.get(locale, &format!("web-month-{length}-{}", at.month()), &Value::Null);
    let pattern = |key: &str, length: &str| {
        let args = json!({
            "weekday": weekday(texts, locale, at)?, "day": at.day(), "month": month(length)?,
            "year": at.year().to_string(),
        });
        texts.get(locale, key, &args)
    };
    match style {
        DateStyle::Long => pattern("web-date-long", "long"),
        DateStyle::Short => pattern("web-date-short", "short"),
        DateStyle::Month => pattern("web-date-month", "long"),
        DateStyle::Weekday => weekday(texts, locale, at),
        DateStyle::Iso => Ok(at.date().to_string()),
    }
}

fn weekday(texts: &Texts, locale: &str, at: &Zoned) -> Result<String, WebError> {
    let key = match at.weekday() {
        Weekday::Monday => "web-weekday-long-1",
        Weekday::Tuesday => "web-weekday-long-2",
        Weekday::Wednesday => "web-weekday-long-3",
        Weekday::Thursday => "web-weekday-long-4",
        Weekday::Friday => "web-weekday-long-5",
        Weekday::Saturday => "web-weekday-long-6",
        Weekday::Sunday => "web-weekday-long-7",
    };
    texts.get(locale, key, &Value::Null)
}

pub(crate) fn clock(texts: &Texts, locale: &str, at: &Zoned) -> Result<String, WebError> {
    let half = if at.hour() < 12 { "am" } else { "pm" };
    let hour12 = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
    let args = json!({
        "hour": format!("{:02}", at.hour()), "minute": format!("{:02}", at.minute()), "hour12": hour12, "half": half,
    });
    texts.get(locale, "web-time", &args)
}

/// `GMT`, `CEST`, or `GMT+4` where the zone has no letters of its own.
pub(crate) fn zone_short(at: &Zoned) -> String {
    let info = at.time_zone().to_offset_info(at.timestamp());
    let letters = info.abbreviation();
    if letters.chars().all(|c| c.is_ascii_alphabetic()) {
        return letters.to_owned();
    }
    let seconds = info.offset().seconds();
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() % 3600 / 60);
    let sign = if seconds < 0 { '−' } else { '+' };
    if minutes == 0 { format!("GMT{sign}{hours}") } else { format!("GMT{sign}{hours}:{minutes:02}") }
}

pub(crate) fn named(texts: &Texts, locale: &str, clock: &str, at: &Zoned) -> Result<String, WebError> {
    texts.get(locale, "web-time-zone", &json!({ "time": clock, "zone": zone_short(at) }))
}

/// `45 min`, `1 h`, `1 h 30 min`.
pub(crate) fn duration(texts: &Texts, locale: &str, minutes: i64) -> Result<String, WebError> {
    let (hours, rest) = (minutes / 60, minutes % 60);
    let key = match (hours, rest) {
        (0, _) => "web-duration-minutes",
        (_, 0) => "web-duration-hours",
        _ => "web-duration-both",
    };
    texts.get(locale, key, &json!({ "hours": hours, "minutes": rest }))
}
