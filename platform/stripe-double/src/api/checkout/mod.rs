//! Checkout sessions: made, asked for, expired. How their page is paid is in `pay`.

mod pay;

pub(crate) use pay::{Step, intent_changed, pay, set_up};

use serde_json::{Value, json};

use super::{Call, catalog, discounts, intents};
use crate::expand::{collection, list};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match (call.method, call.steps.as_slice()) {
        ("GET", ["checkout", "sessions"]) => list(
            tx,
            "checkout.session",
            "/v1/checkout/sessions",
            params,
            &["customer", "payment_intent", "subscription", "status"],
        ),
        ("POST", ["checkout", "sessions"]) => create(tx, params),
        ("GET", ["checkout", "sessions", id]) => tx.find("checkout.session", id),
        ("POST", ["checkout", "sessions", id]) => {
            let before = tx.find("checkout.session", id)?;
            tx.change(id, json!({"metadata": params.metadata(&before["metadata"])}));
            Ok(tx.now_of(id))
        }
        ("GET", ["checkout", "sessions", id, "line_items"]) => {
            let session = tx.find("checkout.session", id)?;
            Ok(collection(session["_line_items"].clone(), &format!("/v1/checkout/sessions/{id}/line_items")))
        }
        ("POST", ["checkout", "sessions", id, "expire"]) => {
            let session = tx.find("checkout.session", id)?;
            if session["status"] != "open" {
                let message = format!(
                    "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
                    text(&session, "status")
                );
                return Err(Fail::invalid(&message));
            }
            expire(tx, id);
            Ok(tx.now_of(id))
        }
        _ => Err(call.unknown()),
    }
}

fn items(tx: &mut Tx<'_>, params: &Params, mode: &str) -> Outcome<Vec<Value>> {
    let mut items = Vec::new();
    for line in params.list("line_items") {
        let quantity = line.int("quantity")?.unwrap_or(1);
        if quantity < 1 {
            return Err(Fail::invalid("Quantity must be at least 1.").param(&line.name("quantity")));
        }
        let price = catalog::priced(tx, &line)?;
        let recurs = price["type"] == "recurring";
        if recurs && mode == "payment" {
            return Err(Fail::invalid("You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.").param(&line.name("price")));
        }
        let amount = int(&price, "unit_amount") * quantity;
        let product = tx.now_of(text(&price, "product"));
        let fields = json!({
            "amount_subtotal": amount, "amount_total": amount, "currency": price["currency"], "description": product["name"],
            "price": crate::world::public(&price), "quantity": quantity,
        });
        items.push(tx.draft("item", "li", fields));
    }
    if items.is_empty() && mode != "setup" {
        return Err(Fail::required("line_items"));
    }
    if mode == "subscription" && !items.iter().any(|item| item["price"]["type"] == "recurring") {
        return Err(Fail::invalid(
            "You must provide at least one recurring price in `subscription` mode when using prices.",
        )
        .param("line_items"));
    }
    if let Some(other) = items.iter().position(|item| item["currency"] != items[0]["currency"]) {
        return Err(
            Fail::invalid("All prices must have the same currency.").param(&format!("line_items[{other}]"))
        );
    }
    Ok(items)
}

/// Takes discounts off the lines, in proportion. Gives what was taken off.
fn take_off(items: &mut [Value], coupons: &[(Value, Value)]) -> i64 {
    let subtotal: i64 = items.iter().map(|item| int(item, "amount_subtotal")).sum();
    let mut off = 0;
    for (coupon, _) in coupons {
        off += discounts::off(coupon, subtotal - off);
    }
    let mut left = off;
    let last = items.len().saturating_sub(1);
    for (at, item) in items.iter_mut().enumerate() {
        let amount = int(item, "amount_subtotal");
        let part = if at == last { left } else { off * amount / subtotal.max(1) };
        left -= part;
        item["amount_discount"] = part.into();
        item["amount_total"] = (amount - part).into();
    }
    off
}

fn expires(tx: &Tx<'_>, params: &Params) -> Outcome<i64> {
    let now = tx.now();
    let at = params.int("expires_at")?.unwrap_or(now + 86_400);
    // Stripe measures the half hour generously.
    if (now + 1800 - 60..=now + 86_400 + 60).contains(&at) {
        return Ok(at);
    }
    Err(Fail::invalid("The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.").param("expires_at"))
}

/// Who pays: a customer who is known, or the address of one who is not.
fn payer(tx: &Tx<'_>, params: &Params) -> Outcome<Option<Value>> {
    intents::check_charges(tx)?;
    let customer = tx.named("customer", params, "customer")?;
    if customer.is_some() && params.has("customer_email") {
        return Err(Fail::invalid("You may only specify one of these parameters: customer, customer_email.")
            .param("customer_email"));
    }
    let fee = params.int("payment_intent_data.application_fee_amount")?;
    if fee.is_some() && !tx.is_connected() && !params.has("payment_intent_data.transfer_data") {
        return Err(Fail::invalid("Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `payment_intent_data[transfer_data][destination]`).").param("payment_intent_data[application_fee_amount]"));
    }
    Ok(customer)
}

