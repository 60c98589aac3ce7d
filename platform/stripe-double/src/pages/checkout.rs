//! The page of a Checkout session.

use serde_json::Value;

use super::{error, layout, message, money, wants, ways};
use crate::api::checkout::{self, Step};
use crate::params::Params;
use crate::server::Answer;
use crate::tx::{Tx, int, text};

/// Shows it, or pays.
pub(super) fn page(tx: &mut Tx<'_>, id: &str, params: &Params, post: bool) -> Answer {
    if !post {
        return show(tx, id, None);
    }
    if wants(params, "cancel") {
        return Answer::see(text(&tx.now_of(id), "cancel_url"));
    }
    pay(tx, id, params, false)
}

fn pay(tx: &mut Tx<'_>, id: &str, params: &Params, authenticated: bool) -> Answer {
    match checkout::pay(tx, id, params, authenticated) {
        Ok(Step::Ask(url) | Step::Done(url)) => Answer::see(&url),
        Err(fail) => show(tx, id, Some(&message(&fail))),
    }
}

/// Asks the customer to authenticate before a subscription is made.
pub(super) fn ask(tx: &mut Tx<'_>, id: &str, params: &Params, post: bool) -> Answer {
    if !post {
        return layout("3-D Secure", super::ask::FORM);
    }
    if params.text("answer").as_deref() == Some("ok") {
        return pay(tx, id, params, true);
    }
    show(
        tx,
        id,
        Some(
            "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
        ),
    )
}

fn last_error(tx: &Tx<'_>, session: &Value) -> Option<String> {
    let intent = tx.now_of(text(session, "payment_intent"));
    let setup = tx.now_of(text(session, "setup_intent"));
    let message = intent["last_payment_error"]["message"]
        .as_str()
        .or_else(|| setup["last_setup_error"]["message"].as_str());
    message.map(str::to_owned)
}

fn show(tx: &mut Tx<'_>, id: &str, problem: Option<&str>) -> Answer {
    let session = tx.now_of(id);
    let cancel = text(&session, "cancel_url");
    let back = if cancel.is_empty() {
        String::new()
    } else {
        format!("<a class=\"button\" id=\"back\" href=\"{}\">Back</a>", super::text(cancel))
    };
    match text(&session, "status") {
        "complete" => {
            return Answer::see(&text(&session, "success_url").replace("{CHECKOUT_SESSION_ID}", id));
        }
        "expired" => {
            return layout(
                "This page has expired",
                &format!("<p id=\"expired\">Nothing was charged.</p>{back}"),
            );
        }
        _ => {}
    }
    let problem = problem.map(str::to_owned).or_else(|| last_error(tx, &session));
    let currency = text(&session, "currency");
    let cart = cart(&session, currency);
    let kinds: Vec<&str> =
        session["payment_method_types"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let verb = match text(&session, "mode") {
        "setup" => "Save",
        "subscription" => "Subscribe",
        _ => "Pay",
    };
    let email = super::text(text(&session["customer_details"], "email"));
    let body = format!(
        "{}{cart}<form method=\"post\"><label for=\"email\">Email</label><input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" value=\"{email}\"><label for=\"name\">Name on card</label><input id=\"name\" name=\"name\" autocomplete=\"cc-name\">{}</form>{back}",
        error(problem.as_deref()),
        ways(verb, &kinds, currency),
    );
    layout("Pay", &body)
}

/// What is paid for.
fn cart(session: &Value, currency: &str) -> String {
    let rows: String = session["_line_items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| {
            let name = super::text(text(item, "description"));
            format!(
                "<tr><td>{} × {name}</td><td>{}</td></tr>",
                int(item, "quantity"),
                money(int(item, "amount_subtotal"), currency)
            )
        })
        .collect();
    let off = int(&session["total_details"], "amount_discount");
    let discount = if off > 0 {
        format!("<tr><td>Discount</td><td>{}</td></tr>", money(-off, currency))
    } else {
        String::new()
    };
    let total = if session["mode"] == "setup" {
        String::new()
    } else {
        format!(
            "<p>Total: <strong id=\"total\">{}</strong></p>",
            money(int(session, "amount_total"), currency)
        )
    };
    format!("<table>{rows}{discount}</table>{total}")
}
