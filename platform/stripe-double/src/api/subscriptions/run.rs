//! How a subscription goes on: renewals, trials that end, pauses, what was not paid, its end.

use serde_json::{Value, json};

use crate::api::confirm::Confirm;
use crate::api::invoices::{self, Bill};
use crate::api::lines;
use crate::fail::{Fail, Outcome};
use crate::tx::{Tx, text};

const DAY: i64 = 86_400;

/// Gives each item its period.
pub(super) fn set_period(tx: &mut Tx<'_>, id: &str, period: (i64, i64)) {
    let mut items = tx.now_of(id)["items"].clone();
    for item in items["data"].as_array_mut().into_iter().flatten() {
        item["current_period_start"] = period.0.into();
        item["current_period_end"] = period.1.into();
    }
    tx.change(id, json!({"items": items}));
}

/// Timers for the end of the period.
pub(super) fn plan_ahead(tx: &mut Tx<'_>, id: &str) {
    let subscription = tx.now_of(id);
    let (start, end) = lines::period(&subscription);
    if subscription["status"] == "trialing" {
        tx.later((end - 3 * DAY).max(start), "trial_will_end", id);
    } else if end - 7 * DAY > start {
        tx.later(end - 7 * DAY, "upcoming", id);
    }
    tx.later(end, "renew", id);
}

fn lives(subscription: &Value) -> bool {
    ["active", "trialing", "past_due", "unpaid"].contains(&text(subscription, "status"))
}

/// The period is over: it ends, pauses, or a new one begins.
pub(crate) fn renew(tx: &mut Tx<'_>, id: &str) {
    let subscription = tx.now_of(id);
    let (_, end) = lines::period(&subscription);
    if !lives(&subscription) || end != tx.now() {
        return;
    }
    if subscription["cancel_at_period_end"] == true || subscription["cancel_at"] == end {
        return self::end(tx, id, "cancellation_requested");
    }
    if subscription["status"] == "trialing" && !can_pay(tx, &subscription) {
        match text(&subscription["trial_settings"]["end_behavior"], "missing_payment_method") {
            "cancel" => return self::end(tx, id, "cancellation_requested"),
            "pause" => {
                tx.change_and_tell(id, json!({"status": "paused"}), "customer.subscription.paused");
                return;
            }
            _ => {}
        }
    }
    next_period(tx, id, end, "subscription_cycle");
}

fn can_pay(tx: &Tx<'_>, subscription: &Value) -> bool {
    let customer = tx.now_of(text(subscription, "customer"));
    !subscription["default_payment_method"].is_null()
        || !customer["invoice_settings"]["default_payment_method"].is_null()
}

/// A paid period that begins now, whatever was before.
pub(super) fn restart(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now();
    tx.change(id, json!({"billing_cycle_anchor": now}));
    next_period(tx, id, now, "subscription_update");
}

fn next_period(tx: &mut Tx<'_>, id: &str, start: i64, reason: &str) {
    let subscription = tx.now_of(id);
    let old = lines::period(&subscription);
    let anchor = subscription["billing_cycle_anchor"].as_i64().unwrap_or(start);
    let end = lines::period_end(anchor.min(start), start, &lines::first(&subscription)["price"]);
    set_period(tx, id, (start, end));
    let status = if ["trialing", "paused"].contains(&text(&subscription, "status")) {
        "active"
    } else {
        text(&subscription, "status")
    };
    let before = tx.change(id, json!({"status": status}));
    let subscription = tx.now_of(id);
    let (items, mut lines) = super::pending(tx, id);
    lines.extend(lines::of_period(tx, &subscription, (start, end), false));
    let bill = Bill {
        customer: text(&subscription, "customer"),
        subscription: Some(&subscription),
        reason,
        lines,
        period: old,
        currency: text(&subscription, "currency"),
    };
    let invoice = invoices::make(tx, &bill);
    for item in items {
        tx.change(&item, json!({"invoice": invoice}));
    }
    tx.change(id, json!({"latest_invoice": invoice}));
    let object = tx.now_of(id);
    let mut before = before;
    before["latest_invoice"] = subscription["latest_invoice"].clone();
    if reason == "subscription_cycle" {
        tx.tell_change("customer.subscription.updated", &object, Some(before));
    }
    plan_ahead(tx, id);
    bill_period(tx, &object, &invoice);
}