/// The members that say what is paid.
fn amounts(tx: &mut Tx<'_>, params: &Params, mode: &str) -> Outcome<Value> {
    let mut items = items(tx, params, mode)?;
    let coupons = discounts::asked(tx, params)?;
    let off = take_off(&mut items, &coupons);
    let sum = |name: &str| -> i64 { items.iter().map(|item| int(item, name)).sum() };
    // While it is tried, what recurs costs nothing.
    let tried =
        params.has("subscription_data.trial_period_days") || params.has("subscription_data.trial_end");
    let recurs = |item: &&Value| tried && item["price"]["type"] == "recurring";
    let free: i64 = items.iter().filter(recurs).map(|item| int(item, "amount_total")).sum();
    let currency = items.first().map(|item| item["currency"].clone());
    let currency = currency.or_else(|| params.text("currency").map(Into::into)).unwrap_or_default();
    let kinds = params.texts("payment_method_types");
    let kinds = if kinds.is_empty() {
        json!(intents::debits(currency.as_str().unwrap_or_default()))
    } else {
        json!(kinds)
    };
    let paid = mode != "setup";
    Ok(json!({
        "amount_subtotal": paid.then(|| sum("amount_subtotal") - free), "amount_total": paid.then(|| sum("amount_total") - free),
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0}, "currency": currency,
        "payment_method_types": kinds, "_line_items": items,
        "discounts": coupons.iter().map(|(coupon, code)| json!({"coupon": coupon["id"], "promotion_code": code})).collect::<Value>(),
        "_coupons": coupons.iter().map(|(coupon, code)| json!([coupon["id"], code])).collect::<Value>(),
    }))
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let mode =
        params.word("mode", &["payment", "subscription", "setup"])?.unwrap_or_else(|| "payment".to_owned());
    let hosted = params.text("ui_mode").is_none_or(|word| word.starts_with("hosted"));
    let success = params.address("success_url")?;
    if hosted && success.is_none() {
        return Err(Fail::required("success_url"));
    }
    let cancel = params.address("cancel_url")?;
    let _ = params.address("return_url")?;
    let expires = expires(tx, params)?;
    let customer = payer(tx, params)?;
    let mut fields = amounts(tx, params, &mode)?;
    let creation = params.text("customer_creation").or_else(|| match (mode.as_str(), &customer) {
        ("payment", None) => Some("if_required".to_owned()),
        ("subscription", None) => Some("always".to_owned()),
        _ => None,
    });
    let known = customer.as_ref().map(|it| text(it, "email").to_owned()).filter(|it| !it.is_empty());
    let invoice = json!({"enabled": false, "invoice_data": {"account_tax_ids": null, "custom_fields": null, "description": null,
        "footer": null, "issuer": null, "metadata": {}, "rendering_options": null}});
    let id = tx.world.id("cs_test");
    let url = format!("{}/c/pay/{id}", tx.world.base_url);
    let more = json!({
        "id": id, "url": hosted.then_some(url), "mode": mode, "success_url": success, "cancel_url": cancel, "expires_at": expires,
        "status": "open", "payment_status": "unpaid", "customer": customer.map_or(Value::Null, |it| it["id"].clone()),
        "customer_creation": creation, "metadata": params.metadata(&Value::Null), "_params": params.tree(),
        "customer_details": {"address": null, "email": params.text("customer_email").or(known), "name": null, "phone": null,
            "tax_exempt": "none", "tax_ids": null, "business_name": null, "individual_name": null},
        "payment_method_collection": (mode == "subscription").then_some("always"),
        "invoice_creation": (mode == "payment").then_some(invoice),
    });
    crate::tx::merge(&mut fields, more);
    let words = [
        "client_reference_id",
        "customer_email",
        "locale",
        "submit_type",
        "ui_mode",
        "billing_address_collection",
    ];
    params.pick(&mut fields, &words);
    params.pick_flags(&mut fields, &["allow_promotion_codes"])?;
    let session = tx.make("checkout.session", "cs_test", fields);
    tx.later(expires, "session", text(&session, "id"));
    Ok(session)
}

/// Nobody paid in time, or it was called off.
pub(crate) fn expire(tx: &mut Tx<'_>, id: &str) {
    let session = tx.now_of(id);
    if session["status"] != "open" {
        return;
    }
    tx.change(id, json!({"status": "expired", "url": null}));
    if let Some(intent) = session["payment_intent"].as_str() {
        // One that cannot be cancelled any more stays.
        let _ = intents::cancel(tx, intent, &Params::of(json!({})));
    }
    tx.tell("checkout.session.expired", id);
}
