//! Starting a double, and holding on to it.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use crate::control;
use crate::cut::Cuts;
use crate::deliver::{self, Post};
use crate::faults::{Fault, Faults};
use crate::params::Params;
use crate::server::{self, Shared};
use crate::world::World;

/// How a double begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Where callers and browsers reach it, without a slash at its end, when that is not `http://127.0.0.1:PORT`.
    pub base_url: Option<String>,
    /// What identifiers are made of.
    pub seed: u64,
    /// Unix seconds of a clock that stands still until the test moves it; `None` for the machine's.
    pub now: Option<i64>,
    /// The platform's account.
    pub platform: String,
    /// Its secret key.
    pub platform_key: String,
    /// Its publishable key.
    pub publishable_key: String,
    /// Keys of accounts of their own: key, account.
    pub keys: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            base_url: None,
            seed: 1,
            now: None,
            platform: "acct_1DoublePlatform000".to_owned(),
            platform_key: "sk_test_platform".to_owned(),
            publishable_key: "pk_test_platform".to_owned(),
            keys: Vec::new(),
        }
    }
}

/// A running double; it ends when this is dropped.
pub struct Double {
    /// Its address, such as `http://127.0.0.1:41234`.
    pub base_url: String,
    shared: Arc<Shared>,
    /// Ends the server when it is dropped.
    _end: oneshot::Sender<()>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Double {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What was charged, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    /// How many charges succeeded.
    pub count: u64,
    /// Their sum.
    pub sum: i64,
}

/// Starts a double on this machine.
///
/// # Errors
/// When the port is not free.
pub async fn start(options: Options) -> io::Result<Double> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port)).await?;
    let port = listener.local_addr()?.port();
    let base_url = options.base_url.clone().unwrap_or_else(|| format!("http://127.0.0.1:{port}"));
    let world = world(&options, &base_url);
    let shared = Arc::new(Shared { world: Mutex::new(world), cuts: Cuts::default() });
    let (end, ended) = oneshot::channel::<()>();
    let served = server::serve(shared.clone(), listener, async {
        // An error here is the handle's end, too.
        let _ = ended.await;
    });
    let tasks = vec![
        tokio::spawn(served),
        tokio::spawn(deliver::run(shared.clone())),
        tokio::spawn(tick(shared.clone())),
    ];
    Ok(Double { base_url, shared, _end: end, tasks })
}

fn world(options: &Options, base_url: &str) -> World {
    let mut world = World {
        base_url: base_url.to_owned(),
        seed: options.seed,
        counters: HashMap::new(),
        frozen: options.now,
        ahead: 0,
        platform: options.platform.clone(),
        accounts: BTreeMap::new(),
        keys: BTreeMap::new(),
        saved: HashMap::new(),
        timers: BTreeMap::new(),
        timer_number: 0,
        faults: Faults::default(),
        requests: BTreeMap::new(),
        post: Post::default(),
        wake: Arc::new(Notify::new()),
        after_dunning: "canceled".to_owned(),
    };
    control::add_key(&mut world, &options.platform_key, &options.platform, None);
    control::add_key(&mut world, &options.publishable_key, &options.platform, None);
    for (key, account) in &options.keys {
        control::add_key(&mut world, key, account, None);
    }
    world
}

/// What is due by a running clock happens soon after.
async fn tick(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(Duration::from_millis(250)).await;
        shared.with(|world| {
            if world.frozen.is_none() {
                let now = world.now();
                crate::time::advance(world, now);
            }
        });
    }
}

