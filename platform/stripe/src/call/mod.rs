//! Calls to Stripe: one client a key, a bulkhead, deadlines, quick second attempts, and what an error means.

mod line;

use std::{fmt, sync::Arc};

use serde_json::Value;
use stripe::{Client, StripeError, StripeRequest};

pub(crate) use line::Line;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// Nobody answered: the same call with the same key tells what became of it.
    #[error("{0}")]
    Away(String),
    /// Stripe answered that it failed. It answers the same under the same key, for a day.
    #[error("{0}")]
    Broken(String),
    /// Stripe, or we, asked to come again later.
    #[error("{0}")]
    Busy(String),
    /// The key was used for another call.
    #[error("{0}")]
    OtherCall(String),
    /// The bank said no. With the intent it was about.
    #[error("{words}")]
    Declined {
        /// Stripe's code: `card_declined`, `authentication_required`.
        code: String,
        /// What the buyer may read.
        words: String,
        /// The intent, when Stripe names it.
        intent: Option<String>,
    },
    /// There is no such thing in this account.
    #[error("{0}")]
    Missing(String),
    /// The key is no key, or may not.
    #[error("{0}")]
    Forbidden(String),
    /// It is refused for good; Stripe's words are for staff.
    #[error("{0}")]
    Refused(String),
}

impl Trouble {
    fn of(error: StripeError) -> Self {
        match error {
            StripeError::Stripe(error, status) => {
                let words = error.message.clone().unwrap_or_else(|| format!("Stripe answered {status}"));
                match status {
                    402 => Self::Declined {
                        code: error.code.as_ref().map(ToString::to_string).unwrap_or_default(),
                        words,
                        intent: error.payment_intent.as_ref().map(|intent| intent.id.to_string()),
                    },
                    401 | 403 => Self::Forbidden(words),
                    404 => Self::Missing(words),
                    409 | 424 | 429 => Self::Busy(words),
                    500..=599 => Self::Broken(words),
                    _ if error.type_ == stripe_shared::ApiErrorsType::IdempotencyError => {
                        Self::OtherCall(words)
                    }
                    _ if error.code.as_ref().is_some_and(|code| code.to_string() == "resource_missing") => {
                        Self::Missing(words)
                    }
                    _ => Self::Refused(words),
                }
            }
            StripeError::ConfigError(why) => Self::Refused(why),
            other => Self::Away(other.to_string()),
        }
    }
    /// Whether the same again may succeed later.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Broken(_) | Self::Busy(_))
    }
    /// Whether what was to be made under a key can't be had under it (any more): it takes another key.
    pub(crate) const fn is_stuck(&self) -> bool {
        matches!(self, Self::Broken(_) | Self::OtherCall(_) | Self::Missing(_))
    }
}

/// Who asks: a secret key, and the connected account it asks for.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    /// `acct_…` of a connected account; none: the key's own.
    pub(crate) account: Option<String>,
    /// Whether a job asks, for which nobody waits.
    pub(crate) background: bool,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A call that the generated ones lack: a path below `/v1`, with a query or a form.
pub(crate) struct Plain(stripe_client_core::StripeMethod, String, Option<Value>);

impl Plain {
    pub(crate) fn get(path: impl Into<String>, query: Value) -> Self {
        Self(stripe_client_core::StripeMethod::Get, path.into(), Some(query))
    }
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self(stripe_client_core::StripeMethod::Delete, path.into(), None)
    }
    pub(crate) fn post(path: impl Into<String>, form: Value) -> Self {
        Self(stripe_client_core::StripeMethod::Post, path.into(), Some(form))
    }
}

impl StripeRequest for Plain {
    type Output = miniserde::json::Value;
    fn build(&self) -> stripe_client_core::RequestBuilder {
        let request = stripe_client_core::RequestBuilder::new(self.0, self.1.clone());
        match (self.0, &self.2) {
            (_, None | Some(Value::Null)) => request,
            (stripe_client_core::StripeMethod::Post, Some(form)) => request.form(form),
            (_, Some(query)) => request.query(query),
        }
    }
}

/// A generated call, ready to be sent: those with all their members are large, and futures would carry them along.
pub(crate) struct Prepared(stripe_client_core::RequestBuilder);

impl Prepared {
    pub(crate) fn of<R: StripeRequest>(request: &R) -> Self {
        Self(request.build())
    }
}

impl StripeRequest for Prepared {
    type Output = miniserde::json::Value;
    fn build(&self) -> stripe_client_core::RequestBuilder {
        let mut request = stripe_client_core::RequestBuilder::new(self.0.method, self.0.path.clone());
        request.query.clone_from(&self.0.query);
        request.body.clone_from(&self.0.body);
        request
    }
}

/// A query with a member more, when there is a value for it.
pub(crate) fn with(mut query: Value, name: &str, value: Option<impl Into<Value>>) -> Value {
    if let (Value::Object(members), Some(value)) = (&mut query, value) {
        members.insert(name.to_owned(), value.into());
    }
    query
}

/// Shared by all who ask.
pub(crate) type SharedLine = Arc<Line>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_members_are_written_as_stripe_reads_them() {
        let form = serde_json::json!({"expand": ["latest_charge", "customer"], "created": {"gte": 5}});
        let request = Plain::get("/events", form).build();
        assert_eq!(
            request.query.as_deref(),
            Some("expand[0]=latest_charge&expand[1]=customer&created[gte]=5")
        );
    }
}
