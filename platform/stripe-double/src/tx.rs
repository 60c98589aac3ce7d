//! One operation on one account: new objects from Stripe's examples, changes, and the events of both.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::world::{World, public};

/// The version of Stripe's API whose shapes the double answers.
pub const API_VERSION: &str = "2026-09-30.dahlia";

/// Each object as Stripe's own example shows it, with what an example only invents set to null.
static TEMPLATES: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("templates.json")).unwrap_or_default());

/// An object of a kind before anything is known of it.
pub(crate) fn template(kind: &str) -> Value {
    TEMPLATES.get(kind).cloned().unwrap_or_else(|| json!({"object": kind}))
}

/// One operation on one account.
pub(crate) struct Tx<'w> {
    /// Everything.
    pub(crate) world: &'w mut World,
    /// Whose objects.
    pub(crate) account: String,
    /// The request that causes it; `None` for what happens by itself.
    pub(crate) request: Option<String>,
    /// Its idempotency key.
    pub(crate) key: Option<String>,
}

impl<'w> Tx<'w> {
    /// On an account, caused by nobody's request.
    pub(crate) fn on(world: &'w mut World, account: &str) -> Self {
        Self { world, account: account.to_owned(), request: None, key: None }
    }
    /// The same operation on another account.
    pub(crate) fn other(&mut self, account: &str) -> Tx<'_> {
        let (request, key) = (self.request.clone(), self.key.clone());
        Tx { world: self.world, account: account.to_owned(), request, key }
    }
    /// Now, in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.world.now()
    }
    /// True on an account that is connected to the platform.
    pub(crate) fn is_connected(&self) -> bool {
        self.account != self.world.platform && self.is_known_to_platform()
    }
    fn is_known_to_platform(&self) -> bool {
        self.world
            .accounts
            .get(&self.world.platform)
            .is_some_and(|store| store.objects.contains_key(&self.account))
    }
    /// A new object, not kept yet.
    pub(crate) fn draft(&mut self, kind: &str, prefix: &str, fields: Value) -> Value {
        let mut object = template(kind);
        object["id"] = self.world.id(prefix).into();
        if object.get("created").is_some() {
            object["created"] = self.now().into();
        }
        merge(&mut object, fields);
        object
    }
    /// A new object.
    pub(crate) fn make(&mut self, kind: &str, prefix: &str, fields: Value) -> Value {
        let object = self.draft(kind, prefix, fields);
        self.put(object.clone());
        object
    }
    /// Keeps an object.
    pub(crate) fn put(&mut self, object: Value) {
        let account = self.account.clone();
        self.world.store(&account).put(object);
    }
    /// An object, when this account has it.
    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.world.accounts.get(&self.account)?.objects.get(id)
    }
    /// An object that was seen before; null when it is gone.
    pub(crate) fn now_of(&self, id: &str) -> Value {
        self.get(id).cloned().unwrap_or(Value::Null)
    }
    /// All of a kind, the oldest first.
    pub(crate) fn all(&self, kind: &str) -> Vec<Value> {
        let store = self.world.accounts.get(&self.account);
        store.map(|store| store.all(kind).cloned().collect()).unwrap_or_default()
    }
    /// The object that the path names.
    pub(crate) fn find(&self, kind: &str, id: &str) -> Outcome<Value> {
        let found = self.get(id).filter(|object| object["object"] == kind);
        found.cloned().ok_or_else(|| Fail::missing(kind, id))
    }
    /// The object that a parameter names.
    pub(crate) fn named(&self, kind: &str, params: &Params, param: &str) -> Outcome<Option<Value>> {
        let Some(id) = params.text(param) else { return Ok(None) };
        match self.find(kind, &id) {
            Ok(object) if object["deleted"] != true => Ok(Some(object)),
            _ => Err(Fail::no_such(kind, &id, &params.name(param))),
        }
    }
    /// Changes an object; gives what its changed members were before.
    pub(crate) fn change(&mut self, id: &str, fields: Value) -> Value {
        let account = self.account.clone();
        let Some(object) = self.world.store(&account).objects.get_mut(id) else { return json!({}) };
        let mut before = Map::new();
        if let Value::Object(fields) = fields {
            for (name, value) in fields {
                let was = object.get(&name).cloned().unwrap_or(Value::Null);
                if was != value {
                    if !name.starts_with('_') {
                        before.insert(name.clone(), was);
                    }
                    object[name] = value;
                }
            }
        }
        Value::Object(before)
    }
    /// Changes an object and tells it.
    pub(crate) fn change_and_tell(&mut self, id: &str, fields: Value, kind: &str) -> Value {
        let before = self.change(id, fields);
        let object = self.now_of(id);
        self.tell_change(kind, &object, Some(before));
        object
    }
    /// Tells that something happened to an object, as it is now.
    pub(crate) fn tell(&mut self, kind: &str, id: &str) {
        let object = self.now_of(id);
        self.tell_change(kind, &object, None);
    }
    /// An event about an object.
    pub(crate) fn tell_change(&mut self, kind: &str, object: &Value, before: Option<Value>) {
        let mut data = json!({"object": public(object)});
        if let Some(before) = before.filter(|before| before.as_object().is_some_and(|it| !it.is_empty())) {
            data["previous_attributes"] = before;
        }
        let mut fields = json!({
            "api_version": API_VERSION, "type": kind, "data": data,
            "request": {"id": self.request, "idempotency_key": self.key},
        });
        if self.is_connected() {
            fields["account"] = self.account.as_str().into();
        }
        let event = self.make("event", "evt", fields);
        crate::deliver::enqueue(self, &event);
    }
    /// Lets something happen to an object later.
    pub(crate) fn later(&mut self, time: i64, what: &'static str, id: &str) {
        let account = self.account.clone();
        self.world.at(time, &account, what, id);
    }
}

/// Puts members over others.
pub(crate) fn merge(object: &mut Value, fields: Value) {
    if let Value::Object(fields) = fields {
        for (name, value) in fields {
            object[name] = value;
        }
    }
}

/// The text of a member, empty when it has none.
pub(crate) fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object[name].as_str().unwrap_or_default()
}

/// The number of a member, zero when it has none.
pub(crate) fn int(object: &Value, name: &str) -> i64 {
    object[name].as_i64().unwrap_or_default()
}
