//! Invoices: made by subscriptions, paid through an intent, tried again, voided.

use serde_json::{Value, json};

use super::confirm::{self, Confirm};
use super::{Call, intents, methods, preview, subscriptions};
use crate::expand::{collection, list, list_where};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

/// Days between the attempts to collect what is owed: on day 3, 5 and 7.
const RETRIES: [i64; 3] = [3, 2, 2];

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match (call.method, call.steps.as_slice()) {
        ("GET", ["invoices"]) => {
            list_where(tx, "invoice", "/v1/invoices", params, |invoice| matches(invoice, params))
        }
        ("POST", ["invoices"]) => create(tx, params),
        ("POST", ["invoices", "create_preview"]) => preview::create(tx, params),
        ("GET", ["invoices", id]) => tx.find("invoice", id),
        ("POST", ["invoices", id]) => update(tx, id, params),
        ("GET", ["invoices", id, "lines"]) => {
            let invoice = tx.find("invoice", id)?;
            Ok(collection(invoice["lines"]["data"].clone(), &format!("/v1/invoices/{id}/lines")))
        }
        ("POST", ["invoices", id, "finalize"]) => {
            need(tx, id, "draft", "finalized")?;
            finalize(tx, id);
            Ok(tx.now_of(id))
        }
        ("POST", ["invoices", id, "pay"]) => pay_by_call(tx, id, params),
        ("POST", ["invoices", id, "void"]) => {
            need(tx, id, "open", "voided")?;
            void(tx, id);
            Ok(tx.now_of(id))
        }
        ("POST", ["invoices", id, "mark_uncollectible"]) => {
            need(tx, id, "open", "marked as uncollectible")?;
            Ok(tx.change_and_tell(
                id,
                json!({"status": "uncollectible", "next_payment_attempt": null}),
                "invoice.marked_uncollectible",
            ))
        }
        ("GET", ["invoice_payments"]) => {
            list(tx, "invoice_payment", "/v1/invoice_payments", params, &["invoice", "status"])
        }
        ("GET", ["invoice_payments", id]) => tx.find("invoice_payment", id),
        ("POST", ["invoiceitems"]) => create_item(tx, params),
        ("GET", ["invoiceitems"]) => {
            list(tx, "invoiceitem", "/v1/invoiceitems", params, &["customer", "invoice"])
        }
        _ => Err(call.unknown()),
    }
}

fn matches(invoice: &Value, params: &Params) -> bool {
    let of = |name: &str, value: &Value| params.text(name).is_none_or(|wanted| *value == wanted.as_str());
    of("customer", &invoice["customer"])
        && of("status", &invoice["status"])
        && of("subscription", &invoice["parent"]["subscription_details"]["subscription"])
}

fn need(tx: &Tx<'_>, id: &str, status: &str, done: &str) -> Outcome<Value> {
    let invoice = tx.find("invoice", id)?;
    if invoice["status"] == status {
        return Ok(invoice);
    }
    let message = format!("This invoice can't be {done}: it has the status {}.", text(&invoice, "status"));
    Err(Fail::invalid(&message).code("invoice_not_editable"))
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("invoice", id)?;
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["description", "default_payment_method", "footer"]);
    params.pick_flags(&mut fields, &["auto_advance"])?;
    Ok(tx.change_and_tell(id, fields, "invoice.updated"))
}

/// What an invoice is made of.
pub(super) struct Bill<'b> {
    pub(super) customer: &'b str,
    pub(super) subscription: Option<&'b Value>,
    pub(super) reason: &'b str,
    pub(super) lines: Vec<Value>,
    pub(super) period: (i64, i64),
    pub(super) currency: &'b str,
}

