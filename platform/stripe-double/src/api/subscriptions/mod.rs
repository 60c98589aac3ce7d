//! Subscriptions: their calls. How they begin is in `begin`, how they go on in `run`.

mod begin;
mod run;

pub(super) use begin::{Wish, items_of, make};
pub(crate) use run::{
    cancel_due, end, expire_incomplete, invoice_failed, invoice_paid, invoice_processing, keep_method, renew,
    resume_collection, trial_will_end, upcoming,
};

use serde_json::{Value, json};

use super::invoices::{self, Bill};
use super::{Call, discounts, lines};
use crate::api::confirm::Confirm;
use crate::expand::list_where;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list_where(tx, "subscription", "/v1/subscriptions", params, |it| matches(it, params)),
        ("POST", []) => begin::create(tx, params),
        ("GET", [id]) => tx.find("subscription", id),
        ("POST", [id]) => update(tx, id, params),
        ("DELETE", [id]) | ("POST", [id, "cancel"]) => cancel(tx, id, params),
        ("POST", [id, "resume"]) => run::resume(tx, id),
        ("POST", [id, "pause"]) => run::pause(tx, id),
        _ => Err(call.unknown()),
    }
}

fn matches(subscription: &Value, params: &Params) -> bool {
    let status = text(subscription, "status");
    let by_status = match params.text("status").as_deref() {
        None => !["canceled", "incomplete_expired"].contains(&status),
        Some("all") => true,
        Some("ended") => ["canceled", "incomplete_expired"].contains(&status),
        Some(wanted) => wanted == status,
    };
    by_status
        && params.text("customer").is_none_or(|wanted| subscription["customer"] == wanted)
        && params.text("price").is_none_or(|wanted| lines::first(subscription)["price"]["id"] == wanted)
}

/// One that has not ended.
fn living(tx: &Tx<'_>, id: &str) -> Outcome<Value> {
    let found = tx.find("subscription", id)?;
    if found["ended_at"].is_null() {
        return Ok(found);
    }
    Err(Fail::invalid("A canceled subscription can only update its cancellation_details and metadata.")
        .code("resource_missing"))
}

fn cancel(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let subscription = tx.find("subscription", id)?;
    if !subscription["ended_at"].is_null() {
        return Err(Fail::missing("subscription", id));
    }
    if params.flag("prorate")?.unwrap_or_default() {
        let items = subscription["items"]["data"].as_array().cloned().unwrap_or_default();
        let back = lines::proration(tx, &items, &[], lines::period(&subscription), tx.now());
        keep_pending(tx, &subscription, back);
        if params.flag("invoice_now")?.unwrap_or_default() {
            bill_pending(tx, id, "subscription_update");
        }
    }
    end(tx, id, "cancellation_requested");
    Ok(tx.now_of(id))
}

/// Simple members, as they stand after the call.
fn simple(tx: &mut Tx<'_>, params: &Params, before: &Value) -> Outcome<Value> {
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["description", "collection_method"]);
    params.pick_ints(&mut fields, &["days_until_due"])?;
    if params.has("default_payment_method") {
        let method = tx.named("payment_method", params, "default_payment_method")?;
        fields["default_payment_method"] = method.map_or(Value::Null, |it| it["id"].clone());
    }
    if let Some(settings) = params.part("payment_settings") {
        let mut after = before["payment_settings"].clone();
        settings.pick(&mut after, &["save_default_payment_method"]);
        settings.pick_trees(&mut after, &["payment_method_types", "payment_method_options"]);
        fields["payment_settings"] = after;
    }
    if let Some(percent) = params.text("application_fee_percent") {
        fields["application_fee_percent"] = percent.parse::<f64>().ok().into();
    }
    if params.has("pause_collection") {
        let pause = params.part("pause_collection");
        fields["pause_collection"] = match pause {
            None => Value::Null,
            Some(pause) => {
                let words = ["keep_as_draft", "mark_uncollectible", "void"];
                let behavior = pause
                    .word("behavior", &words)?
                    .ok_or_else(|| Fail::required("pause_collection[behavior]"))?;
                json!({"behavior": behavior, "resumes_at": pause.int("resumes_at")?})
            }
        };
    }
    if let Some(trial) = params.part("trial_settings") {
        fields["trial_settings"] = trial.tree().clone();
    }
    Ok(fields)
}

/// When it ends, as the call wants it.
fn ending(tx: &Tx<'_>, params: &Params, before: &Value, fields: &mut Value) -> Outcome<()> {
    let end = lines::period(before).1;
    if let Some(at_end) = params.flag("cancel_at_period_end")? {
        fields["cancel_at_period_end"] = at_end.into();
        fields["cancel_at"] = if at_end { end.into() } else { Value::Null };
        fields["canceled_at"] = if at_end { tx.now().into() } else { Value::Null };
        let reason = if at_end { "cancellation_requested".into() } else { Value::Null };
        fields["cancellation_details"] = json!({"comment": null, "feedback": null, "reason": reason});
    }
    if params.has("cancel_at") {
        let at = params.int("cancel_at")?;
        if at.is_some_and(|at| at <= tx.now()) {
            return Err(Fail::invalid("cancel_at must be in the future.").param("cancel_at"));
        }
        fields["cancel_at"] = at.into();
        fields["canceled_at"] = at.map(|_| tx.now()).into();
        fields["cancel_at_period_end"] = false.into();
    }
    if let Some(details) = params.part("cancellation_details") {
        let mut after = fields.get("cancellation_details").unwrap_or(&before["cancellation_details"]).clone();
        details.pick(&mut after, &["comment", "feedback"]);
        fields["cancellation_details"] = after;
    }
    Ok(())
}

