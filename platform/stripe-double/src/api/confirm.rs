//! How an intent is paid: what a card or a bank says, strong authentication, and what follows.

use serde_json::{Value, json};

use super::{charges, checkout, intents, invoices, methods};
use crate::fail::{Fail, Outcome};
use crate::tx::{Tx, int, text};
use crate::world::public;

/// How it is confirmed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Confirm {
    /// The payment method, if another one than the intent has.
    pub(crate) method: Option<String>,
    /// Nobody is there to authenticate.
    pub(crate) off_session: bool,
    /// Where the customer comes back.
    pub(crate) return_url: Option<String>,
    /// With a secret key.
    pub(crate) by_server: bool,
    /// Declines instead of asking.
    pub(crate) error_on_requires_action: bool,
    /// The customer has authenticated before the intent was made.
    pub(crate) authenticated: bool,
}

/// What a payment method answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Paid,
    Declined(String),
    Asks,
    /// A debit: the answer comes in days.
    Slow,
}

/// What a method answers to a payment (or, when it is only set up, to that).
pub(super) fn verdict(tx: &Tx<'_>, method: &Value, setup: bool, authenticated: bool) -> Verdict {
    let does = text(method, "_does");
    let (word, reason) = does.split_once(':').unwrap_or((does, "generic_decline"));
    let year = 1970 + tx.now() / 31_556_952;
    if method["card"]["exp_year"].as_i64().is_some_and(|it| it < year) {
        return Verdict::Declined("expired_card".to_owned());
    }
    let declined = Verdict::Declined(reason.to_owned());
    match word {
        "declined" => declined,
        "charge_declined" if !setup => declined,
        "auth" if !authenticated => Verdict::Asks,
        "auth_setup" if !authenticated && method["_set_up"] != true => Verdict::Asks,
        "auth_declined" if !authenticated => Verdict::Asks,
        "auth_declined" if !setup => declined,
        "debit_ok" | "debit_fails" if !setup => Verdict::Slow,
        _ => Verdict::Paid,
    }
}

/// Pays an intent.
pub(crate) fn confirm(tx: &mut Tx<'_>, id: &str, by: &Confirm) -> Outcome<Value> {
    let intent = tx.find("payment_intent", id)?;
    if !["requires_payment_method", "requires_confirmation", "requires_action"]
        .contains(&text(&intent, "status"))
    {
        return Err(intents::unexpected(&intent, "confirm"));
    }
    let method = by.method.clone().or_else(|| intent["payment_method"].as_str().map(str::to_owned));
    let Some(method) = method else {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.";
        return Err(Fail::invalid(message)
            .code("payment_intent_unexpected_state")
            .with("payment_intent", public(&intent)));
    };
    let method = tx.now_of(&method);
    let kind = text(&method, "type");
    if !intent["payment_method_types"].as_array().is_some_and(|kinds| kinds.iter().any(|it| it == kind)) {
        let message = format!("The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent.");
        return Err(Fail::invalid(&message)
            .code("payment_intent_incompatible_payment_method")
            .param("payment_method"));
    }
    tx.change(id, json!({"payment_method": method["id"], "last_payment_error": null, "next_action": null}));
    // A customer who is there again authenticates the same way, so nothing is remembered of an earlier attempt.
    decide(tx, id, &method, by, by.authenticated)
}

fn decide(tx: &mut Tx<'_>, id: &str, method: &Value, by: &Confirm, authenticated: bool) -> Outcome<Value> {
    match verdict(tx, method, false, authenticated) {
        Verdict::Paid => {
            let intent = tx.now_of(id);
            let manual = intent["capture_method"] == "manual";
            let charge = charges::make(tx, &intent, method, if manual { "uncaptured" } else { "succeeded" });
            keep_for_later(tx, id, method);
            if manual {
                let fields = json!({"status": "requires_capture", "amount_capturable": intent["amount"], "latest_charge": charge, "next_action": null});
                tx.change(id, fields);
                tx.tell("payment_intent.amount_capturable_updated", id);
            } else {
                succeed(tx, id, &charge, int(&intent, "amount"));
            }
            Ok(tx.now_of(id))
        }
        Verdict::Declined(reason) => Err(fail(tx, id, method, methods::decline(&reason))),
        Verdict::Asks if by.off_session || by.error_on_requires_action => {
            let message = "Your card was declined. This transaction requires authentication.";
            Err(fail(
                tx,
                id,
                method,
                Fail::card("authentication_required", Some("authentication_required"), message),
            ))
        }
        Verdict::Asks => Ok(ask(tx, id, "payment_intent", by.return_url.as_deref())),
        Verdict::Slow => {
            let intent = tx.now_of(id);
            let charge = charges::make(tx, &intent, method, "pending");
            keep_for_later(tx, id, method);
            tx.change(id, json!({"status": "processing", "latest_charge": charge, "next_action": null}));
            tx.tell("payment_intent.processing", id);
            tx.tell("charge.pending", &charge);
            let due = tx.now() + 3 * 86_400;
            tx.later(due, "debit", id);
            follow(tx, id, "processing");
            Ok(tx.now_of(id))
        }
    }
}

