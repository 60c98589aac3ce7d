use billing::ProviderError;
use kernel::{JobError, Problem, TxError};

use crate::call::Trouble;

/// Why something with Stripe did not come about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Stripe is the reason.
    #[error(transparent)]
    Stripe(#[from] Trouble),
    /// We are.
    #[error("{0}")]
    Here(#[from] Problem),
}

impl From<TxError> for Failure {
    fn from(error: TxError) -> Self {
        Self::Here(error.into())
    }
}
impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Here(error.into())
    }
}
impl From<billing::BillingError> for Failure {
    fn from(error: billing::BillingError) -> Self {
        Self::Here(error.into())
    }
}

impl From<Trouble> for ProviderError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            trouble if trouble.may_pass() => Self::Away(trouble.to_string()),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stripe(trouble) => trouble.into(),
            Failure::Here(problem) if problem.status.is_client_error() => Self::Refused(words(&problem)),
            Failure::Here(problem) => Self::Away(words(&problem)),
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        ProviderError::from(trouble).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stripe(trouble) => trouble.into(),
            Failure::Here(problem) => problem,
        }
    }
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Stripe(trouble) if trouble.may_pass() => Self::Retry(trouble.to_string()),
            Failure::Stripe(other) => Self::Fail(other.to_string()),
            Failure::Here(problem) => problem.into(),
        }
    }
}

impl Failure {
    /// Whether the same again may succeed.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Stripe(trouble) => trouble.may_pass(),
            Self::Here(problem) => problem.status.is_server_error(),
        }
    }
    /// For staff, at most 480 characters.
    pub(crate) fn words(&self) -> String {
        let all = match self {
            Self::Stripe(trouble) => trouble.to_string(),
            Self::Here(problem) => words(problem),
        };
        all.chars().take(480).collect()
    }
}

fn words(problem: &Problem) -> String {
    problem.cause.clone().unwrap_or_else(|| problem.code.to_owned())
}
