//! Payment intents: made, changed, cancelled, captured. How they are paid is in `confirm`.

use serde_json::{Value, json};

use super::confirm::{self, Confirm};
use super::{Call, catalog, methods};
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

const TEXTS: [&str; 7] = [
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "setup_future_usage",
    "transfer_group",
    "on_behalf_of",
];

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list(tx, "payment_intent", "/v1/payment_intents", params, &["customer"]),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => secretly(tx, "payment_intent", id, call),
        ("POST", [id]) => update(tx, id, params),
        ("POST", [id, "confirm"]) => {
            secretly(tx, "payment_intent", id, call)?;
            let by = by_params(tx, params, !call.publishable)?;
            let before = tx.now_of(id);
            change(tx, id, params)?;
            needs_return(&before, &by)?;
            confirm::confirm(tx, id, &by)
        }
        ("POST", [id, "cancel"]) => cancel(tx, id, params),
        ("POST", [id, "capture"]) => capture(tx, id, params),
        _ => Err(call.unknown()),
    }
}

/// The object; a browser needs its secret.
pub(super) fn secretly(tx: &Tx<'_>, kind: &str, id: &str, call: &Call<'_>) -> Outcome<Value> {
    let found = tx.find(kind, id)?;
    match call.params.text("client_secret") {
        Some(secret) if found["client_secret"] != secret => {
            let message =
                format!("The client_secret provided does not match any associated {kind} on this account.");
            Err(Fail::invalid(&message).code("payment_intent_invalid_parameter").param("client_secret"))
        }
        _ => Ok(found),
    }
}

/// How a call wants it confirmed.
pub(super) fn by_params(tx: &mut Tx<'_>, params: &Params, by_server: bool) -> Outcome<Confirm> {
    let method = match (params.text("payment_method"), params.part("payment_method_data")) {
        (Some(token), _) => Some(text(&methods::resolve(tx, &token, "payment_method")?, "id").to_owned()),
        (None, Some(data)) => Some(text(&methods::create(tx, &data)?, "id").to_owned()),
        (None, None) => None,
    };
    let off_session = params.text("off_session").is_some_and(|word| word != "false");
    Ok(Confirm {
        method,
        off_session: off_session && by_server,
        return_url: params.address("return_url")?,
        by_server,
        error_on_requires_action: params.flag("error_on_requires_action")?.unwrap_or_default(),
        authenticated: false,
    })
}

/// What accepts methods that redirect needs an address to come back to.
fn needs_return(intent: &Value, by: &Confirm) -> Outcome<()> {
    let automatic = &intent["automatic_payment_methods"];
    if !by.by_server
        || by.off_session
        || by.return_url.is_some()
        || automatic["enabled"] != true
        || automatic["allow_redirects"] == "never"
    {
        return Ok(());
    }
    Err(Fail::invalid(
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
    ))
}

/// An amount that can be charged.
pub(super) fn amount(params: &Params) -> Outcome<i64> {
    let amount = params.need_int("amount")?;
    let param = params.name("amount");
    match amount {
        ..1 => Err(Fail::invalid("This value must be greater than or equal to 1.")
            .code("parameter_invalid_integer")
            .param(&param)),
        1..30 => Err(Fail::invalid("Amount must convert to at least 30 pence.")
            .code("amount_too_small")
            .param(&param)),
        100_000_000.. => Err(Fail::invalid("Amount must be no more than £999,999.99")
            .code("amount_too_large")
            .param(&param)),
        _ => Ok(amount),
    }
}

fn fee(tx: &Tx<'_>, params: &Params, amount: i64) -> Outcome<Option<i64>> {
    let Some(fee) = params.int("application_fee_amount")? else { return Ok(None) };
    if !tx.is_connected() && !params.has("transfer_data") {
        return Err(Fail::invalid("Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).").param("application_fee_amount"));
    }
    if !(0..=amount).contains(&fee) {
        return Err(Fail::invalid("The application fee cannot be larger than the amount of the payment.")
            .param("application_fee_amount"));
    }
    Ok(Some(fee))
}

