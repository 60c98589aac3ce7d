//! Products and prices.

use serde_json::{Value, json};

use super::Call;
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    if call.steps.first() == Some(&"products") {
        return match call.rest() {
            ("GET", []) => list(tx, "product", "/v1/products", params, &["active"]),
            ("POST", []) => create_product(tx, params),
            ("GET", [id]) => tx.find("product", id),
            ("POST", [id]) => update_product(tx, id, params),
            ("DELETE", [id]) => delete_product(tx, id),
            _ => Err(call.unknown()),
        };
    }
    match call.rest() {
        ("GET", []) => list(tx, "price", "/v1/prices", params, &["active", "product", "currency", "type"]),
        ("POST", []) => create_price(tx, params),
        ("GET", [id]) => tx.find("price", id),
        ("POST", [id]) => update_price(tx, id, params),
        _ => Err(call.unknown()),
    }
}

fn product_fields(params: &Params, before: &Value) -> Outcome<Value> {
    let mut fields = json!({});
    params.pick(
        &mut fields,
        &["name", "description", "statement_descriptor", "tax_code", "unit_label", "url", "default_price"],
    );
    params.pick_trees(&mut fields, &["images", "marketing_features", "package_dimensions"]);
    params.pick_flags(&mut fields, &["active", "shippable"])?;
    fields["metadata"] = params.metadata(&before["metadata"]);
    Ok(fields)
}

pub(super) fn create_product(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    params.need("name")?;
    let mut fields = product_fields(params, &Value::Null)?;
    fields["updated"] = tx.now().into();
    if let Some(id) = params.text("id") {
        if tx.get(&id).is_some() {
            return Err(Fail::invalid(&format!("Product already exists: {id}"))
                .code("resource_already_exists")
                .param("id"));
        }
        fields["id"] = id.into();
    }
    let product = tx.make("product", "prod", fields);
    tx.tell("product.created", text(&product, "id"));
    if let Some(data) = params.part("default_price_data") {
        let mut of = data.tree().clone();
        of["product"] = product["id"].clone();
        let price = create_price(tx, &Params::of(of))?;
        tx.change(text(&product, "id"), json!({"default_price": price["id"]}));
    }
    Ok(tx.now_of(text(&product, "id")))
}

fn update_product(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("product", id)?;
    if before["deleted"] == true {
        return Err(Fail::missing("product", id));
    }
    tx.named("price", params, "default_price")?;
    let mut fields = product_fields(params, &before)?;
    fields["updated"] = tx.now().into();
    Ok(tx.change_and_tell(id, fields, "product.updated"))
}

fn delete_product(tx: &mut Tx<'_>, id: &str) -> Outcome<Value> {
    tx.find("product", id)?;
    if tx.all("price").iter().any(|price| price["product"] == id) {
        return Err(Fail::invalid(
            "This product cannot be deleted because it has one or more user-created prices.",
        ));
    }
    tx.tell("product.deleted", id);
    let deleted = json!({"id": id, "object": "product", "deleted": true});
    tx.put(deleted.clone());
    Ok(deleted)
}

/// Currencies that a test may use; Stripe knows more.
const CURRENCIES: [&str; 22] = [
    "gbp", "eur", "usd", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "ron", "aud", "nzd", "cad", "jpy",
    "sgd", "hkd", "inr", "brl", "mxn", "zar", "kwd",
];

/// A currency in lower case.
pub(super) fn currency(params: &Params) -> Outcome<String> {
    let currency = params.need("currency")?.to_lowercase();
    if CURRENCIES.contains(&currency.as_str()) {
        return Ok(currency);
    }
    let message = format!(
        "Invalid currency: {currency}. Stripe currently supports these currencies: {}",
        CURRENCIES.join(", ")
    );
    Err(Fail::invalid(&message).param(&params.name("currency")))
}

