//! What happens when somebody pays on a session's page.

use serde_json::{Value, json};

use crate::api::confirm::{self, Confirm, Verdict};
use crate::api::subscriptions::{self, Wish};
use crate::api::{discounts, intents, methods, setups};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

/// Where the customer is sent next.
pub(crate) enum Step {
    /// To the page that asks the customer to authenticate.
    Ask(String),
    /// Done; back to the shop.
    Done(String),
}

/// What the page knows of the customer.
fn details(tx: &mut Tx<'_>, id: &str, email: Option<String>, name: Option<String>) {
    let mut details = tx.now_of(id)["customer_details"].clone();
    if email.is_some() {
        details["email"] = email.into();
    }
    if details["email"].is_null() {
        details["email"] = "customer@example.com".into();
    }
    details["name"] = name.map_or_else(|| "Test Customer".into(), Into::into);
    details["address"] = json!({"city": null, "country": "GB", "line1": null, "line2": null, "postal_code": "SW1A 1AA", "state": null});
    tx.change(id, json!({"customer_details": details}));
}

/// Pays a session with a test method; `authenticated` when the customer has just been asked.
pub(crate) fn pay(tx: &mut Tx<'_>, id: &str, form: &Params, authenticated: bool) -> Outcome<Step> {
    let session = tx.find("checkout.session", id)?;
    if session["status"] != "open" {
        return Err(Fail::invalid("This page is no longer open."));
    }
    details(tx, id, form.text("email"), form.text("name"));
    let back = success_url(&tx.now_of(id));
    if session["mode"] == "payment" && int(&session, "amount_total") == 0 {
        let customer = customer(tx, id);
        complete(tx, id, json!({"payment_status": "no_payment_required", "customer": customer}));
        return Ok(Step::Done(back));
    }
    let mut method = methods::resolve(tx, &form.need("method")?, "method")?;
    let mut billing = method["billing_details"].clone();
    let details = &tx.now_of(id)["customer_details"];
    billing["email"] = details["email"].clone();
    billing["name"] = details["name"].clone();
    tx.change(text(&method, "id"), json!({"billing_details": billing}));
    method = tx.now_of(text(&method, "id"));
    match text(&session, "mode") {
        "payment" => by_intent(tx, id, &method, &back),
        "setup" => by_setup(tx, id, &method, &back),
        _ => by_subscription(tx, id, &method, authenticated, &back),
    }
}

fn success_url(session: &Value) -> String {
    text(session, "success_url").replace("{CHECKOUT_SESSION_ID}", text(session, "id"))
}

/// The session's customer, made when the session wants one.
fn customer(tx: &mut Tx<'_>, id: &str) -> Value {
    let session = tx.now_of(id);
    let keeps = session["_params"]["payment_intent_data"]["setup_future_usage"].is_string();
    if !session["customer"].is_null()
        || (session["customer_creation"] != "always" && session["mode"] == "payment" && !keeps)
    {
        return session["customer"].clone();
    }
    let details = &session["customer_details"];
    let number = tx.world.number("invoice_prefix");
    let prefix = tx.world.mixed("invoice_prefix", number, 8).to_uppercase();
    let made = tx.make(
        "customer",
        "cus",
        json!({"email": details["email"], "name": details["name"], "invoice_prefix": prefix}),
    );
    tx.tell("customer.created", text(&made, "id"));
    tx.change(id, json!({"customer": made["id"]}));
    made["id"].clone()
}

fn next(tx: &Tx<'_>, object: &Value, back: &str) -> Step {
    if object["status"] == "requires_action" {
        let url = format!(
            "{}/3ds/{}?secret={}",
            tx.world.base_url,
            text(object, "id"),
            text(object, "client_secret")
        );
        return Step::Ask(url);
    }
    Step::Done(back.to_owned())
}

fn by_intent(tx: &mut Tx<'_>, id: &str, method: &Value, back: &str) -> Outcome<Step> {
    let session = tx.now_of(id);
    let intent = match session["payment_intent"].as_str() {
        Some(intent) => intent.to_owned(),
        None => {
            let customer = customer(tx, id);
            let data = Params::of(session["_params"]["payment_intent_data"].clone());
            let mut fields = json!({
                "amount": session["amount_total"], "currency": session["currency"], "customer": customer,
                "payment_method_types": session["payment_method_types"], "metadata": data.metadata(&Value::Null), "_session": id,
                "application_fee_amount": data.int("application_fee_amount")?, "capture_method": data.text("capture_method").unwrap_or_else(|| "automatic".to_owned()),
            });
            data.pick(
                &mut fields,
                &[
                    "description",
                    "receipt_email",
                    "setup_future_usage",
                    "statement_descriptor_suffix",
                    "transfer_group",
                    "on_behalf_of",
                ],
            );
            data.pick_trees(&mut fields, &["transfer_data"]);
            let intent = text(&intents::make(tx, fields), "id").to_owned();
            tx.change(id, json!({"payment_intent": intent}));
            intent
        }
    };
    let page = format!("{}/c/pay/{id}", tx.world.base_url);
    let by =
        Confirm { method: Some(text(method, "id").to_owned()), return_url: Some(page), ..Confirm::default() };
    let paid = confirm::confirm(tx, &intent, &by)?;
    Ok(next(tx, &paid, back))
}

