use serde_json::{Value, json};
use testkit::TestApp;

use super::shop;

fn plan(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({
        "name": "Committed", "status": "active", "price": { "amount": 10_900, "currency": "GBP" },
        "terms": { "every": "month", "periods": 6, "credits_per_week": 5 },
    });
    change(&mut body);
    body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_made_changed_priced_anew_and_archived_by_the_api() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let made = owner.api("POST", "/plans", Some(&plan(|_| {}))).await.expect(200).json();
    let id = made["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("pln_"));
    assert_eq!((&made["terms"]["every_count"], &made["terms"]["pause_days"]), (&json!(1), &json!(60)));
    assert_eq!(made["terms"]["may_cancel"], "any_time");
    assert_eq!(
        owner.api("GET", "/plans", None).await.expect(200).json()["items"].as_array().unwrap().len(),
        1
    );
    assert!(
        owner.api("GET", "/products", None).await.expect(200).json()["items"].as_array().unwrap().is_empty()
    );
    let prices = [11_900, 12_900];
    for amount in prices {
        app.clock.advance(60);
        let body = json!({ "price": { "amount": amount, "currency": "GBP" }, "extras": ["Sauna"] });
        owner.api("PATCH", &format!("/plans/{id}"), Some(&body)).await.expect(200);
    }
    let history = owner.api("GET", &format!("/plans/{id}/prices"), None).await.expect(200).json();
    let amounts: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["price"]["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(amounts, [12_900, 11_900, 10_900], "the newest first");
    let visitor = tenant.visitor();
    let card = visitor.get("/buy").await.expect(200);
    for words in ["£129", "a month", "for 6 months", "£774.00 in all", "5 credits a week", "Sauna"] {
        assert!(card.has(words), "{words}: {}", card.body);
    }
    // A product's address does not open a plan.
    owner.api("GET", &format!("/products/{}", id.replace("pln_", "prd_")), None).await.expect(404);
    for _ in 0..2 {
        let archived = owner.api("DELETE", &format!("/plans/{id}"), None).await.expect(200).json();
        assert_eq!(archived["status"], "archived");
    }
    assert!(visitor.get("/buy/committed").await.expect(410).has("This offer has ended"));
    visitor.api("GET", &format!("/plans/{id}"), None).await.expect(404);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("events", "name = 'offer.changed'").await, 4, "made, twice changed, archived");
    tenant.finish().await;
}

/// What is wrong with a plan.
type Change = Box<dyn FnOnce(&mut Value)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plans_that_make_no_sense_are_refused_at_their_field() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let cases: [(&str, Change); 10] = [
        ("#/price", Box::new(|b| b["price"]["amount"] = json!(-1))),
        ("#/currency", Box::new(|b| b["price"]["currency"] = json!("JPY"))),
        ("#/every_count", Box::new(|b| b["terms"]["every_count"] = json!(0))),
        ("#/periods", Box::new(|b| b["terms"]["periods"] = json!(121))),
        ("#/trial_days", Box::new(|b| b["terms"]["trial_days"] = json!(-1))),
        ("#/credits_per_week", Box::new(|b| b["terms"]["credits_per_week"] = json!(101))),
        ("#/rollover_cap", Box::new(|b| b["terms"] = json!({ "every": "month", "rollover_cap": 5 }))),
        ("#/may_cancel", Box::new(|b| b["terms"] = json!({ "every": "month", "may_cancel": "after_term" }))),
        ("#/tax_rate", Box::new(|b| b["tax_rate"] = json!("tax_00000000000000000000000000000009"))),
        (
            "#/bumps/0",
            Box::new(|b| b["bumps"] = json!([{ "offer": "prd_00000000000000000000000000000009" }])),
        ),
    ];
    for (pointer, change) in cases {
        let answer = owner.api("POST", "/plans", Some(&plan(change))).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], pointer, "{answer}");
    }
    assert_eq!(tenant.count("offers", "true").await, 0, "nothing is stored");
    assert_eq!(tenant.count("offer_plans", "true").await, 0);
    // Neither a deposit nor parts: a plan has its own payments.
    let product = |more: Value| {
        let mut body = json!({ "name": "Ten", "price": { "amount": 9_000, "currency": "GBP" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (more, pointer) in [
        (json!({ "deposit": { "amount": 9_000, "days": 14 } }), "#/deposit"),
        (json!({ "deposit": { "amount": 100, "days": 0 } }), "#/deposit_days"),
        (json!({ "instalments": { "count": 25, "every": "month" } }), "#/instalments"),
        (json!({ "grants": [{ "kind": "voucher", "amount": 0 }] }), "#/voucher"),
        (
            json!({ "grants": [{ "kind": "appointment", "appointment_type": "apt_00000000000000000000000000000009" }] }),
            "#/appointment_type",
        ),
    ] {
        let answer = owner.api("POST", "/products", Some(&product(more))).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], pointer, "{answer}");
    }
    let good = product(json!({
        "deposit": { "amount": 2_000, "days": 14 }, "instalments": { "count": 3, "every": "month" }, "status": "active",
    }));
    let made = owner.api("POST", "/products", Some(&good)).await.expect(200).json();
    assert_eq!((&made["deposit"]["amount"], &made["instalments"]["count"]), (&json!(2_000), &json!(3)));
    let page = tenant.visitor().get("/buy").await.expect(200);
    assert!(
        page.has("£20.00 now, the rest 14 days later") && page.has("Or in 3 monthly parts"),
        "{}",
        page.body
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_made_and_edited_by_its_form() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let kind = tenant.bookable(&owner, "check-in").await;
    let blank = owner.get("/studio/offers/new/plan").await.expect(200);
    assert_eq!(blank.field("every_count").as_deref(), Some("1"));
    assert!(blank.has(&format!("pays-{kind}")), "appointments that credits can pay for");
    let pays = format!("pays-{kind}");
    let good = [
        ("name", "Kickstarter"),
        ("price", "297"),
        ("every", "week"),
        ("every_count", "6"),
        ("periods", "1"),
        ("credits_per_week", "5"),
        ("rollover_cap", "10"),
        ("pays_for", "Yoga, Spin, Yoga"),
        (pays.as_str(), "on"),
        ("may_cancel", "never"),
        ("extras", "HR monitor included\r\nSauna"),
        ("status", "active"),
    ];
    let wrong: Vec<_> =
        good.iter().map(|(n, v)| if *n == "rollover_cap" { (*n, "many") } else { (*n, *v) }).collect();
    let again = owner.post_form("/studio/offers/new/plan", &wrong).await.expect(422);
    assert_eq!(again.field("rollover_cap").as_deref(), Some("many"), "what was typed stays");
    assert_eq!(tenant.count("offers", "true").await, 0);
    owner.post_form("/studio/offers/new/plan", &good).await.expect(303);
    let wanted =
        format!("pays_for = ARRAY['Yoga', 'Spin', '{kind}'] AND rollover_cap = 10 AND NOT may_pause");
    assert_eq!(tenant.count("offer_plans", &wanted).await, 1);
    let list = owner.get("/studio/offers?kind=plan").await.expect(200);
    let edit = list.links().into_iter().find(|link| link.contains("/edit/pln_")).unwrap();
    let form = owner.open(&edit).await.expect(200);
    assert_eq!(form.field("pays_for").as_deref(), Some("Yoga, Spin"));
    assert_eq!(
        (form.field("periods").as_deref(), form.field("price").as_deref()),
        (Some("1"), Some("297.00"))
    );
    let card = tenant.visitor().get("/buy").await.expect(200);
    for words in
        ["£297", "at once", "for 6 weeks", "5 credits a week", "for Yoga, Spin", "HR monitor included"]
    {
        assert!(card.has(words), "{words}: {}", card.body);
    }
    assert!(!card.has("in all"), "what is paid at once has no other sum");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starter_plans_come_once() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let empty = owner.get("/studio/offers").await.expect(200);
    assert!(empty.has("Add the starter plans"));
    let words: Vec<(String, String)> =
        ["kickstarter", "kickstarter_text", "committed", "committed_text", "totally", "totally_text"]
            .iter()
            .map(|name| ((*name).to_owned(), empty.field(name).unwrap()))
            .collect();
    let fields: Vec<(&str, &str)> =
        words.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        owner.post_form("/studio/offers/starters", &fields).await.expect(303);
    }
    assert_eq!(tenant.count("offers", "kind = 'plan' AND status = 'active'").await, 3);
    assert_eq!(tenant.count("offer_plans", "every = 'week' AND every_count = 6 AND periods = 1").await, 1);
    let page = tenant.visitor().get("/buy").await.expect(200);
    for words in ["Kickstarter", "£297", "Committed", "£109", "Totally Committed", "£99", "£1,188.00 in all"]
    {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    // Without names nothing is made.
    let other = shop(&app, "").await;
    let refused = other.owner().await.post_form("/studio/offers/starters", &[]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(other.count("offers", "true").await, 0);
    tenant.finish().await;
    other.finish().await;
}
