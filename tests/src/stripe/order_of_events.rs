//! Events in every order, more than once, late, or never: the same end.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::TestApp;

use super::Shop;

/// All orders of so many things.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(count - 1);
    let insert = |at: usize| {
        shorter
            .iter()
            .map(move |order| [&order[..at], &[count - 1], &order[at..]].concat())
            .collect::<Vec<_>>()
    };
    (0..count).flat_map(insert).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_events_three_times_each_comes_to_the_same() {
    let app = TestApp::start().await;
    let mut ends = BTreeSet::new();
    // A payment, part of which was given back in the dashboard, and nobody came back to the page.
    for order in permutations(4) {
        let shop = Shop::open(&app).await;
        let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        let paid = shop.events_of(&["checkout.session.completed", "payment_intent.succeeded"]).await;
        let intent = paid.iter().find(|event| event["type"] == "payment_intent.succeeded").unwrap();
        shop.turn.double.refund_at_dashboard(intent["data"]["object"]["id"].as_str().unwrap(), Some(3_000));
        let kinds =
            ["checkout.session.completed", "payment_intent.succeeded", "charge.refunded", "refund.created"];
        let events = shop.events_of(&kinds).await;
        assert_eq!(events.len(), 4, "{kinds:?}");
        let ordered: Vec<Value> = order.iter().map(|index| events[*index].clone()).collect();
        for event in ordered.iter().chain(&ordered).chain(&ordered) {
            assert_eq!(shop.deliver(event).await, 200);
        }
        shop.tenant.run_jobs().await;
        ends.insert(shop.end_state().await);
        shop.tenant.finish().await;
    }
    assert_eq!(ends.len(), 1, "{ends:#?}");
    let end = ends.first().unwrap();
    assert!(end.starts_with("partially_refunded0 | succeeded9000 | done3000 | 10 |"), "{end}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_refund_before_its_payment_leaves_nothing() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    let completed = shop.events_of(&["checkout.session.completed"]).await;
    let intent = completed[0]["data"]["object"]["payment_intent"].as_str().unwrap().to_owned();
    shop.turn.double.refund_at_dashboard(&intent, None);
    let refunded = shop.events_of(&["charge.refunded"]).await;
    shop.tell(&refunded).await;
    shop.tell(&completed).await;
    assert_eq!(shop.count("orders", "status = 'refunded'").await, 1);
    assert_eq!(shop.count("credit_lots", "balance > 0").await, 0, "no access is left");
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_debit_waits_and_then_comes_or_bounces() {
    for comes in [true, false] {
        let app = TestApp::start().await;
        let shop = Shop::open(&app).await;
        let visitor = shop.tenant.visitor();
        let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
        let account = if comes { "pm_bacsDebit_success" } else { "pm_bacsDebit_fails" };
        shop.turn.double.pay_session(&session, account).unwrap();
        let back = visitor.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(200);
        assert!(back.has("on its way"), "{}", back.body);
        let completed = shop.events_of(&["checkout.session.completed"]).await;
        shop.tell(&completed).await;
        assert_eq!(shop.count("orders", "status = 'pending_payment'").await, 1);
        // Long after a card's time the place is still held.
        shop.advance(2 * 86_400);
        let sweep = format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) VALUES (gen_random_uuid(), '{}', \
             'billing.expire', '{{}}', '{now}', '{now}')",
            shop.tenant.id.uuid(),
            now = app.now()
        );
        app.sql.run(&sweep).await;
        shop.tenant.run_jobs().await;
        assert_eq!(shop.count("orders", "status = 'pending_payment'").await, 1);
        let intent = shop.turn.double.object(&session)["payment_intent"].as_str().unwrap().to_owned();
        shop.turn.double.settle_debit(&intent, comes);
        let kinds = [
            "checkout.session.async_payment_succeeded",
            "checkout.session.async_payment_failed",
            "payment_intent.succeeded",
            "payment_intent.payment_failed",
        ];
        let told = shop.events_of(&kinds).await;
        assert!(!told.is_empty());
        shop.tell(&told).await;
        // The first event comes once more, after the last.
        shop.tell(&completed).await;
        let (status, lots) = if comes { ("paid", 1) } else { ("expired", 0) };
        assert_eq!(shop.one("status", "orders", "true").await, status);
        assert_eq!(shop.count("credit_lots", "balance = 10").await, lots);
        shop.tenant.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_nobody_paid_ends_and_a_late_end_changes_nothing() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, left) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
    let (_, paid) = shop.buy(&shop.tenant.visitor(), "ten", "alex@example.com").await;
    shop.turn.double.pay_session(&paid, "pm_card_visa").unwrap();
    let completed = shop.events_of(&["checkout.session.completed"]).await;
    shop.tell(&completed).await;
    shop.turn.double.expire_session(&left);
    let mut expired = shop.events_of(&["checkout.session.expired"]).await;
    // The same for the paid one, as if it had come late.
    let mut late = expired[0].clone();
    late["id"] = "evt_late".into();
    late["data"]["object"] = completed[0]["data"]["object"].clone();
    expired.push(late);
    shop.tell(&expired).await;
    assert_eq!(shop.count("payment_tries", "state = 'ended'").await, 1);
    assert_eq!(shop.count("payment_tries", "state = 'succeeded'").await, 1);
    assert_eq!(shop.count("orders", "status = 'paid'").await, 1);
    shop.advance(3_600);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("orders", "status = 'expired'").await, 1, "what it held is free");
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_is_shown_and_what_is_lost_went_back() {
    let app = TestApp::start().await;
    for won in [true, false] {
        let shop = Shop::open(&app).await;
        let (_, session) = shop.buy(&shop.tenant.visitor(), "ten", "sam@example.com").await;
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        let completed = shop.events_of(&["checkout.session.completed"]).await;
        shop.tell(&completed).await;
        let intent = shop.one("reference", "payments", "true").await;
        let dispute = shop.turn.double.dispute(&intent);
        let created = shop.events_of(&["charge.dispute.created"]).await;
        shop.tell(&created).await;
        assert_eq!(shop.one("state", "disputes", "true").await, "open");
        shop.turn.double.close_dispute(dispute["id"].as_str().unwrap(), won);
        let closed = shop.events_of(&["charge.dispute.closed"]).await;
        shop.tell(&closed).await;
        shop.tell(&created).await;
        assert_eq!(shop.one("state", "disputes", "true").await, if won { "won" } else { "lost" });
        let status = if won { "paid" } else { "refunded" };
        assert_eq!(shop.one("status", "orders", "true").await, status);
        shop.tenant.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_days_of_lost_events_are_found() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (_, paid) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&paid, "pm_card_visa").unwrap();
    let (second, also) = shop.buy(&visitor, "ten", "alex@example.com").await;
    shop.turn.double.pay_session(&also, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={also}", second.token)).await.expect(303);
    let intent = shop.one("reference", "payments", "true").await;
    shop.turn.double.refund_at_dashboard(&intent, Some(500));
    shop.advance(3 * 86_400);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("stripe_events", "true").await, 0);
    shop.owner.api("POST", "/stripe/poll", Some(&serde_json::json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    assert!(shop.count("stripe_events", "way = 'poller' AND state = 'handled'").await >= 2);
    assert_eq!(shop.count("refunds", "state = 'done' AND amount = 500").await, 1);
    // The first paid while its time was not over: the money counts although three days went by.
    assert_eq!(shop.count("payments", "status IN ('succeeded', 'returned') AND amount = 9000").await, 2);
    let before = shop.end_state().await;
    // A delivery that comes after all is known.
    for event in shop.events().await {
        assert_eq!(shop.deliver(&event).await, 200);
    }
    shop.tenant.run_jobs().await;
    assert_eq!(shop.end_state().await, before);
    shop.tenant.finish().await;
}
