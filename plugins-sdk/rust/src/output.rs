use std::fmt;

use crate::{bindings::coach::automation::types, Value};

/// What a run leaves in its record: nothing, or a JSON document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output(Option<Value>);

impl Output {
    /// The text that the platform keeps; empty for nothing.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0.map(|value| value.to_string()).unwrap_or_default()
    }
}

impl From<()> for Output {
    fn from((): ()) -> Self {
        Self(None)
    }
}

impl From<Value> for Output {
    fn from(value: Value) -> Self {
        Self(Some(value))
    }
}

/// Why a run, or one request of it, did not work.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The business has not granted the capability, or the run may not touch this client.
    Denied(String),
    /// The platform did not accept the request.
    Invalid(String),
    /// The run or its store has used up its share.
    QuotaExceeded(String),
    /// The platform can't do it now.
    Unavailable(String),
    /// The automation's own reason.
    Failed(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(text) => write!(f, "denied: {text}"),
            Self::Invalid(text) => write!(f, "not accepted: {text}"),
            Self::QuotaExceeded(text) => write!(f, "share used up: {text}"),
            Self::Unavailable(text) => write!(f, "not available: {text}"),
            Self::Failed(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<types::Error> for Error {
    fn from(error: types::Error) -> Self {
        match error {
            types::Error::Denied(text) => Self::Denied(text),
            types::Error::Invalid(text) => Self::Invalid(text),
            types::Error::QuotaExceeded(text) => Self::QuotaExceeded(text),
            types::Error::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self::Failed(text.to_owned())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.to_string()
    }
}