fn bill_period(tx: &mut Tx<'_>, subscription: &Value, invoice: &str) {
    match text(&subscription["pause_collection"], "behavior") {
        "keep_as_draft" => {
            tx.change(invoice, json!({"auto_advance": false}));
        }
        "void" => {
            invoices::finalize(tx, invoice);
            invoices::void(tx, invoice);
        }
        "mark_uncollectible" => {
            invoices::finalize(tx, invoice);
            tx.change_and_tell(invoice, json!({"status": "uncollectible"}), "invoice.marked_uncollectible");
        }
        _ if subscription["status"] == "unpaid" => {
            tx.change(invoice, json!({"auto_advance": false}));
        }
        _ => {
            invoices::finalize(tx, invoice);
            if subscription["collection_method"] != "send_invoice" {
                // Its failure is told by events.
                let _ = invoices::collect(
                    tx,
                    invoice,
                    None,
                    &Confirm { off_session: true, ..Confirm::default() },
                );
            }
        }
    }
}

/// Three days before a trial ends.
pub(crate) fn trial_will_end(tx: &mut Tx<'_>, id: &str) {
    if tx.now_of(id)["status"] == "trialing" {
        tx.tell("customer.subscription.trial_will_end", id);
    }
}

/// A week before a renewal.
pub(crate) fn upcoming(tx: &mut Tx<'_>, id: &str) {
    let subscription = tx.now_of(id);
    let (_, end) = lines::period(&subscription);
    if !lives(&subscription) || subscription["cancel_at_period_end"] == true || end - 7 * DAY != tx.now() {
        return;
    }
    let mut invoice = crate::api::preview::of_next_period(tx, &subscription);
    // As with Stripe, this one has no identifier.
    if let Value::Object(map) = &mut invoice {
        map.shift_remove("id");
    }
    tx.tell_change("invoice.upcoming", &invoice, None);
}

/// `cancel_at` has come.
pub(crate) fn cancel_due(tx: &mut Tx<'_>, id: &str) {
    let subscription = tx.now_of(id);
    if lives(&subscription) && subscription["cancel_at"] == tx.now() {
        end(tx, id, "cancellation_requested");
    }
}

/// It is over.
pub(crate) fn end(tx: &mut Tx<'_>, id: &str, reason: &str) {
    let subscription = tx.now_of(id);
    let now = tx.now();
    let mut details = subscription["cancellation_details"].clone();
    details["reason"] = reason.into();
    let canceled = subscription["canceled_at"].as_i64().unwrap_or(now);
    tx.change(id, json!({"status": "canceled", "ended_at": now, "canceled_at": canceled, "cancellation_details": details}));
    let open =
        |it: &Value| it["parent"]["subscription_details"]["subscription"] == id && it["status"] == "draft";
    for invoice in tx.all("invoice").into_iter().filter(open) {
        tx.change(text(&invoice, "id"), json!({"auto_advance": false}));
    }
    for invoice in tx.all("invoice") {
        if invoice["parent"]["subscription_details"]["subscription"] == id && invoice["status"] == "open" {
            tx.change(text(&invoice, "id"), json!({"next_payment_attempt": null, "auto_advance": false}));
            if subscription["status"] == "incomplete" {
                invoices::void(tx, text(&invoice, "id"));
            }
        }
    }
    tx.tell("customer.subscription.deleted", id);
}