/// `POST /v1/subscriptions/…`
pub(super) fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = living(tx, id)?;
    let mut fields = simple(tx, params, &before)?;
    ending(tx, params, &before, &mut fields)?;
    let words = ["create_prorations", "always_invoice", "none"];
    let prorate =
        params.word("proration_behavior", &words)?.unwrap_or_else(|| "create_prorations".to_owned());
    let old = before["items"]["data"].as_array().cloned().unwrap_or_default();
    let new = if params.has("items") { items_of(tx, &params.list("items"), &before)? } else { old.clone() };
    let other_interval = |item: &Value| {
        item["price"]["recurring"]["interval"] != lines::first(&before)["price"]["recurring"]["interval"]
    };
    let mut restart =
        new.iter().any(other_interval) || params.text("billing_cycle_anchor").as_deref() == Some("now");
    if params.has("discounts") {
        let mut ids = Vec::new();
        for (coupon, code) in discounts::asked(tx, params)? {
            let discount = discounts::discount(
                tx,
                &coupon,
                &code,
                json!({"customer": before["customer"], "subscription": id}),
            );
            ids.push(discount["id"].clone());
        }
        fields["discounts"] = ids.into();
    }
    if let Some(end) = params.text("trial_end") {
        restart |= trial(tx, &end, &before, &mut fields)?;
    }
    let at = params.int("proration_date")?.unwrap_or(tx.now());
    fields["items"] = before["items"].clone();
    fields["items"]["data"] = new.clone().into();
    let changes = tx.change(id, fields);
    if prorate != "none" && old != new && before["status"] != "trialing" {
        let lines = lines::proration(tx, &old, &new, lines::period(&before), at);
        keep_pending(tx, &before, lines);
    }
    if restart {
        run::restart(tx, id);
    } else if prorate == "always_invoice" {
        bill_pending(tx, id, "subscription_update");
    }
    if let Some(at) = tx.now_of(id)["cancel_at"].as_i64() {
        tx.later(at, "cancel", id);
    }
    if let Some(at) = tx.now_of(id)["pause_collection"]["resumes_at"].as_i64() {
        tx.later(at, "resume_collection", id);
    }
    let object = tx.now_of(id);
    tx.tell_change("customer.subscription.updated", &object, Some(changes));
    Ok(object)
}

/// A trial that ends at another time; true when a paid period begins now.
fn trial(tx: &mut Tx<'_>, end: &str, before: &Value, fields: &mut Value) -> Outcome<bool> {
    if end == "now" {
        fields["trial_end"] = tx.now().into();
        return Ok(before["status"] == "trialing");
    }
    let wrong = || Fail::invalid("trial_end must be a timestamp in the future or `now`.").param("trial_end");
    let end: i64 = end.parse().map_err(|_| wrong())?;
    if end <= tx.now() {
        return Err(wrong());
    }
    fields["trial_end"] = end.into();
    fields["billing_cycle_anchor"] = end.into();
    fields["status"] = "trialing".into();
    let id = text(before, "id").to_owned();
    run::set_period(tx, &id, (lines::period(before).0, end));
    fields["items"] = tx.now_of(&id)["items"].clone();
    Ok(false)
}

/// Prorations wait for the next invoice.
fn keep_pending(tx: &mut Tx<'_>, subscription: &Value, lines: Vec<Value>) {
    for line in lines {
        let fields = json!({
            "customer": subscription["customer"], "amount": line["amount"], "net_amount": line["amount"], "currency": line["currency"],
            "description": line["description"], "period": line["period"], "quantity": line["quantity"], "pricing": line["pricing"],
            "date": tx.now(), "proration": true, "discountable": false, "quantity_decimal": line["quantity"].to_string(),
            "parent": {"type": "subscription_details", "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": line["parent"]["subscription_item_details"]["subscription_item"]}},
        });
        let item = tx.make("invoiceitem", "ii", fields);
        tx.tell("invoiceitem.created", text(&item, "id"));
    }
}

/// What waits for the next invoice of a subscription, and its lines.
pub(super) fn pending(tx: &mut Tx<'_>, id: &str) -> (Vec<String>, Vec<Value>) {
    let of =
        |it: &Value| it["invoice"].is_null() && it["parent"]["subscription_details"]["subscription"] == id;
    let items: Vec<Value> = tx.all("invoiceitem").into_iter().filter(of).collect();
    let lines = items.iter().map(|item| invoices::line_of(tx, item)).collect();
    (items.iter().map(|item| text(item, "id").to_owned()).collect(), lines)
}

/// An invoice of what waits, at once.
fn bill_pending(tx: &mut Tx<'_>, id: &str, reason: &str) {
    let (items, lines) = pending(tx, id);
    if lines.is_empty() {
        return;
    }
    let subscription = tx.now_of(id);
    let now = tx.now();
    let bill = Bill {
        customer: text(&subscription, "customer"),
        subscription: Some(&subscription),
        reason,
        lines,
        period: (now, now),
        currency: text(&subscription, "currency"),
    };
    let invoice = invoices::make(tx, &bill);
    for item in items {
        tx.change(&item, json!({"invoice": invoice}));
    }
    tx.change(id, json!({"latest_invoice": invoice}));
    invoices::finalize(tx, &invoice);
    // A failure is told by events and by the subscription's state.
    let _ = invoices::collect(tx, &invoice, None, &Confirm { off_session: true, ..Confirm::default() });
}
