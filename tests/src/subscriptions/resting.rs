use billing::{
    BILLING_RUN, TestCard,
    subscriptions::{By, ClientRules, MayCancel, SubscriptionStatus, Terms, Wish, carry_out},
};
use testkit::{TestApp, TestTenant};

use super::{DAY, context, events_of, get, later, started, terms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_of_the_period_is_there_after_a_pause() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    later(&tenant, 10 * DAY).await;
    let (client, until) = (get(&ctx, id).await.client_id, app.now().plus_seconds(40 * DAY));
    let wish = Wish::Pause(Some(until));
    carry_out(&ctx, BILLING_RUN, id, &wish, By::Client(client), "").await.unwrap();
    later(&tenant, 39 * DAY).await;
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::Paused);
    assert_eq!(tenant.count("orders", "true").await, 1, "nothing is charged");
    later(&tenant, DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!(sub.status, SubscriptionStatus::Active);
    assert_eq!(sub.period_end.unwrap().seconds_since(app.now()), 20 * DAY);
    later(&tenant, 20 * DAY).await;
    assert_eq!(get(&ctx, id).await.periods_paid, 2);
    let names = events_of(&tenant).await;
    assert_eq!(
        names,
        ["subscription.started", "subscription.paused", "subscription.resumed", "subscription.renewed"]
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plan_says_what_the_client_may_do_alone() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let rules =
        ClientRules { cancel: MayCancel::AfterTerm, pause: false, change: false, ..ClientRules::default() };
    let id = started(&ctx, Terms { rules, periods: Some(6), ..terms("a", 10_900) }, TestCard::Pays).await;
    let client = By::Client(get(&ctx, id).await.client_id);
    let soon = Some(app.now().plus_seconds(3 * DAY));
    let other = Wish::Change { terms: Box::new(terms("b", 1)), when: None };
    for wish in [Wish::Pause(soon), Wish::EndWithPeriod, Wish::EndNow { refund: false }, other] {
        let refused = carry_out(&ctx, BILLING_RUN, id, &wish, client, "").await.unwrap_err();
        assert_eq!(refused.code, "subscription_rules", "{wish:?}");
    }
    let stranger = By::Client(events::Id::from_uuid("00000000-0000-7000-8000-000000000009".parse().unwrap()));
    let refused = carry_out(&ctx, BILLING_RUN, id, &Wish::EndWithPeriod, stranger, "").await.unwrap_err();
    assert_eq!(refused.code, "not_found");
    carry_out(&ctx, BILLING_RUN, id, &Wish::Pause(None), By::Staff, "injured").await.unwrap();
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_kept_and_ended_at_once_with_the_rest_paid_back() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 30_000), TestCard::Pays).await;
    let client = By::Client(get(&ctx, id).await.client_id);
    carry_out(&ctx, BILLING_RUN, id, &Wish::EndWithPeriod, client, "").await.unwrap();
    assert_eq!(get(&ctx, id).await.next_payment(), None);
    carry_out(&ctx, BILLING_RUN, id, &Wish::Keep, client, "").await.unwrap();
    assert!(get(&ctx, id).await.next_payment().is_some());
    later(&tenant, 15 * DAY).await;
    let now = Wish::EndNow { refund: true };
    assert_eq!(
        carry_out(&ctx, BILLING_RUN, id, &now, client, "").await.unwrap_err().code,
        "subscription_rules"
    );
    carry_out(&ctx, BILLING_RUN, id, &now, By::Staff, "moved away").await.unwrap();
    assert_eq!(get(&ctx, id).await.status, SubscriptionStatus::Ended);
    assert_eq!(tenant.count("refunds", "amount = 15000").await, 1, "half of a month of thirty days");
    later(&tenant, 60 * DAY).await;
    assert_eq!(tenant.count("orders", "true").await, 1);
    tenant.finish().await;
}
