use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text for people: the key of a message in the locale files, with its values. The host looks it up in the reader's
/// language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Message id, for example `appointments-book-title`.
    pub key: String,
    /// Values by name.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}

impl Text {
    /// A message without values.
    #[must_use]
    pub fn key(key: impl Into<String>) -> Self {
        Self { key: key.into(), args: BTreeMap::new() }
    }
    /// Adds a value.
    #[must_use]
    pub fn arg(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.args.insert(name.into(), value.to_string());
        self
    }
}
