use serde_json::json;
use testkit::{Persona, TenantOptions, TestApp};

use super::{PAYMENT, order, press, shop};

const FREE: &str =
    "[[packages.products]]\nslug = \"workbook\"\nname = \"Workbook\"\nprice = \"0\"\nper_client = 1\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn something_free_asks_nobody_to_pay() {
    let app = TestApp::start().await;
    let tenant = shop(&app, FREE).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "workbook", "sam@example.com", "").await;
    assert!(bought.next.ends_with(&format!("/order/{}", bought.token)), "{}", bought.next);
    let receipt = visitor.open(&bought.next).await.expect(200);
    assert!(receipt.has("it’s yours") && receipt.has("Workbook"), "{}", receipt.body);
    assert!(receipt.has("noindex"), "a page behind a token stays out of search engines");
    assert_eq!(tenant.count("orders", "status = 'paid' AND provider = 'free' AND total = 0").await, 1);
    assert_eq!(tenant.count("payments", "true").await, 0);
    tenant.run_jobs().await;
    let mails = tenant.mails_to("sam@example.com").await;
    assert_eq!(mails.iter().map(|mail| mail.template.as_str()).collect::<Vec<_>>(), ["checkout/receipt"]);
    assert!(mails[0].subject.contains("1001"), "{:?}", mails[0]);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_by_card_through_the_bank_s_question_and_granted_once() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let product = tenant.product(&owner, "ten", 9_000, 10).await;
    tenant.package(&owner, "twenty", 15_000, &product).await;
    let client = tenant.client().await;
    let email = tenant.email(Persona::Client);
    let bought = tenant.buy(&client, "twenty", &email, "sandbox").await;
    assert!(bought.next.contains("/pay/sandbox/"), "{}", bought.next);
    assert!(client.open(&bought.next).await.expect(200).has("£150.00"));
    let challenge = press(&client, &bought.next, "challenge").await;
    assert_eq!(tenant.count("payments", "true").await, 0, "nothing is paid before the bank has answered");
    let receipt = press(&client, &challenge, "challenge_ok").await;
    assert!(client.open(&receipt).await.expect(200).has("that’s paid"));
    // Browser back, and the button again: it was one payment.
    assert_eq!(press(&client, &challenge, "challenge_ok").await, receipt);
    assert_eq!(tenant.count("payments", "status = 'succeeded' AND amount = 15000").await, 1);
    tenant.run_jobs().await;
    let again = format!(
        "UPDATE jobs SET status = 'pending', done_at = NULL WHERE kind LIKE '%_paid' AND {}",
        tenant.rows()
    );
    app.sql.run(&again).await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("credit_lots", "balance = 20 AND origin = 'order'").await, 1);
    assert_eq!(tenant.count("events", "name = 'order.paid'").await, 1);
    assert_eq!(tenant.count("events", "name = 'credits.granted'").await, 1);
    assert_eq!(tenant.mails_to(&email).await.len(), 1, "one receipt, however often the job runs");
    assert_eq!(tenant.mails_to(&format!("desk@{}.example", tenant.slug)).await.len(), 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switched_off_before_the_money_comes_nothing_that_was_paid_is_lost() {
    let app = TestApp::start().await;
    let pack = "[[packages.products]]\nslug = \"pack\"\nname = \"Pack\"\nprice = \"10\"\ncredits = 5\n";
    let tenant = shop(&app, pack).await;
    tenant.buy(&tenant.visitor(), "pack", "sam@example.com", "manual").await;
    let options = || TenantOptions::all(&app).section(PAYMENT).section(pack);
    tenant.apply(&options().feature("packages", false)).await;
    let order = super::checkout_kit::one(&tenant, "id", "orders", "true").await.replace('-', "");
    let paid = format!("/orders/ord_{order}/mark-paid");
    tenant.owner().await.api("POST", &paid, Some(&serde_json::json!({}))).await.expect(200);
    tenant.run_jobs().await;
    tenant.apply(&options()).await;
    for _ in 0..2 {
        let now = app.now();
        let sweep = format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
             VALUES (gen_random_uuid(), '{}', 'packages.sweep', '{{}}', '{now}', '{now}')",
            tenant.id.uuid()
        );
        app.sql.run(&sweep).await;
        tenant.run_jobs().await;
    }
    assert_eq!(tenant.count("credit_lots", "balance = 5").await, 1);
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1, "one receipt");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_can_be_tried_again() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    tenant.product(&tenant.owner().await, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    let receipt = press(&visitor, &bought.next, "decline").await;
    assert!(visitor.open(&receipt).await.expect(200).has("declined"));
    let order = format!("/order/{}", bought.token);
    let next =
        visitor.post_form(&format!("{order}/pay"), &[("method", "sandbox")]).await.expect(303).location();
    assert_ne!(next, bought.next, "a try of its own");
    press(&visitor, &next, "pay").await;
    assert!(visitor.get(&order).await.expect(200).has("that’s paid"));
    assert_eq!(tenant.count("payments", "status = 'failed'").await, 1);
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 1);
    visitor.post_form(&format!("{order}/cancel"), &[]).await.expect(409);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_twice_is_one_order() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    tenant.product(&tenant.owner().await, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let tries = (0..8).map(|_| order(&visitor, "ten", "sam@example.com", "manual", "one-form"));
    let answers = futures::future::join_all(tries).await;
    let places: std::collections::BTreeSet<String> =
        answers.into_iter().map(|one| one.expect(303).location()).collect();
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(tenant.count("orders", "true").await, 1);
    let next =
        order(&visitor, "ten", "sam@example.com", "manual", "another-form").await.expect(303).location();
    assert!(!places.contains(&next));
    let numbers = app
        .sql
        .column(&format!("SELECT number::text FROM orders WHERE {} ORDER BY number", tenant.rows()))
        .await;
    assert_eq!(numbers, ["1001", "1002"], "no number is left out");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_waits_expires_and_may_still_arrive() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let body = json!({ "name": "Seat", "slug": "seat", "price": { "amount": 5_000, "currency": "GBP" }, "status": "active", "stock": 1 });
    owner.api("POST", "/products", Some(&body)).await.expect(200);
    let visitor = tenant.visitor();
    let bought = tenant.buy(&visitor, "seat", "sam@example.com", "manual").await;
    assert!(visitor.open(&bought.next).await.expect(200).has("<strong>GB00</strong>"));
    tenant.run_jobs().await;
    assert_eq!(tenant.count("offers", "sold_out").await, 1);
    assert_eq!(order(&visitor, "seat", "kim@example.com", "manual", "k2").await.status, 409);
    app.clock.advance(7 * 24 * 3600 + 1);
    assert!(
        visitor.open(&bought.next).await.expect(200).has("time to pay is over"),
        "even before the job has run"
    );
    // The next buyer frees what is overdue; then the transfer of the first one comes, and there is nothing left to sell.
    let second = order(&visitor, "seat", "kim@example.com", "manual", "k3").await.expect(303).location();
    let paid = format!("/orders/{}/mark-paid", bought.id);
    assert_eq!(owner.api("POST", &paid, Some(&json!({}))).await.expect(409).code(), "offer_sold_out");
    assert_eq!(tenant.count("orders", "status = 'paid'").await, 0);
    let token = second.rsplit('/').next().unwrap();
    visitor.post_form(&format!("/order/{token}/cancel"), &[]).await.expect(303);
    // Now there is one again, and the late money buys it.
    assert_eq!(
        owner.api("POST", &paid, Some(&json!({ "note": "late" }))).await.expect(200).json()["order"]["status"],
        "paid"
    );
    assert_eq!(
        owner.api("POST", &paid, Some(&json!({}))).await.expect(200).json()["payments"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(tenant.count("offer_stock", "taken = 1").await, 1);
    tenant.run_jobs().await;
    let kinds: Vec<_> =
        tenant.mails_to("sam@example.com").await.into_iter().map(|mail| mail.template).collect();
    assert_eq!(kinds, ["checkout/awaiting", "checkout/receipt"]);
    tenant.finish().await;
}
