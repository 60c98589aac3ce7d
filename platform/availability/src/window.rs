//! Wall-clock times and hours, free of any date and zone.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::error::ScheduleError;

/// Minutes of a day on the wall clock.
pub(crate) const DAY_MINUTES: u16 = 1_440;

/// A wall-clock time of whole minutes, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime(u16);

impl WallTime {
    /// Midnight at the beginning of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// Midnight at the end of a day, `24:00`.
    pub const END_OF_DAY: Self = Self(DAY_MINUTES);

    /// A time from minutes after midnight, at most 1440.
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= DAY_MINUTES).then_some(Self(minutes))
    }

    /// A time from `HH:MM`, `00:00` to `24:00`; `HH:MM:00` is read too.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
        let seconds_are_zero = parts.next().is_none_or(|seconds| seconds == "00");
        let known = minute < 60 && seconds_are_zero && parts.next().is_none();
        known.then(|| hour * 60 + minute).and_then(Self::from_minutes)
    }

    /// Minutes after midnight, 0 to 1440.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

fn two_digits(text: &str) -> Option<u16> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

impl From<Time> for WallTime {
    /// Seconds and smaller parts are dropped.
    fn from(time: Time) -> Self {
        let part = |value: i8| u16::try_from(value).unwrap_or_default();
        Self(part(time.hour()) * 60 + part(time.minute()))
    }
}

impl TryFrom<String> for WallTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| "not a time of the form HH:MM".to_owned())
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

impl std::fmt::Display for WallTime {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Open hours that begin on some day. An end before the start lies on the next day; an end of `23:59` means
/// the midnight that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    /// When the window opens.
    pub start: WallTime,
    /// When it closes (exclusive).
    pub end: WallTime,
}

impl Hours {
    /// Hours from two times; they are checked when a schedule is made of them.
    pub fn new(start: WallTime, end: WallTime) -> Self {
        Self { start, end }
    }

    /// Minutes after the first day's midnight, as `(start, end)`; the end may be past 1440.
    pub(crate) fn local_minutes(self) -> Result<(i64, i64), ScheduleError> {
        let (start, end) = (self.start.minutes(), self.end.minutes());
        if start == DAY_MINUTES {
            return Err(ScheduleError::StartAtEndOfDay { field: String::new() });
        }
        if start == end {
            return Err(ScheduleError::ZeroLength { field: String::new() });
        }
        let end = match end {
            1_439 => DAY_MINUTES,
            end if end < start => end + DAY_MINUTES,
            end => end,
        };
        Ok((i64::from(start), i64::from(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(start: &str, end: &str) -> Result<(i64, i64), ScheduleError> {
        let time = |text| WallTime::parse(text).expect("a time");
        Hours::new(time(start), time(end)).local_minutes()
    }

    #[test]
    fn times_are_read_strictly() {
        for text in ["24:01", "9:00", "09:60", "09-00", "", "+9:00", "0９:00", "09:00:30", "09:00:00:00"] {
            assert_eq!(WallTime::parse(text), None, "{text}");
        }
        assert_eq!(WallTime::parse("24:00"), Some(WallTime::END_OF_DAY));
        assert_eq!(WallTime::parse("09:05:00").map(|time| time.to_string()), Some("09:05".to_owned()));
    }

    #[test]
    fn ends_reach_the_next_day() {
        assert_eq!(hours("22:00", "06:00"), Ok((1_320, 1_800)));
        assert_eq!(hours("22:00", "23:59"), Ok((1_320, 1_440)));
        assert_eq!(hours("22:00", "00:00"), Ok((1_320, 1_440)));
        assert!(matches!(hours("10:00", "10:00"), Err(ScheduleError::ZeroLength { .. })));
        assert!(matches!(hours("24:00", "06:00"), Err(ScheduleError::StartAtEndOfDay { .. })));
    }
}
