use serde_json::json;
use testkit::{Client, TestApp, TestTenant};

use super::shop;

/// Slugs in the order in which visitors see them.
async fn shown(tenant: &TestTenant<'_>) -> Vec<String> {
    let page = tenant.visitor().get("/buy").await.expect(200);
    let links = page.links().into_iter().filter(|link| link.contains("/buy/"));
    links.map(|link| link.rsplit('/').next().unwrap().to_owned()).collect()
}

async fn move_by_button(owner: &Client, id: &str, fields: &[(&str, &str)]) -> u16 {
    owner.post_form(&format!("/studio/offers/edit/{id}/move"), fields).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offers_stand_where_they_are_put() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let mut ids = Vec::new();
    for slug in ["a", "b", "c", "d"] {
        ids.push(tenant.product(&owner, slug, 100, 1).await);
    }
    let start = shown(&tenant).await;
    assert_eq!(start.len(), 4);
    let id = |slug: &str| ids[["a", "b", "c", "d"].iter().position(|one| *one == slug).unwrap()].clone();
    let (first, second, last) = (&start[0], &start[1], &start[3]);
    assert_eq!(move_by_button(&owner, &id(first), &[("to", "down")]).await, 303);
    assert_eq!(shown(&tenant).await[..2], [second.clone(), first.clone()]);
    assert_eq!(move_by_button(&owner, &id(first), &[("to", "up")]).await, 303);
    assert_eq!(shown(&tenant).await, start);
    // At the ends a step changes nothing.
    assert_eq!(move_by_button(&owner, &id(first), &[("to", "up")]).await, 303);
    assert_eq!(shown(&tenant).await, start);
    let before = [("to", "before"), ("before", &*id(first))];
    assert_eq!(move_by_button(&owner, &id(last), &before).await, 303);
    assert_eq!(shown(&tenant).await[..2], [last.clone(), first.clone()]);
    owner.api("POST", &format!("/offers/{}/move", id(last)), Some(&json!({}))).await.expect(200);
    assert_eq!(shown(&tenant).await, start, "behind all others");
    assert_eq!(move_by_button(&owner, &id(first), &[("to", "sideways")]).await, 422);
    let nowhere = [("to", "before"), ("before", "prd_00000000000000000000000000000009")];
    assert_eq!(move_by_button(&owner, &id(first), &nowhere).await, 404);
    assert_eq!(move_by_button(&tenant.coach().await, &id(first), &[("to", "down")]).await, 403);
    assert_eq!(shown(&tenant).await, start);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_a_draft_with_a_name_of_its_own() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let beside = tenant.product(&owner, "strap", 5_900, 1).await;
    let body = json!({
        "name": "Committed", "status": "active", "featured": true, "price": { "amount": 10_900, "currency": "GBP" },
        "terms": { "every": "month", "periods": 6, "credits_per_week": 5, "pays_for": ["Yoga"] },
        "extras": ["Sauna"], "bumps": [{ "offer": beside, "pitch": "Train by it", "price": 4_900 }],
    });
    let plan = owner.api("POST", "/plans", Some(&body)).await.expect(200).json();
    let path = format!("/studio/offers/edit/{}/duplicate", plan["id"].as_str().unwrap());
    for slug in ["committed-copy", "committed-copy-2"] {
        let to = owner.post_form(&path, &[("copy", "copy")]).await.expect(303).location();
        let form = owner.open(&to).await.expect(200);
        assert_eq!(form.field("name").as_deref(), Some("Committed (copy)"));
        assert_eq!(form.field("slug").as_deref(), Some(slug));
    }
    assert_eq!(tenant.count("offers", "kind = 'plan' AND status = 'draft' AND NOT featured").await, 2);
    assert_eq!(tenant.count("offer_plans", "pays_for = ARRAY['Yoga'] AND periods = 6").await, 3);
    assert_eq!(tenant.count("offer_bumps", "price = 4900 AND pitch = 'Train by it'").await, 3);
    assert_eq!(tenant.count("offer_prices", "price = 10900").await, 3, "each begins a history of its own");
    assert_eq!(tenant.count("offer_stock", "taken = 0").await, 4);
    tenant.visitor().get("/buy/committed-copy").await.expect(404);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_has_two_views_and_filters() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let product = tenant.product(&owner, "ten", 9_000, 10).await;
    tenant.package(&owner, "bundle", 12_000, &product).await;
    let body = json!({
        "name": "Committed", "summary": "Half a year", "price": { "amount": 1, "currency": "GBP" },
        "terms": { "every": "month" },
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
    for view in ["", "view=table&"] {
        let all = owner.get(&format!("/studio/offers?{view}")).await.expect(200);
        assert_eq!(
            all.links().iter().filter(|link| link.contains("/studio/offers/edit/")).count(),
            3,
            "{view}"
        );
        assert!(all.has("data-sort-form"), "the whole list can be put into another order");
        let count = |query: &str| {
            let (owner, path) = (owner.clone(), format!("/studio/offers?{view}{query}"));
            async move {
                let page = owner.get(&path).await.expect(200);
                assert!(!page.has("data-sort-form"), "part of a list has no order of its own");
                page.links().iter().filter(|link| link.contains("/studio/offers/edit/")).count()
            }
        };
        assert_eq!(count("kind=plan").await, 1);
        assert_eq!(count("status=draft").await, 1);
        assert_eq!(count("status=archived").await, 0);
        assert_eq!(count("search=half+a+YEAR").await, 1, "the line below the name is searched, too");
        assert_eq!(count("kind=package&search=ten").await, 0);
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_credits_are_chosen_once_for_all() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "[packages.settings]\nfirst_weekday = 7\n").await;
    let owner = tenant.owner().await;
    let settings = owner.api("GET", "/package-settings", None).await.expect(200).json();
    assert_eq!(settings, json!({ "first_weekday": 7, "return_days": 7 }));
    let wrong = [("first_weekday", "8"), ("return_days", "-1")];
    let page = owner.post_form("/studio/offers/settings", &wrong).await.expect(422);
    assert_eq!(page.field("return_days").as_deref(), Some("-1"));
    owner
        .post_form("/studio/offers/settings", &[("first_weekday", "1"), ("return_days", "0")])
        .await
        .expect(303);
    assert_eq!(tenant.count("package_settings", "first_weekday = 1 AND return_days = 0").await, 1);
    assert_eq!(
        owner.get("/studio/offers/settings").await.expect(200).field("return_days").as_deref(),
        Some("0")
    );
    tenant.coach().await.api("GET", "/package-settings", None).await.expect(403);
    tenant.visitor().api("PUT", "/package-settings", Some(&settings)).await.expect(401);
    tenant.finish().await;
}
