use billing::{
    BILLING_RUN, Method, TestCard,
    subscriptions::{self, ClientRules, SubscriptionStatus, Terms},
};
use kernel::Problem;
use testkit::{TestApp, TestTenant};

use super::{DAY, context, events_of, get, later, notices, pay, placed, started, terms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_period_is_paid_once_and_counts_from_the_anchor() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    tenant.run_jobs().await;
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::Active);
    assert_eq!(get(&ctx, id).await.period_end.unwrap().to_string(), "2026-12-23T08:00:00Z");
    later(&tenant, 29 * DAY).await;
    assert_eq!(tenant.count("orders", "true").await, 1, "not before its time");
    later(&tenant, DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.periods_paid, sub.owed_since), (2, None));
    assert_eq!(sub.period_start.unwrap().to_string(), "2026-12-23T08:00:00Z");
    assert_eq!(sub.period_end.unwrap().to_string(), "2027-01-23T08:00:00Z");
    for _ in 0..3 {
        later(&tenant, 3600).await;
    }
    assert_eq!(
        tenant.count("orders", "status = 'paid' AND total = 10900 AND subscription_id IS NOT NULL").await,
        2
    );
    assert_eq!(
        tenant.count("payments", "label = 'Sandbox card •• 4242'").await,
        1,
        "collected with the saved card"
    );
    assert_eq!(events_of(&tenant).await, ["subscription.started", "subscription.renewed"]);
    assert_eq!(notices(&tenant).await.len(), 1, "that it began; the receipts are the orders' own");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_runs_at_once_make_one_order() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    for _ in 0..3 {
        started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    }
    app.clock.advance(30 * DAY);
    let runs = (0..5).map(|_| subscriptions::advance_due(&ctx, BILLING_RUN, 100));
    for run in futures::future::join_all(runs).await {
        run.unwrap();
    }
    tenant.run_jobs().await;
    assert_eq!(tenant.count("orders", "true").await, 6);
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 6);
    assert_eq!(tenant.count("subscriptions", "periods_paid = 2").await, 3);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_comes_late_charges_the_period_it_falls_into() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    // A week late: the period is the one that began a week ago.
    later(&tenant, 37 * DAY).await;
    assert_eq!(get(&ctx, id).await.period_start.unwrap().to_string(), "2026-12-23T08:00:00Z");
    // Months late: nobody pays for what went by.
    later(&tenant, 100 * DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!(sub.period_start.unwrap().to_string(), "2027-03-23T08:00:00Z");
    assert_eq!(sub.period_end.unwrap().to_string(), "2027-04-23T07:00:00Z", "08:00 in London in summer");
    assert_eq!((sub.periods_paid, tenant.count("orders", "true").await), (3, 3));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_two_steps_the_next_run_goes_on() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    tenant.run_jobs().await;
    app.clock.advance(30 * DAY);
    // As a run leaves it that was killed when the period's order was placed and its try written down.
    let order = ctx
        .tx(BILLING_RUN, async |tx| {
            let sub = subscriptions::by_id(tx, id).await?.unwrap();
            let first = subscriptions::orders_of(tx, id).await?.remove(0);
            let end = sub.period_end.unwrap();
            let line = billing::NewLine::plain("a", "Plan a", 10_900, serde_json::json!({}));
            let period = billing::Period {
                subscription: id,
                start: end,
                end: "2027-01-23T08:00:00Z".parse().unwrap(),
            };
            let order = billing::place(
                tx,
                billing::NewOrder {
                    module: "tests",
                    client: first.client_id,
                    client_name: "Sam Reed",
                    client_email: "sam@example.com",
                    currency: first.currency,
                    method: Method::Sandbox,
                    form_key: "killed",
                    expires_at: Some(end.plus_minutes(60 * 24 * 14)),
                    lines: &[line],
                    return_path: None,
                    extras: billing::Extras { period: Some(period), ..billing::Extras::default() },
                },
            )
            .await?;
            billing::begin_try(tx, order.id, Method::Sandbox, "off_session").await?;
            Ok::<_, Problem>(order)
        })
        .await
        .unwrap();
    let owed = format!(
        "UPDATE subscriptions SET owed_since = '{now}', next_at = '{now}' WHERE {}",
        tenant.rows(),
        now = app.now()
    );
    app.sql.run(&owed).await;
    tenant.run_jobs().await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.periods_paid, sub.owed_since), (SubscriptionStatus::Active, 2, None));
    assert_eq!(tenant.count("orders", "true").await, 2, "{}", order.id);
    assert_eq!(tenant.count("payment_tries", "true").await, 1, "the try that was written down goes on");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_term_ends_by_itself() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, Terms { periods: Some(2), ..terms("a", 10_900) }, TestCard::Pays).await;
    later(&tenant, 30 * DAY).await;
    assert!(get(&ctx, id).await.is_ending());
    later(&tenant, 31 * DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.periods_paid), (SubscriptionStatus::Ended, 2));
    later(&tenant, 60 * DAY).await;
    assert_eq!(tenant.count("orders", "true").await, 2);
    assert_eq!(
        events_of(&tenant).await,
        ["subscription.started", "subscription.renewed", "subscription.ended"]
    );
    assert!(notices(&tenant).await.last().unwrap().contains("has ended"));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_is_announced_and_then_paid() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let rules = ClientRules { trial_days: 14, ..ClientRules::default() };
    let id = started(&ctx, Terms { rules, ..terms("a", 10_900) }, TestCard::Pays).await;
    tenant.run_jobs().await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.periods_paid), (SubscriptionStatus::Trialing, 0));
    later(&tenant, 11 * DAY).await;
    assert!(notices(&tenant).await.last().unwrap().contains("trial"), "{:?}", notices(&tenant).await);
    later(&tenant, 3 * DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.periods_paid), (SubscriptionStatus::Active, 1));
    assert_eq!(sub.period_end.unwrap().to_string(), "2027-01-07T08:00:00Z");
    assert_eq!(tenant.count("orders", "total = 10900 AND status = 'paid'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_not_paid_never_begins_until_late_money_comes() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let (id, order) = placed(&ctx, "sam@example.com", terms("a", 10_900), Method::Sandbox).await;
    later(&tenant, 3600).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.anchor), (SubscriptionStatus::Ended, None));
    assert!(events_of(&tenant).await.is_empty(), "what never began does not end");
    pay(&ctx, order.id).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.ended_at), (SubscriptionStatus::Active, None));
    assert_eq!(sub.period_start, Some(app.now()), "the period begins when it is paid");
    tenant.run_jobs().await;
    tenant.finish().await;
}
