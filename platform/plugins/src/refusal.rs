use serde::{Deserialize, Serialize};

/// Why an uploaded component is not accepted. [`Refusal::message_key`] leads to the text for a coach; `Display` is
/// for logs and authors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "kebab-case")]
pub enum Refusal {
    /// Larger than the largest upload; carries the limit in bytes.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// Not a WebAssembly component.
    #[error("not a WebAssembly component")]
    NotComponent,
    /// A component, but broken; carries what is wrong.
    #[error("not a valid component: {0}")]
    Invalid(String),
    /// Valid, but built in a way that would cost too much to prepare; carries what there is too much of.
    #[error("too complex: {0}")]
    TooComplex(String),
    /// It asks for something that this platform does not offer; carries its name.
    #[error("it imports `{0}`, which this platform does not offer")]
    UnknownImport(String),
    /// It does not export the function that handles events.
    #[error("it does not export `on-event` of coach:automation 0.1")]
    NoHandler,
    /// It could not be prepared in the time allowed.
    #[error("preparing it takes too long")]
    CompileTime,
    /// Preparing it needs more memory, or yields more code, than allowed.
    #[error("preparing it needs too much memory")]
    CompileMemory,
    /// The platform could not prepare it now. Not the upload's fault: try again.
    #[error("could not be prepared: {0}")]
    Unavailable(String),
}

impl Refusal {
    /// The code as stored, for example `too-large`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "too-large",
            Self::NotComponent => "not-component",
            Self::Invalid(_) => "invalid",
            Self::TooComplex(_) => "too-complex",
            Self::UnknownImport(_) => "unknown-import",
            Self::NoHandler => "no-handler",
            Self::CompileTime => "compile-time",
            Self::CompileMemory => "compile-memory",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// Key of the text for a coach, for example `automation-refusal-too-large`.
    #[must_use]
    pub fn message_key(&self) -> String {
        format!("automation-refusal-{}", self.code())
    }

    /// Whether the same upload may be accepted when tried again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
