//! Subscriptions over months, in moments.

use serde_json::Value;

use super::{NONE, World, empty, has, id, text};

const DAY: i64 = 86_400;

async fn price(world: &World, amount: &str, interval: &str) -> String {
    let form = [
        ("currency", "gbp"),
        ("unit_amount", amount),
        ("recurring[interval]", interval),
        ("product_data[name]", "Committed"),
    ];
    id(&world.post("prices", &form).await)
}

/// A customer with a card that pays by itself.
async fn payer(world: &World) -> String {
    let customer = world.customer().await;
    let method = world.post("payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await;
    world
        .post(&format!("customers/{customer}"), &[("invoice_settings[default_payment_method]", &id(&method))])
        .await;
    customer
}

async fn subscribe(world: &World, more: &[(&str, &str)]) -> Value {
    let (customer, price) = (payer(world).await, price(world, "3000", "month").await);
    let mut form = vec![("customer", customer.as_str()), ("items[0][price]", price.as_str())];
    form.extend(more);
    world.post("subscriptions", &form).await
}

async fn now(world: &World, subscription: &Value) -> Value {
    world
        .get(&format!("subscriptions/{}", id(subscription)), &[("expand[]", "latest_invoice.payments")])
        .await
}

#[tokio::test]
async fn it_begins_renews_and_ends() {
    let world = World::new().await;
    let subscription = subscribe(&world, &[("metadata[plan]", "p1")]).await;
    assert_eq!(text(&subscription, "status"), "active");
    let item = &subscription["items"]["data"][0];
    assert_eq!(
        item["current_period_end"].as_i64().unwrap() - item["current_period_start"].as_i64().unwrap(),
        31 * DAY
    );
    world.double.advance(31 * DAY + 1);
    let renewed = now(&world, &subscription).await;
    let invoice = &renewed["latest_invoice"];
    assert_eq!((text(invoice, "status"), text(invoice, "billing_reason")), ("paid", "subscription_cycle"));
    assert_eq!(invoice["parent"]["subscription_details"]["subscription"], subscription["id"]);
    assert_eq!(invoice["parent"]["subscription_details"]["metadata"]["plan"], "p1");
    assert_eq!(invoice["payments"]["data"][0]["status"], "paid");
    assert_eq!(world.double.charged(&empty()).sum, 6000);
    let path = format!("subscriptions/{}", id(&subscription));
    let ending = world.post(&path, &[("cancel_at_period_end", "true")]).await;
    assert!(ending["cancel_at"].is_i64());
    world.double.advance(60 * DAY);
    let ended = now(&world, &subscription).await;
    assert_eq!((text(&ended, "status"), world.double.charged(&empty()).sum), ("canceled", 6000));
    let list = world.get("invoices", &[("subscription", &id(&subscription))]).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 2);
    has(
        &world.events().await,
        &[
            "customer.subscription.created",
            "invoice.created",
            "invoice.finalized",
            "invoice.paid",
            "invoice.upcoming",
            "customer.subscription.updated",
            "customer.subscription.deleted",
        ],
    );
}

#[tokio::test]
async fn it_waits_for_its_first_payment() {
    let world = World::new().await;
    let (customer, price) = (world.customer().await, price(&world, "3000", "month").await);
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", price.as_str()),
        ("payment_behavior", "default_incomplete"),
        ("payment_settings[save_default_payment_method]", "on_subscription"),
        ("expand[]", "latest_invoice.confirmation_secret"),
    ];
    let one = world.post("subscriptions", &form).await;
    let other = world.post("subscriptions", &form).await;
    assert_eq!(text(&one, "status"), "incomplete");
    let secret = text(&one["latest_invoice"]["confirmation_secret"], "client_secret");
    let intent = secret.split("_secret_").next().unwrap();
    let paid = world
        .post(
            &format!("payment_intents/{intent}/confirm"),
            &[("payment_method", "pm_card_visa"), ("return_url", "http://shop.example/")],
        )
        .await;
    assert_eq!(text(&paid, "status"), "succeeded");
    let active = now(&world, &one).await;
    assert_eq!(text(&active, "status"), "active");
    assert_eq!(active["default_payment_method"], paid["payment_method"]);
    world.double.advance(DAY);
    assert_eq!(text(&now(&world, &other).await, "status"), "incomplete_expired");
    world.double.advance(31 * DAY);
    assert_eq!(world.double.charged(&empty()).count, 2, "renewed with the kept card");
}

#[tokio::test]
async fn what_is_not_paid_is_tried_again() {
    let world = World::new().await;
    let subscription = subscribe(&world, NONE).await;
    let method = world.get("payment_methods", &[("customer", text(&subscription, "customer"))]).await;
    let method = id(&method["data"][0]);
    world.double.method_does(&method, "declined");
    world.double.advance(31 * DAY);
    let late = now(&world, &subscription).await;
    assert_eq!((text(&late, "status"), &late["latest_invoice"]["attempt_count"]), ("past_due", &1.into()));
    world.double.method_does(&method, "ok");
    world.double.advance(3 * DAY);
    assert_eq!(text(&now(&world, &subscription).await, "status"), "active");
    world.double.method_does(&method, "declined");
    world.double.advance(31 * DAY);
    world.double.advance(8 * DAY);
    let ended = now(&world, &subscription).await;
    assert_eq!((text(&ended, "status"), &ended["latest_invoice"]["attempt_count"]), ("canceled", &4.into()));
    assert_eq!(ended["cancellation_details"]["reason"], "payment_failed");
    assert_eq!(world.events().await.iter().filter(|it| *it == "invoice.payment_failed").count(), 5);
}

