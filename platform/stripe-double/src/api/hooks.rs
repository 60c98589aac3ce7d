//! Webhook endpoints and events.

use serde_json::{Value, json};

use super::Call;
use crate::expand::{list, list_where};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    if call.steps.first() == Some(&"events") {
        return match call.rest() {
            ("GET", []) => events(tx, params),
            ("GET", [id]) => tx.find("event", id),
            _ => Err(call.unknown()),
        };
    }
    match call.rest() {
        ("GET", []) => list(tx, "webhook_endpoint", "/v1/webhook_endpoints", params, &[]),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => tx.find("webhook_endpoint", id),
        ("POST", [id]) => update(tx, id, params),
        ("DELETE", [id]) => {
            tx.find("webhook_endpoint", id)?;
            let account = tx.account.clone();
            tx.world.store(&account).remove(id);
            Ok(json!({"id": id, "object": "webhook_endpoint", "deleted": true}))
        }
        _ => Err(call.unknown()),
    }
}

fn events(tx: &Tx<'_>, params: &Params) -> Outcome<Value> {
    let mut kinds = params.texts("types");
    kinds.extend(params.text("type"));
    let fits = |kind: &str| {
        kinds.is_empty()
            || kinds.iter().any(|wanted| match wanted.strip_suffix('*') {
                Some(start) => kind.starts_with(start),
                None => wanted == kind,
            })
    };
    list_where(tx, "event", "/v1/events", params, |event| fits(text(event, "type")))
}

fn fields(params: &Params, before: &Value) -> Outcome<Value> {
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["description", "url", "api_version"]);
    if params.has("enabled_events") {
        fields["enabled_events"] = json!(params.texts("enabled_events"));
    }
    if let Some(url) = params.text("url")
        && !url.starts_with("http")
    {
        return Err(Fail::invalid("Invalid URL: An explicit scheme (such as https) must be provided.")
            .code("url_invalid")
            .param("url"));
    }
    Ok(fields)
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    params.need("url")?;
    if params.texts("enabled_events").is_empty() {
        return Err(Fail::required("enabled_events"));
    }
    let mut fields = fields(params, &Value::Null)?;
    let number = tx.world.number("whsec");
    let secret = match params.text("_secret") {
        Some(secret) => secret,
        None => format!("whsec_{}", tx.world.mixed("whsec", number, 32)),
    };
    let connect = params.flag("connect")?.unwrap_or_default();
    fields["_secret"] = secret.as_str().into();
    fields["_connect"] = connect.into();
    if connect {
        fields["application"] = super::intents::application(tx).into();
    }
    let mut endpoint = tx.make("webhook_endpoint", "we", fields);
    // Shown this once.
    endpoint["secret"] = secret.into();
    Ok(endpoint)
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("webhook_endpoint", id)?;
    let mut fields = fields(params, &before)?;
    if let Some(disabled) = params.flag("disabled")? {
        fields["status"] = if disabled { "disabled" } else { "enabled" }.into();
    }
    tx.change(id, fields);
    Ok(tx.now_of(id))
}
