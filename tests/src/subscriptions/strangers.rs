//! Whoever types somebody's e-mail into a checkout is not yet them: no card of one pays for the other.

use billing::{Method, TestCard, subscriptions::Every};
use serde_json::json;
use testkit::{Client, Persona, TenantOptions, TestApp, TestTenant};

use super::{DAY, context, later};

/// A plan of £50 a month, on trial for a week when `trial`.
async fn plan(owner: &Client, slug: &str, trial: i32) {
    let body = json!({
        "slug": slug, "name": slug, "price": { "amount": 5_000, "currency": "GBP" }, "status": "active",
        "terms": { "every": Every::Month.code(), "trial_days": trial, "trial_card": false },
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
}

/// Buys, and pays on the sandbox's page when something is to be paid, with a card that behaves so.
pub(super) async fn buy(tenant: &TestTenant<'_>, by: &Client, offer: &str, email: &str, card: TestCard) {
    let page = by.get(&format!("/buy/{offer}")).await.expect(200);
    let (key, shown) = (page.field("key").unwrap(), page.field("shown").unwrap_or_default());
    let fields = [
        ("name", "Sam Reed"),
        ("email", email),
        ("method", Method::Sandbox.code()),
        ("key", key.as_str()),
        ("shown", shown.as_str()),
    ];
    let next = by.post_form(&format!("/buy/{offer}"), &fields).await.expect(303).location();
    if next.contains("/pay/sandbox/") {
        by.post_form_to(&next, &[("outcome", "pay"), ("card", card.code())]).await.expect(303);
    }
    tenant.run_jobs().await;
}

/// A client, signed in, who pays one plan with a card of their own.
async fn victim<'a>(app: &'a TestApp) -> (TestTenant<'a>, Client, String) {
    let tenant = TestTenant::with(app, TenantOptions::all(app)).await;
    let owner = tenant.owner().await;
    plan(&owner, "monthly", 0).await;
    plan(&owner, "tried", 7).await;
    // Known here already, as who has proved an e-mail is from the first thing they did.
    let email = tenant.email(Persona::Client);
    super::client(&context(&tenant).await, &email).await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    buy(&tenant, &client, "monthly", &email, TestCard::Pays).await;
    assert_eq!(tenant.count("payment_methods", "is_default AND last4 = '4242'").await, 1);
    (tenant, client, email)
}

async fn link(tenant: &TestTenant<'_>, name: &str) -> String {
    let sql = format!("SELECT token FROM subscriptions WHERE {} AND name = '{name}'", tenant.rows());
    format!("/subscription/{}", tenant.app.sql.one(&sql).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_s_trial_is_not_paid_with_a_client_s_card() {
    let app = TestApp::start().await;
    let (tenant, _, email) = victim(&app).await;
    buy(&tenant, &tenant.visitor(), "tried", &email, TestCard::Pays).await;
    let trial = link(&tenant, "tried").await;
    let shown = tenant.visitor().get(&trial).await.expect(200);
    assert!(!shown.has("4242"), "nor is the card shown to them");
    later(&tenant, 8 * DAY).await;
    assert_eq!(tenant.count("payments", "status = 'succeeded'").await, 1, "the client's own first month");
    assert_eq!(tenant.count("subscriptions", "name = 'tried' AND status = 'past_due'").await, 1);
    // With a card of its own it is paid, and the client's own plan is not paid with that one.
    let page = tenant.visitor().post_form(&trial, &[("wish", "way")]).await.expect(303).location();
    tenant.visitor().post_form_to(&page, &[("card", "pays")]).await.expect(303);
    assert_eq!(tenant.count("payment_methods", "subscription_id IS NOT NULL AND NOT is_default").await, 1);
    assert!(tenant.visitor().get(&trial).await.expect(200).has("4242"));
    later(&tenant, 4 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "name = 'tried' AND status = 'active'").await, 1);
    // Whoever has proved the e-mail sees it, and does away with it; it never pays for more.
    let client = tenant.client().await;
    let list = client.get("/me/payment-methods").await.expect(200);
    assert!(list.has("Saved when tried was bought without signing in"), "{}", list.body);
    let sql = format!(
        "SELECT 'pmt_' || replace(id::text, '-', '') FROM payment_methods WHERE {} AND subscription_id IS NOT NULL",
        tenant.rows()
    );
    let id = app.sql.one(&sql).await;
    client.post_form(&format!("/me/payment-methods/{id}/default"), &[]).await.expect(409);
    client.post_form(&format!("/me/payment-methods/{id}/remove"), &[]).await.expect(303);
    later(&tenant, 31 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "name = 'tried' AND status = 'past_due'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_s_card_is_not_what_the_client_pays_with() {
    let app = TestApp::start().await;
    let (tenant, _, email) = victim(&app).await;
    plan(&tenant.owner().await, "other", 0).await;
    buy(&tenant, &tenant.visitor(), "other", &email, TestCard::Declined).await;
    assert_eq!(tenant.count("payment_methods", "is_default AND last4 = '4242'").await, 1);
    assert_eq!(tenant.count("payment_methods", "NOT is_default AND last4 = '0341'").await, 1);
    later(&tenant, 32 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "name = 'monthly' AND status = 'active'").await, 1);
    assert_eq!(tenant.count("subscriptions", "name = 'other' AND status = 'past_due'").await, 1, "its own");
    // The link of what the client bought signed in opens nobody's cards.
    let own = link(&tenant, "monthly").await;
    tenant.visitor().post_form(&own, &[("wish", "way")]).await.expect(409);
    tenant.client().await.post_form(&own, &[("wish", "way")]).await.expect(303);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_buys_signed_in_is_paid_with_what_they_saved() {
    let app = TestApp::start().await;
    let (tenant, client, email) = victim(&app).await;
    buy(&tenant, &client, "tried", &email, TestCard::Pays).await;
    later(&tenant, 8 * DAY).await;
    assert_eq!(tenant.count("subscriptions", "name = 'tried' AND status = 'active'").await, 1);
    tenant.finish().await;
}