/// The invoice as a value: totals, discounts of the subscription, the customer's credit.
pub(super) fn compose(tx: &mut Tx<'_>, bill: &Bill<'_>, id: &str) -> Value {
    let customer = tx.now_of(bill.customer);
    let subtotal: i64 = bill.lines.iter().map(|line| int(line, "amount")).sum();
    let mut off = 0;
    let mut discounts = Vec::new();
    for discount in bill.subscription.and_then(|it| it["discounts"].as_array()).into_iter().flatten() {
        let known = tx.now_of(discount.as_str().unwrap_or_default());
        let coupon = tx.now_of(text(&known["source"], "coupon"));
        let holds = known["end"].as_i64().is_none_or(|end| end > tx.now()) && known["_used"] != true;
        if holds && subtotal > 0 {
            let part = super::discounts::off(&coupon, subtotal - off);
            off += part;
            discounts.push(json!({"amount": part, "discount": discount}));
        }
    }
    let total = subtotal - off;
    let starting = int(&customer, "balance");
    let due = (total + starting).max(0);
    let ending = total + starting - due;
    let parent = bill.subscription.map(|it| {
        json!({"quote_details": null, "type": "subscription_details",
            "subscription_details": {"metadata": it["metadata"], "subscription": it["id"], "subscription_proration_date": null}})
    });
    let mut lines = bill.lines.clone();
    for line in &mut lines {
        line["invoice"] = id.into();
    }
    json!({
        "id": id, "customer": bill.customer, "customer_email": customer["email"], "customer_name": customer["name"],
        "currency": bill.currency, "billing_reason": bill.reason, "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "total": total,
        "total_excluding_tax": total, "amount_due": due, "amount_remaining": due, "starting_balance": starting,
        "total_discount_amounts": discounts, "period_start": bill.period.0, "period_end": bill.period.1, "parent": parent,
        "lines": collection(lines.into(), &format!("/v1/invoices/{id}/lines")), "_ending_balance": ending,
        "discounts": bill.subscription.map_or(json!([]), |it| it["discounts"].clone()),
        "default_payment_method": bill.subscription.map_or(Value::Null, |it| it["default_payment_method"].clone()),
    })
}

/// A draft.
pub(super) fn make(tx: &mut Tx<'_>, bill: &Bill<'_>) -> String {
    let id = tx.world.id("in");
    let mut fields = compose(tx, bill, &id);
    fields["auto_advance"] = true.into();
    if let Some(fee) = bill.subscription.and_then(|it| it["application_fee_percent"].as_f64()) {
        let hundredths: i64 = format!("{:.0}", fee * 100.0).parse().unwrap_or_default();
        fields["_fee"] = (int(&fields, "amount_due") * hundredths / 10_000).into();
    }
    tx.make("invoice", "in", fields);
    tx.tell("invoice.created", &id);
    id
}

/// Fixes a draft; what costs nothing is paid.
pub(super) fn finalize(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.now_of(id);
    let customer = tx.now_of(text(&invoice, "customer"));
    let sequence = int(&customer, "next_invoice_sequence").max(1);
    let number = format!("{}-{sequence:04}", text(&customer, "invoice_prefix"));
    let ending = int(&invoice, "_ending_balance");
    tx.change(text(&customer, "id"), json!({"next_invoice_sequence": sequence + 1, "balance": ending}));
    for discount in invoice["total_discount_amounts"].as_array().into_iter().flatten() {
        let id = text(discount, "discount").to_owned();
        let coupon = tx.now_of(text(&tx.now_of(&id)["source"], "coupon"));
        tx.change(&id, json!({"_used": coupon["duration"] == "once"}));
    }
    let mut moments = invoice["status_transitions"].clone();
    moments["finalized_at"] = tx.now().into();
    let url = format!("{}/i/{id}", tx.world.base_url);
    let fields = json!({
        "status": "open", "number": number, "effective_at": tx.now(), "status_transitions": moments, "ending_balance": ending,
        "hosted_invoice_url": url, "invoice_pdf": format!("{url}/pdf"),
    });
    tx.change(id, fields);
    tx.tell("invoice.finalized", id);
    if int(&invoice, "amount_due") == 0 {
        paid(tx, id);
        return;
    }
    let intent = intent_of(tx, id);
    let payment = json!({
        "amount_requested": invoice["amount_due"], "currency": invoice["currency"], "invoice": id, "is_default": true, "status": "open",
        "payment": {"type": "payment_intent", "payment_intent": intent},
    });
    tx.make("invoice_payment", "inpay", payment);
}