/// One whose first invoice was not paid in 23 hours.
pub(crate) fn expire_incomplete(tx: &mut Tx<'_>, id: &str) {
    let subscription = tx.now_of(id);
    if subscription["status"] == "incomplete" {
        invoices::void(tx, text(&subscription, "latest_invoice"));
        let now = tx.now();
        tx.change_and_tell(
            id,
            json!({"status": "incomplete_expired", "ended_at": now}),
            "customer.subscription.updated",
        );
    }
}

/// A pause of collection is over.
pub(crate) fn resume_collection(tx: &mut Tx<'_>, id: &str) {
    if tx.now_of(id)["pause_collection"]["resumes_at"] == tx.now() {
        tx.change_and_tell(id, json!({"pause_collection": null}), "customer.subscription.updated");
    }
}

/// `POST /v1/subscriptions/…/pause`: nothing is delivered and nothing owed until it is resumed.
pub(super) fn pause(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    let subscription = super::living(tx, id)?;
    if !["active", "trialing"].contains(&text(&subscription, "status")) {
        return Err(Fail::invalid("Only active subscriptions can be paused."));
    }
    Ok(tx.change_and_tell(id, json!({"status": "paused"}), "customer.subscription.paused"))
}

/// `POST /v1/subscriptions/…/resume`: of one that was paused when its trial ended.
pub(super) fn resume(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    let subscription = super::living(tx, id)?;
    if subscription["status"] != "paused" {
        return Err(Fail::invalid("This subscription cannot be resumed because it is not paused."));
    }
    restart(tx, id);
    tx.tell("customer.subscription.resumed", id);
    Ok(tx.now_of(id))
}

fn of_invoice(tx: &Tx<'_>, invoice: &Value) -> Option<Value> {
    let id = invoice["parent"]["subscription_details"]["subscription"].as_str()?;
    Some(tx.now_of(id)).filter(|it| it.is_object())
}

/// What was owed is paid.
pub(crate) fn invoice_paid(tx: &mut Tx<'_>, invoice: &Value) {
    let Some(subscription) = of_invoice(tx, invoice) else { return };
    let id = text(&subscription, "id");
    let owed = |it: &Value| {
        it["status"] == "open"
            && it["attempted"] == true
            && it["parent"]["subscription_details"]["subscription"] == id
    };
    let waits =
        ["past_due", "unpaid"].contains(&text(&subscription, "status")) && tx.all("invoice").iter().any(owed);
    if ["incomplete", "past_due", "unpaid"].contains(&text(&subscription, "status")) && !waits {
        tx.change_and_tell(id, json!({"status": "active"}), "customer.subscription.updated");
    }
}

/// A debit for what is owed is on its way.
pub(crate) fn invoice_processing(tx: &mut Tx<'_>, invoice: &Value) {
    invoice_paid(tx, invoice);
}

/// What was owed could not be collected; `last` when it is not tried again.
pub(crate) fn invoice_failed(tx: &mut Tx<'_>, invoice: &Value, last: bool) {
    let Some(subscription) = of_invoice(tx, invoice) else { return };
    let id = text(&subscription, "id").to_owned();
    if last {
        match tx.world.after_dunning.clone().as_str() {
            "canceled" => end(tx, &id, "payment_failed"),
            status => {
                tx.change_and_tell(&id, json!({"status": status}), "customer.subscription.updated");
            }
        }
    } else if ["active", "trialing"].contains(&text(&subscription, "status")) {
        tx.change_and_tell(&id, json!({"status": "past_due"}), "customer.subscription.updated");
    }
}

/// The method that paid is kept for the next time, when the subscription wants it.
pub(crate) fn keep_method(tx: &mut Tx<'_>, invoice: &Value, intent: &Value) {
    let Some(subscription) = of_invoice(tx, invoice) else { return };
    let wants = subscription["payment_settings"]["save_default_payment_method"] == "on_subscription";
    if wants && subscription["default_payment_method"] != intent["payment_method"] {
        let fields = json!({"default_payment_method": intent["payment_method"]});
        tx.change_and_tell(text(&subscription, "id"), fields, "customer.subscription.updated");
    }
}
