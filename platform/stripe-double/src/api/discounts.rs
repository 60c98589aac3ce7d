//! Coupons and promotion codes, and what they take off.

use serde_json::{Value, json};

use super::{Call, catalog};
use crate::expand::list;
use crate::fail::{Fail, Outcome};
use crate::params::Params;
use crate::tx::{Tx, int, text};

pub(super) fn route(tx: &mut Tx<'_>, call: &Call<'_>) -> Outcome<Value> {
    let params = call.params;
    if call.steps.first() == Some(&"coupons") {
        return match call.rest() {
            ("GET", []) => list(tx, "coupon", "/v1/coupons", params, &[]),
            ("POST", []) => create_coupon(tx, params),
            ("GET", [id]) => tx.find("coupon", id),
            ("POST", [id]) => {
                let before = tx.find("coupon", id)?;
                let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
                params.pick(&mut fields, &["name"]);
                Ok(tx.change_and_tell(id, fields, "coupon.updated"))
            }
            ("DELETE", [id]) => {
                tx.find("coupon", id)?;
                tx.tell("coupon.deleted", id);
                let account = tx.account.clone();
                tx.world.store(&account).remove(id);
                Ok(json!({"id": id, "object": "coupon", "deleted": true}))
            }
            _ => Err(call.unknown()),
        };
    }
    match call.rest() {
        ("GET", []) => list(tx, "promotion_code", "/v1/promotion_codes", params, &["code", "active"]),
        ("POST", []) => create_code(tx, params),
        ("GET", [id]) => tx.find("promotion_code", id),
        ("POST", [id]) => {
            let before = tx.find("promotion_code", id)?;
            let mut fields = json!({"metadata": params.metadata(&before["metadata"])});
            params.pick_flags(&mut fields, &["active"])?;
            Ok(tx.change_and_tell(id, fields, "promotion_code.updated"))
        }
        _ => Err(call.unknown()),
    }
}

fn create_coupon(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    let percent = params.text("percent_off").and_then(|text| text.parse::<f64>().ok());
    let amount = params.int("amount_off")?;
    let mut fields = json!({
        "percent_off": percent, "amount_off": amount,
        "duration": params.word("duration", &["once", "repeating", "forever"])?.unwrap_or_else(|| "once".to_owned()),
        "metadata": params.metadata(&Value::Null),
    });
    match (percent, amount) {
        (Some(percent), None) if percent > 0.0 && percent <= 100.0 => {}
        (None, Some(1..)) => fields["currency"] = catalog::currency(params)?.into(),
        _ => {
            return Err(Fail::invalid("You must pass either percent_off or amount_off, greater than 0.")
                .param("percent_off"));
        }
    }
    params.pick(&mut fields, &["id", "name"]);
    params.pick_ints(&mut fields, &["duration_in_months", "max_redemptions", "redeem_by"])?;
    let coupon = tx.make("coupon", "coupon", fields);
    tx.tell("coupon.created", text(&coupon, "id"));
    Ok(coupon)
}

fn create_code(tx: &mut Tx<'_>, params: &Params) -> Outcome<Value> {
    // `promotion[coupon]` since Clover; `coupon` before.
    let place = if params.has("promotion") { "promotion.coupon" } else { "coupon" };
    let coupon = tx.named("coupon", params, place)?.ok_or_else(|| Fail::required("promotion[coupon]"))?;
    let number = tx.world.number("code");
    let code = params.text("code").unwrap_or_else(|| tx.world.mixed("code", number, 8).to_uppercase());
    let mut fields = json!({
        "code": code, "promotion": {"type": "coupon", "coupon": coupon["id"]}, "metadata": params.metadata(&Value::Null),
    });
    params.pick(&mut fields, &["customer"]);
    params.pick_flags(&mut fields, &["active"])?;
    params.pick_ints(&mut fields, &["expires_at", "max_redemptions"])?;
    let code = tx.make("promotion_code", "promo", fields);
    tx.tell("promotion_code.created", text(&code, "id"));
    Ok(code)
}

/// The discounts that `discounts[]` (or `coupon`) name: coupon and promotion code.
pub(super) fn asked(tx: &Tx<'_>, params: &Params) -> Outcome<Vec<(Value, Value)>> {
    let mut found = Vec::new();
    for discount in params.list("discounts") {
        if let Some(code) = tx.named("promotion_code", &discount, "promotion_code")? {
            let coupon = tx.find("coupon", text(&code["promotion"], "coupon"))?;
            found.push((coupon, code["id"].clone()));
        } else if let Some(coupon) = tx.named("coupon", &discount, "coupon")? {
            found.push((coupon, Value::Null));
        }
    }
    let spent = |coupon: &Value| {
        coupon["max_redemptions"].as_i64().is_some_and(|most| int(coupon, "times_redeemed") >= most)
            || coupon["redeem_by"].as_i64().is_some_and(|end| end <= tx.now())
    };
    match found.iter().find(|(coupon, _)| spent(coupon)) {
        Some((coupon, _)) => {
            let message = format!("Coupon expired: {}", text(coupon, "id"));
            Err(Fail::invalid(&message).code("coupon_expired").param("discounts"))
        }
        None => Ok(found),
    }
}

/// What a coupon takes off an amount.
pub(super) fn off(coupon: &Value, amount: i64) -> i64 {
    match coupon["percent_off"].as_f64() {
        // Percentages have at most two decimals, as in Stripe.
        Some(percent) => {
            let hundredths: i64 = format!("{:.0}", percent * 100.0).parse().unwrap_or_default();
            (amount * hundredths + 5_000) / 10_000
        }
        None => int(coupon, "amount_off").min(amount),
    }
}

/// A discount as a member of a subscription or session.
pub(super) fn discount(tx: &mut Tx<'_>, coupon: &Value, code: &Value, fields: Value) -> Value {
    let months = if coupon["duration"] == "repeating" { coupon["duration_in_months"].as_i64() } else { None };
    let end = months.map(|months| super::lines::after(tx.now(), "month", months));
    let mut discount = tx.draft("discount", "di", fields);
    discount["source"] = json!({"type": "coupon", "coupon": coupon["id"]});
    discount["promotion_code"] = code.clone();
    discount["start"] = tx.now().into();
    discount["end"] = end.into();
    tx.put(discount.clone());
    let (id, used) = (text(coupon, "id").to_owned(), int(coupon, "times_redeemed") + 1);
    let spent = coupon["max_redemptions"].as_i64().is_some_and(|most| used >= most);
    tx.change(&id, json!({"times_redeemed": used, "valid": !spent}));
    if let Some(code) = code.as_str() {
        let used = int(&tx.now_of(code), "times_redeemed") + 1;
        tx.change(code, json!({"times_redeemed": used}));
    }
    discount
}