/// The intent that pays it. Gives its identifier.
fn intent_of(tx: &mut Tx<'_>, id: &str) -> String {
    let invoice = tx.now_of(id);
    let subscription = tx.now_of(text(&invoice["parent"]["subscription_details"], "subscription"));
    let kinds = &subscription["payment_settings"]["payment_method_types"];
    let kinds =
        if kinds.is_array() { kinds.clone() } else { json!(intents::debits(text(&invoice, "currency"))) };
    let keeps = subscription["payment_settings"]["save_default_payment_method"] == "on_subscription";
    let what = if invoice["billing_reason"] == "subscription_create" {
        "Subscription creation"
    } else {
        "Subscription update"
    };
    let fee = invoice["_fee"].as_i64().filter(|_| tx.is_connected());
    let fields = json!({
        "amount": invoice["amount_due"], "currency": invoice["currency"], "customer": invoice["customer"], "payment_method_types": kinds,
        "description": what, "application_fee_amount": fee, "setup_future_usage": if keeps { "off_session".into() } else { Value::Null },
        "_invoice": id, "capture_method": "automatic",
    });
    let intent = intents::make(tx, fields);
    let intent = text(&intent, "id").to_owned();
    tx.change(id, json!({"_payment_intent": intent}));
    intent
}

/// Tries to collect it. `None` as method is the one that subscription or customer prefer.
pub(super) fn collect(tx: &mut Tx<'_>, id: &str, method: Option<String>, by: &Confirm) -> Outcome<Value> {
    let invoice = tx.now_of(id);
    if invoice["status"] == "paid" {
        return Ok(invoice);
    }
    let subscription = tx.now_of(text(&invoice["parent"]["subscription_details"], "subscription"));
    let customer = tx.now_of(text(&invoice, "customer"));
    let preferred = [
        &invoice["default_payment_method"],
        &subscription["default_payment_method"],
        &customer["invoice_settings"]["default_payment_method"],
    ];
    let preferred = preferred.iter().find_map(|it| it.as_str().map(str::to_owned));
    let Some(method) = method.or(preferred) else {
        let error = Fail::invalid("This customer has no attached payment source or default payment method. Please consider adding a default payment method.").code("resource_missing");
        failed(tx, id);
        return Err(error);
    };
    let intent = text(&invoice, "_payment_intent").to_owned();
    confirm::confirm(tx, &intent, &Confirm { method: Some(method), ..by.clone() })?;
    Ok(tx.now_of(id))
}

fn pay_by_call(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let invoice = tx.find("invoice", id)?;
    match text(&invoice, "status") {
        "paid" => return Err(Fail::invalid("Invoice is already paid").code("invoice_already_paid")),
        "draft" => finalize(tx, id),
        "open" | "uncollectible" => {}
        _ => return Err(Fail::invalid("Nothing to pay: the invoice is void.")),
    }
    if params.flag("paid_out_of_band")?.unwrap_or_default() {
        paid(tx, id);
        return Ok(tx.now_of(id));
    }
    let method = match params.text("payment_method") {
        Some(token) => Some(text(&methods::resolve(tx, &token, "payment_method")?, "id").to_owned()),
        None => None,
    };
    let off_session = params.flag("off_session")?.unwrap_or(true);
    collect(tx, id, method, &Confirm { off_session, ..Confirm::default() })
}

pub(super) fn void(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.now_of(id);
    let mut moments = invoice["status_transitions"].clone();
    moments["voided_at"] = tx.now().into();
    tx.change(id, json!({"status": "void", "status_transitions": moments, "next_payment_attempt": null, "amount_remaining": 0}));
    if let Some(intent) = invoice["_payment_intent"].as_str() {
        // One that is on its way can't be cancelled.
        let _ = intents::cancel(tx, intent, &Params::of(json!({})));
    }
    tx.tell("invoice.voided", id);
}

fn paid(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.now_of(id);
    let mut moments = invoice["status_transitions"].clone();
    moments["paid_at"] = tx.now().into();
    let due = int(&invoice, "amount_due");
    let fields = json!({
        "status": "paid", "amount_paid": due, "amount_remaining": 0, "attempted": true, "status_transitions": moments,
        "attempt_count": int(&invoice, "attempt_count") + i64::from(due > 0), "next_payment_attempt": null, "auto_advance": false,
    });
    tx.change(id, fields);
    let payment = tx.all("invoice_payment").into_iter().find(|it| it["invoice"] == id);
    if let Some(payment) = payment {
        let now = tx.now();
        tx.change(text(&payment, "id"), json!({"status": "paid", "amount_paid": due, "status_transitions": {"canceled_at": null, "paid_at": now}}));
        tx.tell("invoice_payment.paid", text(&payment, "id"));
    }
    tx.tell("invoice.paid", id);
    tx.tell("invoice.payment_succeeded", id);
    subscriptions::invoice_paid(tx, &invoice);
}