fn recurring(params: &Params) -> Outcome<Value> {
    let Some(recurring) = params.part("recurring") else { return Ok(Value::Null) };
    let words = ["day", "week", "month", "year"];
    let interval =
        recurring.word("interval", &words)?.ok_or_else(|| Fail::required(&recurring.name("interval")))?;
    Ok(json!({
        "interval": interval, "interval_count": recurring.int("interval_count")?.unwrap_or(1),
        "meter": null, "trial_period_days": recurring.int("trial_period_days")?,
        "usage_type": recurring.text("usage_type").unwrap_or_else(|| "licensed".to_owned()),
    }))
}

/// Of a call's parameters, or of `price_data` in another call.
pub(super) fn create_price(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let currency = currency(params)?;
    let amount = match params.int("unit_amount")? {
        Some(amount) => amount,
        None => {
            let decimal = params
                .text("unit_amount_decimal")
                .ok_or_else(|| Fail::required(&params.name("unit_amount")))?;
            let wrong = || {
                Fail::invalid(&format!("Invalid decimal: {decimal}"))
                    .param(&params.name("unit_amount_decimal"))
            };
            decimal.parse::<i64>().map_err(|_| wrong())?
        }
    };
    if amount < 0 {
        return Err(Fail::invalid("Invalid non-negative integer")
            .code("parameter_invalid_integer")
            .param(&params.name("unit_amount")));
    }
    let recurring = recurring(params)?;
    let product = match params.part("product_data") {
        Some(data) => create_product(tx, &data)?["id"].clone(),
        None => {
            let product = tx.named("product", params, "product")?;
            product.ok_or_else(|| Fail::required(&params.name("product")))?["id"].clone()
        }
    };
    let mut fields = json!({
        "currency": currency, "unit_amount": amount, "unit_amount_decimal": amount.to_string(), "product": product,
        "type": if recurring.is_null() { "one_time" } else { "recurring" }, "recurring": recurring,
        "metadata": params.metadata(&Value::Null),
    });
    params.pick(&mut fields, &["nickname", "lookup_key", "tax_behavior"]);
    params.pick_flags(&mut fields, &["active"])?;
    let price = tx.make("price", "price", fields);
    tx.tell("price.created", text(&price, "id"));
    Ok(price)
}

fn update_price(tx: &mut Tx<'_>, id: &str, params: &Params) -> Outcome<Value> {
    let before = tx.find("price", id)?;
    if let Some(name) =
        ["unit_amount", "currency", "recurring", "product"].iter().find(|name| params.has(name))
    {
        return Err(Fail::invalid(&format!("Received unknown parameter: {name}"))
            .code("parameter_unknown")
            .param(name));
    }
    let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
    params.pick(&mut fields, &["nickname", "lookup_key", "tax_behavior"]);
    params.pick_flags(&mut fields, &["active"])?;
    Ok(tx.change_and_tell(id, fields, "price.updated"))
}

/// The price that `price` names or `price_data` describes.
pub(super) fn priced(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    if let Some(data) = params.part("price_data") {
        return create_price(tx, &data);
    }
    let price = tx.named("price", params, "price")?.ok_or_else(|| Fail::required(&params.name("price")))?;
    if price["active"] == false {
        let message = format!(
            "The price specified is inactive. This field only accepts active prices. Use price ID '{}'.",
            text(&price, "id")
        );
        return Err(Fail::invalid(&message).code("price_inactive").param(&params.name("price")));
    }
    Ok(price)
}

/// The old form of a recurring price, which subscription items still carry.
pub(super) fn plan(price: &Value) -> Value {
    let mut plan = crate::tx::template("plan");
    for name in ["id", "active", "created", "currency", "livemode", "metadata", "nickname", "product"] {
        plan[name] = price[name].clone();
    }
    plan["amount"] = int(price, "unit_amount").into();
    plan["amount_decimal"] = int(price, "unit_amount").to_string().into();
    for name in ["interval", "interval_count", "usage_type", "trial_period_days"] {
        plan[name] = price["recurring"][name].clone();
    }
    plan
}
