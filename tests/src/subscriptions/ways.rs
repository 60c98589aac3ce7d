//! What a plan is bought with it is renewed with, until its client chooses something else for it; what is over is forgotten.

use billing::TestCard;
use serde_json::{Value, json};
use testkit::{Client, Persona, TenantOptions, TestApp, TestTenant};

use super::{DAY, client, context, later, strangers::buy};

async fn plan(owner: &Client, slug: &str, more: Value) -> String {
    let body = json!({
        "slug": slug, "name": slug, "price": { "amount": 5_000, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month" }, "per_client": more["per_client"],
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200).json()["id"].as_str().unwrap().to_owned()
}

async fn known(tenant: &TestTenant<'_>) -> (Client, String) {
    let email = tenant.email(Persona::Client);
    client(&context(tenant).await, &email).await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    (client, email)
}

async fn page_of(tenant: &TestTenant<'_>, name: &str) -> String {
    let sql = format!(
        "SELECT 'sub_' || replace(id::text, '-', '') FROM subscriptions WHERE {} AND name = '{name}'",
        tenant.rows()
    );
    format!("/me/subscriptions/{}", tenant.app.sql.one(&sql).await)
}

async fn card_of(tenant: &TestTenant<'_>, last4: &str) -> String {
    let sql = format!(
        "SELECT 'pmt_' || replace(id::text, '-', '') FROM payment_methods WHERE {} AND last4 = '{last4}'",
        tenant.rows()
    );
    tenant.app.sql.one(&sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_renewed_with_the_card_it_was_bought_with() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let owner = tenant.owner().await;
    plan(&owner, "first", json!({})).await;
    plan(&owner, "second", json!({})).await;
    let (client, email) = known(&tenant).await;
    buy(&tenant, &client, "first", &email, TestCard::Pays).await;
    buy(&tenant, &client, "second", &email, TestCard::Declined).await;
    assert_eq!(tenant.count("payment_methods", "is_default AND last4 = '0341'").await, 1, "the later one");
    assert!(
        client.get(&page_of(&tenant, "first").await).await.expect(200).has("We use Sandbox card •• 4242")
    );
    later(&tenant, 32 * DAY).await;
    assert_eq!(
        tenant.count("subscriptions", "name = 'first' AND status = 'active' AND periods_paid = 2").await,
        1
    );
    assert_eq!(tenant.count("subscriptions", "name = 'second' AND status = 'past_due'").await, 1);
    // Another default changes neither of them; a choice on its own page changes that one.
    let client = tenant.client().await;
    let good = card_of(&tenant, "4242").await;
    client.post_form(&format!("/me/payment-methods/{good}/default"), &[]).await.expect(303);
    let page = page_of(&tenant, "second").await;
    assert!(client.get(&page).await.expect(200).has("We use Sandbox card •• 0341"));
    let stranger = tenant.visitor();
    assert!(stranger.post_form(&page, &[("wish", "use"), ("method", &good)]).await.status >= 400);
    assert!(client.get(&page).await.expect(200).has("We use Sandbox card •• 0341"), "nobody else chooses");
    client.post_form(&page, &[("wish", "use"), ("method", &good)]).await.expect(303);
    let shown = client.get(&page).await.expect(200);
    assert!(
        shown.has("We use Sandbox card •• 4242") && shown.has("Use Sandbox card •• 0341"),
        "{}",
        shown.body
    );
    later(&tenant, 4 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "name = 'second' AND status = 'active'").await, 1);
    // The same by the API, for the client alone.
    let client = tenant.client().await;
    let api = page.replace("/me/", "/");
    let detail = client.api("GET", &api, None).await.expect(200).json();
    assert_eq!(detail["paid_with"]["id"], json!(good), "{detail}");
    let bad = detail["may_be_paid_with"][0]["id"].clone();
    let told = client.api("POST", &format!("{api}/pay-with"), Some(&json!({ "saved": bad }))).await;
    assert_eq!(told.expect(200).json()["paid_with"]["id"], bad);
    let owner = tenant.owner().await;
    owner.api("POST", &format!("{api}/pay-with"), Some(&json!({ "saved": good }))).await.expect(404);
    let staff = owner.api("GET", &api, None).await.expect(200).json();
    assert_eq!(staff["may_be_paid_with"], json!([]), "nobody else sees what they saved");
    // What is saved from its page is used for it alone.
    let client = tenant.client().await;
    let save = client.post_form(&page, &[("wish", "way")]).await.expect(303).location();
    client.post_form_to(&save, &[("card", "challenge")]).await.expect(303);
    assert!(client.get(&page).await.expect(200).has("We use Sandbox card •• 3155"));
    assert!(
        client.get(&page_of(&tenant, "first").await).await.expect(200).has("We use Sandbox card •• 4242")
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_one_has_is_not_offered_as_another() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let owner = tenant.owner().await;
    plan(&owner, "first", json!({})).await;
    let second = plan(&owner, "second", json!({})).await;
    let shared = plan(&owner, "shared", json!({ "per_client": 2 })).await;
    plan(&owner, "third", json!({})).await;
    let (client, email) = known(&tenant).await;
    for slug in ["first", "second", "shared"] {
        buy(&tenant, &client, slug, &email, TestCard::Pays).await;
    }
    let page = page_of(&tenant, "first").await;
    let shown = client.get(&page).await.expect(200);
    assert!(!shown.has(&second), "it is had already");
    assert!(shown.has(&shared) && shown.has("third"), "{}", shown.body);
    client.post_form(&format!("{page}/change"), &[("to", &second)]).await.expect(422);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_for_a_plan_alone_is_forgotten_with_it() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    plan(&tenant.owner().await, "first", json!({})).await;
    buy(&tenant, &tenant.visitor(), "first", "sam@example.com", TestCard::Pays).await;
    let sql = format!("SELECT token FROM subscriptions WHERE {}", tenant.rows());
    let link = format!("/subscription/{}", app.sql.one(&sql).await);
    tenant.visitor().post_form(&link, &[("wish", "end")]).await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("payment_methods", "removed_at IS NULL").await, 1, "it still runs");
    later(&tenant, 32 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "status = 'ended'").await, 1);
    assert_eq!(
        tenant.count("payment_methods", "removed_at IS NOT NULL AND forgotten_at IS NOT NULL").await,
        1
    );
    tenant.finish().await;
}
