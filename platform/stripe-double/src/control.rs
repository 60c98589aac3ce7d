//! The control API under `/_double`: what only the test may do. The same operations serve the handle in Rust.

mod act;
mod look;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fail::{Fail, Outcome};
use crate::faults::Fault;
use crate::params::Params;
use crate::server::{Answer, Raw, Shared};
use crate::world::{Key, World};

/// Answers a call to the control API.
pub(crate) async fn call(shared: &Arc<Shared>, raw: &Raw, path: &str) -> Answer {
    if raw.method == "POST" && path == "/webhooks/settle" {
        let limit = raw
            .params
            .int("timeout_ms")
            .ok()
            .flatten()
            .and_then(|ms| u64::try_from(ms).ok())
            .unwrap_or(10_000);
        let idle = settle(shared, Duration::from_millis(limit)).await;
        return Answer::json(200, &json!({"idle": idle}));
    }
    match shared.with(|world| perform(world, &raw.method, path, &raw.params)) {
        Ok(value) => Answer::json(200, &value),
        Err(fail) => Answer::json(fail.status, &fail.body()),
    }
}

/// Waits until nothing is on its way to an endpoint. False when the time was over before.
pub(crate) async fn settle(shared: &Arc<Shared>, limit: Duration) -> bool {
    let idle = async {
        while !shared.with(|world| world.post.is_idle()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(limit, idle).await.is_ok()
}

/// Carries an operation out.
pub(crate) fn perform(world: &mut World, method: &str, path: &str, params: &Params) -> Outcome<Value> {
    let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, steps.as_slice()) {
        ("POST", ["reset"]) => {
            reset(world);
            Ok(json!({}))
        }
        ("GET", ["state"]) => Ok(look::state(world)),
        ("GET", ["counters"]) => Ok(look::counters(world, params)),
        ("GET", ["clock"]) => Ok(json!({"now": world.now(), "frozen": world.frozen.is_some()})),
        ("POST", ["clock"]) => clock(world, params),
        ("GET", ["faults"]) => Ok(
            json!({"waiting": world.faults.waiting.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>(), "hits": world.faults.hits}),
        ),
        ("POST", ["faults"]) => {
            let fault = Fault::read(params)?;
            world.faults.waiting.push(fault);
            Ok(json!({}))
        }
        ("DELETE", ["faults"]) => {
            world.faults.waiting.clear();
            world.faults.latency = Duration::ZERO;
            Ok(json!({}))
        }
        ("POST", ["latency"]) => {
            world.faults.latency = millis(params, "ms")?.unwrap_or_default();
            Ok(json!({}))
        }
        ("POST", ["keys"]) => key(world, params),
        ("POST", ["dunning"]) => {
            let words = ["canceled", "unpaid", "past_due"];
            world.after_dunning = params.word("after", &words)?.ok_or_else(|| Fail::required("after"))?;
            Ok(json!({}))
        }
        (_, ["webhooks", ..]) => webhooks::perform(world, method, &steps[1..], params),
        _ => act::perform(world, method, &steps, params),
    }
}

pub(crate) fn millis(params: &Params, name: &str) -> Outcome<Option<Duration>> {
    Ok(params.int(name)?.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis))
}

/// Forgets all objects, events, deliveries, faults and counters; keys and the clock stay.
pub(crate) fn reset(world: &mut World) {
    world.accounts.clear();
    for account in world.keys.values().map(|key| key.account.clone()).collect::<Vec<_>>() {
        world.store(&account);
    }
    world.counters.clear();
    world.saved.clear();
    world.timers.clear();
    world.requests.clear();
    world.faults = crate::faults::Faults::default();
    world.post = crate::deliver::Post::default();
}

/// A key, and its account when that is new.
pub(crate) fn add_key(world: &mut World, key: &str, account: &str, may: Option<Vec<String>>) {
    let publishable = key.starts_with("pk_");
    world.store(account);
    world.keys.insert(key.to_owned(), Key { account: account.to_owned(), publishable, may });
}

fn key(world: &mut World, params: &Params) -> Outcome<Value> {
    let key = params.need("key")?;
    let account = match params.text("account") {
        Some(account) => account,
        None => world.id("acct").replacen("acct_", "acct_1", 1),
    };
    let may = params.has("may").then(|| params.texts("may"));
    add_key(world, &key, &account, may);
    Ok(json!({"key": key, "account": account}))
}

fn clock(world: &mut World, params: &Params) -> Outcome<Value> {
    if let Some(frozen) = params.flag("frozen")? {
        let now = world.now();
        if frozen {
            world.frozen = Some(now);
        } else if world.frozen.take().is_some() {
            world.ahead += now - world.now();
        }
    }
    if let Some(now) = params.int("now")? {
        if now >= world.now() {
            crate::time::advance(world, now);
        } else if world.frozen.is_some() {
            world.frozen = Some(now);
        } else {
            world.ahead += now - world.now();
        }
    }
    if let Some(seconds) = params.int("advance")? {
        let to = world.now() + seconds;
        crate::time::advance(world, to);
    }
    Ok(json!({"now": world.now(), "frozen": world.frozen.is_some()}))
}
