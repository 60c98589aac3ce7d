//! What a plan is worth stays what was paid: no pause, second trial or change gives more.

use serde_json::{Value, json};
use testkit::{Client, Persona, TenantOptions, TestApp, TestTenant};

use super::checkout_kit::{Form, one};

const DAY: i64 = 24 * 3600;

async fn plan(owner: &Client, slug: &str, price: i64, terms: Value) {
    let body = json!({
        "slug": slug, "name": slug, "price": { "amount": price, "currency": "GBP" }, "status": "active", "terms": terms,
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
}

/// Buys on the page and pays when something is to be paid.
async fn buy(tenant: &TestTenant<'_>, by: &Client, offer: &str, email: &str) {
    let next = Form::open(by, offer, email).await.send(by).await.expect(303).location();
    if next.contains("/pay/sandbox/") {
        by.post_form_to(&next, &[("outcome", "pay")]).await.expect(303);
    }
    tenant.run_jobs().await;
}

async fn mine(tenant: &TestTenant<'_>, name: &str) -> String {
    let id = one(tenant, "replace(id::text, '-', '')", "subscriptions", &format!("name = '{name}'")).await;
    format!("/me/subscriptions/sub_{id}")
}

async fn later(tenant: &TestTenant<'_>, seconds: i64) {
    tenant.app.clock.advance(seconds);
    tenant.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_that_was_given_is_used_up_however_often_one_pauses() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    plan(&tenant.owner().await, "weekly", 10_900, json!({ "every": "month", "credits_per_week": 5 })).await;
    let mut client = tenant.client().await;
    client.get("/me").await.expect(200);
    buy(&tenant, &client, "weekly", &tenant.email(Persona::Client)).await;
    client.get("/me/credits").await.expect(200);
    let page = mine(&tenant, "weekly").await;
    let end = async || one(&tenant, "period_end::text", "subscriptions", "true").await;
    let bought = end().await;
    // Monday's credits are there; it rests until the next Monday, and again.
    for until in ["2026-11-30", "2026-12-07"] {
        client.post_form(&page, &[("wish", "pause"), ("until", until)]).await.expect(303);
        later(&tenant, 7 * DAY).await;
        client = tenant.client().await;
        client.get("/me/credits").await.expect(200);
        assert_eq!(one(&tenant, "status", "subscriptions", "true").await, "active");
        assert_eq!(end().await, bought, "each week of credits is a week of the period");
    }
    assert_eq!(tenant.count("credit_lots", "origin = 'plan'").await, 3);
    // Two weeks in which one got nothing come back: this one was given.
    client.post_form(&page, &[("wish", "pause"), ("until", "2026-12-28")]).await.expect(303);
    later(&tenant, 21 * DAY).await;
    let moved = format!("period_end = '{bought}'::timestamptz + interval '14 days'");
    assert_eq!(tenant.count("subscriptions", &moved).await, 1);
    assert_eq!(
        tenant.count("orders", "period_end > '2026-12-30'").await,
        1,
        "its order pays the moved period"
    );
    tenant.client().await.get("/me/credits").await.expect(200);
    assert_eq!(tenant.count("credit_lots", "origin = 'plan'").await, 4);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_free_trial_comes_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let terms = json!({ "every": "month", "trial_days": 7, "periods": 6, "may_cancel": "after_term" });
    plan(&tenant.owner().await, "tried", 5_000, terms).await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    let email = tenant.email(Persona::Client);
    buy(&tenant, &client, "tried", &email).await;
    // Whatever its term, a trial may be left.
    client.post_form(&mine(&tenant, "tried").await, &[("wish", "end")]).await.expect(303);
    later(&tenant, 8 * DAY).await;
    assert_eq!(one(&tenant, "status", "subscriptions", "true").await, "ended");
    assert_eq!(tenant.count("payments", "true").await, 0);
    // Who is not signed in learns nothing, with the trial or without it; the client sees what it costs.
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "tried", &email).await;
    for form in [form.clone(), form.with("without_trial", "on").with("key", "without")] {
        let refused = form.with("shown", "").send(&visitor).await.expect(422);
        assert!(refused.has("Please sign in with this address"), "{}", refused.body);
        assert!(!refused.has("newcomers"), "{}", refused.body);
    }
    let body = json!({ "offer": "tried", "name": "Sam Reed", "email": email });
    let refused = visitor.api("POST", "/checkout", Some(&body)).await.expect(422).json();
    assert_eq!(refused["errors"][0]["code"], "checkout_sign_in");
    let client = tenant.client().await;
    assert_eq!(client.api("POST", "/checkout", Some(&body)).await.expect(409).code(), "trial_used");
    assert!(client.get("/buy/tried").await.expect(200).has("£50.00"));
    let form = Form::open(&client, "tried", &email).await.with("without_trial", "on");
    let next = form.send(&client).await.expect(303).location();
    client.post_form_to(&next, &[("outcome", "pay")]).await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("subscriptions", "status = 'active' AND periods_paid = 1").await, 1);
    // Somebody new has it still.
    buy(&tenant, &visitor, "tried", "new@example.com").await;
    assert_eq!(tenant.count("subscriptions", "status = 'trialing'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_takes_a_place_of_the_plan_and_leads_out_of_no_term() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let owner = tenant.owner().await;
    let term = |periods: i32| json!({ "every": "month", "periods": periods, "may_cancel": "after_term" });
    plan(&owner, "year", 9_900, term(12)).await;
    plan(&owner, "half", 10_900, term(6)).await;
    plan(&owner, "rare", 12_000, term(24)).await;
    let rare = owner.api("GET", "/plans", None).await.expect(200).json();
    let id_of = |slug: &str| {
        let all = rare["items"].as_array().unwrap().iter();
        all.clone().find(|plan| plan["slug"] == slug).unwrap()["id"].as_str().unwrap().to_owned()
    };
    tenant.app.sql.run(&format!(
        "UPDATE offer_stock SET stock = 1 WHERE {} AND offer_id = (SELECT id FROM offers WHERE {} AND slug = 'rare')",
        tenant.rows(),
        tenant.rows()
    ))
    .await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    buy(&tenant, &client, "year", &tenant.email(Persona::Client)).await;
    let page = mine(&tenant, "year").await;
    let shown = client.get(&page).await.expect(200);
    assert!(shown.has("rare") && !shown.has("half"), "only what binds for as long: {}", shown.body);
    client.post_form(&format!("{page}/change"), &[("to", &id_of("half"))]).await.expect(409);
    later(&tenant, 10 * DAY).await;
    client.post_form(&format!("{page}/change"), &[("to", &id_of("rare"))]).await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(one(&tenant, "name", "subscriptions", "true").await, "rare");
    let slug =
        "offer_id = (SELECT id FROM offers o WHERE o.tenant_id = offer_stock.tenant_id AND slug = 'rare')";
    assert_eq!(tenant.count("offer_stock", &format!("taken = 1 AND {slug}")).await, 1);
    tenant.visitor().get("/buy/rare").await.expect(200);
    assert_eq!(tenant.count("offers", "slug = 'rare' AND sold_out").await, 1);
    tenant.finish().await;
}
