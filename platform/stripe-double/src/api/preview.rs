//! The next invoice, before it is one.

use serde_json::{Value, json};

use super::invoices::{self, Bill};
use super::{lines, subscriptions};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, template, text};

/// `POST /v1/invoices/create_preview`
pub(super) fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let Some(subscription) = tx.named("subscription", params, "subscription")? else {
        return new_one(tx, params);
    };
    let wish = params.part("subscription_details").unwrap_or_else(|| Params::of(json!({})));
    if wish.flag("cancel_now")?.unwrap_or_default() || !subscription["ended_at"].is_null() {
        return Err(Fail::invalid("No upcoming invoices for customer").code("invoice_upcoming_none"));
    }
    let old = subscription["items"]["data"].as_array().cloned().unwrap_or_default();
    let new = if wish.has("items") {
        subscriptions::items_of(tx, &wish.list("items"), &subscription)?
    } else {
        old.clone()
    };
    let words = ["create_prorations", "always_invoice", "none"];
    let prorate = wish.word("proration_behavior", &words)?.unwrap_or_else(|| "create_prorations".to_owned());
    let at = wish.int("proration_date")?.unwrap_or(tx.now());
    let period = lines::period(&subscription);
    let (_, mut all) = subscriptions::pending(tx, text(&subscription, "id"));
    if prorate != "none" && subscription["status"] != "trialing" {
        all.extend(lines::proration(tx, &old, &new, period, at));
    }
    let mut then = subscription.clone();
    then["items"]["data"] = new.into();
    let interval = |it: &Value| lines::first(it)["price"]["recurring"]["interval"].clone();
    let at_once = interval(&then) != interval(&subscription)
        || wish.text("billing_cycle_anchor").as_deref() == Some("now");
    if at_once {
        let end = lines::period_end(at, at, &lines::first(&then)["price"]);
        all.extend(lines::of_period(tx, &then, (at, end), false));
    } else if prorate != "always_invoice" {
        let end = lines::period_end(period.1, period.1, &lines::first(&then)["price"]);
        all.extend(lines::of_period(tx, &then, (period.1, end), false));
    }
    let upcoming = if at_once || prorate == "always_invoice" { at } else { period.1 };
    Ok(draft(tx, &then, all, (period.0, upcoming)))
}

/// What a renewal will cost.
pub(super) fn of_next_period(tx: &mut Tx<'_>, subscription: &Value) -> Value {
    let period = lines::period(subscription);
    let (_, mut all) = subscriptions::pending(tx, text(subscription, "id"));
    let end = lines::period_end(period.1, period.1, &lines::first(subscription)["price"]);
    all.extend(lines::of_period(tx, subscription, (period.1, end), false));
    draft(tx, subscription, all, period)
}

fn draft(tx: &mut Tx<'_>, subscription: &Value, all: Vec<Value>, period: (i64, i64)) -> Value {
    let id = tx.world.id("upcoming_in");
    let bill = Bill {
        customer: text(subscription, "customer"),
        subscription: Some(subscription),
        reason: "upcoming",
        lines: all,
        period,
        currency: text(subscription, "currency"),
    };
    let fields = invoices::compose(tx, &bill, &id);
    let mut invoice = template("invoice");
    crate::tx::merge(&mut invoice, fields);
    invoice["created"] = period.1.into();
    invoice["next_payment_attempt"] = period.1.into();
    invoice["ending_balance"] = invoice["_ending_balance"].clone();
    invoice
}

/// Of a subscription that does not exist yet.
fn new_one(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
    let wish = params
        .part("subscription_details")
        .ok_or_else(|| Fail::invalid("No upcoming invoices for customer").code("invoice_upcoming_none"))?;
    let blank = json!({"id": null, "items": {"data": []}, "discounts": [], "customer": customer["id"]});
    let items = subscriptions::items_of(tx, &wish.list("items"), &blank)?;
    let mut then = blank;
    then["currency"] = items[0]["price"]["currency"].clone();
    then["items"]["data"] = items.into();
    let now = tx.now();
    let end = lines::period_end(now, now, &lines::first(&then)["price"]);
    let all = lines::of_period(tx, &then, (now, end), false);
    Ok(draft(tx, &then, all, (now, now)))
}
