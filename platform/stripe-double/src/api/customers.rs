//! Customers.

use serde_json::{Value, json};

use super::{Call, methods, subscriptions};
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, text};

const TEXTS: [&str; 5] = ["name", "email", "phone", "description", "tax_exempt"];
const TREES: [&str; 3] = ["address", "shipping", "preferred_locales"];

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    match call.rest() {
        ("GET", []) => list(tx, "customer", "/v1/customers", params, &["email"]),
        ("POST", []) => create(tx, params),
        ("GET", [id]) => deleted_too(tx, id),
        ("POST", [id]) => update(tx, id, params),
        ("DELETE", [id]) => delete(tx, id),
        ("GET", [id, "payment_methods"]) => {
            tx.find("customer", id)?;
            let mut wanted = params.clone();
            wanted.extend(Params::of(json!({"customer": id})));
            methods::list_of_customer(tx, &wanted)
        }
        ("GET", [id, "payment_methods", method]) => {
            let found = tx.find("payment_method", method)?;
            if found["customer"] == *id { Ok(found) } else { Err(Fail::missing("payment_method", method)) }
        }
        _ => Err(call.unknown()),
    }
}

fn deleted_too(tx: &Tx<'_>, id: &str) -> Outcome<Value> {
    tx.find("customer", id)
}

fn living(tx: &Tx<'_>, id: &str) -> Outcome<Value> {
    let found = tx.find("customer", id)?;
    if found["deleted"] == true { Err(Fail::missing("customer", id)) } else { Ok(found) }
}

fn fields(tx: &mut Tx<'_>, params: &Params, before: &Value) -> Outcome<Value> {
    let mut fields = json!({});
    params.pick(&mut fields, &TEXTS);
    params.pick_trees(&mut fields, &TREES);
    params.pick_ints(&mut fields, &["balance", "next_invoice_sequence"])?;
    if let Some(email) = params.text("email")
        && !email.contains('@')
    {
        return Err(Fail::invalid(&format!("Invalid email address: {email}"))
            .code("email_invalid")
            .param("email"));
    }
    fields["metadata"] = params.metadata(&before["metadata"]);
    if let Some(settings) = params.part("invoice_settings") {
        let mut after = before["invoice_settings"].clone();
        if after.is_null() {
            after = crate::tx::template("customer")["invoice_settings"].clone();
        }
        if settings.text("default_payment_method").is_some() {
            let method = tx
                .named("payment_method", params, "invoice_settings.default_payment_method")?
                .unwrap_or_default();
            let owner = text(before, "id");
            if method["customer"] != owner {
                return Err(Fail::invalid("The customer does not have a payment method with the ID given. The payment method must be attached to the customer.").code("resource_missing").param("invoice_settings[default_payment_method]"));
            }
        }
        settings.pick(&mut after, &["default_payment_method", "footer"]);
        fields["invoice_settings"] = after;
    }
    Ok(fields)
}

fn create(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let method = match params.text("payment_method") {
        Some(token) => Some(methods::resolve(tx, &token, "payment_method")?),
        None => None,
    };
    let mut fields = fields(tx, params, &json!({"metadata": {}}))?;
    let number = tx.world.number("invoice_prefix");
    fields["invoice_prefix"] = tx.world.mixed("invoice_prefix", number, 8).to_uppercase().into();
    let customer = tx.make("customer", "cus", fields);
    let id = text(&customer, "id").to_owned();
    if let Some(method) = method {
        methods::attach(tx, text(&method, "id"), &id)?;
    }
    tx.tell("customer.created", &id);
    Ok(tx.now_of(&id))
}

fn update(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = living(tx, id)?;
    let fields = fields(tx, params, &before)?;
    Ok(tx.change_and_tell(id, fields, "customer.updated"))
}

fn delete(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    living(tx, id)?;
    for subscription in
        tx.all("subscription").iter().filter(|it| it["customer"] == id && it["ended_at"].is_null())
    {
        subscriptions::end(tx, text(subscription, "id"), "cancellation_requested");
    }
    tx.tell("customer.deleted", id);
    let deleted = json!({"id": id, "object": "customer", "deleted": true});
    tx.put(deleted.clone());
    Ok(deleted)
}
