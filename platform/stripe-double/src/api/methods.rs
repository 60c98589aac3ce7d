//! Payment methods: Stripe's test cards and bank debits, and what each of them does.

use serde_json::{Value, json};

use super::Call;
use crate::expand::{list, list_where};
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, template, text};

/// Token, number, brand, behaviour. The behaviour is a word, with the reason of a decline behind a colon:
/// `ok`, `declined`, `charge_declined` (can be kept, but not charged), `auth` (asks each time), `auth_setup` (asks
/// unless it was set up before), `auth_declined`, `dispute`, `refund_pending`, `refund_fails`.
const CARDS: &str = "
pm_card_visa 4242424242424242 visa ok
pm_card_mastercard 5555555555554444 mastercard ok
pm_card_amex 378282246310005 amex ok
pm_card_visa_debit 4000056655665556 visa ok
pm_card_gb 4000008260000000 visa ok
pm_card_chargeDeclined 4000000000000002 visa declined:generic_decline
pm_card_visa_chargeDeclined 4000000000000002 visa declined:generic_decline
pm_card_chargeDeclinedInsufficientFunds 4000000000009995 visa declined:insufficient_funds
pm_card_visa_chargeDeclinedInsufficientFunds 4000000000009995 visa declined:insufficient_funds
pm_card_visa_chargeDeclinedLostCard 4000000000009987 visa declined:lost_card
pm_card_visa_chargeDeclinedStolenCard 4000000000009979 visa declined:stolen_card
pm_card_chargeDeclinedExpiredCard 4000000000000069 visa declined:expired_card
pm_card_chargeDeclinedIncorrectCvc 4000000000000127 visa declined:incorrect_cvc
pm_card_chargeDeclinedProcessingError 4000000000000119 visa declined:processing_error
pm_card_chargeCustomerFail 4000000000000341 visa charge_declined:generic_decline
pm_card_authenticationRequired 4000002760003184 visa auth
pm_card_threeDSecure2Required 4000000000003220 visa auth
pm_card_authenticationRequiredOnSetup 4000002500003155 visa auth_setup
pm_card_authenticationRequiredChargeDeclinedInsufficientFunds 4000008260003178 visa auth_declined:insufficient_funds
pm_card_createDispute 4000000000000259 visa dispute
pm_card_pendingRefund 4000000000007726 visa refund_pending
pm_card_refundFail 4000000000005126 visa refund_fails
";

/// Token, type, last four, behaviour: `debit_ok` and `debit_fails` take days.
const DEBITS: &str = "
pm_bacsDebit_success bacs_debit 2345 debit_ok
pm_bacsDebit_fails bacs_debit 2227 debit_fails
pm_sepaDebit_success sepa_debit 3000 debit_ok
pm_sepaDebit_fails sepa_debit 3002 debit_fails
pm_usBankAccount_success us_bank_account 6789 debit_ok
pm_usBankAccount_fails us_bank_account 1113 debit_fails
";

/// Token, what follows it, what follows that, behaviour.
type Row = (&'static str, &'static str, &'static str, &'static str);

fn rows(table: &'static str) -> impl Iterator<Item = Row> {
    table.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?, words.next()?, words.next()?))
    })
}

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list_of_customer(tx, params),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => tx.find("payment_method", id),
        ("POST", [id]) => update(tx, id, params),
        ("POST", [id, "attach"]) => {
            let method = resolve(tx, id, "id").map_err(|_| Fail::missing("payment_method", id))?;
            let customer =
                tx.named("customer", params, "customer")?.ok_or_else(|| Fail::required("customer"))?;
            attach(tx, text(&method, "id"), text(&customer, "id"))
        }
        ("POST", [id, "detach"]) => detach(tx, id),
        _ => Err(call.unknown()),
    }
}

/// Those of one customer; without one, none, as with Stripe.
pub(super) fn list_of_customer(tx: &Tx<'_>, params: &Params) -> Outcome<Value> {
    if params.text("customer").is_none() {
        return list_where(tx, "payment_method", "/v1/payment_methods", params, |_| false);
    }
    tx.named("customer", params, "customer")?;
    list(tx, "payment_method", "/v1/payment_methods", params, &["customer", "type"])
}

