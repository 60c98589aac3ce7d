//! Stripe answers slowly, wrongly or not at all, and processes end between two steps.

use std::time::{Duration, Instant};

use serde_json::json;
use stripe_double::{Fault, FaultKind};
use testkit::TestApp;

use super::Shop;

fn fault(method: &str, path: &str, times: u32, kind: FaultKind) -> Fault {
    Fault { method: Some(method.into()), path: path.into(), contains: String::new(), skip: 0, times, kind }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_makes_no_second_session() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    for kind in [FaultKind::DropAfter, FaultKind::StatusAfter(500), FaultKind::Status(429), FaultKind::Drop] {
        shop.turn.double.fault(fault("POST", "/v1/checkout/sessions", 1, kind));
        let page = visitor.get("/buy/ten").await.expect(200);
        let key = page.field("key").unwrap();
        let form =
            [("name", "Sam Reed"), ("email", "sam@example.com"), ("method", "stripe"), ("key", key.as_str())];
        let first = visitor.post_form("/buy/ten", &form).await;
        assert_eq!(first.status, 303, "{kind:?}: asked again at once");
        let second = visitor.post_form("/buy/ten", &form).await.expect(303).location();
        assert!(!second.is_empty());
        let token = shop.one("token", "orders", &format!("form_key = '{key}'")).await;
        let pay = visitor
            .post_form(&format!("/order/{token}/pay"), &[("method", "stripe")])
            .await
            .expect(303)
            .location();
        assert!(pay.starts_with(&shop.turn.double.base_url), "{kind:?}: {pay}");
    }
    let (_, sessions) = shop.stripe("GET", "checkout/sessions", &[("limit", "100")]).await;
    assert_eq!(sessions["data"].as_array().unwrap().len(), 4, "one an order");
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_ended_before_the_answer_finds_what_it_made() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    // As if the process had ended between the call and the note of its answer, and the buyer had paid all the same.
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    app.sql.run(&format!("UPDATE payment_tries SET reference = '' WHERE {}", shop.tenant.rows())).await;
    shop.advance(400);
    shop.owner.api("POST", "/stripe/poll", Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.one("reference", "payment_tries", "true").await, session);
    assert_eq!(shop.count("orders", "status = 'paid'").await, 1);
    assert_eq!(shop.turn.double.charged(&json!({})).count, shop.turn.double.charged(&json!({})).count);
    assert_eq!(shop.count("payments", "true").await, 1);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_is_asked_for_until_it_is_done_and_given_once() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    shop.tenant.run_jobs().await;
    shop.turn.double.fault(fault("POST", "/v1/refunds", 1, FaultKind::DropAfter));
    shop.turn.double.fault(fault("POST", "/v1/refunds", 1, FaultKind::Status(429)));
    let all = json!({"amount": {"amount": 9_000, "currency": "GBP"}, "reason": "Closed"});
    shop.owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&all)).await.expect(200);
    for _ in 0..6 {
        shop.tenant.run_jobs().await;
        shop.advance(600);
    }
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("refunds", "state = 'done' AND reference LIKE 're_%'").await, 1);
    let given = shop.turn.double.refunded(&json!({"order": bought.id}));
    assert_eq!((given.count, given.sum), (1, 9_000));
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_answered_at_once_and_handled_when_stripe_is_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let events = shop.events_of(&["checkout.session.completed"]).await;
    shop.turn.double.fault(fault("GET", "/v1/checkout/sessions", 3, FaultKind::Status(500)));
    let began = Instant::now();
    assert_eq!(shop.deliver(&events[0]).await, 200);
    assert!(began.elapsed() < Duration::from_secs(1), "the answer waits for nobody");
    shop.tenant.run_jobs().await;
    assert_eq!(
        shop.count("stripe_events", "state = 'failed'").await,
        1,
        "shown to staff while it is tried again"
    );
    for _ in 0..4 {
        shop.advance(900);
        shop.tenant.run_jobs().await;
    }
    assert_eq!(shop.count("stripe_events", "state = 'handled' AND runs > 1").await, 1);
    assert_eq!(shop.count("payments", "amount = 9000").await, 1);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_with_the_same_event_settle_it_once() {
    let app = TestApp::start().await;
    let other = app.replica().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    for event in shop.events().await {
        assert_eq!(shop.deliver(&event).await, 200);
    }
    let back = format!("/order/{}/back?session={session}", bought.token);
    let ((), _, _, answer) = tokio::join!(
        async {},
        app.run_jobs(shop.tenant.id),
        other.run_jobs(shop.tenant.id),
        visitor.get(&back),
    );
    assert_eq!(answer.status, 303);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("payments", "true").await, 1);
    assert_eq!(shop.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(shop.count("events", "name = 'order.paid'").await, 1);
    other.stop().await;
    shop.tenant.finish().await;
}
