//! Disputes: a cardholder asks the bank for the money back.

use serde_json::{Value, json};

use super::Call;
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

/// What a dispute costs, in minor units.
const FEE: i64 = 2_000;

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list(tx, "dispute", "/v1/disputes", params, &["charge", "payment_intent"]),
        ("GET", [id]) => tx.find("dispute", id),
        ("POST", [id]) => update(tx, id, params),
        ("POST", [id, "close"]) => {
            needs_response(tx, id)?;
            close(tx, id, false);
            Ok(tx.now_of(id))
        }
        _ => Err(call.unknown()),
    }
}

fn needs_response(tx: &Tx<'_>, id: &str) -> Outcome<Value> {
    let dispute = tx.find("dispute", id)?;
    if ["won", "lost"].contains(&text(&dispute, "status")) {
        return Err(Fail::invalid("This dispute is already closed.").code("dispute_closed"));
    }
    Ok(dispute)
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = needs_response(tx, id)?;
    let mut evidence = before["evidence"].clone();
    if let Some(sent) = params.value("evidence") {
        crate::tx::merge(&mut evidence, sent);
    }
    let submitted = params.has("evidence") && params.flag("submit")?.unwrap_or(true);
    let mut details = before["evidence_details"].clone();
    details["has_evidence"] = true.into();
    if submitted {
        details["submission_count"] = (int(&details, "submission_count") + 1).into();
    }
    let mut fields = json!({"evidence": evidence, "evidence_details": details, "metadata": params.metadata(&before["metadata"])});
    if submitted {
        fields["status"] = "under_review".into();
    }
    Ok(tx.change_and_tell(id, fields, "charge.dispute.updated"))
}

/// The bank takes the money, and a fee. Gives the dispute's identifier.
pub(crate) fn open(tx: &mut Tx<'_>, charge: &str, reason: &str) -> String {
    let charge = tx.now_of(charge);
    let amount = int(&charge, "amount_captured") - int(&charge, "amount_refunded");
    let due = tx.now() + 9 * 86_400;
    let mut evidence = crate::tx::template("dispute")["evidence_details"].clone();
    evidence["due_by"] = due.into();
    let dispute = tx.make(
        "dispute",
        "dp",
        json!({
            "amount": amount, "charge": charge["id"], "currency": charge["currency"], "payment_intent": charge["payment_intent"],
            "reason": reason, "status": "needs_response", "is_charge_refundable": false, "evidence_details": evidence,
        }),
    );
    let id = text(&dispute, "id").to_owned();
    tx.change(text(&charge, "id"), json!({"disputed": true}));
    tx.tell("charge.dispute.created", &id);
    let currency = text(&charge, "currency");
    let fees = [
        json!({"amount": FEE, "application": null, "currency": currency, "description": "Dispute fee", "type": "stripe_fee"}),
    ];
    let booked = super::move_money(tx, "adjustment", &id, -amount, &fees, currency);
    let booked = tx.now_of(&booked);
    tx.change(&id, json!({"balance_transactions": [crate::world::public(&booked)]}));
    tx.tell("charge.dispute.funds_withdrawn", &id);
    id
}

/// The bank has decided; what is won comes back, with the fee.
pub(crate) fn close(tx: &mut Tx<'_>, id: &str, won: bool) {
    let dispute = tx.now_of(id);
    let charge = text(&dispute, "charge").to_owned();
    let mut fields = json!({"status": if won { "won" } else { "lost" }});
    if won {
        let currency = text(&dispute, "currency");
        let fees = [
            json!({"amount": -FEE, "application": null, "currency": currency, "description": "Dispute fee refund", "type": "stripe_fee"}),
        ];
        let booked = super::move_money(tx, "adjustment", id, int(&dispute, "amount"), &fees, currency);
        let mut all = dispute["balance_transactions"].as_array().cloned().unwrap_or_default();
        all.push(crate::world::public(&tx.now_of(&booked)));
        fields["balance_transactions"] = all.into();
    }
    tx.change(&charge, json!({"_dispute_lost": !won}));
    let before = tx.change(id, fields);
    if won {
        tx.tell("charge.dispute.funds_reinstated", id);
    }
    let object = tx.now_of(id);
    tx.tell_change("charge.dispute.closed", &object, Some(before));
}
