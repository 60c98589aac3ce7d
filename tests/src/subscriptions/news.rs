//! The business hears of plans that end, or rest because they were not paid, and sees them in the studio.

use billing::TestCard;
use testkit::{TenantOptions, TestApp, TestTenant};

use super::{DAY, context, get, later, started_by, terms};

/// The subjects of what the business was written about plans.
async fn heard(tenant: &TestTenant<'_>) -> Vec<String> {
    let sql = format!(
        "SELECT to_email FROM mails WHERE {} AND template = 'subscriptions/staff' LIMIT 1",
        tenant.rows()
    );
    let to = tenant.app.sql.column(&sql).await;
    let Some(to) = to.first() else { return Vec::new() };
    let mails = tenant.mails_to(to).await.into_iter();
    mails.filter(|mail| mail.template == "subscriptions/staff").map(|mail| mail.subject).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_business_hears_when_a_client_leaves_and_not_of_what_it_did_itself() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let ctx = context(&tenant).await;
    let mut ids = Vec::new();
    for (email, item) in
        [("sam@example.com", "one"), ("kim@example.com", "two"), ("lee@example.com", "three")]
    {
        ids.push(started_by(&ctx, email, terms(item, 5_000), TestCard::Pays).await);
    }
    tenant.run_jobs().await;
    let owner = tenant.owner().await;
    let link = format!("/subscription/{}", get(&ctx, ids[0]).await.token);
    tenant.visitor().post_form(&link, &[("wish", "end")]).await.expect(303);
    owner.post_form(&format!("/studio/subscriptions/{}", ids[1]), &[("wish", "end")]).await.expect(303);
    owner.post_form(&format!("/studio/subscriptions/{}", ids[2]), &[("wish", "end_now")]).await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(heard(&tenant).await, ["Sam Reed ends Plan one"], "not of the two that staff ended");
    later(&tenant, 32 * DAY).await;
    assert_eq!(heard(&tenant).await, ["Sam Reed ends Plan one", "Plan one of Sam Reed has ended"]);
    let owner = tenant.owner().await;
    let home = owner.get("/studio").await.expect(200);
    assert!(home.has("2 plans ended in the last 7 days"), "{}", home.body);
    let page = owner.get(&format!("/studio/subscriptions/{}", ids[0])).await.expect(200);
    assert!(page.has("by the client"), "{}", page.body);
    let page = owner.get(&format!("/studio/subscriptions/{}", ids[1])).await.expect(200);
    assert!(page.has("by staff"), "{}", page.body);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_business_hears_of_a_plan_that_rests_unpaid_and_of_a_term_that_is_over() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let ctx = context(&tenant).await;
    started_by(&ctx, "sam@example.com", terms("owed", 5_000), TestCard::Declined).await;
    let term = billing::subscriptions::Terms { periods: Some(1), ..terms("term", 5_000) };
    started_by(&ctx, "kim@example.com", term, TestCard::Pays).await;
    for _ in 0..16 {
        later(&tenant, 3 * DAY).await;
    }
    let mut heard = heard(&tenant).await;
    heard.sort();
    assert_eq!(heard, ["Plan owed of Sam Reed is paused: not paid", "Plan term of Sam Reed has ended"]);
    let home = tenant.owner().await.get("/studio").await.expect(200);
    assert!(home.has("1 plan is paused, as it was not paid"), "{}", home.body);
    tenant.finish().await;
}
