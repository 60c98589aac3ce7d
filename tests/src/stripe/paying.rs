use serde_json::json;
use testkit::{Persona, TestApp};

use super::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_on_stripe_s_page_and_settled_on_return_once() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    assert!(bought.next.starts_with(&shop.turn.double.base_url), "{}", bought.next);
    let made = shop.turn.double.object(&session);
    assert_eq!((&made["amount_total"], &made["currency"]), (&json!(9_000), &json!("gbp")));
    assert_eq!(made["metadata"]["order"], bought.id);
    // The button again leads to the same page: nobody pays twice from two tabs.
    let again =
        visitor.post_form(&format!("/order/{}/pay", bought.token), &[("method", "stripe")]).await.expect(303);
    assert_eq!(again.location(), bought.next);
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let back = format!("/order/{}/back?session={session}", bought.token);
    for _ in 0..2 {
        let place = visitor.get(&back).await.expect(303).location();
        assert!(visitor.open(&place).await.expect(200).has("that’s paid"));
    }
    // Every event follows, three times each.
    let events = shop.events().await;
    for _ in 0..3 {
        for event in &events {
            assert_eq!(shop.deliver(event).await, 200);
        }
    }
    shop.tenant.run_jobs().await;
    assert_eq!(
        shop.count("payments", "status = 'succeeded' AND amount = 9000 AND label = 'Visa •• 4242'").await,
        1
    );
    assert_eq!(shop.count("payments", "true").await, 1);
    assert_eq!(shop.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(shop.tenant.mails_to("sam@example.com").await.len(), 1, "one receipt");
    assert_eq!(shop.count("stripe_events", "state NOT IN ('handled', 'ignored')").await, 0);
    assert_eq!(shop.count("payment_tries", "state = 'succeeded'").await, 1);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_by_the_card_form_on_our_own_page() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.owner.api("PUT", "/stripe/style", Some(&json!({"style": "element"}))).await.expect(200);
    let visitor = shop.tenant.visitor();
    let bought = shop.tenant.buy(&visitor, "ten", "sam@example.com", "stripe").await;
    assert!(bought.next.ends_with(&format!("/order/{}/card", bought.token)), "{}", bought.next);
    let page = visitor.open(&bought.next).await.expect(200);
    let policy = page.header("content-security-policy").unwrap().to_owned();
    let base = &shop.turn.double.base_url;
    assert!(
        policy.contains(&format!("frame-src {base}"))
            && policy.contains(&format!("connect-src 'self' {base}"))
    );
    let other = visitor.get(&format!("/order/{}", bought.token)).await.expect(200);
    assert!(!other.header("content-security-policy").unwrap().contains("frame-src"), "that page only");
    let intent = shop.reference(&bought).await;
    let secret = shop.turn.double.object(&intent)["client_secret"].as_str().unwrap().to_owned();
    assert!(page.has(&secret) && page.has("£90.00") && page.has("noscript"), "{}", page.body);
    // As Stripe's script does, with the publishable key.
    let confirm = async |method: &str| {
        let url = format!("{base}/v1/payment_intents/{intent}/confirm");
        let publishable = shop.key.replace("sk_", "pk_");
        let form = [
            ("client_secret", secret.as_str()),
            ("payment_method", method),
            ("return_url", "http://localhost/"),
        ];
        shop.http.post(url).bearer_auth(publishable).form(&form).send().await.unwrap().status().as_u16()
    };
    assert_eq!(confirm("pm_card_chargeDeclined").await, 402);
    let back = format!("/order/{}/back?payment_intent={intent}", bought.token);
    let place = visitor.get(&back).await.expect(303).location();
    assert!(
        visitor.open(&place).await.expect(200).has("declined")
            || shop.count("payments", "status = 'failed'").await == 1
    );
    assert_eq!(shop.count("orders", "status = 'pending_payment'").await, 1, "another card may do");
    assert_eq!(confirm("pm_card_visa").await, 200);
    let place = visitor.get(&back).await.expect(303).location();
    assert!(visitor.open(&place).await.expect(200).has("that’s paid"));
    assert_eq!(shop.count("payments", "status = 'succeeded' AND amount = 9000").await, 1);
    assert!(
        visitor
            .open(&bought.next)
            .await
            .expect(303)
            .location()
            .ends_with(&format!("/order/{}", bought.token))
    );
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_s_page_offers_stripe_s_own_and_the_other_payment_is_given_up() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.owner.api("PUT", "/stripe/style", Some(&json!({"style": "element"}))).await.expect(200);
    let visitor = shop.tenant.visitor();
    let bought = shop.tenant.buy(&visitor, "ten", "sam@example.com", "stripe").await;
    visitor.open(&bought.next).await.expect(200);
    let intent = shop.reference(&bought).await;
    let hosted =
        visitor.post_form(&format!("/order/{}/hosted", bought.token), &[]).await.expect(303).location();
    assert!(hosted.starts_with(&shop.turn.double.base_url), "{hosted}");
    assert_eq!(shop.turn.double.object(&intent)["status"], "canceled");
    assert_eq!(shop.count("payment_tries", "state = 'ended' AND kind = 'intent'").await, 1);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_go_back_by_stripe_and_those_made_there_are_followed() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let client = shop.tenant.client().await;
    let (bought, session) = shop.buy(&client, "ten", &shop.tenant.email(Persona::Client)).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    shop.tenant.run_jobs().await;
    let part = json!({"amount": {"amount": 3_000, "currency": "GBP"}, "reason": "One class fell out"});
    shop.owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&part)).await.expect(200);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("refunds", "state = 'done' AND reference LIKE 're_%' AND amount = 3000").await, 1);
    let intent = shop.one("reference", "payments", "true").await;
    assert_eq!(shop.turn.double.refunded(&json!({"order": bought.id})).sum, 3_000);
    // Its own events change nothing more; one made in the dashboard is followed.
    shop.turn.double.refund_at_dashboard(&intent, Some(1_000));
    let events = shop.events_of(&["charge.refunded", "refund.created", "refund.updated"]).await;
    shop.tell(&events).await;
    shop.tell(&events).await;
    assert_eq!(shop.one("sum(amount)", "refunds", "state = 'done'").await, "4000");
    assert_eq!(shop.count("refunds", "true").await, 2);
    assert_eq!(shop.count("orders", "status = 'partially_refunded'").await, 1);
    shop.turn.double.refund_at_dashboard(&intent, None);
    let events = shop.events_of(&["charge.refunded"]).await;
    shop.tell(&events).await;
    assert_eq!(shop.count("orders", "status = 'refunded'").await, 1);
    assert_eq!(shop.count("credit_lots", "balance = 0").await, 1, "what was granted goes with all the money");
    // The books agree to the cent; then somebody gives money back while nobody tells.
    shop.advance(3_600);
    shop.owner.api("POST", "/stripe/audits", Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    let audit = shop.owner.api("GET", "/stripe/audits", None).await.expect(200).json()["items"][0].clone();
    assert_eq!((&audit["difference"], &audit["findings"]), (&json!(0), &json!([])), "{audit}");
    assert!(audit["compared"].as_i64().unwrap() >= 4, "{audit}");
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_finds_each_cent() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    let (_, untold) = shop.buy(&visitor, "ten", "alex@example.com").await;
    shop.turn.double.pay_session(&untold, "pm_card_visa").unwrap();
    let intent = shop.one("reference", "payments", "true").await;
    shop.turn.double.refund_at_dashboard(&intent, Some(1_234));
    shop.tenant.run_jobs().await;
    shop.advance(1_800);
    shop.owner.post_form("/studio/payments/stripe/audits", &[]).await.expect(303);
    shop.tenant.run_jobs().await;
    let audit = shop.owner.api("GET", "/stripe/audits", None).await.expect(200).json()["items"][0].clone();
    assert_eq!(audit["difference"], 9_000 + 1_234, "{audit}");
    let found: Vec<_> =
        audit["findings"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(found, ["payment_missing", "refund_missing"]);
    let page = shop.owner.get("/studio/payments/stripe/audits").await.expect(200);
    assert!(page.has("Differs") && page.has("£90.00") && page.has("12.34"), "{}", page.body);
    // What nobody told is found by the poller; then both books agree.
    shop.owner.api("POST", "/stripe/poll", Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    shop.owner.api("POST", "/stripe/audits", Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    let audit = shop.owner.api("GET", "/stripe/audits", None).await.expect(200).json()["items"][0].clone();
    assert_eq!(audit["difference"], 0, "{audit}");
    shop.tenant.finish().await;
}
