//! Webhooks: signed events on their way to endpoints, with every trouble that a way can have.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::server::Shared;
use crate::tx::{Tx, text};
use crate::world::{World, public};

/// How long an endpoint may take for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) event: String,
    pub(crate) kind: String,
    pub(crate) endpoint: String,
    url: String,
    secret: String,
    body: String,
    pub(crate) attempts: u32,
    /// `held`, `pending`, `sending`, `delivered`, `dropped` or `failed`.
    pub(crate) state: &'static str,
    due: Instant,
    answer: String,
}

/// What is on its way, and the rules of the way.
pub(crate) struct Post {
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    /// Numbers of those that are pending.
    waiting: Vec<u64>,
    busy: HashSet<String>,
    /// New ones wait for the control API.
    pub(crate) hold: bool,
    /// So many new ones get lost.
    pub(crate) drop_next: u64,
    /// New ones whose type begins so get lost.
    pub(crate) drop_kinds: Vec<String>,
    /// Each new one is sent so many times more.
    pub(crate) copies: u64,
    /// New ones wait so long.
    pub(crate) delay: Duration,
    /// New ones wait up to `delay`, each another time, so that they overtake each other.
    pub(crate) shuffle: bool,
    /// After so many attempts one is given up.
    pub(crate) max_attempts: u32,
    /// The pause before the second attempt; it doubles with each.
    pub(crate) pause: Duration,
}

impl Default for Post {
    fn default() -> Self {
        Self {
            deliveries: BTreeMap::new(),
            waiting: Vec::new(),
            busy: HashSet::new(),
            hold: false,
            drop_next: 0,
            drop_kinds: Vec::new(),
            copies: 0,
            delay: Duration::ZERO,
            shuffle: false,
            max_attempts: 6,
            pause: Duration::from_millis(200),
        }
    }
}

impl Post {
    /// True when nothing is pending or on its way; held ones don't count.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.busy.is_empty()
    }
    /// Lets one go, after what is on its way already.
    pub(crate) fn release(&mut self, number: u64) {
        if let Some(delivery) =
            self.deliveries.get_mut(&number).filter(|it| !["pending", "sending"].contains(&it.state))
        {
            delivery.state = "pending";
            delivery.due = Instant::now();
            self.waiting.push(number);
        }
    }
    fn next(&mut self) -> (Option<(u64, Delivery)>, Option<Instant>) {
        let now = Instant::now();
        let mut soonest: Option<Instant> = None;
        for (at, number) in self.waiting.iter().enumerate() {
            let Some(delivery) = self.deliveries.get(number).filter(|it| !self.busy.contains(&it.url)) else {
                continue;
            };
            if delivery.due > now {
                soonest = Some(soonest.map_or(delivery.due, |other| other.min(delivery.due)));
                continue;
            }
            let number = self.waiting.remove(at);
            let Some(delivery) = self.deliveries.get_mut(&number) else { return (None, soonest) };
            delivery.state = "sending";
            delivery.attempts += 1;
            self.busy.insert(delivery.url.clone());
            return (Some((number, delivery.clone())), None);
        }
        (None, soonest)
    }
    fn done(&mut self, number: u64, answer: Result<u16, String>) {
        let (max, pause) = (self.max_attempts, self.pause);
        let Some(delivery) = self.deliveries.get_mut(&number) else { return };
        self.busy.remove(&delivery.url);
        let ok = matches!(answer, Ok(200..=299));
        delivery.answer = answer.map_or_else(|error| error, |status| status.to_string());
        if ok {
            delivery.state = "delivered";
        } else if delivery.attempts >= max {
            delivery.state = "failed";
        } else {
            delivery.state = "pending";
            delivery.due = Instant::now() + pause * 2_u32.saturating_pow(delivery.attempts - 1);
            self.waiting.push(number);
        }
    }
    /// All, for the control API.
    pub(crate) fn shown(&self) -> Value {
        let one = |(number, it): (&u64, &Delivery)| {
            json!({"delivery": number, "event": it.event, "type": it.kind, "endpoint": it.endpoint, "url": it.url,
                "state": it.state, "attempts": it.attempts, "answer": it.answer})
        };
        self.deliveries.iter().map(one).collect()
    }
}

