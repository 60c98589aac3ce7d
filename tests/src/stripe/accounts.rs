use serde_json::{Value, json};
use testkit::{CONNECT_SECRET, StripeTurn, TenantOptions, TestApp, TestTenant};

use super::{SECRET, Shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_tried_stored_encrypted_and_never_shown() {
    let app = TestApp::start().await;
    let shop = Shop::closed(&app).await;
    let unknown = json!({"secret_key": "sk_test_nobody_has_this", "publishable_key": "pk_test_nobody_has"});
    let refused = shop.owner.api("PUT", "/stripe/keys", Some(&unknown)).await.expect(422);
    assert!(refused.has("secret_key"), "{}", refused.body);
    let mixed = json!({"secret_key": shop.key, "publishable_key": "pk_live_abcdefgh"});
    shop.owner.api("PUT", "/stripe/keys", Some(&mixed)).await.expect(422);
    assert_eq!(shop.count("stripe_accounts", "true").await, 0);
    let form = [
        ("secret_key", shop.key.as_str()),
        ("publishable_key", &shop.key.replace("sk_", "pk_")),
        ("webhook_secret", SECRET),
    ];
    shop.owner.post_form("/studio/payments/stripe/keys", &form).await.expect(303);
    let page = shop.owner.get("/studio/payments/stripe").await.expect(200);
    let hint = &shop.key[shop.key.len() - 4..];
    assert!(page.has(hint) && !page.has(&shop.key) && !page.has(SECRET), "{}", page.body);
    let told = shop.owner.api("GET", "/stripe", None).await.expect(200);
    assert!(!told.has(&shop.key) && !told.has(SECRET));
    assert_eq!((&told.json()["mode"], &told.json()["charges_enabled"]), (&json!("keys"), &json!(true)));
    let plain = format!("position('{}'::bytea in secret_key) = 0", shop.key);
    assert_eq!(shop.count("stripe_accounts", &plain).await, 1);
    assert!(shop.owner.get("/studio/offers/payments").await.expect(200).status == 200);
    // Buyers are offered cards now, and not any more afterwards.
    shop.tenant.product(&shop.owner, "ten", 9_000, 10).await;
    assert!(shop.tenant.visitor().get("/buy/ten").await.expect(200).has("stripe"));
    shop.owner.post_form("/studio/payments/stripe/disconnect", &[]).await.expect(303);
    assert!(!shop.tenant.visitor().get("/buy/ten").await.expect(200).has("value=\"stripe\""));
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_key_is_not_shown_again_when_it_is_refused() {
    let app = TestApp::start().await;
    let shop = Shop::closed(&app).await;
    let form = [
        ("secret_key", "sk_test_typed_wrongly"),
        ("publishable_key", "pk_test_typed"),
        ("webhook_secret", "whsec_typed1"),
    ];
    let page = shop.owner.post_form("/studio/payments/stripe/keys", &form).await.expect(422);
    assert!(
        page.has("pk_test_typed") && !page.has("sk_test_typed_wrongly") && !page.has("whsec_typed1"),
        "{}",
        page.body
    );
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_connects_through_the_platform_and_is_paid_on_its_own_account() {
    let app = TestApp::start().await;
    let shop = Shop::closed(&app).await;
    let link = shop.owner.post_form("/studio/payments/stripe/connect", &[]).await.expect(303).location();
    assert!(link.starts_with(&shop.turn.double.base_url), "{link}");
    let account = shop.one("account_id", "stripe_accounts", "true").await;
    assert!(account.starts_with("acct_"));
    shop.tenant.product(&shop.owner, "ten", 9_000, 10).await;
    assert!(
        !shop.tenant.visitor().get("/buy/ten").await.expect(200).has("value=\"stripe\""),
        "not before it is done"
    );
    shop.turn.double.account(&account, "onboard");
    shop.owner.get("/studio/payments/stripe/return").await.expect(303);
    let visitor = shop.tenant.visitor();
    let (_, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let intent = shop.turn.double.object(&session)["payment_intent"].as_str().unwrap().to_owned();
    assert_eq!(shop.turn.double.object(&intent)["application_fee_amount"], 225, "2.5 % of £90");
    // Its events come to the platform's endpoint, with the account's name.
    let url = format!("{}/v1/events?limit=100", shop.turn.double.base_url);
    let ask = shop.http.get(url).bearer_auth("sk_test_platform").header("Stripe-Account", &account);
    let list: Value = ask.send().await.unwrap().json().await.unwrap();
    let now = app.now().timestamp().as_second();
    let mut told = 0;
    for event in list["data"].as_array().unwrap() {
        assert_eq!(event["account"], account, "{event}");
        let body = event.to_string();
        let signature = StripeTurn::signature(CONNECT_SECRET, now, &body);
        for new in [true, false] {
            let _ = new;
            assert_eq!(shop.post("/webhooks/stripe", body.clone(), &signature).await, 200);
        }
        told += 1;
    }
    assert!(told > 2);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("payments", "status = 'succeeded' AND amount = 9000").await, 1);
    assert_eq!(shop.count("stripe_events", "true").await, told);
    // Of a refund the platform's part goes back in proportion.
    let order = shop.one("'ord_' || replace(id::text, '-', '')", "orders", "true").await;
    let half = json!({"amount": {"amount": 4_500, "currency": "GBP"}, "reason": ""});
    shop.owner.api("POST", &format!("/orders/{order}/refund"), Some(&half)).await.expect(200);
    shop.tenant.run_jobs().await;
    let charge = shop.turn.double.object(&intent)["latest_charge"].as_str().unwrap().to_owned();
    let fee = shop.turn.double.object(&charge)["application_fee"].as_str().unwrap().to_owned();
    let back = shop.turn.double.object(&fee)["amount_refunded"].as_i64().unwrap();
    assert!((112..=113).contains(&back), "{back}");
    // The account is closed to charges: buyers are not offered it any more.
    shop.turn.double.account(&account, "disable");
    shop.owner.get("/studio/payments/stripe/return").await.expect(303);
    assert!(!visitor.get("/buy/ten").await.expect(200).has("value=\"stripe\""));
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_in_dinars_is_told_that_stripe_is_not_for_it() {
    let app = TestApp::start().await;
    let _turn = StripeTurn::take().await;
    let options = TenantOptions { currency: "KWD".to_owned(), ..TenantOptions::all(&app) };
    let tenant = TestTenant::with(&app, options).await;
    let owner = tenant.owner().await;
    let keys = json!({"secret_key": "sk_test_dinars", "publishable_key": "pk_test_dinars"});
    for (method, path, body) in [("PUT", "/stripe/keys", Some(&keys)), ("POST", "/stripe/connect", None)] {
        let refused = owner.api(method, path, body).await.expect(409);
        assert!(refused.has("stripe_currency"), "{}", refused.body);
    }
    assert_eq!(tenant.count("stripe_accounts", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_pays_an_account_that_was_left() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (_, open) = shop.buy(&visitor, "ten", "sam@example.com").await;
    let (paid, done) = shop.buy(&visitor, "ten", "kim@example.com").await;
    shop.turn.double.pay_session(&done, "pm_card_visa").unwrap();
    shop.owner.post_form("/studio/payments/stripe/disconnect", &[]).await.expect(303);
    assert_eq!(shop.turn.double.object(&open)["status"], "expired");
    assert_eq!(shop.count("payment_tries", "state = 'ended'").await, 1);
    // What was paid before nobody told of it is not lost with the connection.
    let id = paid.id.trim_start_matches("ord_");
    assert_eq!(
        shop.count("orders", &format!("status = 'paid' AND replace(id::text, '-', '') = '{id}'")).await,
        1
    );
    assert_eq!(shop.count("stripe_accounts", "true").await, 0);
    shop.tenant.leave_outbox();
}