fn by_setup(tx: &mut Tx<'_>, id: &str, method: &Value, back: &str) -> Outcome<Step> {
    let session = tx.now_of(id);
    let intent = match session["setup_intent"].as_str() {
        Some(intent) => intent.to_owned(),
        None => {
            let data = Params::of(session["_params"]["setup_intent_data"].clone());
            let fields = json!({
                "customer": session["customer"], "payment_method_types": session["payment_method_types"], "usage": "off_session",
                "metadata": data.metadata(&Value::Null), "_session": id,
            });
            let intent = text(&setups::make(tx, fields), "id").to_owned();
            tx.change(id, json!({"setup_intent": intent}));
            intent
        }
    };
    let page = format!("{}/c/pay/{id}", tx.world.base_url);
    let by =
        Confirm { method: Some(text(method, "id").to_owned()), return_url: Some(page), ..Confirm::default() };
    let set = setups::confirm(tx, &intent, &by)?;
    Ok(next(tx, &set, back))
}

fn by_subscription(
    tx: &mut Tx<'_>,
    id: &str,
    method: &Value,
    authenticated: bool,
    back: &str,
) -> Outcome<Step> {
    let session = tx.now_of(id);
    let wish = session["_params"]["subscription_data"].clone();
    let trial = !wish["trial_period_days"].is_null() || !wish["trial_end"].is_null();
    // As with Stripe, nothing is made before the card has agreed.
    match confirm::verdict(tx, method, trial || int(&session, "amount_total") == 0, authenticated) {
        Verdict::Declined(reason) => return Err(methods::decline(&reason)),
        Verdict::Asks => {
            let url = format!("{}/c/pay/{id}/ask?method={}", tx.world.base_url, text(method, "id"));
            return Ok(Step::Ask(url));
        }
        Verdict::Paid | Verdict::Slow => {}
    }
    let customer = customer(tx, id);
    let owner = customer.as_str().unwrap_or_default().to_owned();
    methods::attach(tx, text(method, "id"), &owner)?;
    tx.change(text(method, "id"), json!({"_set_up": true}));
    let mut params = if wish.is_object() { wish } else { json!({}) };
    params["customer"] = customer.clone();
    params["default_payment_method"] = method["id"].clone();
    let lines = session["_line_items"].as_array().cloned().unwrap_or_default();
    let entry = |item: &Value| json!({"price": item["price"]["id"], "quantity": item["quantity"]});
    params["items"] = lines.iter().filter(|it| it["price"]["type"] == "recurring").map(entry).collect();
    params["add_invoice_items"] =
        lines.iter().filter(|it| it["price"]["type"] != "recurring").map(entry).collect();
    params["discounts"] = session["_params"]["discounts"].clone();
    let wish = Wish {
        behaviour: "error_if_incomplete".to_owned(),
        by: Confirm { method: Some(text(method, "id").to_owned()), authenticated, ..Confirm::default() },
        session: Some(id.to_owned()),
    };
    let subscription = subscriptions::make(tx, &Params::of(params), &wish)?;
    let invoice = tx.now_of(text(&subscription, "latest_invoice"));
    tx.change(id, json!({"subscription": subscription["id"], "invoice": invoice["id"]}));
    let paid = if invoice["status"] == "paid" { "paid" } else { "unpaid" };
    let status = if int(&session, "amount_total") == 0 { "no_payment_required" } else { paid };
    complete(tx, id, json!({"payment_status": status, "customer": customer}));
    Ok(Step::Done(back.to_owned()))
}

/// The session is complete; its coupons are used.
fn complete(tx: &mut Tx<'_>, id: &str, fields: Value) {
    tx.change(id, json!({"status": "complete", "url": null}));
    tx.change(id, fields);
    let session = tx.now_of(id);
    if session["mode"] == "payment" {
        for pair in session["_coupons"].as_array().into_iter().flatten() {
            let coupon = tx.now_of(pair[0].as_str().unwrap_or_default());
            discounts::discount(
                tx,
                &coupon,
                &pair[1],
                json!({"customer": session["customer"], "checkout_session": id}),
            );
        }
    }
    tx.tell("checkout.session.completed", id);
}

/// The session's intent has changed.
pub(crate) fn intent_changed(tx: &mut Tx<'_>, id: &str, what: &str) {
    let session = tx.now_of(id);
    let open = session["status"] == "open";
    match what {
        // A subscription's session is completed by the one who made the subscription.
        "succeeded" | "processing" if open && session["mode"] == "subscription" => {}
        "succeeded" if open => complete(tx, id, json!({"payment_status": "paid"})),
        "processing" if open => complete(tx, id, json!({"payment_status": "unpaid"})),
        "succeeded" => {
            tx.change(id, json!({"payment_status": "paid"}));
            tx.tell("checkout.session.async_payment_succeeded", id);
        }
        "failed_late" => tx.tell("checkout.session.async_payment_failed", id),
        _ => {}
    }
}

/// The session's setup intent is done.
pub(crate) fn set_up(tx: &mut Tx<'_>, id: &str, intent: &Value) {
    if tx.now_of(id)["status"] == "open" {
        complete(tx, id, json!({"payment_status": "no_payment_required", "setup_intent": intent["id"]}));
    }
}