/// Sends an event to the endpoints that want it.
pub(crate) fn enqueue(tx: &mut Tx<'_>, event: &Value) {
    let kind = text(event, "type").to_owned();
    let own = endpoints(tx.world, &tx.account, false, &kind);
    let connect =
        if tx.is_connected() { endpoints(tx.world, &tx.world.platform, true, &kind) } else { Vec::new() };
    let count = own.len() + connect.len();
    let id = text(event, "id").to_owned();
    tx.change(&id, json!({"pending_webhooks": count}));
    let mut shown = public(&tx.now_of(&id));
    for endpoint in connect {
        send(tx.world, &shown, &endpoint);
    }
    if let Value::Object(map) = &mut shown {
        map.shift_remove("account");
    }
    for endpoint in own {
        send(tx.world, &shown, &endpoint);
    }
}

fn endpoints(world: &World, account: &str, connect: bool, kind: &str) -> Vec<Value> {
    let wants = |endpoint: &&Value| {
        let kinds = endpoint["enabled_events"].as_array();
        endpoint["_connect"].as_bool().unwrap_or_default() == connect
            && endpoint["status"] == "enabled"
            && kinds.is_some_and(|kinds| kinds.iter().any(|it| it == "*" || it == kind))
    };
    let store = world.accounts.get(account);
    store.map(|store| store.all("webhook_endpoint").filter(wants).cloned().collect()).unwrap_or_default()
}

/// Puts one delivery on its way by the rules of the moment.
pub(crate) fn send(world: &mut World, event: &Value, endpoint: &Value) {
    let kind = text(event, "type");
    let lost =
        world.post.drop_next > 0 || world.post.drop_kinds.iter().any(|it| kind.starts_with(it.as_str()));
    world.post.drop_next = world.post.drop_next.saturating_sub(1);
    for _ in 0..=world.post.copies {
        let number = world.number("delivery");
        let mut wait = world.post.delay;
        if world.post.shuffle {
            let part: u32 = world.mixed("shuffle", number, 1).bytes().map(|byte| u32::from(byte) % 61).sum();
            wait = wait * part / 61;
        }
        let state = if lost {
            "dropped"
        } else if world.post.hold {
            "held"
        } else {
            "pending"
        };
        let delivery = Delivery {
            event: text(event, "id").to_owned(),
            kind: kind.to_owned(),
            endpoint: text(endpoint, "id").to_owned(),
            url: text(endpoint, "url").to_owned(),
            secret: text(endpoint, "_secret").to_owned(),
            body: format!("{event:#}"),
            attempts: 0,
            state,
            due: Instant::now() + wait,
            answer: String::new(),
        };
        world.post.deliveries.insert(number, delivery);
        if state == "pending" {
            world.post.waiting.push(number);
        }
    }
    world.wake.notify_one();
}

/// Delivers for as long as the double lives.
pub(crate) async fn run(shared: Arc<Shared>) {
    let wake = shared.with(|world| world.wake.clone());
    loop {
        let (next, soonest) = shared.with(|world| world.post.next());
        if let Some((number, delivery)) = next {
            let shared = shared.clone();
            tokio::spawn(async move {
                let time = shared.with(|world| world.now());
                let sent = tokio::time::timeout(PATIENCE, post(&delivery, time)).await;
                let answer = match sent {
                    Ok(Ok(status)) => Ok(status),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("no answer in time".to_owned()),
                };
                shared.with(|world| {
                    world.post.done(number, answer);
                    world.wake.notify_one();
                });
            });
            continue;
        }
        match soonest {
            Some(time) => {
                tokio::select! { () = wake.notified() => {}, () = tokio::time::sleep_until(time) => {} }
            }
            None => wake.notified().await,
        }
    }
}

/// `Stripe-Signature` of a body.
#[must_use]
pub fn signature(secret: &str, time: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(format!("{time}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

async fn post(delivery: &Delivery, time: i64) -> std::io::Result<u16> {
    let wrong = |what: &str| std::io::Error::other(what.to_owned());
    let rest = delivery.url.strip_prefix("http://").ok_or_else(|| wrong("only http:// is delivered to"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    // `localhost` and its subdomains are this machine, whatever the resolver says.
    let address = match address.rsplit_once(':') {
        Some((name, port)) if name == "localhost" || name.ends_with(".localhost") => {
            format!("127.0.0.1:{port}")
        }
        _ => address,
    };
    let mut stream = TcpStream::connect(address).await?;
    let body = &delivery.body;
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*; q=0.5, application/xml\r\nContent-Type: application/json; charset=utf-8\r\nStripe-Signature: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        signature(&delivery.secret, time, body),
        body.len(),
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut chunk = [0_u8; 1024];
    while answer.len() < 12 {
        match stream.read(&mut chunk).await? {
            0 => break,
            read => answer.extend_from_slice(&chunk[..read]),
        }
    }
    let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    status.ok_or_else(|| wrong("the connection was closed without an answer"))
}

impl Shared {
    /// Works on the world; nothing else does meanwhile.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.world.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
