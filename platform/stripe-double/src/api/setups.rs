//! Setup intents: a payment method is kept for later.

use serde_json::{Value, json};

use super::confirm::{self, Confirm, Verdict};
use super::{Call, checkout, intents, methods};
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};
use crate::world::public;

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list(tx, "setup_intent", "/v1/setup_intents", params, &["customer", "payment_method"]),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => intents::secretly(tx, "setup_intent", id, call),
        ("POST", [id]) => {
            let before = tx.find("setup_intent", id)?;
            let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
            params.pick(&mut fields, &["description"]);
            tx.change(id, fields);
            Ok(tx.now_of(id))
        }
        ("POST", [id, "confirm"]) => {
            intents::secretly(tx, "setup_intent", id, call)?;
            let by = intents::by_params(tx, params, !call.publishable)?;
            confirm(tx, id, &by)
        }
        ("POST", [id, "cancel"]) => {
            let intent = tx.find("setup_intent", id)?;
            if ["succeeded", "canceled"].contains(&text(&intent, "status")) {
                return Err(intents::unexpected(&intent, "cancel"));
            }
            tx.change(id, json!({"status": "canceled", "cancellation_reason": params.text("cancellation_reason"), "next_action": null}));
            tx.tell("setup_intent.canceled", id);
            Ok(tx.now_of(id))
        }
        _ => Err(call.unknown()),
    }
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?;
    let by = intents::by_params(tx, params, true)?;
    let listed = params.texts("payment_method_types");
    let automatic = listed.is_empty().then(|| json!({"allow_redirects": "always", "enabled": true}));
    let mut fields = json!({
        "customer": customer.map_or(Value::Null, |it| it["id"].clone()), "metadata": params.metadata(&Value::Null),
        "usage": params.word("usage", &["on_session", "off_session"])?.unwrap_or_else(|| "off_session".to_owned()),
        "automatic_payment_methods": automatic,
        "payment_method_types": if listed.is_empty() { json!(["card", "bacs_debit", "sepa_debit", "us_bank_account"]) } else { json!(listed) },
    });
    params.pick(&mut fields, &["description", "on_behalf_of"]);
    if let Some(method) = &by.method {
        fields["payment_method"] = method.as_str().into();
        fields["status"] = "requires_confirmation".into();
    }
    let intent = make(tx, fields);
    let id = text(&intent, "id").to_owned();
    if params.flag("confirm")?.unwrap_or_default() { confirm(tx, &id, &by) } else { Ok(intent) }
}

/// A new one with its secret, told.
pub(super) fn make(tx: &mut Tx<'_>, fields: Value) -> Value {
    let mut intent = tx.draft("setup_intent", "seti", fields);
    let id = text(&intent, "id").to_owned();
    let number = tx.world.number("secret");
    intent["client_secret"] = format!("{id}_secret_{}", tx.world.mixed("secret", number, 25)).into();
    tx.put(intent.clone());
    tx.tell("setup_intent.created", &id);
    intent
}

/// Sets a method up.
pub(crate) fn confirm(tx: &mut Tx<'_>, id: &str, by: &Confirm) -> Outcome<Value> {
    let intent = tx.find("setup_intent", id)?;
    if ["succeeded", "canceled", "processing"].contains(&text(&intent, "status")) {
        return Err(intents::unexpected(&intent, "confirm"));
    }
    let method = by.method.clone().or_else(|| intent["payment_method"].as_str().map(str::to_owned));
    let Some(method) = method else {
        let message = "You cannot confirm this SetupIntent because it's missing a payment method.";
        return Err(Fail::invalid(message)
            .code("setup_intent_unexpected_state")
            .with("setup_intent", public(&intent)));
    };
    tx.change(id, json!({"payment_method": method, "last_setup_error": null, "next_action": null}));
    decide(tx, id, by, false)
}

fn decide(tx: &mut Tx<'_>, id: &str, by: &Confirm, authenticated: bool) -> Outcome<Value> {
    let intent = tx.now_of(id);
    let method = tx.now_of(text(&intent, "payment_method"));
    match confirm::verdict(tx, &method, true, authenticated) {
        Verdict::Declined(reason) => Err(fail(tx, id, &method, methods::decline(&reason))),
        Verdict::Asks if by.off_session => {
            let error = Fail::card(
                "authentication_required",
                Some("authentication_required"),
                "Your card was declined. This transaction requires authentication.",
            );
            Err(fail(tx, id, &method, error))
        }
        Verdict::Asks => Ok(confirm::ask(tx, id, "setup_intent", by.return_url.as_deref())),
        Verdict::Paid | Verdict::Slow => {
            let kept = text(&method, "id");
            if let Some(customer) = intent["customer"].as_str() {
                methods::attach(tx, kept, customer)?;
            }
            tx.change(kept, json!({"_set_up": true}));
            tx.change(id, json!({"status": "succeeded", "next_action": null}));
            tx.tell("setup_intent.succeeded", id);
            follow(tx, &tx.now_of(id));
            Ok(tx.now_of(id))
        }
    }
}

fn fail(tx: &mut Tx<'_>, id: &str, method: &Value, error: Fail) -> Fail {
    let error = error.with("payment_method", public(method));
    tx.change(id, json!({"status": "requires_payment_method", "last_setup_error": error.inner(), "payment_method": null, "next_action": null}));
    tx.tell("setup_intent.setup_failed", id);
    error.with("setup_intent", public(&tx.now_of(id)))
}

/// The customer has authenticated, or has not.
pub(crate) fn authenticated(tx: &mut Tx<'_>, id: &str, ok: bool) -> Outcome<Value> {
    let intent = tx.find("setup_intent", id)?;
    if intent["status"] != "requires_action" {
        return Err(intents::unexpected(&intent, "authenticate"));
    }
    tx.change(id, json!({"next_action": null}));
    if ok {
        return decide(tx, id, &Confirm::default(), true);
    }
    let method = tx.now_of(text(&intent, "payment_method"));
    Err(fail(tx, id, &method, confirm::refused_to_authenticate("setup_intent")))
}

/// A session or a trial that waits for it goes on.
fn follow(tx: &mut Tx<'_>, intent: &Value) {
    if let Some(session) = intent["_session"].as_str() {
        checkout::set_up(tx, session, intent);
    }
    for subscription in tx.all("subscription") {
        if subscription["pending_setup_intent"] == intent["id"] {
            let fields =
                json!({"pending_setup_intent": null, "default_payment_method": intent["payment_method"]});
            tx.change_and_tell(text(&subscription, "id"), fields, "customer.subscription.updated");
        }
    }
}
