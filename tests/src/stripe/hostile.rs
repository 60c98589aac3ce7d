//! What no honest Stripe says: other amounts and currencies, odd names, events that are nobody's.

use serde_json::{Value, json};
use testkit::{StripeTurn, TestApp};

use super::{SECRET, Shop};

/// A payment at the account with tags of its own.
async fn intent(shop: &Shop<'_>, amount: &str, currency: &str, tags: [(&str, &str); 3]) -> Value {
    let form = [
        ("amount", amount),
        ("currency", currency),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("return_url", "http://localhost/"),
        (tags[0].0, tags[0].1),
        (tags[1].0, tags[1].1),
        (tags[2].0, tags[2].1),
    ];
    let (status, made) = shop.stripe("POST", "payment_intents", &form).await;
    assert_eq!(status, 200, "{made}");
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_amount_or_currency_pays_nothing_and_is_shown() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (bought, _) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    let tenant = shop.tenant.id.to_string();
    for (amount, currency) in
        [("31", "gbp"), ("8999", "gbp"), ("9001", "gbp"), ("9000", "usd"), ("9000", "jpy")]
    {
        let tags =
            [("metadata[tenant]", tenant.as_str()), ("metadata[order]", &bought.id), ("metadata[due]", "0")];
        intent(&shop, amount, currency, tags).await;
    }
    let odd = ["-1", "7", "99999999999999999999", "0x1"];
    for due in odd {
        let tags =
            [("metadata[tenant]", tenant.as_str()), ("metadata[order]", &bought.id), ("metadata[due]", due)];
        intent(&shop, "500", "gbp", tags).await;
    }
    let events = shop.events_of(&["payment_intent.succeeded"]).await;
    assert_eq!(events.len(), 5 + odd.len());
    shop.tell(&events).await;
    assert_eq!(shop.count("orders", "status = 'pending_payment'").await, 1);
    assert_eq!(shop.count("payments", "true").await, 0);
    assert_eq!(shop.count("stripe_events", "state = 'failed' AND outcome <> ''").await, 9, "staff see each");
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_other_businesses_are_out_of_reach() {
    let app = TestApp::start().await;
    // Two tests would wait for each other's turn of the double: another business needs none of its own.
    let shop = Shop::open(&app).await;
    let other = testkit::TestTenant::with(&app, testkit::TenantOptions::all(&app)).await;
    let owner = other.owner().await;
    other.product(&owner, "ten", 9_000, 10).await;
    let settings = json!({"manual_on": true, "manual_instructions": "IBAN", "manual_days": 3});
    owner.api("PUT", "/payments/settings", Some(&settings)).await;
    let theirs = other.buy(&other.visitor(), "ten", "sam@example.com", "").await;
    let own = shop.tenant.id.to_string();
    let them = other.id.to_string();
    for tenant in [own.as_str(), them.as_str()] {
        let tags =
            [("metadata[tenant]", tenant), ("metadata[order]", theirs.id.as_str()), ("metadata[due]", "0")];
        intent(&shop, "9000", "gbp", tags).await;
    }
    let events = shop.events_of(&["payment_intent.succeeded"]).await;
    shop.tell(&events).await;
    assert_eq!(shop.count("stripe_events", "state = 'ignored' AND outcome = 'not-ours'").await, 2);
    let paid = format!("SELECT count(*) FROM payments WHERE tenant_id = '{}'", other.id.uuid());
    assert_eq!(app.sql.one(&paid).await, "0");
    shop.tenant.leave_outbox();
    other.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_events_are_kept_or_refused_and_never_end_in_an_error() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let now = app.now().timestamp().as_second();
    let event = |id: &str, kind: &str, object: Value| {
        json!({"id": id, "object": "event", "type": kind, "created": now, "livemode": false,
            "data": {"object": object}})
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let odd = [
        event("evt_a", "payment_intent.succeeded", json!({"id": "../customers"})),
        event("evt_b", "payment_intent.succeeded", json!({"id": "pi_1?expand[]=x"})),
        event("evt_c", "charge.refunded", json!({"id": ""})),
        event("evt_d", "invoice.paid", json!({"id": 5})),
        event("evt_e", "checkout.session.completed", Value::Null),
        event("evt_f", "refund.created", json!({"id": "re_\u{0}x"})),
        event("evt_g", "charge.dispute.created", json!({"id": "dp_1", "note\u{0}": "a\u{0}b"})),
        event("evt_h", "customer.subscription.updated", json!({"id": "sub_nobody", "deep": deep})),
        event("evt_i", "setup_intent.succeeded", json!({"id": "seti_nobody"})),
        event("evt_j", "payment_method.detached", json!({"id": "pm_nobody"})),
        event("evt_k", "thing.that.never.was", json!({"id": "x".repeat(500)})),
    ];
    for one in &odd {
        assert_eq!(shop.deliver(one).await, 200, "{one}");
    }
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("stripe_events", "state = 'ignored'").await, 11);
    let bad = [
        json!({"id": "evt_l", "type": "invoice.paid", "created": i64::MAX, "data": {}}).to_string(),
        json!({"id": "e".repeat(101), "type": "invoice.paid", "created": now}).to_string(),
        json!({"id": "evt_\u{0}", "type": "invoice.paid", "created": now}).to_string(),
        "[".repeat(100_000),
        "{\"id\": \"evt_m\", \"type\": \"x\", \"created\": 1e999}".to_owned(),
        "\u{feff}{}".to_owned(),
    ];
    for body in &bad {
        assert_eq!(shop.deliver_signed(body, SECRET, now).await, 400, "{}", body.get(..60).unwrap_or(body));
    }
    let raw = [0xff, 0xfe, b'{', b'}'];
    let signature = StripeTurn::signature(SECRET, now, "");
    let url = format!("{}/{}/webhooks/stripe", app.origin, shop.tenant.slug);
    let answer =
        shop.http.post(url).header("stripe-signature", signature).body(raw.to_vec()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(shop.count("stripe_events", "true").await, 11);
    shop.tenant.leave_outbox();
}