fn failed(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.now_of(id);
    let attempts = int(&invoice, "attempt_count") + 1;
    let first = invoice["billing_reason"] == "subscription_create";
    let pause = usize::try_from(attempts - 1).ok().and_then(|at| RETRIES.get(at)).filter(|_| !first);
    let next = pause.map(|days| tx.now() + days * 86_400);
    tx.change(id, json!({"attempted": true, "attempt_count": attempts, "next_payment_attempt": next}));
    tx.tell("invoice.payment_failed", id);
    if let Some(next) = next {
        tx.later(next, "retry", id);
    }
    subscriptions::invoice_failed(tx, &invoice, next.is_none() && !first);
}

/// It is tried again, if it is still owed.
pub(crate) fn retry(tx: &mut Tx<'_>, id: &str) {
    let invoice = tx.now_of(id);
    if invoice["status"] == "open" && invoice["next_payment_attempt"] == tx.now() {
        // Its failure is told by events.
        let _ = collect(tx, id, None, &Confirm { off_session: true, ..Confirm::default() });
    }
}

/// Its intent has changed.
pub(super) fn intent_changed(tx: &mut Tx<'_>, id: &str, intent: &Value, what: &str) {
    match what {
        "succeeded" => paid(tx, id),
        "failed" | "failed_late" => failed(tx, id),
        "requires_action" => tx.tell("invoice.payment_action_required", id),
        "processing" => subscriptions::invoice_processing(tx, &tx.now_of(id).clone()),
        _ => {}
    }
    if what == "succeeded" || what == "processing" {
        let invoice = tx.now_of(id);
        subscriptions::keep_method(tx, &invoice, intent);
    }
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
    let customer = text(&customer, "id").to_owned();
    let items: Vec<Value> = tx
        .all("invoiceitem")
        .into_iter()
        .filter(|it| it["customer"] == customer && it["invoice"].is_null())
        .collect();
    let currency = params.text("currency").or_else(|| Some(text(items.first()?, "currency").to_owned()));
    let currency = currency.unwrap_or_else(|| "gbp".to_owned());
    let lines = items.iter().map(|item| line_of(tx, item)).collect();
    let period = (tx.now(), tx.now());
    let bill = Bill {
        customer: &customer,
        subscription: None,
        reason: "manual",
        lines,
        period,
        currency: &currency,
    };
    let id = make(tx, &bill);
    for item in &items {
        tx.change(text(item, "id"), json!({"invoice": id}));
    }
    let mut fields = json!({"metadata": params.metadata(&Value::Null)});
    params.pick(&mut fields, &["description", "collection_method", "default_payment_method"]);
    tx.change(&id, fields);
    Ok(tx.now_of(&id))
}

/// A pending item as a line.
pub(super) fn line_of(tx: &mut Tx<'_>, item: &Value) -> Value {
    let mut line = crate::tx::template("line_item");
    line["id"] = tx.world.id("il").into();
    for name in ["amount", "currency", "description", "metadata", "period", "quantity", "pricing"] {
        line[name] = item[name].clone();
    }
    line["subtotal"] = item["amount"].clone();
    let subscription = &item["parent"]["subscription_details"]["subscription"];
    line["subscription"] = subscription.clone();
    line["parent"] = json!({
        "type": "invoice_item_details", "subscription_item_details": null,
        "invoice_item_details": {"invoice_item": item["id"], "proration": item["proration"],
            "proration_details": {"credited_items": null}, "subscription": subscription},
    });
    line
}

fn create_item(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let customer = tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
    let amount = params.need_int("amount")?;
    let now = tx.now();
    let mut fields = json!({
        "customer": customer["id"], "amount": amount, "net_amount": amount, "currency": super::catalog::currency(params)?, "date": now,
        "period": {"start": now, "end": now}, "metadata": params.metadata(&Value::Null), "quantity_decimal": "1",
    });
    params.pick(&mut fields, &["description"]);
    let item = tx.make("invoiceitem", "ii", fields);
    tx.tell("invoiceitem.created", text(&item, "id"));
    Ok(item)
}
