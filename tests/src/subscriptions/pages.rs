use billing::{TestCard, subscriptions::SubscriptionStatus};
use serde_json::json;
use testkit::{Persona, TestApp, TestTenant};

use super::{DAY, context, get, later, started, started_by, terms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_sees_pauses_resumes_ends_and_keeps_alone() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let client = tenant.client().await;
    let id = started_by(&ctx, &tenant.email(Persona::Client), terms("a", 10_900), TestCard::Pays).await;
    client.get("/me").await.expect(200);
    let page = format!("/me/subscriptions/{id}");
    assert!(client.get("/me/subscriptions").await.expect(200).has("Plan a"));
    let shown = client.get(&page).await.expect(200);
    assert!(shown.has("£109.00") && shown.has("Sandbox card •• 4242"), "{}", shown.body);
    client.post_form(&page, &[("wish", "pause"), ("until", "2028-01-01")]).await.expect(422);
    client.post_form(&page, &[("wish", "pause"), ("until", "2026-12-20")]).await.expect(303);
    assert_eq!(get(&ctx, id).await.resumes_at.unwrap().to_string(), "2026-12-20T00:00:00Z");
    client.post_form(&page, &[("wish", "pause"), ("until", "2026-12-21")]).await.expect(409);
    client.post_form(&page, &[("wish", "resume")]).await.expect(303);
    client.post_form(&page, &[("wish", "end")]).await.expect(303);
    assert!(client.get(&page).await.expect(200).has("Nothing more is charged"));
    client.post_form(&page, &[("wish", "keep")]).await.expect(303);
    assert!(!get(&ctx, id).await.ends_with_period);
    client.post_form(&page, &[("wish", "end_now"), ("refund", "on")]).await.expect(409);
    // Another card, on the sandbox's own page, and the old one goes.
    let next = client.post_form("/me/payment-methods", &[]).await.expect(303).location();
    client.open(&next).await.expect(200);
    client.post_form_to(&next, &[("card", "declined")]).await.expect(303);
    assert_eq!(tenant.count("payment_methods", "is_default AND last4 = '0341'").await, 1);
    let other = client.get("/me/payment-methods").await.expect(200);
    assert!(other.has("4242") && other.has("0341"));
    let pmt = app
        .sql
        .one(&format!("SELECT id FROM payment_methods WHERE {} AND is_default", tenant.rows()))
        .await
        .replace('-', "");
    client.post_form(&format!("/me/payment-methods/pmt_{pmt}/remove"), &[]).await.expect(303);
    assert_eq!(tenant.count("payment_methods", "is_default").await, 0);
    let alone = "subscription_id IS NOT NULL AND removed_at IS NULL AND last4 = '4242'";
    assert_eq!(tenant.count("payment_methods", alone).await, 1, "that pays for the subscription alone");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_link_pays_and_ends_and_no_more() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Declined).await;
    later(&tenant, 30 * DAY).await;
    let link = get(&ctx, id).await.own_path();
    let visitor = tenant.visitor();
    assert!(visitor.get(&link).await.expect(200).has("noindex"));
    visitor.post_form(&link, &[("wish", "pause"), ("until", "2027-01-01")]).await.expect(409);
    let order = visitor.post_form(&link, &[("wish", "pay")]).await.expect(303).location();
    assert!(order.contains("/order/"), "{order}");
    visitor.open(&order).await.expect(200);
    visitor.post_form(&link, &[("wish", "end")]).await.expect(303);
    assert_eq!(
        get(&ctx, id).await.status,
        SubscriptionStatus::Ended,
        "nothing was paid for, so it ends at once"
    );
    assert_eq!(tenant.count("orders", "status = 'cancelled'").await, 1, "and nothing is owed");
    visitor.get("/subscription/nonsense-nonsense-nonsense").await.expect(404);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_see_all_of_it_and_the_neighbours_nothing() {
    let app = TestApp::start().await;
    let (tenant, other) = (TestTenant::new(&app).await, TestTenant::new(&app).await);
    let ctx = context(&tenant).await;
    let id = started(&ctx, terms("a", 10_900), TestCard::Pays).await;
    tenant.run_jobs().await;
    let owner = tenant.owner().await;
    let list = owner.get("/studio/subscriptions?status=active&search=sam&plan=a").await.expect(200);
    assert!(list.has("Sam Reed") && list.has("£109"), "{}", list.body);
    let page = format!("/studio/subscriptions/{id}");
    assert!(owner.get(&page).await.expect(200).has("Began"));
    let file = owner.get("/studio/subscriptions.csv?status=active").await.expect(200);
    assert!(file.body.contains(&format!("{id},active,Plan a,Sam Reed")), "{}", file.body);
    let api = format!("/subscriptions/{id}");
    let shown = owner.api("GET", &api, None).await.expect(200).json();
    assert_eq!(shown["subscription"]["status"], "active");
    assert_eq!(
        owner.api("GET", "/subscriptions", None).await.expect(200).json()["items"].as_array().unwrap().len(),
        1
    );
    let paused =
        owner.api("POST", &format!("{api}/pause"), Some(&json!({ "reason": "injured" }))).await.expect(200);
    assert_eq!(paused.json()["status"], "paused");
    owner.api("POST", &format!("{api}/resume"), None).await.expect(200);
    let ended = owner.api("POST", &format!("{api}/cancel"), Some(&json!({ "now": true }))).await.expect(200);
    assert_eq!(ended.json()["status"], "ended");
    let neighbour = other.owner().await;
    neighbour.api("GET", &api, None).await.expect(404);
    neighbour.api("POST", &format!("{api}/cancel"), Some(&json!({}))).await.expect(404);
    neighbour.get(&page).await.expect(404);
    // A coach looks and changes nothing; somebody else's client knows nothing of it.
    let coach = tenant.coach().await;
    coach.get(&page).await.expect(200);
    coach.post_form(&page, &[("wish", "resume")]).await.expect(403);
    tenant.client().await.api("GET", &api, None).await.expect(404);
    tenant.run_jobs().await;
    other.finish().await;
    tenant.finish().await;
}
