//! Items of subscriptions, asked for by themselves.

use serde_json::{Value, json};

use super::{Call, subscriptions};
use crate::expand::collection;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => {
            let subscription = tx
                .named("subscription", params, "subscription")?
                .ok_or_else(|| Fail::required("subscription"))?;
            let url = format!("/v1/subscription_items?subscription={}", text(&subscription, "id"));
            Ok(collection(subscription["items"]["data"].clone(), &url))
        }
        ("GET", [id]) => Ok(find(tx, id)?.1),
        ("POST", [id]) => {
            let subscription = find(tx, id)?.0;
            let mut change = params.tree().clone();
            let mut item = json!({"id": id});
            for name in ["price", "quantity", "price_data"] {
                if let Some(value) = params.value(name) {
                    item[name] = value;
                    if let Value::Object(map) = &mut change {
                        map.shift_remove(name);
                    }
                }
            }
            change["items"] = json!([item]);
            subscriptions::update(tx, &subscription, &Params::of(change))?;
            Ok(find(tx, id)?.1)
        }
        _ => Err(call.unknown()),
    }
}

fn find(tx: &Tx<'_>, id: &str) -> Outcome<(String, Value)> {
    for subscription in tx.all("subscription") {
        for item in subscription["items"]["data"].as_array().into_iter().flatten() {
            if item["id"] == id {
                return Ok((text(&subscription, "id").to_owned(), item.clone()));
            }
        }
    }
    Err(Fail::missing("subscription_item", id))
}
