use billing::{
    BILLING_RUN, Extras, INSTALMENTS_JOB, Method, NewDue, NewLine, NewOrder, Order, SavedFor, TestCard,
};
use kernel::{Ctx, Problem};
use serde_json::json;
use testkit::{TestApp, TestTenant};

use super::{DAY, card, client, context, pay};

/// An order of 300.00 in three parts, a month apart; the first is paid.
async fn in_parts(ctx: &Ctx, saved: Option<TestCard>) -> Order {
    let buyer = client(ctx, "sam@example.com").await;
    let order = ctx
        .tx(BILLING_RUN, async |tx| {
            let (now, currency) = (tx.ctx().now(), tx.ctx().tenant().currency);
            let due = |days: i64| NewDue { amount: 10_000, due_at: now.plus_seconds(days * DAY) };
            let (dues, lines) =
                ([due(0), due(30), due(60)], [NewLine::plain("x", "Course", 30_000, json!({}))]);
            let new = NewOrder {
                module: "tests",
                client: buyer,
                client_name: "Sam Reed",
                client_email: "sam@example.com",
                currency,
                method: Method::Sandbox,
                form_key: "parts",
                expires_at: Some(now.plus_minutes(40)),
                lines: &lines,
                return_path: None,
                extras: Extras { dues: &dues, ..Extras::default() },
            };
            Ok::<_, Problem>(billing::place(tx, new).await?)
        })
        .await
        .unwrap();
    if let Some(saved) = saved {
        card(ctx, buyer, SavedFor::alone(&order), saved).await;
    }
    pay(ctx, order.id).await;
    order
}

/// Time passes, and the job that the clock brings runs.
async fn later(tenant: &TestTenant<'_>, seconds: i64) {
    tenant.app.clock.advance(seconds);
    let now = tenant.app.now();
    let job = format!(
        "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
         VALUES (gen_random_uuid(), '{}', '{INSTALMENTS_JOB}', '{{}}', '{now}', '{now}')",
        tenant.id.uuid()
    );
    tenant.app.sql.run(&job).await;
    tenant.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instalments_are_collected_when_they_are_due() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    in_parts(&ctx, Some(TestCard::Pays)).await;
    later(&tenant, 29 * DAY).await;
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 1, "not before it is due");
    later(&tenant, DAY).await;
    later(&tenant, 3600).await;
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 2);
    later(&tenant, 30 * DAY).await;
    assert_eq!(tenant.count("payments", "status = 'succeeded' AND amount = 10000").await, 3);
    assert_eq!(tenant.count("orders", "due_now = 0 AND next_due_at IS NULL AND status = 'paid'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_saved_nothing_is_asked_four_times() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let order = in_parts(&ctx, None).await;
    later(&tenant, 30 * DAY).await;
    let asked = async || {
        let mails = tenant.mails_to("sam@example.com").await;
        mails.into_iter().filter(|mail| mail.template == "subscriptions/notice").collect::<Vec<_>>()
    };
    assert!(asked().await[0].text.contains(&order.token), "with the link of the order");
    for (days, mails) in [(2, 1), (1, 2), (2, 3), (2, 4), (10, 4)] {
        later(&tenant, days * DAY).await;
        assert_eq!(asked().await.len(), mails);
    }
    assert_eq!(
        tenant.count("orders", "due_now = 10000 AND next_due_at IS NOT NULL").await,
        1,
        "staff see it owed"
    );
    let token = format!("/order/{}", order.token);
    assert!(tenant.visitor().get(&token).await.expect(200).has("£100.00"));
    tenant.finish().await;
}
