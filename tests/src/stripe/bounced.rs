//! Refunds that fail, bounce and are asked for anew: given once, never twice.

use serde_json::json;
use stripe_double::{Fault, FaultKind};
use testkit::{Bought, TestApp};

use super::Shop;

async fn paid<'a>(app: &'a TestApp) -> (Shop<'a>, Bought) {
    let shop = Shop::open(app).await;
    let visitor = shop.tenant.visitor();
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    shop.tenant.run_jobs().await;
    (shop, bought)
}

async fn refund(shop: &Shop<'_>, bought: &Bought, amount: i64) {
    let body = json!({"amount": {"amount": amount, "currency": "GBP"}, "reason": ""});
    shop.owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&body)).await.expect(200);
    shop.tenant.run_jobs().await;
}

async fn again(shop: &Shop<'_>, bought: &Bought) {
    let id = shop.one("'ref_' || replace(id::text, '-', '')", "refunds", "true").await;
    let path = format!("/studio/orders/{}/refunds/{id}/again", bought.id);
    shop.owner.post_form(&path, &[]).await.expect(303);
    shop.tenant.run_jobs().await;
}

async fn state(shop: &Shop<'_>) -> String {
    shop.one("state || ' ' || reference", "refunds", "true").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_bounced_is_made_anew_and_stays_so() {
    let app = TestApp::start().await;
    let (shop, bought) = paid(&app).await;
    refund(&shop, &bought, 4_000).await;
    let first = shop.one("reference", "refunds", "state = 'done'").await;
    shop.turn.double.settle_refund(&first, "failed");
    let failed = shop.events_of(&["refund.failed", "charge.refund.updated", "refund.updated"]).await;
    assert!(!failed.is_empty());
    shop.tell(&failed).await;
    assert_eq!(state(&shop).await, format!("failed {first}"));
    again(&shop, &bought).await;
    let second = shop.one("reference", "refunds", "state = 'done'").await;
    assert_ne!(first, second, "the same call would only have told of the first once more");
    assert_eq!(shop.turn.double.object(&second)["status"], "succeeded");
    // Old news of the one that bounced changes nothing, nor do those of the new one.
    let events = shop.events().await;
    shop.tell(&failed).await;
    shop.tell(&events).await;
    assert_eq!(state(&shop).await, format!("done {second}"));
    let given = shop.turn.double.refunded(&json!({"order": bought.id}));
    assert_eq!((given.count, given.sum), (1, 4_000), "what bounced is not with the client");
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_and_staff_who_ask_again_give_it_once() {
    for kind in [FaultKind::DropAfter, FaultKind::StatusAfter(500), FaultKind::Drop, FaultKind::Status(500)] {
        let app = TestApp::start().await;
        let (shop, bought) = paid(&app).await;
        // Every attempt of the first run is lost.
        shop.turn.double.fault(Fault {
            method: Some("POST".into()),
            path: "/v1/refunds".into(),
            contains: String::new(),
            skip: 0,
            times: 3,
            kind,
        });
        refund(&shop, &bought, 4_000).await;
        assert!(state(&shop).await.starts_with("requested"), "{kind:?}: {}", state(&shop).await);
        // Whether it was made is not known, so nobody can ask for another; the job goes on asking.
        let id = shop.one("'ref_' || replace(id::text, '-', '')", "refunds", "true").await;
        let path = format!("/studio/orders/{}/refunds/{id}/again", bought.id);
        shop.owner.post_form(&path, &[]).await.expect(409);
        for _ in 0..4 {
            shop.advance(1_800);
            shop.tenant.run_jobs().await;
        }
        assert!(state(&shop).await.starts_with("done re_"), "{kind:?}: {}", state(&shop).await);
        let given = shop.turn.double.refunded(&json!({"order": bought.id}));
        assert_eq!((given.count, given.sum), (1, 4_000), "{kind:?}");
        shop.tenant.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_staff_paid_back_by_hand_stays_done() {
    let app = TestApp::start().await;
    let (shop, bought) = paid(&app).await;
    refund(&shop, &bought, 4_000).await;
    let first = shop.one("reference", "refunds", "state = 'done'").await;
    shop.turn.double.settle_refund(&first, "failed");
    let failed = shop.events_of(&["refund.failed", "charge.refund.updated", "refund.updated"]).await;
    shop.tell(&failed).await;
    let id = shop.one("'ref_' || replace(id::text, '-', '')", "refunds", "true").await;
    let path = format!("/orders/{}/refunds/{id}/paid-back", bought.id);
    shop.owner.api("POST", &path, Some(&json!({"note": "Cash"}))).await.expect(200);
    shop.tell(&failed).await;
    assert_eq!(state(&shop).await, "done Cash");
    assert_eq!(shop.turn.double.refunded(&json!({"order": bought.id})).count, 0);
    shop.tenant.finish().await;
}
