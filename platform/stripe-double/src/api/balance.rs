//! What an account has: balance, its movements, payouts, and the platform's fees.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Call;
use crate::expand::{list, list_where};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

/// Money of cards can be paid out after two days.
const ROLLING: i64 = 2 * 86_400;

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match (call.method, call.steps.as_slice()) {
        ("GET", ["balance"]) => Ok(balance(tx)),
        ("GET", ["balance_transactions"] | ["balance", "history"]) => movements(tx, params),
        ("GET", ["balance_transactions", id]) => tx.find("balance_transaction", id),
        ("GET", ["payouts"]) => list(tx, "payout", "/v1/payouts", params, &["status", "destination"]),
        ("GET", ["payouts", id]) => tx.find("payout", id),
        ("GET", ["application_fees"]) => {
            list(tx, "application_fee", "/v1/application_fees", params, &["charge"])
        }
        ("GET", ["application_fees", id]) => tx.find("application_fee", id),
        ("GET", ["application_fees", id, "refunds"]) => {
            list_where(tx, "fee_refund", &format!("/v1/application_fees/{id}/refunds"), params, |it| {
                it["fee"] == *id
            })
        }
        _ => Err(call.unknown()),
    }
}

fn movements(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    ripen(tx);
    if let Some(payout) = params.text("payout") {
        tx.named("payout", params, "payout")?;
        let of = |it: &Value| it["_payout"] == payout || it["source"] == payout;
        return list_where(tx, "balance_transaction", "/v1/balance_transactions", params, of);
    }
    list(tx, "balance_transaction", "/v1/balance_transactions", params, &["source", "type", "currency"])
}

/// What was pending and has its day is available.
fn ripen(tx: &mut Tx<'_>) {
    let now = tx.now();
    for it in tx.all("balance_transaction") {
        if it["status"] == "pending" && int(&it, "available_on") <= now {
            tx.change(text(&it, "id"), json!({"status": "available"}));
        }
    }
}

fn balance(tx: &mut Tx<'_>) -> Value {
    ripen(tx);
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for it in tx.all("balance_transaction") {
        let sum = sums.entry(text(&it, "currency").to_owned()).or_default();
        if it["status"] == "available" {
            sum.0 += int(&it, "net");
        } else {
            sum.1 += int(&it, "net");
        }
    }
    if sums.is_empty() {
        sums.insert("gbp".to_owned(), (0, 0));
    }
    let part = |amount: i64, currency: &str| json!({"amount": amount, "currency": currency, "source_types": {"card": amount}});
    let mut balance = crate::tx::template("balance");
    balance["available"] = sums.iter().map(|(currency, sum)| part(sum.0, currency)).collect();
    balance["pending"] = sums.iter().map(|(currency, sum)| part(sum.1, currency)).collect();
    balance["connect_reserved"] =
        sums.keys().map(|currency| json!({"amount": 0, "currency": currency})).collect();
    balance
}

/// Writes a movement down. Gives its identifier.
pub(crate) fn move_money(
    tx: &mut Tx<'_>,
    kind: &str,
    source: &str,
    amount: i64,
    fees: &[Value],
    currency: &str,
) -> String {
    let fee: i64 = fees.iter().map(|it| int(it, "amount")).sum();
    let now = tx.now();
    // What goes away is available at once.
    let (available, status) = if amount > 0 { (now + ROLLING, "pending") } else { (now, "available") };
    let reported = match kind {
        "adjustment" if amount > 0 => "dispute_reversal",
        "adjustment" => "dispute",
        "payment" => "charge",
        "application_fee" => "platform_earning",
        "application_fee_refund" => "platform_earning_refund",
        "refund_application_fee" => "fee",
        "refund_failure" => "refund_failure",
        other => other,
    };
    let fields = json!({
        "amount": amount, "available_on": available, "currency": currency, "description": null, "fee": fee, "fee_details": fees,
        "net": amount - fee, "reporting_category": reported, "source": source, "status": status, "type": kind,
    });
    text(&tx.make("balance_transaction", "txn", fields), "id").to_owned()
}

/// Pays out what is available in a currency.
pub(crate) fn pay_out(tx: &mut Tx<'_>, currency: &str) -> Outcome<Value> {
    ripen(tx);
    let ready: Vec<Value> = tx
        .all("balance_transaction")
        .into_iter()
        .filter(|it| {
            it["status"] == "available"
                && it["currency"] == currency
                && it["_payout"].is_null()
                && it["type"] != "payout"
        })
        .collect();
    let amount: i64 = ready.iter().map(|it| int(it, "net")).sum();
    if amount <= 0 {
        return Err(Fail::invalid("You have insufficient funds in your Stripe account for this transfer.")
            .code("balance_insufficient"));
    }
    let arrival = tx.now() + 86_400;
    let fields = json!({
        "amount": amount, "currency": currency, "arrival_date": arrival, "status": "in_transit", "statement_descriptor": null,
        "destination": format!("ba_{}", tx.world.mixed("bank", 0, 24)),
    });
    let payout = tx.make("payout", "po", fields);
    let id = text(&payout, "id").to_owned();
    for it in &ready {
        tx.change(text(it, "id"), json!({"_payout": id}));
    }
    let booked = move_money(tx, "payout", &id, -amount, &[], currency);
    tx.change(&id, json!({"balance_transaction": booked}));
    tx.tell("payout.created", &id);
    tx.change_and_tell(&id, json!({"status": "paid"}), "payout.paid");
    Ok(tx.now_of(&id))
}
