//! Bought credits that expire soon: their client is told, once a lot.

use testkit::TestApp;

use super::{
    context,
    credits_kit::{client, give, spend},
    shop,
};

const DAY: i64 = 24 * 3600;

async fn look(tenant: &testkit::TestTenant<'_>, times: usize) {
    let now = tenant.app.now();
    for _ in 0..times {
        let job = format!(
            "INSERT INTO jobs (id, tenant_id, kind, args, run_at, created_at) \
             VALUES (gen_random_uuid(), '{}', 'packages.tell_expiring', '{{}}', '{now}', '{now}')",
            tenant.id.uuid()
        );
        tenant.app.sql.run(&job).await;
    }
    tenant.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_once_a_lot_however_often_the_job_runs() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let ctx = context(&tenant).await;
    let (sam, kim) = (client(&ctx, "sam@example.com").await, client(&ctx, "kim@example.com").await);
    let in_days = |days: i64| Some(app.now().plus_minutes(days * 24 * 60));
    give(&ctx, sam, 10, in_days(60), &[]).await;
    give(&ctx, sam, 5, None, &[]).await;
    give(&ctx, kim, 3, in_days(60), &[]).await;
    spend(&ctx, kim, "place/1", 3, None).await.unwrap();
    look(&tenant, 2).await;
    assert!(tenant.mails_to("sam@example.com").await.is_empty(), "long before");
    // Later than it should, over a change of clocks, three times at once.
    app.clock.advance(54 * DAY);
    spend(&ctx, sam, "place/2", 6, None).await.unwrap();
    look(&tenant, 3).await;
    look(&tenant, 3).await;
    let mails = tenant.mails_to("sam@example.com").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].subject.contains("4 credits") && mails[0].text.contains("“Ten classes”"),
        "{:?}",
        mails[0]
    );
    assert!(tenant.mails_to("kim@example.com").await.is_empty(), "nothing is left");
    assert_eq!(tenant.count("events", "name = 'credits.expiring'").await, 1);
    // The clock is set back and forth again: told is told.
    app.clock.advance(-3 * DAY);
    look(&tenant, 1).await;
    app.clock.advance(4 * DAY);
    look(&tenant, 1).await;
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_life_is_told_of_when_half_is_over_and_nothing_of_what_is_gone() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let ctx = context(&tenant).await;
    let sam = client(&ctx, "sam@example.com").await;
    give(&ctx, sam, 1, Some(app.now().plus_minutes(4 * 24 * 60)), &[]).await;
    look(&tenant, 1).await;
    assert!(tenant.mails_to("sam@example.com").await.is_empty(), "just bought");
    app.clock.advance(2 * DAY + 60);
    look(&tenant, 1).await;
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1);
    give(&ctx, sam, 1, Some(app.now().plus_minutes(10 * 24 * 60)), &[]).await;
    app.clock.advance(11 * DAY);
    look(&tenant, 1).await;
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1, "too late to be of use");
    tenant.finish().await;
}
