//! Reads JSON member by member and knows where it is, so that each error names its field.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::CaseError;
use crate::local::zone;
use crate::window::WallTime;

/// A value with its place in the input.
pub(super) struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    pub fn error(&self, message: impl Into<String>) -> CaseError {
        CaseError::new(self.pointer.clone(), message)
    }

    fn child(&self, key: &str, value: &'a Value) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self { value, pointer: format!("{}/{key}", self.pointer) }
    }

    pub fn object(&self) -> Result<&'a Map<String, Value>, CaseError> {
        self.value.as_object().ok_or_else(|| self.error("must be an object"))
    }

    /// The members of an object with their names.
    pub fn members(&self, most: usize) -> Result<Vec<(&'a str, Node<'a>)>, CaseError> {
        let object = self.object()?;
        if object.len() > most {
            return Err(self.error(format!("at most {most} members")));
        }
        Ok(object.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// A member; `null` counts as missing.
    pub fn opt(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.as_object()?.get(key).filter(|value| !value.is_null())?;
        Some(self.child(key, value))
    }

    pub fn field(&self, key: &str) -> Result<Node<'a>, CaseError> {
        self.object()?;
        let missing = || CaseError::new(format!("{}/{key}", self.pointer), "missing");
        self.opt(key).ok_or_else(missing)
    }

    pub fn is_object(&self) -> bool {
        self.value.is_object()
    }

    pub fn list(&self, most: usize) -> Result<Vec<Node<'a>>, CaseError> {
        let list = self.value.as_array().ok_or_else(|| self.error("must be a list"))?;
        if list.len() > most {
            return Err(self.error(format!("at most {most} entries")));
        }
        Ok(list.iter().enumerate().map(|(index, value)| self.child(&index.to_string(), value)).collect())
    }

    /// The entries of a member that may be missing.
    pub fn opt_list(&self, key: &str, most: usize) -> Result<Vec<Node<'a>>, CaseError> {
        self.opt(key).map_or_else(|| Ok(Vec::new()), |node| node.list(most))
    }

    pub fn text(&self) -> Result<&'a str, CaseError> {
        let text = self.value.as_str().ok_or_else(|| self.error("must be a text"))?;
        if text.len() > 100 { Err(self.error("longer than 100 bytes")) } else { Ok(text) }
    }

    pub fn flag(&self) -> Result<bool, CaseError> {
        self.value.as_bool().ok_or_else(|| self.error("must be true or false"))
    }

    pub fn number(&self, least: u32, most: u32) -> Result<u32, CaseError> {
        let number = self.value.as_u64().and_then(|number| u32::try_from(number).ok());
        let within = number.filter(|number| (least..=most).contains(number));
        within.ok_or_else(|| self.error(format!("must be a whole number from {least} to {most}")))
    }

    /// A member that may be missing, with its default.
    pub fn number_or(&self, key: &str, default: u32, least: u32, most: u32) -> Result<u32, CaseError> {
        self.opt(key).map_or(Ok(default), |node| node.number(least, most))
    }

    fn parsed<T: std::str::FromStr>(&self, what: &str) -> Result<T, CaseError> {
        self.text()?.parse().map_err(|_| self.error(format!("must be {what}")))
    }

    pub fn instant(&self) -> Result<Timestamp, CaseError> {
        self.parsed("an instant such as 2024-05-06T09:00:00Z")
    }

    pub fn date(&self) -> Result<Date, CaseError> {
        let date = self.text()?;
        let plain = date.len() == 10;
        plain.then(|| date.parse().ok()).flatten().ok_or_else(|| self.error("must be a date, YYYY-MM-DD"))
    }

    pub fn date_time(&self) -> Result<DateTime, CaseError> {
        self.parsed("a local time, YYYY-MM-DD HH:MM")
    }

    pub fn wall_time(&self) -> Result<WallTime, CaseError> {
        WallTime::parse(self.text()?).ok_or_else(|| self.error("must be a time, HH:MM from 00:00 to 24:00"))
    }

    pub fn zone(&self) -> Result<TimeZone, CaseError> {
        zone(self.text()?).ok_or_else(|| self.error("unknown time zone"))
    }

    pub fn weekday_name(&self) -> Result<Weekday, CaseError> {
        Ok(match self.text()?.to_ascii_lowercase().as_str() {
            "monday" => Weekday::Monday,
            "tuesday" => Weekday::Tuesday,
            "wednesday" => Weekday::Wednesday,
            "thursday" => Weekday::Thursday,
            "friday" => Weekday::Friday,
            "saturday" => Weekday::Saturday,
            "sunday" => Weekday::Sunday,
            _ => return Err(self.error("must be the name of a weekday")),
        })
    }
}