fn of_card(tx: &mut Tx<'_>, number: &str, brand: &str, behaviour: &str) -> Value {
    let mut card = template("payment_method")["card"].clone();
    let last4 = number.get(number.len().saturating_sub(4)..).unwrap_or_default();
    card["brand"] = brand.into();
    card["display_brand"] = brand.into();
    card["last4"] = last4.into();
    card["networks"]["available"] = json!([brand]);
    card["country"] = "GB".into();
    card["exp_month"] = 12.into();
    card["exp_year"] = (1970 + tx.now() / 31_556_952 + 2).into();
    card["fingerprint"] = tx.world.mixed(number, 0, 16).into();
    tx.draft("payment_method", "pm", json!({"type": "card", "card": card, "_does": behaviour}))
}

fn of_debit(tx: &mut Tx<'_>, kind: &str, last4: &str, behaviour: &str) -> Value {
    let details = match kind {
        "bacs_debit" => json!({"fingerprint": "9eMbmctOrd8i7DYa", "last4": last4, "sort_code": "108800"}),
        "sepa_debit" => {
            json!({"bank_code": "37040044", "branch_code": "", "country": "DE", "fingerprint": "vifs0Ho7vwRn1Miu",
            "generated_from": {"charge": null, "setup_attempt": null}, "last4": last4})
        }
        _ => {
            json!({"account_holder_type": "individual", "account_type": "checking", "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": null, "fingerprint": "FFDMA0xfhBjWSZLu", "last4": last4,
            "networks": {"preferred": "ach", "supported": ["ach"]}, "routing_number": "110000000", "status_details": {}})
        }
    };
    let mut method = tx.draft("payment_method", "pm", json!({"type": kind, "_does": behaviour}));
    if let Value::Object(map) = &mut method {
        map.shift_remove("card");
    }
    method[kind] = details;
    method
}

/// The method that a parameter names; a test token becomes a method of its own.
pub(crate) fn resolve(tx: &mut Tx<'_>, token: &str, param: &str) -> Outcome<Value> {
    if let Some(method) = tx.get(token).filter(|it| it["object"] == "payment_method") {
        return Ok(method.clone());
    }
    let method = if let Some((_, number, brand, does)) = rows(CARDS).find(|card| card.0 == token) {
        of_card(tx, number, brand, does)
    } else if let Some((_, kind, last4, does)) = rows(DEBITS).find(|debit| debit.0 == token) {
        of_debit(tx, kind, last4, does)
    } else {
        return Err(Fail::no_such("PaymentMethod", token, param));
    };
    tx.put(method.clone());
    Ok(method)
}

/// The debit that fits a currency.
pub(crate) fn debit_token(currency: &str, ok: bool) -> &'static str {
    match (currency, ok) {
        ("eur", true) => "pm_sepaDebit_success",
        ("eur", false) => "pm_sepaDebit_fails",
        ("usd", true) => "pm_usBankAccount_success",
        ("usd", false) => "pm_usBankAccount_fails",
        (_, true) => "pm_bacsDebit_success",
        (_, false) => "pm_bacsDebit_fails",
    }
}

