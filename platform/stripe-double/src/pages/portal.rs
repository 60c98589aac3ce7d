//! The billing portal's page.

use serde_json::json;

use super::{error, layout, message, money};
use crate::api::{Call, lines, methods, route};
use crate::fail::Outcome;
use crate::params::Params;
use crate::server::Answer;
use crate::tx::{Tx, text};

/// Shows a customer's subscriptions, or does what was pressed.
pub(super) fn page(tx: &mut Tx<'_>, id: &str, params: &Params, post: bool) -> Answer {
    let session = tx.now_of(id);
    let customer = text(&session, "customer").to_owned();
    let done = if post { act(tx, &customer, params) } else { Ok(()) };
    let problem = done.err().map(|fail| message(&fail));
    let mut rows = String::new();
    for subscription in tx.all("subscription").iter().rev().filter(|it| it["customer"] == customer) {
        let sub = text(subscription, "id");
        let item = lines::first(subscription);
        let price = money(lines::price_of(item), text(subscription, "currency"));
        let every = super::text(text(&item["price"]["recurring"], "interval"));
        let ends = if subscription["cancel_at_period_end"] == true { ", ends with its period" } else { "" };
        rows.push_str(&format!("<section><h2>{price} a {every}</h2><p id=\"status-{sub}\">{}{ends}</p><form method=\"post\"><input type=\"hidden\" name=\"subscription\" value=\"{sub}\">", text(subscription, "status")));
        if subscription["ended_at"].is_null() {
            let (name, label) = if subscription["cancel_at_period_end"] == true {
                ("renew", "Don't cancel")
            } else {
                ("cancel", "Cancel subscription")
            };
            rows.push_str(&format!(
                "<button type=\"submit\" name=\"act\" value=\"{name}\" id=\"{name}\">{label}</button>"
            ));
        }
        rows.push_str("</form></section>");
    }
    let back = session["return_url"]
        .as_str()
        .map(|url| format!("<a class=\"button\" id=\"return\" href=\"{}\">Return</a>", super::text(url)));
    let card = "<form method=\"post\"><button type=\"submit\" name=\"act\" value=\"card\" id=\"new-card\">Use Visa 4242 from now on</button></form>";
    layout("Billing", &format!("{}{rows}{card}{}", error(problem.as_deref()), back.unwrap_or_default()))
}

fn act(tx: &mut Tx<'_>, customer: &str, params: &Params) -> Outcome<()> {
    let act = params.need("act")?;
    if act == "card" {
        let method = methods::resolve(tx, "pm_card_visa", "method")?;
        methods::attach(tx, text(&method, "id"), customer)?;
        let change = Params::of(json!({"invoice_settings": {"default_payment_method": method["id"]}}));
        route(tx, &Call::new("POST", &format!("/v1/customers/{customer}"), &change, false))?;
        for subscription in
            tx.all("subscription").iter().filter(|it| it["customer"] == customer && it["ended_at"].is_null())
        {
            let fields = json!({"default_payment_method": method["id"]});
            tx.change_and_tell(text(subscription, "id"), fields, "customer.subscription.updated");
        }
        return Ok(());
    }
    let id = params.need("subscription")?;
    if tx.find("subscription", &id)?["customer"] != customer {
        return Err(crate::fail::Fail::missing("subscription", &id));
    }
    let change = Params::of(json!({"cancel_at_period_end": act == "cancel"}));
    route(tx, &Call::new("POST", &format!("/v1/subscriptions/{id}"), &change, false)).map(drop)
}