/// Asks the customer to authenticate, on a page of the double.
pub(super) fn ask(tx: &mut Tx<'_>, id: &str, kind: &str, return_url: Option<&str>) -> Value {
    let object = tx.now_of(id);
    let url = format!("{}/3ds/{id}?secret={}", tx.world.base_url, text(&object, "client_secret"));
    let action = match return_url {
        Some(back) => json!({"type": "redirect_to_url", "redirect_to_url": {"return_url": back, "url": url}}),
        None => {
            json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}})
        }
    };
    tx.change(id, json!({"status": "requires_action", "next_action": action, "_return_url": return_url}));
    tx.tell(&format!("{kind}.requires_action"), id);
    if kind == "payment_intent" {
        follow(tx, id, "requires_action");
    }
    tx.now_of(id)
}

/// The customer has authenticated, or has not.
pub(crate) fn authenticated(tx: &mut Tx<'_>, id: &str, ok: bool) -> Outcome<Value> {
    let intent = tx.find("payment_intent", id)?;
    if intent["status"] != "requires_action" {
        return Err(intents::unexpected(&intent, "authenticate"));
    }
    let method = tx.now_of(text(&intent, "payment_method"));
    tx.change(id, json!({"next_action": null}));
    if ok {
        return decide(tx, id, &method, &Confirm::default(), true);
    }
    Err(fail(tx, id, &method, refused_to_authenticate("payment_intent")))
}

/// What an intent says when its customer did not authenticate.
pub(super) fn refused_to_authenticate(kind: &str) -> Fail {
    let message = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    let mut fail = Fail::invalid(message).code(&format!("{kind}_authentication_failure"));
    fail.status = 402;
    fail
}

/// A debit's answer has come.
pub(crate) fn settle_debit(tx: &mut Tx<'_>, id: &str, ok: bool) -> Outcome<Value> {
    let intent = tx.find("payment_intent", id)?;
    if intent["status"] != "processing" {
        return Err(intents::unexpected(&intent, "settle"));
    }
    let charge = text(&intent, "latest_charge").to_owned();
    if ok {
        let amount = int(&intent, "amount");
        tx.change(
            &charge,
            json!({"status": "succeeded", "paid": true, "captured": true, "amount_captured": amount}),
        );
        succeed(tx, id, &charge, amount);
    } else {
        let message = "The bank returned the debit: insufficient funds.";
        let failure = json!({"status": "failed", "paid": false, "failure_code": "insufficient_funds", "failure_message": message});
        tx.change(&charge, failure);
        tx.tell("charge.failed", &charge);
        let method = tx.now_of(text(&intent, "payment_method"));
        let error = Fail::card("payment_intent_payment_attempt_failed", Some("insufficient_funds"), message);
        refuse(tx, id, &method, error.with("charge", charge.into()), true);
    }
    Ok(tx.now_of(id))
}

/// A debit whose days are over does what its method says.
pub(crate) fn debit_due(tx: &mut Tx<'_>, id: &str) {
    let method = tx.now_of(text(&tx.now_of(id), "payment_method"));
    // One that was settled by hand is refused here, which is right.
    let _ = settle_debit(tx, id, method["_does"] != "debit_fails");
}

/// The money is there.
pub(super) fn succeed(tx: &mut Tx<'_>, id: &str, charge: &str, amount: i64) {
    charges::book(tx, charge);
    let fields = json!({
        "status": "succeeded", "amount_received": amount, "amount_capturable": 0, "latest_charge": charge, "next_action": null,
        "last_payment_error": null,
    });
    tx.change(id, fields);
    tx.tell("charge.succeeded", charge);
    tx.tell("payment_intent.succeeded", id);
    follow(tx, id, "succeeded");
    let method = tx.now_of(text(&tx.now_of(id), "payment_method"));
    if method["_does"] == "dispute" {
        super::disputes::open(tx, charge, "fraudulent");
    }
}

/// The bank said no: a charge that failed, and the error for the caller.
fn fail(tx: &mut Tx<'_>, id: &str, method: &Value, error: Fail) -> Fail {
    let intent = tx.now_of(id);
    let charge = charges::make(tx, &intent, method, "failed");
    let inner = error.inner();
    let failure = json!({"failure_code": inner["code"], "failure_message": inner["message"]});
    tx.change(&charge, failure);
    tx.change(id, json!({"latest_charge": charge}));
    tx.tell("charge.failed", &charge);
    refuse(tx, id, method, error.with("charge", charge.into()), false)
}

fn refuse(tx: &mut Tx<'_>, id: &str, method: &Value, error: Fail, late: bool) -> Fail {
    let error = error.with("payment_method", public(method));
    let fields = json!({"status": "requires_payment_method", "last_payment_error": error.inner(), "payment_method": null, "next_action": null});
    tx.change(id, fields);
    tx.tell("payment_intent.payment_failed", id);
    follow(tx, id, if late { "failed_late" } else { "failed" });
    error.with("payment_intent", public(&tx.now_of(id)))
}

/// A method that is meant for later payments belongs to the customer.
fn keep_for_later(tx: &mut Tx<'_>, id: &str, method: &Value) {
    let intent = tx.now_of(id);
    if intent["setup_future_usage"].is_null() {
        return;
    }
    let method = text(method, "id");
    tx.change(method, json!({"_set_up": true}));
    if let Some(customer) = intent["customer"].as_str() {
        // One that can't be kept stays what it is.
        let _ = methods::attach(tx, method, customer);
    }
}

/// What hangs on an intent hears of it.
fn follow(tx: &mut Tx<'_>, id: &str, what: &str) {
    let intent = tx.now_of(id);
    if let Some(session) = intent["_session"].as_str() {
        checkout::intent_changed(tx, session, what);
    }
    if let Some(invoice) = intent["_invoice"].as_str() {
        invoices::intent_changed(tx, invoice, &intent, what);
    }
}