/// Of a card's number, or of a type of debit.
pub(crate) fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let kind = params.need("type")?;
    let mut method = match kind.as_str() {
        "card" => match params.text("card.token") {
            Some(token) => resolve(tx, &token.replacen("tok_", "pm_card_", 1), "card[token]")?,
            None => {
                let number = params.need("card.number")?.replace(' ', "");
                let known = rows(CARDS).find(|card| card.1 == number);
                let (_, number, brand, does) = known.ok_or_else(|| {
                    Fail::card("incorrect_number", None, "Your card number is incorrect.").param("number")
                })?;
                of_card(tx, number, brand, does)
            }
        },
        "bacs_debit" | "sepa_debit" | "us_bank_account" => {
            let number = params
                .text(&format!("{kind}.account_number"))
                .or_else(|| params.text(&format!("{kind}.iban")));
            let fails = number
                .is_some_and(|number| rows(DEBITS).any(|it| it.3 == "debit_fails" && number.ends_with(it.2)));
            let wanted = if fails { "debit_fails" } else { "debit_ok" };
            let known = rows(DEBITS).find(|debit| debit.1 == kind && debit.3 == wanted);
            let known = known.ok_or_else(|| Fail::invalid(&format!("Invalid type: {kind}")).param("type"))?;
            of_debit(tx, known.1, known.2, known.3)
        }
        other => return Err(Fail::invalid(&format!("Invalid type: {other}")).param("type")),
    };
    params.pick_ints(&mut method, &[])?;
    for name in ["exp_month", "exp_year"] {
        if let Some(number) = params.int(&format!("card.{name}"))? {
            method["card"][name] = number.into();
        }
    }
    if let Some(Value::Object(details)) = params.value("billing_details") {
        crate::tx::merge(&mut method["billing_details"], Value::Object(details));
    }
    method["metadata"] = params.metadata(&method["metadata"]);
    tx.put(method.clone());
    Ok(method)
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("payment_method", id)?;
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    if let Some(details) = params.value("billing_details") {
        let mut after = before["billing_details"].clone();
        crate::tx::merge(&mut after, details);
        fields["billing_details"] = after;
    }
    for name in ["exp_month", "exp_year"] {
        if let Some(number) = params.int(&format!("card.{name}"))? {
            let mut card = fields.get("card").unwrap_or(&before["card"]).clone();
            card[name] = number.into();
            fields["card"] = card;
        }
    }
    Ok(tx.change_and_tell(id, fields, "payment_method.updated"))
}

/// Gives a method to a customer.
pub(crate) fn attach(tx: &mut Tx<'_>, id: &str, customer: &str) -> Outcome<Value> {
    let method = tx.now_of(id);
    match method["customer"].as_str() {
        Some(owner) if owner == customer => return Ok(method),
        Some(_) => {
            return Err(Fail::invalid(
                "The payment method you provided has already been attached to a customer.",
            ));
        }
        None => {}
    }
    if method["_detached"] == true {
        return Err(Fail::invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
        ));
    }
    if let Some(reason) = text(&method, "_does").strip_prefix("declined:") {
        return Err(decline(reason));
    }
    tx.change(id, json!({"customer": customer}));
    tx.tell("payment_method.attached", id);
    Ok(tx.now_of(id))
}

fn detach(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    let method = tx.find("payment_method", id)?;
    let Some(customer) = method["customer"].as_str().map(str::to_owned) else {
        return Err(Fail::invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
        ));
    };
    let owner = tx.now_of(&customer);
    if owner["invoice_settings"]["default_payment_method"] == id {
        let mut settings = owner["invoice_settings"].clone();
        settings["default_payment_method"] = Value::Null;
        tx.change_and_tell(&customer, json!({"invoice_settings": settings}), "customer.updated");
    }
    let subscriptions = tx.all("subscription");
    for subscription in subscriptions.iter().filter(|it| it["default_payment_method"] == id) {
        tx.change(text(subscription, "id"), json!({"default_payment_method": null}));
    }
    let before = tx.change(id, json!({"customer": null, "_detached": true}));
    let object = tx.now_of(id);
    tx.tell_change("payment_method.detached", &object, Some(before));
    Ok(object)
}

/// The bank's no, in its words.
pub(crate) fn decline(reason: &str) -> Fail {
    let (code, message) = match reason {
        "expired_card" => ("expired_card", "Your card has expired."),
        "incorrect_cvc" => ("incorrect_cvc", "Your card's security code is incorrect."),
        "processing_error" => {
            ("processing_error", "An error occurred while processing your card. Try again in a little bit.")
        }
        "insufficient_funds" => ("card_declined", "Your card has insufficient funds."),
        _ => ("card_declined", "Your card was declined."),
    };
    let decline = if ["incorrect_cvc", "processing_error", "expired_card"].contains(&reason) {
        None
    } else {
        Some(reason)
    };
    Fail::card(code, decline, message)
}
