use billing::{
    BILLING_RUN, TestCard,
    subscriptions::{self, By, Every, Preview, SubscriptionStatus, Terms, When, Wish, carry_out},
};
use events::SubscriptionId;
use kernel::Ctx;
use testkit::{TestApp, TestTenant};

use super::{DAY, context, events_of, get, later, pay, started, terms};

async fn preview(ctx: &Ctx, id: SubscriptionId, to: &Terms) -> Preview {
    ctx.tx(BILLING_RUN, async |tx| {
        let sub = subscriptions::by_id(tx, id).await?.unwrap();
        subscriptions::preview(tx, &sub, to, None).await
    })
    .await
    .unwrap()
}

fn change(to: &Terms) -> Wish {
    Wish::Change { terms: Box::new(to.clone()), when: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dearer_plan_comes_at_once_for_the_difference_that_was_shown() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_000), TestCard::Pays).await;
    later(&tenant, 15 * DAY).await;
    let (before, dearer) = (get(&ctx, id).await, terms("b", 16_000));
    let shown = preview(&ctx, id, &dearer).await;
    assert_eq!((shown.when, shown.due.amount, shown.back.amount), (When::Now, 3_000, 0));
    let carried =
        carry_out(&ctx, BILLING_RUN, id, &change(&dearer), By::Client(before.client_id), "").await.unwrap();
    assert!(carried.order.is_none(), "the saved card paid it");
    let sub = get(&ctx, id).await;
    assert_eq!((sub.item.as_str(), sub.price, sub.period_end), ("b", 16_000, before.period_end));
    assert_eq!(tenant.count("orders", "total = 3000 AND status = 'paid'").await, 1);
    later(&tenant, 15 * DAY).await;
    assert_eq!(tenant.count("orders", "total = 16000 AND status = 'paid'").await, 1);
    assert_eq!(
        events_of(&tenant).await,
        ["subscription.started", "subscription.changed", "subscription.renewed"]
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_stays_as_it_is_until_the_difference_is_paid() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_000), TestCard::Declined).await;
    later(&tenant, 15 * DAY).await;
    let client = By::Client(get(&ctx, id).await.client_id);
    let dearer = terms("b", 16_000);
    let carried = carry_out(&ctx, BILLING_RUN, id, &change(&dearer), client, "").await.unwrap();
    let order = carried.order.unwrap();
    assert_eq!(get(&ctx, id).await.item, "a");
    pay(&ctx, order.id).await;
    assert_eq!(get(&ctx, id).await.item, "b");
    // A change that is not paid in time is dropped, and nothing else happens.
    later(&tenant, 60).await;
    let next = terms("c", 20_000);
    carry_out(&ctx, BILLING_RUN, id, &change(&next), client, "").await.unwrap();
    later(&tenant, DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.item.as_str(), sub.planned), ("b", None));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cheaper_plan_comes_with_the_next_period_unless_staff_choose() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 16_000), TestCard::Pays).await;
    later(&tenant, 15 * DAY).await;
    let (client, cheaper) = (By::Client(get(&ctx, id).await.client_id), terms("b", 10_000));
    let shown = preview(&ctx, id, &cheaper).await;
    assert_eq!((shown.when, shown.due.amount), (When::PeriodEnd, 0));
    carry_out(&ctx, BILLING_RUN, id, &change(&cheaper), client, "").await.unwrap();
    assert_eq!(get(&ctx, id).await.item, "a");
    later(&tenant, 15 * DAY).await;
    let sub = get(&ctx, id).await;
    assert_eq!((sub.item.as_str(), sub.periods_paid), ("b", 2));
    assert_eq!(tenant.count("orders", "total = 10000 AND status = 'paid'").await, 1);
    let now = Wish::Change { terms: Box::new(terms("c", 4_000)), when: Some(When::Now) };
    assert_eq!(
        carry_out(&ctx, BILLING_RUN, id, &now, client, "").await.unwrap_err().code,
        "subscription_rules"
    );
    carry_out(&ctx, BILLING_RUN, id, &now, By::Staff, "agreed").await.unwrap();
    assert_eq!(tenant.count("refunds", "amount = 6000").await, 1, "the whole period was still ahead");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_of_another_length_begins_at_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_000), TestCard::Pays).await;
    later(&tenant, 15 * DAY).await;
    let client = By::Client(get(&ctx, id).await.client_id);
    let year = Terms { every: Every::Year, ..terms("b", 100_000) };
    assert_eq!(preview(&ctx, id, &year).await.due.amount, 95_000);
    carry_out(&ctx, BILLING_RUN, id, &change(&year), client, "").await.unwrap();
    let sub = get(&ctx, id).await;
    assert_eq!((sub.item.as_str(), sub.period_start, sub.periods_paid), ("b", Some(app.now()), 1));
    assert_eq!(sub.period_end.unwrap().to_string(), "2027-12-08T08:00:00Z");
    assert_eq!(sub.status, SubscriptionStatus::Active);
    tenant.run_jobs().await;
    tenant.finish().await;
}
