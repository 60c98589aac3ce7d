//! Everything the double knows: accounts with their objects, keys, the clock, what is due.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::deliver::Post;
use crate::faults::Faults;
use crate::server::Saved;

/// Objects of one account.
#[derive(Default)]
pub(crate) struct Store {
    /// By identifier.
    pub(crate) objects: HashMap<String, Value>,
    /// Identifiers by kind, the oldest first.
    pub(crate) lists: HashMap<String, Vec<String>>,
}

/// What a key opens.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The account it belongs to.
    pub(crate) account: String,
    /// `pk_…`: may do only what a browser may.
    pub(crate) publishable: bool,
    /// Path prefixes that a restricted key may use, such as `/v1/refunds`; `None` is all.
    pub(crate) may: Option<Vec<String>>,
}

/// Something that happens by itself when its time has come.
#[derive(Clone, Debug)]
pub(crate) struct Timer {
    /// Whose.
    pub(crate) account: String,
    /// What, in the words of `time.rs`.
    pub(crate) what: &'static str,
    /// To which object.
    pub(crate) id: String,
}

/// All of it.
pub(crate) struct World {
    /// Address of the double, without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) seed: u64,
    pub(crate) counters: HashMap<String, u64>,
    /// Unix seconds; a frozen clock moves by the control API only.
    pub(crate) frozen: Option<i64>,
    /// Seconds that a running clock is ahead of the machine's.
    pub(crate) ahead: i64,
    pub(crate) platform: String,
    pub(crate) accounts: BTreeMap<String, Store>,
    pub(crate) keys: BTreeMap<String, Key>,
    pub(crate) saved: HashMap<(String, String), Saved>,
    pub(crate) timers: BTreeMap<(i64, u64), Timer>,
    pub(crate) timer_number: u64,
    pub(crate) faults: Faults,
    pub(crate) requests: BTreeMap<String, u64>,
    pub(crate) post: Post,
    /// Wakes the deliverer.
    pub(crate) wake: Arc<Notify>,
    /// What becomes of a subscription when the last attempt failed: `canceled`, `unpaid` or `past_due`.
    pub(crate) after_dunning: String,
}

impl World {
    /// Now, in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.frozen.unwrap_or_else(|| machine_time() + self.ahead)
    }
    /// A number that grows with each use of the name.
    pub(crate) fn number(&mut self, name: &str) -> u64 {
        let counter = self.counters.entry(name.to_owned()).or_insert(0);
        *counter += 1;
        *counter
    }
    /// A new identifier: the same one in each run with the same seed and the same calls.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let number = self.number(prefix);
        format!("{prefix}_{}", self.mixed(prefix, number, 24))
    }
    /// Letters and digits that look random.
    pub(crate) fn mixed(&self, name: &str, number: u64, length: usize) -> String {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let digest = Sha256::digest(format!("{}/{name}/{number}", self.seed));
        digest.iter().cycle().take(length).map(|byte| char::from(LETTERS[usize::from(*byte) % 62])).collect()
    }
    /// The objects of an account; empty ones for an account nobody knows.
    pub(crate) fn store(&mut self, account: &str) -> &mut Store {
        self.accounts.entry(account.to_owned()).or_default()
    }
    /// Lets something happen later.
    pub(crate) fn at(&mut self, time: i64, account: &str, what: &'static str, id: &str) {
        self.timer_number += 1;
        let timer = Timer { account: account.to_owned(), what, id: id.to_owned() };
        self.timers.insert((time, self.timer_number), timer);
    }
    /// The account that has an object.
    pub(crate) fn owner_of(&self, id: &str) -> Option<String> {
        let has = |(_, store): &(&String, &Store)| store.objects.contains_key(id);
        self.accounts.iter().find(has).map(|(account, _)| account.clone())
    }
}

/// The machine's clock: browsers and other programs that the tests drive live in it.
#[expect(clippy::disallowed_methods, reason = "the double is a service of its own, with a clock of its own")]
fn machine_time() -> i64 {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Store {
    /// Adds or replaces an object by its `id`.
    pub(crate) fn put(&mut self, object: Value) {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        if !self.objects.contains_key(&id) {
            let kind = object["object"].as_str().unwrap_or_default().to_owned();
            self.lists.entry(kind).or_default().push(id.clone());
        }
        self.objects.insert(id, object);
    }
    /// Removes an object.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Value> {
        let object = self.objects.remove(id)?;
        if let Some(list) = object["object"].as_str().and_then(|kind| self.lists.get_mut(kind)) {
            list.retain(|other| other != id);
        }
        Some(object)
    }
    /// Objects of a kind, the oldest first.
    pub(crate) fn all(&self, kind: &str) -> impl DoubleEndedIterator<Item = &Value> {
        self.lists.get(kind).into_iter().flatten().filter_map(|id| self.objects.get(id))
    }
}

/// The object as it is answered: what begins with `_` is the double's own knowledge.
pub(crate) fn public(object: &Value) -> Value {
    match object {
        Value::Object(map) => {
            let shown = map.iter().filter(|(name, _)| !name.starts_with('_'));
            Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
