use std::collections::BTreeMap;

use poem::{FromRequest, Request, RequestBody, Result};
use serde::Serialize;

use crate::{FieldError, Problem, Text};

/// A posted form (`application/x-www-form-urlencoded`), as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Form(BTreeMap<String, Vec<String>>);

impl Form {
    /// What was typed, with white space at the ends cut; empty when the field is missing.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
    }
    /// The same as an owned text.
    #[must_use]
    pub fn string(&self, name: &str) -> String {
        self.text(name).to_owned()
    }
    /// What was typed, or `None` when it is missing or empty.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.string(name)).filter(|value| !value.is_empty())
    }
    /// All values of a field that may come several times.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
    /// Whether a checkbox is ticked.
    #[must_use]
    pub fn ticked(&self, name: &str) -> bool {
        matches!(self.text(name), "on" | "true" | "1" | "yes")
    }
    /// A field read as `T`.
    ///
    /// # Errors
    /// 422 at the field when it can't be read.
    pub fn parse<T: std::str::FromStr>(&self, name: &str, code: &'static str) -> Result<T, Problem> {
        self.text(name).parse().map_err(|_| Problem::field(name, code))
    }
    /// The form to be shown again: what was typed (passwords left out), without errors.
    #[must_use]
    pub fn state(&self) -> FormState {
        let shown = self.0.iter().filter(|(name, _)| !name.contains("password"));
        let values =
            shown.map(|(name, all)| (name.clone(), all.first().cloned().unwrap_or_default())).collect();
        FormState { values, errors: BTreeMap::new(), error: None }
    }
    /// The form to be shown again with what was wrong.
    #[must_use]
    pub fn refused(&self, problem: &Problem) -> FormState {
        let mut state = self.state();
        for error in &problem.fields {
            state.errors.entry(error.field.clone()).or_insert_with(|| error.text());
        }
        if problem.fields.is_empty() {
            state.error = Some(problem.text());
        }
        state
    }
}

impl FromIterator<(String, String)> for Form {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            form.0.entry(name).or_default().push(value);
        }
        form
    }
}

impl<'a> FromRequest<'a> for Form {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let kind = request.content_type().unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::new(poem::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "form_expected").into());
        }
        let bytes = body.take()?.into_bytes().await?;
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes)
            .map_err(|_| Problem::new(poem::http::StatusCode::BAD_REQUEST, "form_unreadable"))?;
        // No text of the database can hold U+0000.
        if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(Problem::new(poem::http::StatusCode::BAD_REQUEST, "form_unreadable").into());
        }
        Ok(pairs.into_iter().collect())
    }
}

/// A form as a template shows it: values typed before, and what is wrong with which field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FormState {
    /// Value by field name.
    pub values: BTreeMap<String, String>,
    /// Error by field name.
    pub errors: BTreeMap<String, Text>,
    /// What is wrong with the whole, when no field is at fault.
    pub error: Option<Text>,
}

impl FormState {
    /// Starts with a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.into(), value.to_string());
        self
    }
    /// Adds an error, for samples.
    #[must_use]
    pub fn wrong(mut self, error: &FieldError) -> Self {
        self.errors.insert(error.field.clone(), error.text());
        self
    }
}

/// Names and values as the query of an address, without its question mark.
#[must_use]
pub fn query(pairs: &[(&str, String)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}
