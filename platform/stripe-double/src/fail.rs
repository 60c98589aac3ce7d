//! Errors in Stripe's shape.

use serde_json::{Map, Value, json};

/// What an operation gives.
pub(crate) type Outcome<T> = Result<T, Fail>;

/// An error as Stripe answers it.
#[derive(Clone, Debug)]
pub(crate) struct Fail {
    /// HTTP status.
    pub(crate) status: u16,
    kind: &'static str,
    code: Option<String>,
    message: String,
    /// The parameter at fault.
    pub(crate) param: Option<String>,
    more: Map<String, Value>,
}

impl Fail {
    fn new(status: u16, kind: &'static str, message: &str) -> Self {
        Self { status, kind, code: None, message: message.to_owned(), param: None, more: Map::new() }
    }
    /// 400: the request is wrong.
    pub(crate) fn invalid(message: &str) -> Self {
        Self::new(400, "invalid_request_error", message)
    }
    /// 400: a parameter is absent.
    pub(crate) fn required(param: &str) -> Self {
        Self::invalid(&format!("Missing required param: {param}.")).code("parameter_missing").param(param)
    }
    /// 404: the object in the path does not exist for this account.
    pub(crate) fn missing(kind: &str, id: &str) -> Self {
        let mut fail =
            Self::invalid(&format!("No such {}: '{id}'", kind.replace('_', " "))).code("resource_missing");
        fail.status = 404;
        fail.param("id")
    }
    /// 400: an object that a parameter names does not exist for this account.
    pub(crate) fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let mut fail = Self::missing(kind, id).param(param);
        fail.status = 400;
        fail
    }
    /// 404: there is no such call.
    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        let mut fail = Self::invalid(&format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs."
        ));
        fail.status = 404;
        fail
    }
    /// 401: no key, or one that nobody has.
    pub(crate) fn unauthorised(message: &str) -> Self {
        Self::new(401, "invalid_request_error", message)
    }
    /// 403: a key that may not.
    pub(crate) fn forbidden(code: &str, message: &str) -> Self {
        Self::new(403, "invalid_request_error", message).code(code)
    }
    /// 400 or 409: trouble with an idempotency key.
    pub(crate) fn idempotency(status: u16, message: &str) -> Self {
        Self::new(status, "idempotency_error", message)
    }
    /// 402: the bank said no.
    pub(crate) fn card(code: &str, decline: Option<&str>, message: &str) -> Self {
        let fail = Self::new(402, "card_error", message).code(code);
        match decline {
            Some(decline) => fail.with("decline_code", decline.into()),
            None => fail,
        }
    }
    /// 5xx and 429, made by a fault.
    pub(crate) fn fault(status: u16) -> Self {
        match status {
            429 => Self::new(429, "invalid_request_error", "Request rate limit exceeded.").code("rate_limit"),
            _ => Self::new(status, "api_error", "Something went wrong on our side. Please try again."),
        }
    }
    /// With a code.
    pub(crate) fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
    /// With the parameter at fault.
    pub(crate) fn param(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }
    /// With one more member.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }
    /// `last_payment_error` of an intent.
    pub(crate) fn inner(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let Some(code) = &self.code {
            error["code"] = code.as_str().into();
            error["doc_url"] =
                format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")).into();
        }
        if let Some(param) = &self.param {
            error["param"] = param.as_str().into();
        }
        for (name, value) in &self.more {
            error[name] = value.clone();
        }
        error
    }
    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        json!({"error": self.inner()})
    }
}
