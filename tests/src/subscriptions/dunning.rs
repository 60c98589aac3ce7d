use billing::{
    BILLING_RUN, Method, TestCard,
    subscriptions::{self, SubscriptionStatus},
};
use testkit::{TestApp, TestTenant};

use super::{DAY, context, events_of, get, later, notices, pay, placed, started, terms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_is_told_four_times_and_then_it_rests_until_it_is_paid() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Declined).await;
    tenant.run_jobs().await;
    let mut told = notices(&tenant).await.len();
    for (days, status, dunned) in [
        (30, SubscriptionStatus::PastDue, 1),
        (3, SubscriptionStatus::PastDue, 2),
        (2, SubscriptionStatus::PastDue, 3),
        (2, SubscriptionStatus::Paused, 4),
    ] {
        later(&tenant, days * DAY).await;
        let sub = get(&ctx, id).await;
        assert_eq!((sub.status, sub.dunned), (status, dunned), "after {days} more days");
        told += 1;
        assert_eq!(notices(&tenant).await.len(), told, "one mail each time: {:?}", notices(&tenant).await);
    }
    assert_eq!(tenant.count("payments", "status = 'failed'").await, 4);
    assert_eq!(tenant.count("orders", "true").await, 2, "the period has one order");
    // Nothing new is charged while it rests, however long.
    later(&tenant, 90 * DAY).await;
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::Paused);
    assert_eq!(tenant.count("orders", "true").await, 2);
    assert_eq!(tenant.count("orders", "status = 'expired'").await, 1, "its time to pay is over");
    // Whoever comes back pays for a period that begins then.
    let order =
        ctx.tx(BILLING_RUN, async |tx| subscriptions::order_to_pay(tx, id).await).await.unwrap().unwrap();
    pay(&ctx, order.id).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.status, sub.owed_since, sub.dunned), (SubscriptionStatus::Active, None, 0));
    assert_eq!(sub.period_start, Some(app.now()));
    tenant.run_jobs().await;
    assert_eq!(
        events_of(&tenant).await,
        [
            "subscription.started",
            "subscription.payment_failed",
            "subscription.payment_failed",
            "subscription.payment_failed",
            "subscription.payment_failed",
            "subscription.paused",
            "subscription.renewed",
            "subscription.resumed"
        ]
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_in_time_the_period_stays_where_it_was() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Challenge).await;
    later(&tenant, 34 * DAY).await;
    let order =
        ctx.tx(BILLING_RUN, async |tx| subscriptions::order_to_pay(tx, id).await).await.unwrap().unwrap();
    assert_eq!(tenant.count("payments", "status = 'failed'").await, 0, "the bank asks; nothing was declined");
    pay(&ctx, order.id).await;
    let sub = get(&ctx, id).await;
    assert_eq!(sub.status, SubscriptionStatus::Active);
    assert_eq!(sub.period_end.unwrap().to_string(), "2027-01-23T08:00:00Z");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_by_transfer_is_told_how() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let (id, order) = placed(&ctx, "sam@example.com", terms("a", 10_900), Method::Manual).await;
    ctx.tx(BILLING_RUN, async |tx| {
        let paid = billing::NewPayment::of(Method::Manual, order.id.to_string(), order.due());
        billing::settle(tx, order.id, paid, billing::OnGone::Refuse).await
    })
    .await
    .unwrap();
    tenant.run_jobs().await;
    let before = notices(&tenant).await.len();
    later(&tenant, 30 * DAY).await;
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::PastDue);
    assert_eq!(notices(&tenant).await.len(), before, "the first mail is how to pay");
    let mails = tenant.mails_to("sam@example.com").await;
    assert_eq!(
        mails.iter().filter(|mail| mail.template == "checkout/awaiting").count(),
        1,
        "of the new period"
    );
    later(&tenant, 3 * DAY).await;
    assert_eq!(notices(&tenant).await.len(), before + 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_runs_leave_a_day_between_two_mails() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Declined).await;
    later(&tenant, 30 * DAY).await;
    later(&tenant, 20 * DAY).await;
    assert_eq!(get(&ctx, id).await.dunned, 2, "not all at once");
    later(&tenant, DAY).await;
    later(&tenant, DAY).await;
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::Paused);
    tenant.finish().await;
}
