//! Orders for which no money came: undone, and granted only when what they remember can be read.

use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::{
    checkout_kit::{Form, coupon, one, sell},
    shop,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_paid_by_codes_alone_is_undone_once() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let credits = json!({ "grants": [{ "kind": "credits", "credits": 10, "days": 90 }], "stock": 1 });
    sell(&owner, "ten", 3_000, credits).await;
    coupon(&owner, json!({ "code": "HALF", "bp": 5_000, "max_uses": 1 })).await;
    let voucher = json!({ "amount": { "amount": 5_000, "currency": "GBP" } });
    let made = owner.api("POST", "/vouchers", Some(&voucher)).await.expect(200).json();
    let code = made["code"].as_str().unwrap();
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "sam@example.com").await;
    let (form, _) = form.apply(&visitor, "half").await;
    let (form, _) = form.apply(&visitor, code).await;
    let receipt = form.send(&visitor).await.expect(303).location();
    tenant.run_jobs().await;
    let id = format!("ord_{}", one(&tenant, "id", "orders", "total = 0").await.replace('-', ""));
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(tenant.count("vouchers", "balance = 3500").await, 1);
    let refund = json!({ "amount": { "amount": 1, "currency": "GBP" } });
    owner.api("POST", &format!("/orders/{id}/refund"), Some(&refund)).await.expect(409);
    owner.api("POST", &format!("/orders/{id}/cancel"), None).await.expect(409);
    // One credit is used meanwhile: the other nine go.
    let client = one(&tenant, "id", "clients", "email = 'sam@example.com'").await.replace('-', "");
    let ctx = super::context(&tenant).await;
    let client = format!("cli_{client}").parse().unwrap();
    super::credits_kit::spend(&ctx, client, "place/1", 1, None).await.unwrap();
    let page = owner.get(&format!("/studio/orders/{id}")).await.expect(200);
    assert!(page.has("Undo this order") && page.has("INV-00001"), "{}", page.body);
    let undo = format!("/studio/orders/{id}/undo");
    for _ in 0..2 {
        owner.post_form(&undo, &[("reason", "The class fell out")]).await.expect(303);
    }
    tenant.run_jobs().await;
    assert_eq!(tenant.count("credit_lots", "balance = 0").await, 1);
    assert_eq!(tenant.count("vouchers", "balance = 5000").await, 1, "once");
    assert_eq!(tenant.count("coupons", "taken = 0").await, 1);
    assert_eq!(tenant.count("offer_clients", "taken = 0").await, 1);
    assert_eq!(tenant.count("order_steps", "kind = 'undone'").await, 1);
    assert_eq!(tenant.count("events", "name = 'order.undone'").await, 1);
    assert_eq!(tenant.count("refunds", "true").await, 0, "there was no money");
    let told = tenant.mails_to("sam@example.com").await;
    let mail = told.iter().find(|mail| mail.template == "checkout/undone").expect("a mail");
    assert!(
        mail.text.contains("£15.00 is back on your voucher") && mail.text.contains("The class fell out"),
        "{mail:?}"
    );
    assert!(visitor.open(&receipt).await.expect(200).has("This order was undone"));
    let again = owner.api("POST", &format!("/orders/{id}/undo"), Some(&json!({}))).await.expect(200).json();
    assert_eq!(
        (&again["order"]["status"], &again["order"]["invoice"]),
        (&json!("refunded"), &json!("INV-00001"))
    );
    another_buyer(&visitor, code).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

/// The last piece, the coupon and the voucher are there for another order.
async fn another_buyer(visitor: &Client, voucher: &str) {
    let form = Form::open(visitor, "ten", "kim@example.com").await;
    let (form, _) = form.apply(visitor, "half").await;
    let (form, _) = form.apply(visitor, voucher).await;
    form.send(visitor).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_paid_with_money_is_refunded_not_undone() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 3_000, json!({})).await;
    let visitor = tenant.visitor();
    let next =
        Form::open(&visitor, "ten", "sam@example.com").await.send(&visitor).await.expect(303).location();
    let id = format!("ord_{}", one(&tenant, "id", "orders", "true").await.replace('-', ""));
    let undo = format!("/orders/{id}/undo");
    assert_eq!(owner.api("POST", &undo, Some(&json!({}))).await.expect(409).code(), "order_undo", "not paid");
    super::press(&visitor, &next, "pay").await;
    assert_eq!(owner.api("POST", &undo, Some(&json!({}))).await.expect(409).code(), "order_undo");
    assert!(!owner.get(&format!("/studio/orders/{id}")).await.expect(200).has("Undo this order"));
    owner.api("POST", &undo.replace("ord_", "ord_0"), Some(&json!({}))).await.expect(404);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_is_tried_again_and_never_taken_for_nothing() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 3_000, json!({ "grants": [{ "kind": "credits", "credits": 10, "days": 90 }] })).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "sam@example.com").await.with("method", "manual");
    form.send(&visitor).await.expect(303);
    let order = one(&tenant, "id", "orders", "true").await.replace('-', "");
    let whole: Value = serde_json::from_str(&one(&tenant, "detail", "order_lines", "true").await).unwrap();
    let set = |detail: &str| format!("UPDATE order_lines SET detail = '{detail}' WHERE {}", tenant.rows());
    app.sql.run(&set(r#"{"grants": "lost"}"#)).await;
    // The money is there, whatever can't be handed out for it.
    let paid = format!("/orders/ord_{order}/mark-paid");
    owner.api("POST", &paid, Some(&json!({}))).await.expect(200);
    assert_eq!(tenant.count("orders", "status = 'paid'").await, 1);
    let job = format!(
        "SELECT count(*) FROM jobs WHERE {} AND kind = 'packages.grant_on_paid' AND status = 'done'",
        tenant.rows()
    );
    tenant.run_jobs().await;
    assert_eq!(app.sql.count(&job).await, 0, "it is to be tried again");
    assert_eq!(tenant.count("order_steps", "kind IN ('granted', 'nothing_to_grant')").await, 0);
    app.sql.run(&set(&whole.to_string().replace('\'', "''"))).await;
    app.clock.advance(24 * 3600);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(tenant.count("order_steps", "kind = 'granted'").await, 1);
    tenant.leave_outbox();
}
