//! Refunds.

use serde_json::{Value, json};

use super::Call;
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list(tx, "refund", "/v1/refunds", params, &["charge", "payment_intent"]),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => tx.find("refund", id),
        ("POST", [id]) => {
            let before = tx.find("refund", id)?;
            let fields = json!({"metadata": params.metadata(&before["metadata"])});
            Ok(tx.change_and_tell(id, fields, "refund.updated"))
        }
        ("POST", [id, "cancel"]) => {
            let refund = tx.find("refund", id)?;
            if refund["status"] != "pending" {
                return Err(Fail::invalid("This refund can no longer be canceled."));
            }
            settle(tx, id, "canceled", None);
            Ok(tx.now_of(id))
        }
        _ => Err(call.unknown()),
    }
}

fn charge(tx: &Tx<'_>, params: &Params) -> Outcome<Value> {
    if let Some(charge) = tx.named("charge", params, "charge")? {
        return Ok(charge);
    }
    let intent = tx.named("payment_intent", params, "payment_intent")?;
    let intent = intent.ok_or_else(|| {
        Fail::invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
        )
        .code("parameter_missing")
    })?;
    let none = || {
        Fail::invalid(&format!(
            "This PaymentIntent ({}) does not have a successful charge to refund.",
            text(&intent, "id")
        ))
        .param("payment_intent")
    };
    let charge = intent["latest_charge"].as_str().map(|id| tx.now_of(id)).ok_or_else(none)?;
    if charge["paid"] == true { Ok(charge) } else { Err(none()) }
}

/// Of a call, or of somebody at the dashboard.
pub(crate) fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let charge = charge(tx, params)?;
    let id = text(&charge, "id").to_owned();
    if charge["paid"] != true || charge["captured"] != true {
        return Err(Fail::invalid(&format!("Charge {id} has not been paid and cannot be refunded.")));
    }
    let left = int(&charge, "amount_captured") - int(&charge, "amount_refunded");
    if left == 0 {
        return Err(
            Fail::invalid(&format!("Charge {id} has already been refunded.")).code("charge_already_refunded")
        );
    }
    if charge["disputed"] == true && charge["_dispute_lost"] != false {
        return Err(Fail::invalid(&format!("Charge {id} has been charged back; cannot issue a refund."))
            .code("charge_disputed"));
    }
    let amount = params.int("amount")?.unwrap_or(left);
    if amount < 1 {
        return Err(Fail::invalid("Invalid positive integer")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    if amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Fail::invalid(&message).code("amount_too_large").param("amount"));
    }
    let reason = params.word("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
    let with_fee = params.flag("refund_application_fee")?.unwrap_or_default();
    if with_fee && charge["application_fee"].is_null() {
        return Err(Fail::invalid("You cannot refund an application fee for a charge without one.")
            .param("refund_application_fee"));
    }
    let method = tx.now_of(text(&charge, "payment_method"));
    let slow = ["refund_pending"].contains(&text(&method, "_does")) || method["type"] != "card";
    let kind = text(&charge["payment_method_details"], "type").to_owned();
    let refund = tx.make(
        "refund",
        "re",
        json!({
            "amount": amount, "charge": id, "currency": charge["currency"], "payment_intent": charge["payment_intent"],
            "metadata": params.metadata(&Value::Null), "reason": reason, "status": if slow { "pending" } else { "succeeded" },
            "destination_details": {"type": kind, kind.clone(): if kind == "card" { json!({"type": "refund", "reference_status": "pending", "reference_type": "acquirer_reference_number"}) } else { json!({}) }},
        }),
    );
    let refund = text(&refund, "id").to_owned();
    give_back(tx, &charge, &refund, amount);
    if with_fee {
        return_fee(tx, &charge, amount);
    }
    if slow {
        let due = tx.now() + 2 * 86_400;
        tx.later(due, "refund", &refund);
    }
    if method["_does"] == "refund_fails" {
        let due = tx.now() + 3600;
        tx.later(due, "refund", &refund);
    }
    Ok(tx.now_of(&refund))
}

fn give_back(tx: &mut Tx<'_>, charge: &Value, refund: &str, amount: i64) {
    let currency = text(charge, "currency");
    let booked = super::move_money(tx, "refund", refund, -amount, &[], currency);
    tx.change(refund, json!({"balance_transaction": booked}));
    let refunded = int(charge, "amount_refunded") + amount;
    let whole = refunded == int(charge, "amount_captured");
    let before = tx.change(text(charge, "id"), json!({"amount_refunded": refunded, "refunded": whole}));
    tx.tell("refund.created", refund);
    let object = tx.now_of(text(charge, "id"));
    tx.tell_change("charge.refunded", &object, Some(before));
}

/// The platform's share of what goes back.
fn return_fee(tx: &mut Tx<'_>, charge: &Value, amount: i64) {
    let platform = tx.world.platform.clone();
    let mut there = tx.other(&platform);
    let id = text(charge, "application_fee").to_owned();
    let fee = there.now_of(&id);
    let (whole, gone) = (int(&fee, "amount"), int(&fee, "amount_refunded"));
    let share = (whole * amount / int(charge, "amount_captured").max(1)).min(whole - gone);
    if share == 0 {
        return;
    }
    let currency = text(charge, "currency").to_owned();
    let part = there.make("fee_refund", "fr", json!({"amount": share, "currency": currency, "fee": id}));
    let part = text(&part, "id").to_owned();
    let booked = super::move_money(&mut there, "application_fee_refund", &part, -share, &[], &currency);
    there.change(&part, json!({"balance_transaction": booked}));
    there.change(&id, json!({"amount_refunded": gone + share, "refunded": gone + share == whole}));
    there.tell("application_fee.refunded", &id);
    super::move_money(tx, "refund_application_fee", text(charge, "id"), share, &[], &currency);
}

/// A refund ends: `succeeded`, `failed` or `canceled`. What failed comes back to the balance.
pub(crate) fn settle(tx: &mut Tx<'_>, id: &str, status: &str, reason: Option<&str>) {
    let refund = tx.now_of(id);
    if status == "succeeded" {
        tx.change_and_tell(id, json!({"status": status}), "refund.updated");
        return;
    }
    let amount = int(&refund, "amount");
    let booked = super::move_money(tx, "refund_failure", id, amount, &[], text(&refund, "currency"));
    let mut fields = json!({"status": status});
    if status == "failed" {
        fields["failure_balance_transaction"] = booked.into();
        fields["failure_reason"] = reason.unwrap_or("lost_or_stolen_card").into();
    }
    let before = tx.change(id, fields);
    let charge = tx.now_of(text(&refund, "charge"));
    let refunded = int(&charge, "amount_refunded") - amount;
    let charge_before =
        tx.change(text(&charge, "id"), json!({"amount_refunded": refunded, "refunded": false}));
    let object = tx.now_of(id);
    tx.tell_change("refund.updated", &object, Some(before));
    if status == "failed" {
        tx.tell("refund.failed", id);
    }
    let charge = tx.now_of(text(&charge, "id"));
    tx.tell_change("charge.updated", &charge, Some(charge_before));
}

/// A refund whose days are over does what its method says.
pub(crate) fn due(tx: &mut Tx<'_>, id: &str) {
    let refund = tx.now_of(id);
    let method = tx.now_of(text(&tx.now_of(text(&refund, "charge")), "payment_method"));
    match (text(&refund, "status"), text(&method, "_does")) {
        ("succeeded" | "pending", "refund_fails") => settle(tx, id, "failed", None),
        ("pending", _) => settle(tx, id, "succeeded", None),
        _ => {}
    }
}