/// An account that may not take money makes no intents.
pub(super) fn check_charges(tx: &Tx<'_>) -> Outcome<()> {
    let platform = tx.world.accounts.get(&tx.world.platform);
    let account = platform.and_then(|store| store.objects.get(&tx.account));
    if tx.is_connected() && account.is_some_and(|it| it["charges_enabled"] != true) {
        return Err(Fail::invalid("Your account cannot currently make charges. To find out why charges are currently disabled, look at the requirements hash on your account.").code("account_invalid"));
    }
    Ok(())
}

fn kinds(params: &Params, currency: &str) -> (Value, Value) {
    let automatic = params.flag("automatic_payment_methods.enabled").ok().flatten();
    let listed = params.texts("payment_method_types");
    if !listed.is_empty() && automatic != Some(true) {
        return (json!(listed), Value::Null);
    }
    let redirects =
        params.text("automatic_payment_methods.allow_redirects").unwrap_or_else(|| "always".to_owned());
    (json!(debits(currency)), json!({"allow_redirects": redirects, "enabled": true}))
}

/// The types that fit a currency.
pub(crate) fn debits(currency: &str) -> Vec<&'static str> {
    match currency {
        "gbp" => vec!["card", "bacs_debit"],
        "eur" => vec!["card", "sepa_debit"],
        "usd" => vec!["card", "us_bank_account"],
        _ => vec!["card"],
    }
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let amount = amount(params)?;
    let currency = catalog::currency(params)?;
    let confirmed = params.flag("confirm")?.unwrap_or_default();
    if !confirmed && params.has("off_session") {
        return Err(Fail::invalid("off_session can only be passed when confirm is set to `true`.")
            .param("off_session"));
    }
    check_charges(tx)?;
    let customer = tx.named("customer", params, "customer")?;
    let fee = fee(tx, params, amount)?;
    params.word("capture_method", &["automatic", "automatic_async", "manual"])?;
    params.word("setup_future_usage", &["on_session", "off_session"])?;
    let by = by_params(tx, params, true)?;
    let (kinds, automatic) = kinds(params, &currency);
    let mut fields = json!({
        "amount": amount, "currency": currency, "customer": customer.map_or(Value::Null, |it| it["id"].clone()),
        "application_fee_amount": fee, "metadata": params.metadata(&Value::Null), "payment_method_types": kinds,
        "automatic_payment_methods": automatic, "capture_method": params.text("capture_method").unwrap_or_else(|| "automatic_async".to_owned()),
    });
    params.pick(&mut fields, &TEXTS);
    params.pick_trees(&mut fields, &["shipping", "transfer_data", "payment_method_options"]);
    if let Some(method) = &by.method {
        fits(tx, method, &fields)?;
        fields["payment_method"] = method.as_str().into();
        fields["status"] = "requires_confirmation".into();
    }
    if confirmed {
        needs_return(&fields, &by)?;
    }
    let intent = make(tx, fields);
    let id = text(&intent, "id").to_owned();
    if confirmed { confirm::confirm(tx, &id, &by) } else { Ok(intent) }
}

/// A new intent with its secret, told.
pub(super) fn make(tx: &mut Tx<'_>, fields: Value) -> Value {
    let mut intent = tx.draft("payment_intent", "pi", fields);
    let id = text(&intent, "id").to_owned();
    let number = tx.world.number("secret");
    intent["client_secret"] = format!("{id}_secret_{}", tx.world.mixed("secret", number, 25)).into();
    if tx.is_connected() && !intent["application_fee_amount"].is_null() {
        intent["application"] = application(tx).into();
    }
    tx.put(intent.clone());
    tx.tell("payment_intent.created", &id);
    intent
}

/// The platform as an application.
pub(super) fn application(tx: &Tx<'_>) -> String {
    format!("ca_{}", tx.world.mixed("application", 0, 24))
}

