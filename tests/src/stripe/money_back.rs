//! Money that goes back while a bank holds it, while Stripe does not answer, and what staff paid back themselves.

use billing::{BILLING_RUN, EXPIRE_JOB};
use kernel::JobSpec;
use serde_json::{Value, json};
use stripe_double::{Fault, FaultKind};
use testkit::{Answer, Bought, TestApp};

use super::Shop;

impl Shop<'_> {
    /// Ten classes are bought and paid. Gives the order and Stripe's name of the payment.
    async fn sold(&self) -> (Bought, String) {
        let visitor = self.tenant.visitor();
        let (bought, session) = self.buy(&visitor, "ten", "sam@example.com").await;
        self.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        visitor.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
        self.tenant.run_jobs().await;
        let intent = self.one("reference", "payments", "true").await;
        (bought, intent)
    }
    async fn give_back(&self, bought: &Bought) -> Answer {
        let all = json!({"amount": {"amount": 9_000, "currency": "GBP"}, "reason": "Closed"});
        let answer = self.owner.api("POST", &format!("/orders/{}/refund", bought.id), Some(&all)).await;
        self.tenant.run_jobs().await;
        answer
    }
    async fn refund_id(&self) -> String {
        format!("ref_{}", self.one("id", "refunds", "true").await.replace('-', ""))
    }
    async fn paid_by_hand(&self, bought: &Bought, note: &str) -> Answer {
        let path = format!("/orders/{}/refunds/{}/paid-back", bought.id, self.refund_id().await);
        self.owner.api("POST", &path, Some(&json!({"note": note}))).await
    }
    async fn hear(&self, kind: &str) {
        let events = self.events_of(&[kind]).await;
        assert!(!events.is_empty(), "{kind}");
        self.tell(&events).await;
    }
    async fn books(&self) -> Value {
        self.advance(3_600);
        self.owner.api("POST", "/stripe/audits", Some(&json!({}))).await.expect(200);
        self.tenant.run_jobs().await;
        self.owner.api("GET", "/stripe/audits", None).await.expect(200).json()["items"][0].clone()
    }
    async fn books_agree(&self) {
        let audit = self.books().await;
        assert_eq!((&audit["difference"], &audit["findings"]), (&json!(0), &json!([])), "{audit}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_bank_took_is_not_paid_back_once_more() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (bought, intent) = shop.sold().await;
    let dispute = shop.turn.double.dispute(&intent)["id"].as_str().unwrap().to_owned();
    // The bank has the money already, and nobody here has heard of it.
    shop.give_back(&bought).await.expect(200);
    assert_eq!(shop.count("refunds", "state = 'failed'").await, 1);
    shop.hear("charge.dispute.created").await;
    let refused = shop.paid_by_hand(&bought, "by transfer").await.expect(409);
    assert!(refused.has("refund_disputed"), "{}", refused.body);
    let again = format!("/studio/orders/{}/refunds/{}/again", bought.id, shop.refund_id().await);
    shop.owner.post_form(&again, &[]).await.expect(409);
    shop.turn.double.close_dispute(&dispute, false);
    shop.hear("charge.dispute.closed").await;
    let settled = format!("state = 'done' AND amount = 9000 AND reference = '{dispute}' AND NOT by_hand");
    assert_eq!(shop.count("refunds", &settled).await, 1, "what was owed is settled");
    assert_eq!(shop.count("refunds", "true").await, 1);
    assert_eq!(shop.count("orders", "status = 'refunded'").await, 1);
    shop.owner.post_form(&again, &[]).await.expect(409);
    assert_eq!(shop.count("credit_lots", "balance > 0").await, 0);
    shop.books_agree().await;
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_give_nothing_back_while_a_bank_decides_and_may_afterwards() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (bought, intent) = shop.sold().await;
    let dispute = shop.turn.double.dispute(&intent)["id"].as_str().unwrap().to_owned();
    shop.hear("charge.dispute.created").await;
    let refused = shop.give_back(&bought).await.expect(409);
    assert!(refused.has("refund_disputed"), "{}", refused.body);
    assert_eq!(shop.count("refunds", "true").await, 0);
    shop.books_agree().await;
    shop.turn.double.close_dispute(&dispute, true);
    shop.hear("charge.dispute.closed").await;
    shop.books_agree().await;
    shop.give_back(&bought).await.expect(200);
    assert_eq!(shop.count("refunds", "state = 'done' AND reference LIKE 're_%'").await, 1);
    shop.books_agree().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_took_money_untold_is_found_by_the_audit() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (_, intent) = shop.sold().await;
    shop.turn.double.dispute(&intent);
    let audit = shop.books().await;
    assert_eq!(audit["difference"], 9_000, "{audit}");
    assert_eq!(audit["findings"][0]["what"], "dispute_missing");
    assert_eq!(audit["findings"].as_array().unwrap().len(), 1, "{audit}");
    let page = shop.owner.get("/studio/payments/stripe/audits").await.expect(200);
    assert!(page.has("by a dispute that is not written down"), "{}", page.body);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_stripe_has_not_answered_is_nobody_s_to_pay_by_hand() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (bought, _) = shop.sold().await;
    // It has its effect, and nobody hears of it.
    for kind in [FaultKind::StatusAfter(500), FaultKind::Status(429)] {
        let (method, path) = (Some("POST".to_owned()), "/v1/refunds".to_owned());
        let times = if kind == FaultKind::Status(429) { 500 } else { 1 };
        shop.turn.double.fault(Fault { method, path, contains: String::new(), skip: 0, times, kind });
    }
    let path = "/v1/refunds".to_owned();
    let listed = Fault {
        method: Some("GET".to_owned()),
        path,
        contains: String::new(),
        skip: 1,
        times: 500,
        kind: FaultKind::Status(429),
    };
    shop.turn.double.fault(listed);
    shop.give_back(&bought).await.expect(200);
    assert_eq!(shop.count("refunds", "state = 'requested'").await, 1, "it is tried");
    let refused = shop.paid_by_hand(&bought, "in cash").await.expect(409);
    assert!(refused.has("refund_by_provider"), "{}", refused.body);
    // The job that was to ask has used up its tries; the hourly net goes on.
    for _ in 0..12 {
        shop.advance(7_200);
        shop.tenant.run_jobs().await;
    }
    assert_eq!(shop.count("refunds", "state = 'requested'").await, 1);
    shop.turn.double.clear_faults();
    shop.advance(7_200);
    let info = app.app.directory.by_id(shop.tenant.id).await.unwrap().unwrap();
    let ctx = app.app.system_context(info, "test", String::new()).await.unwrap();
    let ask = ctx.tx(BILLING_RUN, async |tx| {
        let hourly = JobSpec::new(EXPIRE_JOB, json!({}));
        Ok::<_, kernel::Problem>(tx.enqueue(hourly).await?)
    });
    ask.await.unwrap();
    shop.tenant.run_jobs().await;
    shop.tenant.run_jobs().await;
    let went = shop.one("state || ' ' || reference", "refunds", "true").await;
    let jobs = shop.one("string_agg(kind || status || coalesce(last_error, ''), ' ')", "jobs", "true").await;
    assert!(went.starts_with("done re_"), "{went}: {jobs}");
    let given = shop.turn.double.refunded(&json!({"order": bought.id}));
    assert_eq!((given.count, given.sum), (1, 9_000));
    // The job that gave up is kept, as any is.
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_paid_back_is_theirs_and_the_same_money_from_stripe_is_told() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (bought, intent) = shop.sold().await;
    let dispute = shop.turn.double.dispute(&intent)["id"].as_str().unwrap().to_owned();
    shop.give_back(&bought).await.expect(200);
    shop.turn.double.close_dispute(&dispute, true);
    shop.hear("charge.dispute.closed").await;
    shop.paid_by_hand(&bought, "by transfer").await.expect(200);
    assert_eq!(shop.count("refunds", "state = 'done' AND by_hand").await, 1);
    // Stripe knows nothing of it, and need not.
    shop.books_agree().await;
    let refund = shop.refund_id().await;
    let form = [("payment_intent", intent.as_str()), ("metadata[refund]", refund.as_str())];
    let (status, made) = shop.stripe("POST", "refunds", &form).await;
    assert_eq!(status, 200, "{made}");
    for _ in 0..2 {
        shop.hear("charge.refunded").await;
    }
    let made = made["id"].as_str().unwrap();
    assert_eq!(shop.count("order_steps", &format!("kind = 'refund_twice' AND detail = '{made}'")).await, 1);
    let mails = app.mails(&shop.tenant).await;
    assert_eq!(mails.iter().filter(|mail| mail.template == "checkout/twice").count(), 1);
    let page = shop.owner.get(&format!("/studio/orders/{}", bought.id)).await.expect(200);
    assert!(page.has("Went back twice"), "{}", page.body);
    let audit = shop.books().await;
    assert_eq!(audit["findings"][0]["what"], "refund_missing", "{audit}");
    shop.tenant.leave_outbox();
}
