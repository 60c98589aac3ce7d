use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_client_core::StripeMethod;
use tokio::sync::Semaphore;

use super::{Caller, Trouble};

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
/// So often a call is made that may be made again, as long as it did not take longer than that.
const ATTEMPTS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(4);
/// The first pause before another attempt, which doubles; at most as long again comes on top, so that calls that failed
/// together do not come together.
const PAUSE: Duration = Duration::from_millis(100);
/// The pause after 429. The client does not hand on how long Stripe wants us to wait; its limits are counted by the second.
const SLOWER: Duration = Duration::from_secs(1);

/// The way to Stripe of this process.
pub(crate) struct Line {
    url: String,
    clients: Mutex<HashMap<[u8; 32], Client>>,
    front: Semaphore,
    back: Semaphore,
    unanswered: AtomicU32,
    rests_until: Mutex<Option<Instant>>,
    attempts: AtomicU32,
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
            attempts: AtomicU32::new(0),
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
        let _turn = waited.map_err(|_| Trouble::Busy("too many calls to Stripe at once".into()))?;
        let began = Instant::now();
        // What only reads, or has a key, may be asked again at once when its answer was lost.
        let again = key.is_some() || matches!(request.build().method, StripeMethod::Get);
        let mut attempt = 1;
        let answer = loop {
            let answer = self.attempt(by, request, key).await;
            let may = again && attempt < ATTEMPTS && began.elapsed() < PATIENCE;
            match answer.as_ref().err().and_then(|error| self.pause(error, attempt)).filter(|_| may) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => break answer.map_err(Trouble::of),
            }
            metrics::counter!("stripe_call_attempts_total").increment(1);
            attempt += 1;
        };
        self.noted(&answer, began);
        answer
    }

    async fn attempt<R: StripeRequest>(
        &self,
        by: &Caller,
        request: &R,
        key: Option<&str>,
    ) -> Result<Value, StripeError> {
        let mut built = request.build();
        built.body = built.body.as_deref().map(sorted);
        let mut request = built.customize::<miniserde::json::Value>();
        if let Some(key) = key {
            let key =
                IdempotencyKey::new(key).map_err(|error| StripeError::ConfigError(error.to_string()))?;
            request = request.request_strategy(RequestStrategy::Idempotent(key));
        }
        if let Some(account) = &by.account {
            let account =
                account.parse().map_err(|_| StripeError::ConfigError("an account's name".into()))?;
            request = request.account_id(account);
        }
        // Boxed, as the client's own future is large.
        Box::pin(request.send(&by.client)).await.map(plain)
    }

    /// How long to wait before the same call may bring more; `None`: it won't soon. Who hung until the deadline is not
    /// waited for twice.
    fn pause(&self, error: &StripeError, attempt: u32) -> Option<Duration> {
        let first = match error {
            StripeError::ClientError(_) | StripeError::JSONDeserialize(_) => PAUSE,
            StripeError::Stripe(_, 409 | 500..=599) => PAUSE,
            StripeError::Stripe(_, 429) => SLOWER,
            StripeError::Stripe(..) | StripeError::ConfigError(_) | StripeError::Timeout => return None,
        };
        let pause = first * (1 << attempt.saturating_sub(1).min(4));
        // Far apart for calls that follow each other.
        let spread = self.attempts.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9) >> 16;
        Some(pause + first * spread / (1 << 16))
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
            Err(Trouble::Away(_) | Trouble::Broken(_)) => "away",
            Err(Trouble::Busy(_)) => "busy",
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

#[cfg(test)]
mod tests {
    use super::{
        super::{Plain, Trouble},
        *,
    };

    #[test]
    fn the_same_call_is_the_same_text() {
        assert_eq!(sorted("b[0]=1&a=2&b[1]=3"), "a=2&b[0]=1&b[1]=3");
        assert_eq!(sorted(""), "");
    }

    #[test]
    fn pauses_grow_and_differ_and_nobody_waits_for_who_hangs() {
        let line = Line::new("http://127.0.0.1:9/");
        let lost = StripeError::ClientError("lost".into());
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let (one, two) = (line.pause(&lost, 1).unwrap(), line.pause(&lost, 2).unwrap());
            assert!((PAUSE..PAUSE * 2).contains(&one), "{one:?}");
            assert!((PAUSE * 2..PAUSE * 3).contains(&two), "{two:?}");
            seen.insert(one);
        }
        assert!(seen.len() > 40, "{}", seen.len());
        assert_eq!(line.pause(&StripeError::Timeout, 1), None);
        assert_eq!(line.pause(&StripeError::ConfigError(String::new()), 1), None);
    }

    #[tokio::test]
    async fn who_is_not_answered_is_left_alone() {
        let line = Line::new("http://127.0.0.1:9/");
        let caller = Caller { client: line.client("sk_test_x").unwrap(), account: None, background: false };
        // What is no reading and has no key is asked once.
        let request = Plain::post("/events", Value::Null);
        for _ in 0..BROKEN_AFTER {
            assert!(matches!(line.ask(&caller, &request).await, Err(Trouble::Away(_))));
        }
        assert_eq!(line.ask(&caller, &request).await, Err(Trouble::Away("Stripe does not answer".into())));
        assert_eq!(line.attempts.load(Ordering::Relaxed), BROKEN_AFTER);
    }
}
