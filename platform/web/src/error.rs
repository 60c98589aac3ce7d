//! What can go wrong between a template and a page.

use handlebars::{RenderError, TemplateError};

/// An error of this crate. Its text is for logs, never for visitors.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// A template does not parse.
    #[error("template {file}:{line}:{column}: {reason}")]
    Template {
        /// The template's name with its ending.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        reason: String,
    },
    /// A template, text or asset was given twice.
    #[error("{name} is defined twice")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A locale file does not parse.
    #[error("texts {source_name}/locales/{locale}:{line}: {reason}")]
    Texts {
        /// The crate it came from.
        source_name: &'static str,
        /// The locale.
        locale: String,
        /// Line, from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// Rendering failed: a value or text is missing, or a parameter is wrong.
    #[error("rendering {template}: {reason}")]
    Render {
        /// The template asked for.
        template: String,
        /// What is wrong, with the place.
        reason: String,
    },
    /// No locale has this text.
    #[error("no text {key} in {locale}")]
    MissingText {
        /// The key asked for.
        key: String,
        /// The locale asked for.
        locale: String,
    },
    /// A text needs an argument that was not given, or refers to one that does not exist.
    #[error("text {key} in {locale}: {reason}")]
    BadText {
        /// The key asked for.
        key: String,
        /// The locale asked for.
        locale: String,
        /// What Fluent said.
        reason: String,
    },
    /// A mail is not valid MJML.
    #[error("mail {template}: {reason}")]
    Mail {
        /// The mail's name.
        template: String,
        /// What the MJML engine said.
        reason: String,
    },
    /// Data that could not be turned into JSON.
    #[error("data: {0}")]
    Data(#[from] serde_json::Error),
}

impl WebError {
    pub(crate) fn template(name: &str, error: &TemplateError) -> Self {
        let (line, column) = error.pos().unwrap_or((1, 1));
        Self::Template { file: format!("{name}.hbs"), line, column, reason: error.reason().to_string() }
    }

    pub(crate) fn render(template: &str, error: &RenderError) -> Self {
        Self::Render { template: template.to_owned(), reason: error.to_string() }
    }
}
