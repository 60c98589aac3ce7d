//! `expand[]`, and lists with cursors.

use serde_json::{Value, json};

use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};
use crate::world::public;

/// What may be included, although it is not there by itself, and from where.
const INCLUDABLE: [(&str, &str); 6] = [
    ("checkout.session", "line_items"),
    ("charge", "refunds"),
    ("invoice", "payments"),
    ("invoice", "confirmation_secret"),
    ("customer", "subscriptions"),
    ("payment_intent", "charges"),
];

/// The answer with the asked objects in place of their identifiers.
pub(crate) fn expand(tx: &Tx<'_>, object: &Value, params: &Params) -> Outcome<Value> {
    let mut shown = public(object);
    for (at, path) in params.texts("expand").iter().enumerate() {
        let steps: Vec<&str> = path.split('.').collect();
        walk(tx, &mut shown, &steps).map_err(|fail| {
            fail.unwrap_or_else(|| {
                let message = format!("This property cannot be expanded ({path}).");
                Fail::invalid(&message).param(&format!("expand[{at}]"))
            })
        })?;
    }
    Ok(shown)
}

fn walk(tx: &Tx<'_>, value: &mut Value, steps: &[&str]) -> Result<(), Option<Fail>> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| walk(tx, item, steps)),
        Value::Null => Ok(()),
        Value::Object(_) => {
            let kind = text(value, "object").to_owned();
            if INCLUDABLE.contains(&(kind.as_str(), step)) && value.get(*step).is_none_or(Value::is_null) {
                value[*step] = include(tx, value, step);
            }
            let Some(member) = value.get_mut(*step) else { return Err(None) };
            if let Some(id) = member.as_str() {
                *member = lookup(tx, id).ok_or(None)?;
            }
            walk(tx, member, rest)
        }
        _ => Err(None),
    }
}

/// An object of this account, or, for accounts and fees, of the platform.
fn lookup(tx: &Tx<'_>, id: &str) -> Option<Value> {
    let platform = || tx.world.accounts.get(&tx.world.platform)?.objects.get(id);
    tx.get(id).or_else(platform).map(public)
}

fn include(tx: &Tx<'_>, object: &Value, what: &str) -> Value {
    let id = text(object, "id");
    let full = tx.now_of(id);
    match what {
        "line_items" => {
            collection(full["_line_items"].clone(), &format!("/v1/checkout/sessions/{id}/line_items"))
        }
        "refunds" => collection(of(tx, "refund", "charge", id), &format!("/v1/charges/{id}/refunds")),
        "payments" => collection(of(tx, "invoice_payment", "invoice", id), "/v1/invoice_payments"),
        "confirmation_secret" => {
            let intent = tx.now_of(text(&full, "_payment_intent"));
            match intent["client_secret"].as_str() {
                Some(secret) => json!({"client_secret": secret, "type": "payment_intent"}),
                None => Value::Null,
            }
        }
        "subscriptions" => {
            collection(of(tx, "subscription", "customer", id), &format!("/v1/customers/{id}/subscriptions"))
        }
        _ => collection(of(tx, "charge", "payment_intent", id), "/v1/charges"),
    }
}

fn of(tx: &Tx<'_>, kind: &str, member: &str, id: &str) -> Value {
    tx.all(kind).iter().rev().filter(|object| object[member] == id).map(public).collect()
}

/// A list as a member of an object.
pub(crate) fn collection(items: Value, url: &str) -> Value {
    let items = if items.is_array() { items } else { json!([]) };
    json!({"object": "list", "data": items, "has_more": false, "url": url})
}

/// A page of a list: the newest first, by cursor, by `created`, and by members that equal parameters of the same name.
pub(crate) fn list(tx: &Tx<'_>, kind: &str, url: &str, params: &Params, filters: &[&str]) -> Outcome<Value> {
    let equal = |object: &Value| {
        filters.iter().all(|name| params.text(name).is_none_or(|wanted| is(&object[*name], &wanted)))
    };
    list_where(tx, kind, url, params, equal)
}

fn is(member: &Value, wanted: &str) -> bool {
    match member {
        Value::String(text) => text == wanted,
        Value::Bool(flag) => flag.to_string() == wanted,
        Value::Object(map) => map.get("id").is_some_and(|id| id == wanted),
        _ => false,
    }
}

/// The same with a rule of its own.
pub(crate) fn list_where(
    tx: &Tx<'_>,
    kind: &str,
    url: &str,
    params: &Params,
    rule: impl Fn(&Value) -> bool,
) -> Outcome<Value> {
    let limit = params.int("limit")?.unwrap_or(10);
    if !(1..=100).contains(&limit) {
        return Err(Fail::invalid("This value must be between 1 and 100.").param("limit"));
    }
    let limit = usize::try_from(limit).unwrap_or(100);
    let bounds = bounds(params)?;
    let in_time = |object: &Value| {
        let created = object["created"].as_i64().unwrap_or_default();
        bounds.iter().all(|(word, bound)| match *word {
            "gt" => created > *bound,
            "gte" => created >= *bound,
            "lt" => created < *bound,
            "lte" => created <= *bound,
            _ => created == *bound,
        })
    };
    let Some(store) = tx.world.accounts.get(&tx.account) else {
        return Ok(collection(json!([]), url));
    };
    // The newest first; a cursor that does not exist is an error, as with Stripe.
    for cursor in ["starting_after", "ending_before"] {
        if let Some(id) = params.text(cursor) {
            tx.find(kind, &id).map_err(|_| Fail::no_such(kind, &id, cursor))?;
        }
    }
    let wanted = |object: &&Value| object["deleted"] != true && in_time(object) && rule(object);
    let mut found: Vec<&Value> = store.all(kind).rev().filter(wanted).collect();
    let mut more = false;
    if let Some(id) = params.text("ending_before") {
        let at = found.iter().position(|object| object["id"] == id.as_str()).unwrap_or(found.len());
        found.truncate(at);
        more = found.len() > limit;
        found = found.split_off(found.len().saturating_sub(limit));
    } else {
        if let Some(id) = params.text("starting_after") {
            let at = found.iter().position(|object| object["id"] == id.as_str()).map_or(0, |at| at + 1);
            found = found.split_off(at);
        }
        more |= found.len() > limit;
        found.truncate(limit);
    }
    let mut page = collection(found.into_iter().map(public).collect(), url);
    page["has_more"] = more.into();
    Ok(page)
}

fn bounds(params: &Params) -> Outcome<Vec<(&'static str, i64)>> {
    let mut bounds = Vec::new();
    if let Some(exact) = params.int("created")? {
        bounds.push(("", exact));
    }
    for word in ["gt", "gte", "lt", "lte"] {
        if let Some(bound) = params.int(&format!("created.{word}"))? {
            bounds.push((word, bound));
        }
    }
    Ok(bounds)
}
