use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Persona, TestApp};

use super::Shop;

pub(super) const MONTH: i64 = 31 * 86_400;

/// A plan of £109 a month without a term.
pub(super) async fn plan(shop: &Shop<'_>) {
    let body = json!({
        "slug": "committed", "name": "Committed", "price": { "amount": 10_900, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month", "credits_per_week": 5 },
    });
    shop.owner.api("POST", "/plans", Some(&body)).await.expect(200);
    shop.tenant.run_jobs().await;
}

/// What must be the same however events came.
async fn standing(shop: &Shop<'_>) -> String {
    let orders =
        "(SELECT string_agg(status || total, ',' ORDER BY number) FROM orders WHERE tenant_id = s.tenant_id)";
    let paid = "(SELECT count(*) FROM payments WHERE tenant_id = s.tenant_id AND status = 'succeeded')";
    let what = format!("s.status || ' ' || s.periods_paid || ' ' || {orders} || ' ' || {paid}");
    let sql = format!("SELECT {what} FROM subscriptions s WHERE {}", shop.tenant.rows());
    shop.tenant.app.sql.one(&sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_begins_in_every_order_of_its_events() {
    let app = TestApp::start().await;
    let kinds = ["customer.subscription.created", "invoice.created", "invoice.paid", "charge.succeeded"];
    let mut ends = BTreeSet::new();
    for turn in 0..6_usize {
        let shop = Shop::open(&app).await;
        plan(&shop).await;
        let client = shop.tenant.client().await;
        let (_, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
        assert_eq!(shop.turn.double.object(&session)["mode"], "subscription");
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        let events = shop.events_of(&kinds).await;
        assert!(events.len() >= 4, "{events:#?}");
        let count = events.len();
        let order: Vec<Value> =
            (0..count).map(|index| events[(index * (1 + turn / count) + turn) % count].clone()).collect();
        for event in order.iter().chain(order.iter().rev()).chain(&events) {
            assert_eq!(shop.deliver(event).await, 200);
        }
        shop.tenant.run_jobs().await;
        ends.insert(standing(&shop).await);
        shop.tenant.leave_outbox();
    }
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["active 1 paid10900 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_changes_with_the_next_period_as_the_page_says() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    plan(&shop).await;
    let body = json!({
        "slug": "dearer", "name": "Dearer", "price": { "amount": 15_000, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month", "credits_per_week": 7 },
    });
    let to = shop.owner.api("POST", "/plans", Some(&body)).await.expect(200).json()["id"].clone();
    let client = shop.tenant.client().await;
    client.get("/me").await.expect(200);
    let (bought, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    let id = shop.one("'sub_' || replace(id::text, '-', '')", "subscriptions", "true").await;
    let page = format!("/me/subscriptions/{id}");
    let shown = client.get(&format!("{page}/change?to={}", to.as_str().unwrap())).await.expect(200);
    assert!(!shown.has("Pay "), "{}", shown.body);
    let now = json!({ "to": to, "when": "now" });
    let api = format!("/subscriptions/{id}/change");
    assert_eq!(shop.owner.api("POST", &api, Some(&now)).await.expect(409).code(), "subscription_there");
    client.post_form(&format!("{page}/change"), &[("to", to.as_str().unwrap())]).await.expect(303);
    assert_eq!(shop.one("name", "subscriptions", "planned IS NOT NULL").await, "Committed");
    let told = shop.events_of(&["customer.subscription.updated", "invoice.paid"]).await;
    shop.tell(&told).await;
    assert_eq!(shop.one("name", "subscriptions", "true").await, "Committed", "until the period is over");
    assert_eq!(standing(&shop).await, "active 1 paid10900 1");
    shop.advance(MONTH);
    let told = shop.events_of(&["customer.subscription.updated", "invoice.paid"]).await;
    shop.tell(&told).await;
    assert_eq!(standing(&shop).await, "active 2 paid10900,paid15000 2");
    assert_eq!(shop.one("name", "subscriptions", "planned IS NULL").await, "Dearer");
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_renews_fails_recovers_and_ends() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    plan(&shop).await;
    let client = shop.tenant.client().await;
    let (bought, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    assert_eq!(standing(&shop).await, "active 1 paid10900 1");
    let reference = shop.one("reference", "subscriptions", "true").await;
    assert!(reference.starts_with("sub_"), "Stripe renews it");
    assert_eq!(
        shop.count("stripe_objects", "kind = 'price' AND local LIKE 'pln_%/10900/GBP/month/1'").await,
        1
    );
    // A month later Stripe renews it; each event comes twice.
    shop.advance(MONTH);
    let kinds = [
        "invoice.paid",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "customer.subscription.deleted",
    ];
    let told = shop.events_of(&kinds).await;
    shop.tell(&told).await;
    shop.tell(&told).await;
    assert_eq!(standing(&shop).await, "active 2 paid10900,paid10900 2");
    // The card fails for the next, and works again later.
    let there = shop.turn.double.object(&reference);
    let method = there["default_payment_method"].as_str().unwrap_or_default().to_owned();
    shop.turn.double.method_does(&method, "declined");
    shop.advance(MONTH);
    let failed = shop.events_of(&kinds).await;
    shop.tell(&failed).await;
    assert_eq!(shop.one("status", "subscriptions", "true").await, "past_due");
    shop.turn.double.method_does(&method, "ok");
    shop.advance(10 * 86_400);
    let recovered = shop.events_of(&kinds).await;
    shop.tell(&recovered).await;
    // The failure once more, late.
    shop.tell(&failed).await;
    assert_eq!(standing(&shop).await, "active 3 paid10900,paid10900,paid10900 3");
    // Ended at Stripe.
    let (status, _) = shop.stripe("DELETE", &format!("subscriptions/{reference}"), &[]).await;
    assert_eq!(status, 200);
    let ended = shop.events_of(&["customer.subscription.deleted"]).await;
    shop.tell(&ended).await;
    shop.tell(&recovered).await;
    assert_eq!(shop.one("status", "subscriptions", "true").await, "ended");
    shop.tenant.leave_outbox();
}
