//! What the double knows, for assertions and for a person who looks.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::params::Params;
use crate::tx::{int, text};
use crate::world::World;

/// All objects of all accounts, by kind, and the deliveries. What begins with `_` is the double's own.
pub(super) fn state(world: &World) -> Value {
    let mut accounts = json!({});
    for (account, store) in &world.accounts {
        let mut kinds = json!({});
        for kind in store.lists.keys() {
            kinds[kind] = store.all(kind).cloned().collect();
        }
        accounts[account] = kinds;
    }
    json!({"now": world.now(), "platform": world.platform, "accounts": accounts, "deliveries": world.post.shown()})
}

/// True when an object carries all of the asked metadata.
fn carries(object: &Value, wanted: &Value) -> bool {
    wanted
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(name, value)| object["metadata"][name] == *value))
}

fn sums(world: &World, kind: &str, params: &Params, rule: impl Fn(&Value) -> bool) -> Value {
    let wanted = params.value("metadata").unwrap_or(Value::Null);
    let account = params.text("account");
    let (mut count, mut sum) = (0_u64, BTreeMap::<String, i64>::new());
    let stores = world.accounts.iter().filter(|(id, _)| account.as_ref().is_none_or(|wanted| wanted == *id));
    for object in stores.flat_map(|(_, store)| store.all(kind)).filter(|it| carries(it, &wanted) && rule(it))
    {
        let amount = if kind == "charge" { int(object, "amount_captured") } else { int(object, "amount") };
        count += 1;
        *sum.entry(text(object, "currency").to_owned()).or_default() += amount;
    }
    json!({"count": count, "sum": sum})
}

/// Charges and refunds that were made (by `metadata[…]` and `account` when asked so), and requests by path.
pub(super) fn counters(world: &World, params: &Params) -> Value {
    let mut deliveries = BTreeMap::<&str, u64>::new();
    for delivery in world.post.deliveries.values() {
        *deliveries.entry(delivery.state).or_default() += 1;
    }
    let total: u64 = world.requests.values().sum();
    json!({
        "charges": sums(world, "charge", params, |it| it["status"] == "succeeded"),
        "failed_charges": sums(world, "charge", params, |it| it["status"] == "failed"),
        "refunds": sums(world, "refund", params, |it| ["succeeded", "pending"].contains(&text(it, "status"))),
        "payment_intents": sums(world, "payment_intent", params, |_| true),
        "requests": {"total": total, "by_path": world.requests},
        "deliveries": deliveries, "faults": world.faults.hits,
    })
}
