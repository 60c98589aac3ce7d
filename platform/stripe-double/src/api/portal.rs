//! The billing portal: where customers look after their subscriptions themselves.

use serde_json::{Value, json};

use super::Call;
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    let url = "/v1/billing_portal/configurations";
    match (call.method, call.steps.as_slice()) {
        ("POST", ["billing_portal", "sessions"]) => create(tx, params),
        ("GET", ["billing_portal", "configurations"]) => {
            list(tx, "billing_portal.configuration", url, params, &["active", "is_default"])
        }
        ("POST", ["billing_portal", "configurations"]) => configure(tx, params, None),
        ("GET", ["billing_portal", "configurations", id]) => tx.find("billing_portal.configuration", id),
        ("POST", ["billing_portal", "configurations", id]) => configure(tx, params, Some(id)),
        _ => Err(call.unknown()),
    }
}

fn configure(tx: &mut Tx<'_>, params: &Params, id: Option<&str>) -> Outcome<Value> {
    let before = match id {
        Some(id) => tx.find("billing_portal.configuration", id)?,
        None if !params.has("features") => return Err(Fail::required("features")),
        None => tx.make("billing_portal.configuration", "bpc", json!({"is_default": false})),
    };
    let mut fields = json!({"metadata": params.metadata(&before["metadata"]), "updated": tx.now()});
    let _ = params.address("default_return_url")?;
    params.pick(&mut fields, &["default_return_url", "name"]);
    params.pick_flags(&mut fields, &["active"])?;
    let mut shown = json!({});
    params.pick_trees(&mut shown, &["features", "business_profile"]);
    for part in ["features", "business_profile"] {
        let mut after = before[part].clone();
        for (name, value) in shown[part].as_object().into_iter().flatten() {
            match &mut after[name] {
                Value::Object(_) => crate::tx::merge(&mut after[name], value.clone()),
                other => *other = value.clone(),
            }
        }
        fields[part] = after;
    }
    let id = text(&before, "id").to_owned();
    let kind = if params.has("features") {
        "billing_portal.configuration.updated"
    } else {
        "billing_portal.configuration.created"
    };
    Ok(tx.change_and_tell(&id, fields, kind))
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
    let named = tx.named("billing_portal.configuration", params, "configuration")?;
    let configuration = match named
        .or_else(|| tx.all("billing_portal.configuration").into_iter().find(|it| it["active"] == true))
    {
        Some(configuration) => configuration,
        None => tx.make("billing_portal.configuration", "bpc", json!({"is_default": true})),
    };
    let id = tx.world.id("bps");
    let url = format!("{}/p/session/{id}", tx.world.base_url);
    let mut fields = json!({"id": id, "customer": customer["id"], "configuration": configuration["id"], "url": url, "livemode": false});
    let _ = params.address("return_url")?;
    params.pick(&mut fields, &["return_url", "locale", "on_behalf_of"]);
    params.pick_trees(&mut fields, &["flow_data"]);
    if let Value::Object(map) = &mut fields
        && let Some(flow) = map.shift_remove("flow_data")
    {
        let kind = text(&flow, "type").to_owned();
        let mut shown = crate::tx::template("billing_portal.session");
        shown["flow"] = json!({"type": kind, "after_completion": flow.get("after_completion").cloned().unwrap_or_else(|| json!({"type": "portal_homepage", "hosted_confirmation": null, "redirect": null})),
            "subscription_cancel": flow["subscription_cancel"], "subscription_update": flow["subscription_update"], "subscription_update_confirm": flow["subscription_update_confirm"]});
        map.insert("flow".to_owned(), shown["flow"].clone());
    }
    let session = tx.make("billing_portal.session", "bps", fields);
    tx.tell("billing_portal.session.created", text(&session, "id"));
    Ok(session)
}