/// A method of another customer can't be used.
fn fits(tx: &Tx<'_>, method: &str, intent: &Value) -> Outcome<()> {
    let owner = &tx.now_of(method)["customer"];
    if owner.is_null() || owner == &intent["customer"] {
        return Ok(());
    }
    let message = if intent["customer"].is_null() {
        format!(
            "The provided PaymentMethod cannot be used without its Customer. Please include the Customer in the `customer` parameter: {}.",
            owner.as_str().unwrap_or_default()
        )
    } else {
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or belongs to another Customer.".to_owned()
    };
    Err(Fail::invalid(&message).param("payment_method"))
}

/// 400, with the intent as it is.
pub(super) fn unexpected(intent: &Value, doing: &str) -> Fail {
    let kind = text(intent, "object");
    let message = format!(
        "You cannot {doing} this {} because it has a status of {}.",
        if kind == "setup_intent" { "SetupIntent" } else { "PaymentIntent" },
        text(intent, "status")
    );
    Fail::invalid(&message).code(&format!("{kind}_unexpected_state")).with(kind, crate::world::public(intent))
}

fn change(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<()> {
    let before = tx.find("payment_intent", id)?;
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    let open = ["requires_payment_method", "requires_confirmation", "requires_action"]
        .contains(&text(&before, "status"));
    let fixed =
        ["amount", "currency", "customer", "application_fee_amount", "setup_future_usage", "payment_method"];
    if !open && fixed.iter().any(|name| params.has(name)) {
        return Err(unexpected(&before, "update"));
    }
    if params.has("amount") {
        fields["amount"] = amount(params)?.into();
    }
    if params.has("currency") {
        fields["currency"] = catalog::currency(params)?.into();
    }
    if let Some(customer) = tx.named("customer", params, "customer")? {
        fields["customer"] = customer["id"].clone();
    }
    if params.has("application_fee_amount") {
        fields["application_fee_amount"] =
            fee(tx, params, params.int("amount")?.unwrap_or(int(&before, "amount")))?.into();
    }
    if let Some(token) = params.text("payment_method") {
        let method = methods::resolve(tx, &token, "payment_method")?;
        fits(tx, text(&method, "id"), &before)?;
        fields["payment_method"] = method["id"].clone();
        fields["status"] = "requires_confirmation".into();
    }
    params.pick(&mut fields, &TEXTS);
    params.pick_trees(&mut fields, &["shipping", "payment_method_options"]);
    tx.change(id, fields);
    Ok(())
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    change(tx, id, params)?;
    Ok(tx.now_of(id))
}

pub(super) fn cancel(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let intent = tx.find("payment_intent", id)?;
    if ["processing", "succeeded", "canceled"].contains(&text(&intent, "status")) {
        return Err(unexpected(&intent, "cancel"));
    }
    if let Some(charge) = intent["latest_charge"].as_str().filter(|_| intent["status"] == "requires_capture")
    {
        let (charge, amount) = (charge.to_owned(), int(&intent, "amount"));
        tx.change_and_tell(&charge, json!({"refunded": true, "amount_refunded": amount}), "charge.refunded");
    }
    let reason = params
        .word("cancellation_reason", &["duplicate", "fraudulent", "requested_by_customer", "abandoned"])?;
    let fields = json!({
        "status": "canceled", "canceled_at": tx.now(), "cancellation_reason": reason, "next_action": null, "amount_capturable": 0,
    });
    tx.change(id, fields);
    tx.tell("payment_intent.canceled", id);
    Ok(tx.now_of(id))
}

fn capture(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let intent = tx.find("payment_intent", id)?;
    if intent["status"] != "requires_capture" {
        return Err(unexpected(&intent, "capture"));
    }
    let most = int(&intent, "amount_capturable");
    let amount = params.int("amount_to_capture")?.unwrap_or(most);
    if !(1..=most).contains(&amount) {
        return Err(Fail::invalid(&format!("The amount to capture must be at most {most}."))
            .code("amount_too_large")
            .param("amount_to_capture"));
    }
    let charge = text(&intent, "latest_charge").to_owned();
    tx.change(
        &charge,
        json!({"captured": true, "amount_captured": amount, "amount_refunded": most - amount}),
    );
    confirm::succeed(tx, id, &charge, amount);
    Ok(tx.now_of(id))
}
