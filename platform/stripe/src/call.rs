//! Calls to Stripe: one client a key, a bulkhead, deadlines, and what an error means.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use tokio::sync::Semaphore;

/// A call that takes longer is given up; whether it had an effect is seen when it is made again with its key.
const DEADLINE: Duration = Duration::from_secs(15);
/// How long a call waits for its turn.
const QUEUE: Duration = Duration::from_secs(2);
/// Calls at once for people who wait, and for jobs.
const FRONT: usize = 32;
const BACK: usize = 4;
/// So many calls in a row that nobody answered, and Stripe is left alone for a while.
const BROKEN_AFTER: u32 = 5;
const REST: Duration = Duration::from_secs(5);
/// Clients that are kept; one a secret key.
const CLIENTS: usize = 1000;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// Nobody answered, or asked to come again: the same call with the same key may do.
    #[error("{0}")]
    Away(String),
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
                    409 | 424 | 429 | 500..=599 => Self::Away(words),
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

/// The way to Stripe of this process.
pub(crate) struct Line {
    url: String,
    clients: Mutex<HashMap<[u8; 32], Client>>,
    front: Semaphore,
    back: Semaphore,
    unanswered: AtomicU32,
    rests_until: Mutex<Option<Instant>>,
}

impl Line {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            clients: Mutex::default(),
            front: Semaphore::new(FRONT),
            back: Semaphore::new(BACK),
            unanswered: AtomicU32::new(0),
            rests_until: Mutex::new(None),
        }
    }
    /// The client of a secret key. Making one reads certificates, so each is made once.
    pub(crate) fn client(&self, secret: &str) -> Result<Client, Trouble> {
        let name: [u8; 32] = Sha256::digest(secret).into();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&name) {
            return Ok(client.clone());
        }
        let made =
            ClientBuilder::new(secret).url(&self.url).timeout(DEADLINE).build().map_err(Trouble::of)?;
        if clients.len() >= CLIENTS {
            clients.clear();
        }
        clients.insert(name, made.clone());
        Ok(made)
    }
    /// Reads, or writes what is the same when it is written twice.
    pub(crate) async fn ask<R: StripeRequest>(&self, by: &Caller, request: &R) -> Result<Value, Trouble> {
        self.send(by, request, None).await
    }
    /// Writes once for a key, however often it is called.
    pub(crate) async fn once<R: StripeRequest>(
        &self,
        by: &Caller,
        request: &R,
        key: &str,
    ) -> Result<Value, Trouble> {
        self.send(by, request, Some(key)).await
    }

    async fn send<R: StripeRequest>(
        &self,
        by: &Caller,
        request: &R,
        key: Option<&str>,
    ) -> Result<Value, Trouble> {
        self.is_up()?;
        let turns = if by.background { &self.back } else { &self.front };
        let waited = tokio::time::timeout(QUEUE, turns.acquire()).await;
        let _turn = waited.map_err(|_| Trouble::Away("too many calls to Stripe at once".into()))?;
        let mut built = request.build();
        built.body = built.body.as_deref().map(sorted);
        let mut request = built.customize::<miniserde::json::Value>();
        if let Some(key) = key {
            let key = IdempotencyKey::new(key).map_err(|error| Trouble::Refused(error.to_string()))?;
            request = request.request_strategy(RequestStrategy::Idempotent(key));
        }
        if let Some(account) = &by.account {
            let account = account.parse().map_err(|_| Trouble::Refused("an account's name".into()))?;
            request = request.account_id(account);
        }
        let began = Instant::now();
        // Boxed, as the client's own future is large.
        let answer = Box::pin(request.send(&by.client)).await.map_err(Trouble::of);
        self.noted(&answer, began);
        answer.map(plain)
    }

    /// Refuses at once while Stripe is left alone.
    fn is_up(&self) -> Result<(), Trouble> {
        let rests = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        match rests {
            Some(until) if Instant::now() < until => Err(Trouble::Away("Stripe does not answer".into())),
            _ => Ok(()),
        }
    }

    fn noted<T>(&self, answer: &Result<T, Trouble>, began: Instant) {
        let how = match answer {
            Ok(_) => "ok",
            Err(Trouble::Away(_)) => "away",
            Err(Trouble::Declined { .. }) => "declined",
            Err(_) => "refused",
        };
        metrics::counter!("stripe_calls_total", "result" => how).increment(1);
        metrics::histogram!("stripe_call_seconds").record(began.elapsed().as_secs_f64());
        if how == "away" {
            if self.unanswered.fetch_add(1, Ordering::Relaxed) + 1 >= BROKEN_AFTER {
                let until = Instant::now().checked_add(REST);
                *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
                self.unanswered.store(0, Ordering::Relaxed);
            }
        } else {
            self.unanswered.store(0, Ordering::Relaxed);
        }
    }
}

/// The same form in one order: maps have none, and the same call must be the same text under its key.
fn sorted(form: &str) -> String {
    let mut pairs: Vec<&str> = form.split('&').collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// The same value as the rest of the house reads JSON.
fn plain(value: miniserde::json::Value) -> Value {
    use miniserde::json::{Number, Value as Mini};
    match value {
        Mini::Null => Value::Null,
        Mini::Bool(value) => value.into(),
        Mini::Number(Number::U64(value)) => value.into(),
        Mini::Number(Number::I64(value)) => value.into(),
        Mini::Number(Number::F64(value)) => value.into(),
        Mini::String(value) => value.into(),
        Mini::Array(values) => Value::Array(values.into_iter().map(plain).collect()),
        Mini::Object(members) => members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
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

    #[test]
    fn the_same_call_is_the_same_text() {
        assert_eq!(sorted("b[0]=1&a=2&b[1]=3"), "a=2&b[0]=1&b[1]=3");
        assert_eq!(sorted(""), "");
    }

    #[tokio::test]
    async fn who_is_not_answered_is_left_alone() {
        let line = Line::new("http://127.0.0.1:9/");
        let caller = Caller { client: line.client("sk_test_x").unwrap(), account: None, background: false };
        let request = Plain::get("/events", Value::Null);
        for _ in 0..BROKEN_AFTER {
            assert!(matches!(line.ask(&caller, &request).await, Err(Trouble::Away(_))));
        }
        assert_eq!(line.ask(&caller, &request).await, Err(Trouble::Away("Stripe does not answer".into())));
    }
}
