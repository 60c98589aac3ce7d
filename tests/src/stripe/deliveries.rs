use serde_json::json;
use testkit::{CONNECT_SECRET, StripeTurn, TenantOptions, TestApp};

use super::{SECRET, Shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stripe_did_not_sign_is_not_kept() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let now = app.now().timestamp().as_second();
    let event = json!({"id": "evt_forged", "object": "event", "type": "payment_intent.succeeded", "created": now,
        "livemode": false, "data": {"object": {"id": "pi_x"}}});
    let body = event.to_string();
    assert_eq!(shop.deliver_signed(&body, "whsec_of_somebody_else", now).await, 400);
    assert_eq!(
        shop.deliver_signed(&body, CONNECT_SECRET, now).await,
        400,
        "the platform's secret is not the business's"
    );
    for away in [-301, 301] {
        assert_eq!(shop.deliver_signed(&body, SECRET, now + away).await, 400, "{away} seconds away");
    }
    let own = format!("/{}/webhooks/stripe", shop.tenant.slug);
    let signature = StripeTurn::signature(SECRET, now, &body);
    assert_eq!(shop.post(&own, format!("{body} "), &signature).await, 400, "one byte more");
    for bad in ["", "t=1", "v1=00", "t=x,v1=00", "nonsense"] {
        assert_eq!(shop.post(&own, body.clone(), bad).await, 400, "{bad}");
    }
    for broken in ["", "[]", "{}", "{\"id\": 1}", "not json"] {
        let signature = StripeTurn::signature(SECRET, now, broken);
        assert_eq!(shop.post(&own, broken.to_owned(), &signature).await, 400, "{broken}");
    }
    let large = "x".repeat(5 * 1024 * 1024);
    assert_eq!(shop.post(&own, large, &signature).await, 413);
    assert_eq!(shop.post("/nobody-here/webhooks/stripe", body, &signature).await, 404);
    assert_eq!(shop.count("stripe_events", "true").await, 0);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_another_account_reaches_nobody() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let now = app.now().timestamp().as_second();
    let of = |account: Option<&str>| {
        let mut event = json!({"id": "evt_other", "object": "event", "type": "payment_intent.succeeded", "created": now,
            "livemode": false, "data": {"object": {"id": "pi_x"}}});
        if let Some(account) = account {
            event["account"] = account.into();
        }
        event.to_string()
    };
    assert_eq!(shop.deliver_signed(&of(Some("acct_of_another")), SECRET, now).await, 400);
    for account in [None, Some("acct_nobody"), Some("acct_' OR 1=1 --")] {
        let body = of(account);
        let signature = StripeTurn::signature(CONNECT_SECRET, now, &body);
        assert_eq!(shop.post("/webhooks/stripe", body, &signature).await, 404, "{account:?}");
    }
    assert_eq!(shop.count("stripe_events", "true").await, 0);
    // An object that carries another tenant's name changes nothing, although the account is right.
    let (bought, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    let (_, made) = shop
        .stripe(
            "POST",
            "payment_intents",
            &[
                ("amount", "9000"),
                ("currency", "gbp"),
                ("payment_method", "pm_card_visa"),
                ("confirm", "true"),
                ("return_url", "http://localhost/"),
                ("metadata[tenant]", "ten_00000000000000000000000000000001"),
                ("metadata[order]", &bought.id),
                ("metadata[due]", "0"),
            ],
        )
        .await;
    assert_eq!(made["status"], "succeeded", "{made}");
    let events = shop.events_of(&["payment_intent.succeeded"]).await;
    shop.tell(&events).await;
    assert_eq!(shop.count("orders", "status = 'pending_payment'").await, 1);
    assert_eq!(shop.count("stripe_events", "state = 'ignored' AND outcome = 'not-ours'").await, 1);
    assert!(!session.is_empty());
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_kept_whatever_is_off_and_handled_when_it_is_on_again() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let events = shop.events_of(&["checkout.session.completed"]).await;
    let set = |status: &str| {
        format!(
            "UPDATE tenants SET status = '{status}', version = version + 1 WHERE id = '{}'",
            shop.tenant.id.uuid()
        )
    };
    app.sql.run(&set("suspended")).await;
    assert_eq!(shop.deliver(&events[0]).await, 200);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("stripe_events", "state = 'received'").await, 1, "jobs wait");
    app.sql.run(&set("active")).await;
    app.clock.advance(600);
    shop.tenant.apply(&TenantOptions::all(&app).feature("packages", false)).await;
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("orders", "status = 'paid'").await, 1, "an order outlives a switch");
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_see_events_and_run_them_again() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let events = shop.events().await;
    shop.tell(&events).await;
    let page = shop.owner.get("/studio/payments/stripe/events").await.expect(200);
    assert!(page.has("checkout.session.completed") && page.has("Order 1001 is paid"), "{}", page.body);
    let only = shop.owner.get("/studio/payments/stripe/events?search=checkout").await.expect(200);
    assert!(only.has("checkout.session.completed") && !only.has("payment_intent.succeeded"));
    let completed = shop.events_of(&["checkout.session.completed"]).await;
    let id = completed[0]["id"].as_str().unwrap();
    let detail = shop.owner.get(&format!("/studio/payments/stripe/events/{id}")).await.expect(200);
    assert!(detail.has(&session) && !detail.has("client_secret"), "{}", detail.body);
    let before = shop.end_state().await;
    shop.owner.post_form(&format!("/studio/payments/stripe/events/{id}"), &[]).await.expect(303);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.end_state().await, before);
    let told = shop.owner.api("GET", &format!("/stripe/events/{id}"), None).await.expect(200).json();
    assert_eq!((&told["runs"], &told["state"]), (&json!(2), &json!("handled")));
    shop.owner.api("POST", &format!("/stripe/events/{id}/run-again"), Some(&json!({}))).await.expect(200);
    let coach = shop.tenant.coach().await;
    coach.api("GET", "/stripe/events", None).await.expect(403);
    coach.api("GET", "/stripe", None).await.expect(403);
    shop.owner.api("GET", "/stripe/events/evt_none", None).await.expect(404);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
