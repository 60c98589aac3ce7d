use serde_json::json;
use testkit::TestApp;

use super::{order, shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stock_is_never_oversold_and_comes_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let body = json!({ "name": "Seat", "slug": "seat", "price": { "amount": 5_000, "currency": "GBP" }, "status": "active", "stock": 5 });
    let seat = owner.api("POST", "/products", Some(&body)).await.expect(200).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    tenant.package(&owner, "pair", 8_000, &seat).await;
    let visitor = tenant.visitor();
    let emails: Vec<String> = (0..30).map(|n| format!("buyer{n}@example.com")).collect();
    // A pair takes two seats, so the two offers race for the same stock.
    let offer = |n: usize| if n.is_multiple_of(3) { "pair" } else { "seat" };
    let tries =
        emails.iter().enumerate().map(|(n, email)| order(&visitor, offer(n), email, "sandbox", email));
    let answers = futures::future::join_all(tries).await;
    for answer in &answers {
        assert!(matches!(answer.status, 303 | 409), "{} {}", answer.status, answer.body);
    }
    let held = "SELECT coalesce(sum((h ->> 'count')::int), 0)::bigint FROM order_lines l \
                CROSS JOIN jsonb_array_elements(l.detail -> 'holds') h";
    let uuid = seat.trim_start_matches("prd_");
    let held = format!("{held} WHERE l.{} AND replace(h ->> 'offer', 'off_', '') = '{uuid}'", tenant.rows());
    assert_eq!(app.sql.count(&held).await, 5, "all of it, and no more");
    assert_eq!(tenant.count("offer_stock", "taken = 5 AND stock = 5").await, 1);
    app.clock.advance(3 * 3600);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("orders", "status <> 'expired'").await, 0);
    assert_eq!(tenant.count("offer_stock", "taken <> 0").await, 0);
    assert_eq!(tenant.count("offer_clients", "taken <> 0").await, 0);
    assert_eq!(tenant.count("offers", "sold_out").await, 0);
    order(&visitor, "seat", "late@example.com", "sandbox", "late").await.expect(303);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_per_client_holds_under_a_race() {
    let app = TestApp::start().await;
    let tenant = shop(
        &app,
        "[[packages.products]]\nslug = \"trial\"\nname = \"Trial\"\nprice = \"5\"\nper_client = 2\n",
    )
    .await;
    let visitor = tenant.visitor();
    let keys: Vec<String> = (0..12).map(|n| format!("key-{n}")).collect();
    let tries = keys.iter().map(|key| order(&visitor, "trial", "SAM@example.com", "sandbox", key));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 2);
    assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 10);
    assert!(answers.iter().any(|answer| answer.has("Please sign in with this address")));
    order(&visitor, "trial", "kim@example.com", "sandbox", "kim").await.expect(303);
    tenant.finish().await;
}
