//! Charges.

use serde_json::{Value, json};

use super::{Call, intents};
use crate::expand::{list, list_where};
use crate::fail::Outcome;
use crate::params::Params;
use crate::tx::{Tx, int, template, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => {
            list(tx, "charge", "/v1/charges", params, &["customer", "payment_intent", "transfer_group"])
        }
        ("GET", [id]) => tx.find("charge", id),
        ("POST", [id]) => update(tx, id, params),
        ("GET", [id, "refunds"]) => {
            tx.find("charge", id)?;
            list_where(tx, "refund", &format!("/v1/charges/{id}/refunds"), params, |refund| {
                refund["charge"] == *id
            })
        }
        _ => Err(call.unknown()),
    }
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("charge", id)?;
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["description", "receipt_email"]);
    Ok(tx.change_and_tell(id, fields, "charge.updated"))
}

fn details(method: &Value, amount: i64) -> Value {
    let kind = text(method, "type");
    if kind != "card" {
        return json!({"type": kind, kind: method[kind]});
    }
    let mut details = template("charge")["payment_method_details"].clone();
    for name in ["brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4"] {
        details["card"][name] = method["card"][name].clone();
    }
    details["card"]["network"] = method["card"]["brand"].clone();
    details["card"]["amount_authorized"] = amount.into();
    details["card"]["overcapture"] = json!({"maximum_amount_capturable": amount, "status": "unavailable"});
    details
}

/// The charge of an intent: `succeeded`, `uncaptured`, `pending` or `failed`. Gives its identifier.
pub(super) fn make(tx: &mut Tx<'_>, intent: &Value, method: &Value, what: &str) -> String {
    let amount = int(intent, "amount");
    let prefix = if method["type"] == "card" { "ch" } else { "py" };
    let mut fields = json!({
        "amount": amount, "payment_intent": intent["id"], "payment_method": method["id"], "billing_details": method["billing_details"],
        "payment_method_details": details(method, amount), "paid": (what == "succeeded" || what == "uncaptured"),
        "captured": what == "succeeded", "amount_captured": if what == "succeeded" { amount } else { 0 },
        "status": if what == "uncaptured" { "succeeded" } else { what },
    });
    for name in [
        "currency",
        "customer",
        "description",
        "metadata",
        "receipt_email",
        "application",
        "application_fee_amount",
        "on_behalf_of",
        "transfer_data",
        "transfer_group",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "shipping",
    ] {
        fields[name] = intent[name].clone();
    }
    if what == "failed" {
        fields["outcome"] = json!({"advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "declined_by_network", "reason": "generic_decline", "risk_level": "normal", "risk_score": 20,
            "seller_message": "The bank did not return any further details with this decline.", "type": "issuer_declined"});
    }
    let charge = tx.make("charge", prefix, fields);
    let id = text(&charge, "id").to_owned();
    let url = format!("{}/receipts/{id}", tx.world.base_url);
    tx.change(&id, json!({"receipt_url": url}));
    id
}

/// The money of a charge comes in, less the fees.
pub(super) fn book(tx: &mut Tx<'_>, id: &str) {
    let charge = tx.now_of(id);
    let amount = int(&charge, "amount_captured");
    let currency = text(&charge, "currency").to_owned();
    let stripes = (amount * 15 + 500) / 1000 + 20;
    let mut details = vec![
        json!({"amount": stripes, "application": null, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}),
    ];
    let ours =
        charge["application_fee_amount"].as_i64().filter(|_| tx.is_connected()).map(|fee| fee.min(amount));
    if let Some(ours) = ours {
        let application = intents::application(tx);
        details.push(json!({"amount": ours, "application": application, "currency": currency, "description": "application fee", "type": "application_fee"}));
    }
    let kind = if id.starts_with("py_") { "payment" } else { "charge" };
    let booked = super::move_money(tx, kind, id, amount, &details, &currency);
    tx.change(id, json!({"balance_transaction": booked}));
    if let Some(ours) = ours {
        let account = tx.account.clone();
        let application = intents::application(tx);
        let platform = tx.world.platform.clone();
        let mut there = tx.other(&platform);
        let fields = json!({
            "account": account, "amount": ours, "application": application, "charge": id, "currency": currency,
            "fee_source": {"charge": id, "type": "charge"},
        });
        let fee = there.make("application_fee", "fee", fields);
        let fee_id = text(&fee, "id").to_owned();
        let booked = super::move_money(&mut there, "application_fee", &fee_id, ours, &[], &currency);
        there.change(&fee_id, json!({"balance_transaction": booked}));
        there.tell("application_fee.created", &fee_id);
        tx.change(id, json!({"application_fee": fee_id}));
    }
}
