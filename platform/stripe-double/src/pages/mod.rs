//! Pages that Stripe hosts, as plain forms a browser can press through, and Stripe.js.

mod account;
mod ask;
mod checkout;
mod invoice;
mod portal;

use crate::params::Params;
use crate::server::{Answer, Raw, Shared};
use crate::tx::Tx;
use crate::world::World;

/// The browser's half.
const SCRIPT: &str = include_str!("../../assets/stripe.js");
/// The fields of the Payment Element, in a frame.
const FIELDS: &str = include_str!("../../assets/element.html");

/// Answers whatever is neither API nor control.
pub(crate) fn page(shared: &Shared, raw: &Raw) -> Answer {
    let steps: Vec<&str> = raw.path.trim_start_matches('/').split('/').collect();
    if raw.path == "/v3/elements-inner" {
        return Answer::html(200, FIELDS.to_owned());
    }
    if steps.first() == Some(&"v3") || raw.path.ends_with("/stripe.js") {
        let base = shared.with(|world| world.base_url.clone());
        let body = SCRIPT.replace("{{BASE}}", &base);
        return Answer { status: 200, kind: "text/javascript; charset=utf-8", body, headers: Vec::new() };
    }
    let post = raw.method == "POST";
    shared.with(|world| match steps.as_slice() {
        ["c", "pay", id] => with(world, id, |tx| checkout::page(tx, id, &raw.params, post)),
        ["c", "pay", id, "ask"] => with(world, id, |tx| checkout::ask(tx, id, &raw.params, post)),
        ["3ds", id] => with(world, id, |tx| ask::page(tx, id, &raw.params, post)),
        ["i", id] => with(world, id, |tx| invoice::page(tx, id, &raw.params, post)),
        ["p", "session", id] => with(world, id, |tx| portal::page(tx, id, &raw.params, post)),
        ["setup", "s", _, token] => with(world, token, |tx| account::setup(tx, token, &raw.params, post)),
        ["express", id] => layout("Express dashboard", &format!("<p>Account {}</p>", text(id))),
        ["receipts", id] => with(world, id, |tx| account::receipt(tx, id)),
        _ => missing(),
    })
}

fn with(world: &mut World, id: &str, work: impl FnOnce(&mut Tx<'_>) -> Answer) -> Answer {
    match world.owner_of(id) {
        Some(account) => work(&mut Tx::on(world, &account)),
        None => missing(),
    }
}

fn missing() -> Answer {
    let mut answer = layout("Not found", "<p>This page does not exist, or no longer.</p>");
    answer.status = 404;
    answer
}

/// Text as HTML.
fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#1a1f36}
button,.button{display:block;width:100%;min-height:2.75rem;margin:.5rem 0;font:inherit;border:1px solid #3c4257;border-radius:.4rem;background:#fff;color:#1a1f36;cursor:pointer;text-align:center;line-height:2.75rem;text-decoration:none;padding:0 1rem;box-sizing:border-box}
button.first{background:#3a3fb0;border-color:#3a3fb0;color:#fff}
input,select{display:block;width:100%;font:inherit;padding:.5rem;margin:.25rem 0 1rem;border:1px solid #697386;border-radius:.4rem;box-sizing:border-box}
.error{border-left:4px solid #b3093c;padding:.5rem 1rem;background:#fff0f3;color:#8a0030}
table{width:100%;border-collapse:collapse}td{padding:.25rem 0}td:last-child{text-align:right}
.test{font-size:.85rem;color:#4f566b}";

/// A whole page.
fn layout(title: &str, body: &str) -> Answer {
    let title = text(title);
    Answer::html(
        200,
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><link rel=\"icon\" href=\"data:,\"><style>{STYLE}</style></head><body><main><p class=\"test\">Test double of Stripe: no money moves.</p><h1>{title}</h1>{body}</main></body></html>"
        ),
    )
}

/// An amount for people.
fn money(amount: i64, currency: &str) -> String {
    let currency = currency.to_uppercase();
    if ["JPY", "KRW"].contains(&currency.as_str()) {
        return format!("{currency} {amount}");
    }
    format!(
        "{currency} {}{}.{:02}",
        if amount < 0 { "-" } else { "" },
        amount.abs() / 100,
        amount.abs() % 100
    )
}

fn error(message: Option<&str>) -> String {
    message
        .map(|it| format!("<p class=\"error\" role=\"alert\" id=\"error\">{}</p>", text(it)))
        .unwrap_or_default()
}

/// The ways to pay as buttons of a form.
fn ways(verb: &str, kinds: &[&str], currency: &str) -> String {
    let button = |id: &str, value: &str, label: &str, class: &str| {
        format!(
            "<button type=\"submit\" name=\"method\" id=\"{id}\" value=\"{value}\"{class}>{label}</button>"
        )
    };
    let mut ways = vec![
        button("pay-visa", "pm_card_visa", &format!("{verb} with Visa 4242"), " class=\"first\""),
        button("pay-declined", "pm_card_chargeDeclined", &format!("{verb} with a card that is declined"), ""),
        button(
            "pay-3ds",
            "pm_card_authenticationRequired",
            &format!("{verb} with a card that asks for 3-D Secure"),
            "",
        ),
    ];
    if kinds.iter().any(|kind| *kind != "card") {
        let debit = |ok| crate::api::methods::debit_token(currency, ok);
        ways.push(button("pay-debit", debit(true), &format!("{verb} by bank debit"), ""));
        ways.push(button(
            "pay-debit-fails",
            debit(false),
            &format!("{verb} by bank debit that fails later"),
            "",
        ));
    }
    ways.concat()
}

/// An address with more in its query.
fn with_query(url: &str, more: &[(&str, &str)]) -> String {
    let query = serde_urlencoded::to_string(more).unwrap_or_default();
    let (url, fragment) =
        url.split_once('#').map_or((url, String::new()), |(url, rest)| (url, format!("#{rest}")));
    format!("{url}{}{query}{fragment}", if url.contains('?') { '&' } else { '?' })
}

/// The message of an error's document.
fn message(fail: &crate::fail::Fail) -> String {
    fail.inner()["message"].as_str().unwrap_or_default().to_owned()
}

fn wants(params: &Params, name: &str) -> bool {
    params.text(name).is_some()
}
