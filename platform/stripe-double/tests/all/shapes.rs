//! Every object has the members of Stripe's own example, with the same types.

use serde_json::Value;

use super::{NONE, START, World, id, text};

/// Stripe's example of each object, 2026-08.
const EXAMPLES: &str = include_str!("../fixtures.json");

/// Members of examples that Stripe's present version answers only when they are asked for, or no longer.
const ABSENT: [(&str, &str); 3] =
    [("invoice", "subscription"), ("charge", "refunds"), ("payment_method", "card")];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// What differs from the example. An identifier may stand where the example has the object, and the reverse.
fn differences(examples: &Value, object: &Value, place: &str, found: &mut Vec<String>) {
    let name = text(object, "object");
    if let Some(example) = examples.get(name).filter(|_| object["deleted"] != true && name != "list") {
        for (member, wanted) in example.as_object().unwrap() {
            let here = format!("{place}{name}.{member}");
            match object.get(member) {
                None if ABSENT.contains(&(name, member.as_str())) => {}
                None => found.push(format!("{here} is missing")),
                Some(got) => {
                    let fits = [got, wanted].iter().any(|it| it.is_null()) || kind(got) == kind(wanted);
                    let reference =
                        [kind(got), kind(wanted)].iter().all(|it| ["text", "object"].contains(it));
                    if !fits && !reference {
                        found.push(format!("{here} is {} instead of {}", kind(got), kind(wanted)));
                    }
                }
            }
        }
    }
    for (member, value) in object.as_object().into_iter().flatten() {
        assert!(!member.starts_with('_'), "{place}{member} is the double's own");
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            differences(examples, value, &format!("{place}{member}/"), found);
        }
    }
}

fn path(kind: &str, object: &Value) -> String {
    format!("{kind}/{}", id(object))
}

/// Makes payments of all kinds, and what hangs on them; gives the paths.
async fn payments(world: &World, customer: &str) -> Vec<String> {
    let (_, intent) = world.pay("1000", "pm_card_visa").await;
    world.pay("1000", "pm_card_chargeDeclined").await;
    world.pay("1000", "pm_card_authenticationRequired").await;
    world.pay("1000", "pm_bacsDebit_success").await;
    world.pay("9000", "pm_card_visa").await;
    let refund = world.post("refunds", &[("payment_intent", &id(&intent)), ("amount", "100")]).await;
    let dispute = world.double.dispute(&id(&intent));
    let setup = world.post("setup_intents", &[("customer", customer)]).await;
    world.double.advance(3 * 86_400);
    let payout = world.double.pay_out("acct_1DoublePlatform000", "gbp").unwrap();
    let paths =
        [("refunds", &refund), ("disputes", &dispute), ("setup_intents", &setup), ("payouts", &payout)];
    paths.iter().map(|(kind, object)| path(kind, object)).collect()
}

/// Makes subscriptions with all that they need; gives the paths.
async fn sold(world: &World, customer: &str) -> Vec<String> {
    let price = world
        .post(
            "prices",
            &[
                ("currency", "gbp"),
                ("unit_amount", "900"),
                ("recurring[interval]", "month"),
                ("product_data[name]", "Plan"),
            ],
        )
        .await;
    let coupon = world.post("coupons", &[("percent_off", "10"), ("duration", "forever")]).await;
    let code = world
        .post("promotion_codes", &[("promotion[type]", "coupon"), ("promotion[coupon]", &id(&coupon))])
        .await;
    let form =
        [("customer", customer), ("items[0][price]", &id(&price)), ("discounts[0][coupon]", &id(&coupon))];
    let subscription = world.post("subscriptions", &form).await;
    let form = [
        ("mode", "subscription"),
        ("success_url", "http://shop.example/"),
        ("line_items[0][price]", &id(&price)),
        ("line_items[0][quantity]", "1"),
    ];
    let session = world.post("checkout/sessions", &form).await;
    world.double.pay_session(&id(&session), "pm_card_visa").unwrap();
    let portal =
        world.post("billing_portal/configurations", &[("features[invoice_history][enabled]", "true")]).await;
    let account = world.post("accounts", &[("type", "express"), ("country", "GB")]).await;
    let hook = world
        .post("webhook_endpoints", &[("url", "http://127.0.0.1:1/"), ("enabled_events[]", "none.at_all")])
        .await;
    let invoice = text(&subscription, "latest_invoice").to_owned();
    vec![
        path("prices", &price),
        path("coupons", &coupon),
        path("promotion_codes", &code),
        path("subscriptions", &subscription),
        path("checkout/sessions", &session),
        path("accounts", &account),
        path("billing_portal/configurations", &portal),
        path("webhook_endpoints", &hook),
        format!("invoices/{invoice}"),
        format!("invoice_payments?invoice={invoice}"),
        format!("products/{}", text(&price, "product")),
        format!("subscription_items?subscription={}", id(&subscription)),
    ]
}

/// Makes one of everything, and gives the paths of all objects.
pub(crate) async fn everything(world: &World) -> Vec<String> {
    let customer = world.customer().await;
    let method = id(&world.post("payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await);
    let form = [("invoice_settings[default_payment_method]", method.as_str())];
    world.post(&format!("customers/{customer}"), &form).await;
    let mut paths = payments(world, &customer).await;
    paths.extend(sold(world, &customer).await);
    paths.extend([format!("payment_methods/{method}"), format!("customers/{customer}")]);
    paths.extend(["balance".to_owned(), "account".to_owned()]);
    paths
}

#[tokio::test]
async fn nothing_is_missing_in_what_is_answered() {
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap();
    let world = World::new().await;
    let mut paths = everything(&world).await;
    for list in [
        "payment_intents",
        "charges",
        "refunds",
        "disputes",
        "events",
        "invoices",
        "subscriptions",
        "checkout/sessions",
        "balance_transactions",
        "payouts",
        "customers",
        "products",
        "prices",
        "payment_methods",
    ] {
        paths.push(format!("{list}?limit=100"));
    }
    let mut found = Vec::new();
    for path in &paths {
        let object = world.get(path, NONE).await;
        differences(&examples, &object, &format!("{path}: "), &mut found);
    }
    let preview = world
        .post(
            "invoices/create_preview",
            &[("subscription", &id(&world.get("subscriptions", NONE).await["data"][0]))],
        )
        .await;
    differences(&examples, &preview, "preview: ", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(START, 1_772_366_400);
}

#[test]
fn the_comparison_sees_what_is_missing() {
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap();
    let mut found = Vec::new();
    let refund = serde_json::json!({"object": "list", "data": [{"object": "refund", "amount": "1"}]});
    differences(&examples, &refund, "", &mut found);
    assert!(found.iter().any(|it| it.contains("refund.charge is missing")), "{found:#?}");
    assert!(found.iter().any(|it| it.contains("amount is text instead of number")), "{found:#?}");
}