impl Double {
    /// An operation of the control API, without its `/_double` (`refunds/re_…`), with its answer.
    ///
    /// # Errors
    /// The error's document, as the control API answers it.
    pub fn control(&self, method: &str, path: &str, body: Value) -> Result<Value, Value> {
        self.shared.with(|world| {
            control::perform(world, method, path, &Params::of(body)).map_err(|fail| fail.body())
        })
    }
    fn act(&self, path: &str, body: Value) -> Value {
        self.control("POST", path, body).unwrap_or_else(|error| panic!("{path}: {error:#}"))
    }
    fn look(&self, path: &str, body: Value) -> Value {
        self.control("GET", path, body).unwrap_or_else(|error| panic!("{path}: {error:#}"))
    }
    /// Forgets all but keys and clock.
    pub fn reset(&self) {
        self.act("reset", json!({}));
    }
    /// A key (`sk_…`, `rk_…` or `pk_…`) of an account; the account is made when it is new. Gives the account.
    pub fn add_key(&self, key: &str, account: &str) -> String {
        self.act("keys", json!({"key": key, "account": account}));
        account.to_owned()
    }
    /// A restricted key: what it may use, as prefixes of paths.
    pub fn add_restricted_key(&self, key: &str, account: &str, may: &[&str]) {
        self.act("keys", json!({"key": key, "account": account, "may": may}));
    }
    /// Registers an endpoint for all events; `connect` for those of connected accounts. Gives its secret.
    pub fn add_endpoint(&self, account_key: &str, url: &str, connect: bool) -> String {
        self.shared.with(|world| {
            let account =
                world.keys.get(account_key).map_or(world.platform.clone(), |key| key.account.clone());
            let mut tx = crate::tx::Tx::on(world, &account);
            let params = Params::of(json!({"url": url, "enabled_events": ["*"], "connect": connect}));
            let call = crate::api::Call::new("POST", "/v1/webhook_endpoints", &params, false);
            let made = crate::api::route(&mut tx, &call).unwrap_or_else(|fail| panic!("{:#}", fail.body()));
            made["secret"].as_str().unwrap_or_default().to_owned()
        })
    }
    /// Now, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.shared.with(|world| world.now())
    }
    /// Moves the clock on; renewals, ends and attempts on the way happen.
    pub fn advance(&self, seconds: i64) {
        self.act("clock", json!({"advance": seconds}));
    }
    /// Sets the clock; forward like [`Self::advance`], backward without consequences.
    pub fn set_clock(&self, now: i64) {
        self.act("clock", json!({"now": now}));
    }
    /// Lets the next calls go wrong.
    pub fn fault(&self, fault: Fault) {
        self.shared.with(|world| world.faults.waiting.push(fault));
    }
    /// All faults and the latency end.
    pub fn clear_faults(&self) {
        self.control("DELETE", "faults", json!({})).expect("clearing never fails");
    }
    /// How many calls went wrong on purpose.
    #[must_use]
    pub fn faults_hit(&self) -> u64 {
        self.shared.with(|world| world.faults.hits)
    }
    /// Each call takes so much longer.
    pub fn latency(&self, time: Duration) {
        self.shared.with(|world| world.faults.latency = time);
    }
    /// The rules for new deliveries: `hold`, `drop_next`, `drop_types`, `copies`, `delay_ms`, `shuffle`, `max_attempts`, `pause_ms`.
    pub fn webhooks(&self, rules: Value) {
        self.act("webhooks", rules);
    }
    /// Lets held deliveries go: `as_made`, `reversed` or `shuffled`. Gives how many.
    pub fn release(&self, order: &str) -> u64 {
        self.act("webhooks/release", json!({"order": order}))["released"].as_u64().unwrap_or_default()
    }
    /// Sends an event once more to each endpoint that had it.
    pub fn deliver_again(&self, event: &str) {
        self.act("webhooks/deliver", json!({"event": event}));
    }
    /// All deliveries: event, type, endpoint, state, attempts, last answer.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Value> {
        self.look("webhooks", json!({})).as_array().cloned().unwrap_or_default()
    }
    /// Waits until nothing is on its way to an endpoint; false when that took longer than the time.
    pub async fn settle(&self, limit: Duration) -> bool {
        control::settle(&self.shared, limit).await
    }
    /// Charges that succeeded, of all accounts, with this metadata (`{}` for all of them).
    #[must_use]
    pub fn charged(&self, metadata: &Value) -> Charged {
        self.counted("charges", metadata)
    }
    /// Refunds that were made, likewise.
    #[must_use]
    pub fn refunded(&self, metadata: &Value) -> Charged {
        self.counted("refunds", metadata)
    }
    fn counted(&self, what: &str, metadata: &Value) -> Charged {
        let counters = self.look("counters", json!({"metadata": metadata}));
        let sums = counters[what]["sum"].as_object();
        Charged {
            count: counters[what]["count"].as_u64().unwrap_or_default(),
            sum: sums.into_iter().flatten().filter_map(|(_, sum)| sum.as_i64()).sum(),
        }
    }
    /// How many calls of a kind came, such as `POST /v1/payment_intents/:id/confirm`.
    #[must_use]
    pub fn requests(&self, path: &str) -> u64 {
        self.shared.with(|world| world.requests.get(path).copied().unwrap_or_default())
    }
    /// All objects of all accounts by kind, and the deliveries.
    #[must_use]
    pub fn state(&self) -> Value {
        self.look("state", json!({}))
    }
    /// One object with the double's own knowledge; null when there is none.
    #[must_use]
    pub fn object(&self, id: &str) -> Value {
        self.control("GET", &format!("objects/{id}"), json!({})).unwrap_or_default()
    }
    /// Pays a session's page with a test method such as `pm_card_visa`; cards that ask are answered with yes.
    ///
    /// # Errors
    /// The bank's no.
    pub fn pay_session(&self, id: &str, method: &str) -> Result<Value, Value> {
        self.control("POST", &format!("sessions/{id}/pay"), json!({"method": method}))
    }
    /// A session that nobody paid.
    pub fn expire_session(&self, id: &str) {
        self.act(&format!("sessions/{id}/expire"), json!({}));
    }
    /// The customer authenticates, or does not.
    pub fn authenticate(&self, intent: &str, ok: bool) -> Value {
        self.act(&format!("authenticate/{intent}"), json!({"ok": ok}))
    }
    /// The bank's answer to a debit.
    pub fn settle_debit(&self, intent: &str, ok: bool) -> Value {
        self.act(&format!("debits/{intent}"), json!({"ok": ok}))
    }
    /// Somebody refunds at the dashboard; all that is left when no amount is given.
    pub fn refund_at_dashboard(&self, intent: &str, amount: Option<i64>) -> Value {
        self.act("refund", json!({"payment_intent": intent, "amount": amount}))
    }
    /// A refund ends late: `succeeded`, `failed` or `canceled`.
    pub fn settle_refund(&self, refund: &str, status: &str) -> Value {
        self.act(&format!("refunds/{refund}"), json!({"status": status}))
    }
    /// A cardholder complains. Gives the dispute.
    pub fn dispute(&self, intent: &str) -> Value {
        self.act("dispute", json!({"payment_intent": intent}))
    }
    /// The bank decides.
    pub fn close_dispute(&self, dispute: &str, won: bool) -> Value {
        self.act(&format!("disputes/{dispute}"), json!({"outcome": if won { "won" } else { "lost" }}))
    }
    /// What a method answers from now on: `ok`, `declined`, `auth`, `declined:insufficient_funds`, …
    pub fn method_does(&self, method: &str, does: &str) {
        self.act(&format!("payment_methods/{method}"), json!({"does": does}));
    }
    /// A card's last month is over.
    pub fn expire_card(&self, method: &str) {
        self.act(&format!("payment_methods/{method}"), json!({"expired": true}));
    }
    /// A connected account: `onboard`, `disable` or `restrict`.
    pub fn account(&self, account: &str, action: &str) -> Value {
        self.act(&format!("accounts/{account}"), json!({"action": action}))
    }
    /// Pays out what an account has available.
    ///
    /// # Errors
    /// When that is nothing.
    pub fn pay_out(&self, account: &str, currency: &str) -> Result<Value, Value> {
        self.control("POST", "payouts", json!({"account": account, "currency": currency}))
    }
}