#[tokio::test]
async fn a_trial_ends() {
    let world = World::new().await;
    let subscription = subscribe(&world, &[("trial_period_days", "14")]).await;
    assert_eq!((text(&subscription, "status"), world.double.charged(&empty()).count), ("trialing", 0));
    world.double.advance(14 * DAY);
    assert_eq!(
        (text(&now(&world, &subscription).await, "status"), world.double.charged(&empty()).sum),
        ("active", 3000)
    );
    has(&world.events().await, &["customer.subscription.trial_will_end"]);
    let (customer, price) = (world.customer().await, price(&world, "3000", "month").await);
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("trial_period_days", "7"),
        ("trial_settings[end_behavior][missing_payment_method]", "pause"),
    ];
    let pausing = world.post("subscriptions", &form).await;
    assert!(pausing["pending_setup_intent"].is_string());
    world.double.advance(7 * DAY);
    assert_eq!(text(&now(&world, &pausing).await, "status"), "paused");
    let setup = text(&pausing, "pending_setup_intent");
    world
        .post(
            &format!("setup_intents/{setup}/confirm"),
            &[("payment_method", "pm_card_visa"), ("return_url", "http://shop.example/")],
        )
        .await;
    world.post(&format!("subscriptions/{}/resume", id(&pausing)), NONE).await;
    assert_eq!(
        (text(&now(&world, &pausing).await, "status"), world.double.charged(&empty()).sum),
        ("active", 6000)
    );
    has(&world.events().await, &["customer.subscription.paused", "customer.subscription.resumed"]);
}

#[tokio::test]
async fn a_change_of_plan_costs_its_part() {
    let world = World::new().await;
    let subscription = subscribe(&world, NONE).await;
    let dear = price(&world, "6100", "month").await;
    world.double.advance(31 * DAY / 2);
    let item = id(&subscription["items"]["data"][0]);
    let at = world.double.now().to_string();
    let preview = [
        ("subscription", id(&subscription)),
        ("subscription_details[items][0][id]", item.clone()),
        ("subscription_details[items][0][price]", dear.clone()),
        ("subscription_details[proration_date]", at.clone()),
        ("subscription_details[proration_behavior]", "always_invoice".to_owned()),
    ];
    let preview: Vec<(&str, &str)> = preview.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let preview = world.post("invoices/create_preview", &preview).await;
    assert_eq!(preview["total"], 3050 - 1500);
    assert!(
        preview["lines"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|line| line["parent"]["subscription_item_details"]["proration"] == true)
    );
    let form = [
        ("items[0][id]", item.as_str()),
        ("items[0][price]", dear.as_str()),
        ("proration_date", at.as_str()),
        ("proration_behavior", "always_invoice"),
    ];
    let path = format!("subscriptions/{}", id(&subscription));
    let changed = world.post(&path, &form).await;
    assert_eq!(changed["items"]["data"][0]["price"]["unit_amount"], 6100);
    assert_eq!(world.double.charged(&empty()).sum, 3000 + 1550);
    // Back again: the credit waits for the next invoice.
    let cheap = text(&subscription["items"]["data"][0]["price"], "id");
    world.post(&path, &[("items[0][id]", &item), ("items[0][price]", cheap)]).await;
    let next = world.post("invoices/create_preview", &[("subscription", &id(&subscription))]).await;
    assert_eq!(next["total"], 3000 - 1550);
    world.double.advance(16 * DAY);
    assert_eq!(world.double.charged(&empty()).sum, 3000 + 1550 + 1450);
}

#[tokio::test]
async fn collection_is_paused_and_a_page_subscribes() {
    let world = World::new().await;
    let subscription = subscribe(&world, NONE).await;
    let path = format!("subscriptions/{}", id(&subscription));
    world.post(&path, &[("pause_collection[behavior]", "void")]).await;
    world.double.advance(31 * DAY);
    let paused = now(&world, &subscription).await;
    assert_eq!((text(&paused, "status"), text(&paused["latest_invoice"], "status")), ("active", "void"));
    world.post(&path, &[("pause_collection", "")]).await;
    assert_eq!(text(&world.post(&format!("{path}/cancel"), NONE).await, "status"), "canceled");
    let price = price(&world, "3000", "week").await;
    let form = [
        ("mode", "subscription"),
        ("success_url", "http://shop.example/"),
        ("line_items[0][price]", &price),
        ("line_items[0][quantity]", "1"),
        ("subscription_data[metadata][plan]", "p9"),
    ];
    let session = world.post("checkout/sessions", &form).await;
    assert!(world.double.pay_session(&id(&session), "pm_card_chargeDeclined").is_err());
    world.double.pay_session(&id(&session), "pm_card_authenticationRequiredOnSetup").unwrap();
    let got = world
        .get(
            &format!("checkout/sessions/{}", id(&session)),
            &[("expand[]", "subscription"), ("expand[]", "invoice")],
        )
        .await;
    assert_eq!((text(&got["subscription"], "status"), text(&got, "payment_status")), ("active", "paid"));
    assert_eq!(got["subscription"]["metadata"]["plan"], "p9");
    world.double.advance(7 * DAY);
    assert_eq!(world.double.charged(&empty()).sum, 9000);
    let portal = world
        .post(
            "billing_portal/sessions",
            &[("customer", text(&got, "customer")), ("return_url", "http://shop.example/account")],
        )
        .await;
    let cancel = [("act", "cancel"), ("subscription", text(&got["subscription"], "id"))];
    let page =
        world.http.post(text(&portal, "url")).form(&cancel).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("ends with its period"), "{page}");
    world.double.advance(8 * DAY);
    assert_eq!(text(&now(&world, &got["subscription"]).await, "status"), "canceled");
}
