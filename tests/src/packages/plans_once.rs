//! A plan is had once at a time, whatever is pressed in how many tabs.

use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::{
    checkout_kit::{Form, one},
    press, shop,
};

async fn plan(owner: &Client, more: Value) {
    let mut body = json!({
        "name": "Committed", "slug": "committed", "status": "active", "price": { "amount": 10_900, "currency": "GBP" },
        "terms": { "every": "month", "credits_per_week": 5 },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_tabs_begin_one_subscription() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    plan(&owner, json!({})).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "committed", "sam@example.com").await;
    // The same words from many tabs are one order; other words are told where the first one is.
    let same: Vec<Form> = (0..10).map(|n| form.clone().with("key", &format!("same{n}"))).collect();
    let other =
        (0..10).map(|n| form.clone().with("key", &format!("other{n}")).with("name", &format!("Sam {n}")));
    let tabs: Vec<Form> = same.into_iter().chain(other).collect();
    let answers = futures::future::join_all(tabs.iter().map(|tab| tab.send(&visitor))).await;
    for answer in &answers {
        let said = answer.has("You have begun to buy this plan") && answer.has("/order/");
        assert!(answer.status == 303 || answer.status == 409 && said, "{} {}", answer.status, answer.body);
    }
    assert!(answers.iter().any(|answer| answer.status == 303));
    let next: std::collections::BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 303).map(testkit::Answer::location).collect();
    assert_eq!(next.len(), 1, "all go on with one order");
    assert_eq!(tenant.count("subscriptions", "true").await, 1);
    assert_eq!(tenant.count("orders", "true").await, 1);
    press(&visitor, next.first().unwrap(), "pay").await;
    tenant.run_jobs().await;
    // Whoever knows no more than the e-mail is not told that its owner has the plan.
    let again = form.clone().with("key", "again").send(&visitor).await.expect(422);
    assert!(again.has("Please sign in with this address") && !again.has("You have this plan already"));
    assert_eq!(tenant.count("subscriptions", "status = 'active'").await, 1);
    // Somebody else may have it, and so may the same one when it is over.
    let kim = form.clone().with("key", "kim").with("email", "kim@example.com");
    kim.send(&visitor).await.expect(303);
    let ended = format!(
        "UPDATE subscriptions SET status = 'ended', ended_at = now() WHERE {} AND status = 'active'",
        tenant.rows()
    );
    app.sql.run(&ended).await;
    form.with("key", "later").send(&visitor).await.expect(303);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_allows_more_and_a_page_that_is_loaded_again_goes_on() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    plan(&owner, json!({ "per_client": 2 })).await;
    let visitor = tenant.visitor();
    let mut all = Vec::new();
    for n in 0..3 {
        let form =
            Form::open(&visitor, "committed", "sam@example.com").await.with("name", &format!("Sam {n}"));
        all.push(form.send(&visitor).await.status);
    }
    assert_eq!(all, [303, 303, 422], "whose they are is for the client to know");
    let stranger = tenant.visitor();
    Form::open(&stranger, "committed", "sam@example.com").await.send(&stranger).await.expect(422);
    assert_eq!(tenant.count("subscription_places", "place IN (0, 1)").await, 2);
    // What waits too long is over, and its place is free.
    app.clock.advance(2 * 3600);
    let form = Form::open(&visitor, "committed", "sam@example.com").await;
    form.send(&visitor).await.expect(303);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_plan_gives_once_is_given_once_whatever_its_memory_says() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    plan(&owner, json!({})).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "committed", "sam@example.com").await;
    let next = form.send(&visitor).await.expect(303).location();
    press(&visitor, &next, "pay").await;
    tenant.run_jobs().await;
    let detail = one(&tenant, "detail", "subscriptions", "true").await;
    assert!(!detail.contains("grants"), "{detail}");
    // Should something stand there all the same, no later period hands it out.
    let product = one(&tenant, "item", "subscriptions", "true").await.replace("pln_", "prd_");
    let gift = json!({ "grants": [{ "product": product, "name": "Bottle", "times": 1,
        "grant": { "kind": "credits", "credits": 7, "days": null } }] });
    app.sql
        .run(&format!("UPDATE subscriptions SET detail = detail || '{gift}' WHERE {}", tenant.rows()))
        .await;
    app.clock.advance(40 * 24 * 3600);
    tenant.run_jobs().await;
    assert!(tenant.count("orders", "status = 'paid'").await >= 2, "a later period");
    assert_eq!(tenant.count("credit_lots", "origin = 'order'").await, 0);
    tenant.finish().await;
}
