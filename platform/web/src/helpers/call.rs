//! One call of a helper: its parameters, and what the shell says.

use handlebars::{Handlebars, Helper, RenderError, RenderErrorReason};
use serde_json::{Map, Value};

use super::Tools;
use crate::WebError;

pub(crate) struct Call<'a, 'rc> {
    pub(crate) tools: &'a Tools,
    pub(crate) helper: &'a Helper<'rc>,
    pub(crate) engine: &'a Handlebars<'a>,
    pub(crate) root: &'a Value,
}

/// An error with the text of the cause.
pub(crate) fn fail(reason: impl Into<String>) -> RenderError {
    RenderErrorReason::Other(reason.into()).into()
}

impl<'a> Call<'a, '_> {
    /// A positional parameter that is there and not null.
    pub(crate) fn param(&self, index: usize) -> Option<&Value> {
        let param = self.helper.param(index)?;
        (!param.is_value_missing() && !param.value().is_null()).then(|| param.value())
    }

    /// A positional parameter that must be there.
    pub(crate) fn need(&self, index: usize) -> Result<&Value, RenderError> {
        self.param(index).ok_or_else(|| {
            fail(format!("{} needs parameter {} (missing or null)", self.helper.name(), index + 1))
        })
    }

    pub(crate) fn need_str(&self, index: usize) -> Result<&str, RenderError> {
        let value = self.need(index)?;
        value.as_str().ok_or_else(|| fail(format!("{} wants a text, got {value}", self.helper.name())))
    }

    /// A named parameter that is there and not null.
    pub(crate) fn named(&self, key: &str) -> Option<&Value> {
        let param = self.helper.hash_get(key)?;
        (!param.is_value_missing() && !param.value().is_null()).then(|| param.value())
    }

    pub(crate) fn named_str(&self, key: &str) -> Option<&str> {
        self.named(key).and_then(Value::as_str)
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.named(key).and_then(Value::as_bool)
    }

    pub(crate) fn shell(&self, key: &str) -> &'a str {
        self.root.get("shell").and_then(|s| s.get(key)).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn locale(&self) -> &'a str {
        self.shell("locale")
    }

    pub(crate) fn text(&self, key: &str, args: &Value) -> Result<String, RenderError> {
        self.tools.texts.get(self.locale(), key, args).map_err(|e| web(&e))
    }

    /// All named parameters as an object.
    pub(crate) fn all_named(&self) -> Value {
        let pairs = self.helper.hash().iter().filter(|(_, v)| !v.is_value_missing());
        Value::Object(pairs.map(|(k, v)| ((*k).to_owned(), v.value().clone())).collect::<Map<_, _>>())
    }

    /// Renders a template with its own root, keeping the shell.
    pub(crate) fn render(&self, template: &str, mut root: Map<String, Value>) -> Result<String, RenderError> {
        let shell = self.root.get("shell").cloned().unwrap_or(Value::Null);
        root.insert("shell".to_owned(), shell);
        let mut context = handlebars::Context::null();
        *context.data_mut() = Value::Object(root);
        self.engine.render_with_context(template, &context)
    }
}

/// A failure of this crate inside a helper.
pub(crate) fn web(error: &WebError) -> RenderError {
    fail(error.to_string())
}
