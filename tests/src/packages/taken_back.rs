//! What goes back with the money, and what comes with it.

use kernel::{Permission, Problem};
use serde_json::json;
use testkit::TestApp;

use super::{
    checkout_kit::{Form, one, sell},
    context, credits_kit, press, shop,
};

const ORDERS_CREATE: Permission = Permission("packages:orders:create");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credits_of_a_refunded_order_that_come_back_later_are_gone() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    press(&visitor, &bought.next, "pay").await;
    let ctx = context(&tenant).await;
    let sam = credits_kit::client(&ctx, "sam@example.com").await;
    credits_kit::spend(&ctx, sam, "booking/1", 10, None).await.unwrap();
    let all = json!({ "amount": { "amount": 9_000, "currency": "GBP" } });
    owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&all)).await.expect(200);
    tenant.run_jobs().await;
    ctx.tx(ORDERS_CREATE, async |tx| {
        let back = ledger::credits::give_back(tx, "booking/1", "booking/1/back", "Called off", None).await?;
        Ok::<_, Problem>(back)
    })
    .await
    .unwrap();
    assert_eq!(credits_kit::balance(&ctx, sam).await, 0, "the money for them went back");
    credits_kit::whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_that_is_refunded_takes_its_credits_back_and_is_the_last() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let body = json!({
        "slug": "committed", "name": "Committed", "price": { "amount": 10_900, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month", "credits_per_week": 5 },
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
    let visitor = tenant.visitor();
    let mut orders = Vec::new();
    for email in ["sam@example.com", "kim@example.com"] {
        let form = Form::open(&visitor, "committed", email).await;
        let next = form.send(&visitor).await.expect(303).location();
        press(&visitor, &next, "pay").await;
        tenant.run_jobs().await;
        let found = format!("client_email = '{email}'");
        orders.push(one(&tenant, "id", "orders", &found).await.replace('-', ""));
    }
    assert_eq!(tenant.count("credit_lots", "origin = 'plan' AND balance = 5").await, 2);
    // A part is a favour; all of it is the end.
    for (order, amount) in [(&orders[0], 900), (&orders[1], 900), (&orders[1], 10_000)] {
        let refund = json!({ "amount": { "amount": amount, "currency": "GBP" } });
        owner.api("POST", &format!("/orders/ord_{order}/refund"), Some(&refund)).await.expect(200);
    }
    assert_eq!(tenant.count("credit_lots", "balance = 5").await, 1, "at once");
    tenant.run_jobs().await;
    assert_eq!(tenant.count("subscriptions", "status = 'ended'").await, 1);
    assert_eq!(tenant.count("subscriptions", "status = 'active'").await, 1);
    app.clock.advance(35 * 24 * 3600);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("orders", "true").await, 3, "only the other one goes on");
    assert_eq!(tenant.count("credit_lots", "balance > 0 AND revoked_at IS NOT NULL").await, 0);
    credits_kit::whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_is_handed_out_with_the_payment() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    tenant.product(&tenant.owner().await, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    press(&visitor, &bought.next, "pay").await;
    // No job ran yet.
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(tenant.count("order_steps", "kind = 'granted'").await, 1);
    // What can't be handed out holds no payment up, and nobody else.
    let odd = tenant.buy(&visitor, "ten", "kim@example.com", "sandbox").await;
    let break_it = format!(
        "ALTER TABLE order_lines DISABLE TRIGGER USER; UPDATE order_lines SET detail = '{{\"grants\": 5}}' WHERE order_id = '{}'; \
         ALTER TABLE order_lines ENABLE TRIGGER USER",
        odd.id.trim_start_matches("ord_")
    );
    app.sql.run(&break_it).await;
    press(&visitor, &odd.next, "pay").await;
    assert_eq!(tenant.count("orders", "status = 'paid'").await, 2);
    assert_eq!(tenant.count("credit_lots", "true").await, 1);
    let last = tenant.buy(&visitor, "ten", "ann@example.com", "sandbox").await;
    press(&visitor, &last.next, "pay").await;
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 2);
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_unused_goes_back_in_proportion_and_can_not_be_used_any_more() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let more = json!({ "grants": [{ "kind": "credits", "credits": 10 }], "deposit": { "amount": 2_500, "days": 30 } });
    sell(&owner, "course", 10_000, more).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "course", "sam@example.com").await.with("pay", "deposit");
    let page = form.clone().with("do", "look").send(&visitor).await.expect(200);
    let form = form.with("shown", &page.field("shown").expect("what was shown"));
    let next = form.send(&visitor).await.expect(303).location();
    press(&visitor, &next, "pay").await;
    tenant.run_jobs().await;
    let id = format!("ord_{}", one(&tenant, "id", "orders", "true").await.replace('-', ""));
    let ctx = context(&tenant).await;
    let sam = credits_kit::client(&ctx, "sam@example.com").await;
    credits_kit::spend(&ctx, sam, "session/1", 3, None).await.unwrap();
    let seen = owner.api("GET", &format!("/orders/{id}"), None).await.expect(200).json();
    assert_eq!(
        seen["lines"][0]["unused"],
        json!({ "left": 7, "of": 10, "worth": { "amount": 1_750, "currency": "GBP" } }),
        "seven tenths of the deposit"
    );
    assert!(owner.get(&format!("/studio/orders/{id}")).await.expect(200).has("What is unused: £17.50"));
    let path = format!("/studio/orders/{id}/refund");
    for _ in 0..2 {
        owner.post_form(&path, &[("by", "unused"), ("key", "one-form")]).await.expect(303);
    }
    assert_eq!(tenant.count("refunds", "amount = 1750").await, 1);
    assert_eq!(credits_kit::balance(&ctx, sam).await, 0);
    let again = owner.api("POST", &format!("/orders/{id}/refund"), Some(&json!({ "unused": true }))).await;
    assert_eq!(again.expect(409).code(), "refund_nothing_unused");
    assert_eq!(tenant.count("orders", "due_now = 0").await, 1, "the rest is not owed any more");
    tenant.leave_outbox();
}
