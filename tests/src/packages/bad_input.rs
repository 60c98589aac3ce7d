use serde_json::{Value, json};
use testkit::{Client, TestApp};

use super::{order, shop};

async fn refused(owner: &Client, path: &str, body: &Value) -> Vec<String> {
    let answer = owner.api("POST", path, Some(body)).await.expect(422).json();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offers_that_make_no_sense_are_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let product = |price: i64, currency: &str| json!({ "name": "X", "price": { "amount": price, "currency": currency } });
    for price in [-1, 100_000_001, i64::MIN, i64::MAX] {
        assert_eq!(refused(&owner, "/products", &product(price, "GBP")).await, ["#/price offer_price"]);
    }
    assert_eq!(refused(&owner, "/products", &product(100, "EUR")).await, ["#/currency offer_currency"]);
    let items =
        |items: Value| json!({ "name": "P", "price": { "amount": 1, "currency": "GBP" }, "items": items });
    assert_eq!(refused(&owner, "/packages", &items(json!([]))).await, ["#/items offer_items"]);
    let unknown = json!([{ "product": "prd_00000000000000000000000000000009", "quantity": 1 }]);
    assert_eq!(refused(&owner, "/packages", &items(unknown)).await, ["#/items offer_unknown_product"]);
    assert_eq!(tenant.count("offers", "true").await, 0);
    let product = tenant.product(&owner, "ten", 100, 10).await;
    let package = tenant.package(&owner, "pack", 100, &product).await;
    let inside = json!({ "items": [{ "product": package.replace("pkg_", "prd_"), "quantity": 1 }] });
    let answer = owner.api("PATCH", &format!("/packages/{package}"), Some(&inside)).await.expect(422).json();
    assert_eq!(answer["errors"][0]["code"], "offer_contains_itself");
    let twice = json!({ "name": "Again", "slug": "ten", "price": { "amount": 1, "currency": "GBP" } });
    assert_eq!(refused(&owner, "/products", &twice).await, ["#/slug offer_slug_taken"]);
    assert_eq!(tenant.count("package_items", "true").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_checkout_takes_no_amount_and_no_old_link() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let product = tenant.product(&owner, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();
    let fields = [
        ("name", "Sam"),
        ("email", "sam@example.com"),
        ("method", "manual"),
        ("key", "k"),
        ("price", "1"),
        ("amount", "1"),
        ("total", "1"),
        ("currency", "JPY"),
    ];
    visitor.post_form("/buy/ten", &fields).await.expect(303);
    assert_eq!(
        tenant.count("orders", "total = 9000 AND currency = 'GBP'").await,
        1,
        "what was typed beside it is ignored"
    );
    // A later price is not that of the order.
    let body = json!({ "price": { "amount": 12_000, "currency": "GBP" } });
    owner.api("PATCH", &format!("/products/{product}"), Some(&body)).await.expect(200);
    assert_eq!(tenant.count("orders", "total = 9000").await, 1);
    assert_eq!(tenant.count("offer_prices", "true").await, 2, "price history");
    for (name, email, method, key) in [
        ("", "sam@example.com", "manual", "a"),
        ("Sam", "nobody", "manual", "b"),
        ("Sam", "s@example.com", "gold", "c"),
        ("Sam", "s@example.com", "manual", ""),
    ] {
        let answer = visitor
            .post_form("/buy/ten", &[("name", name), ("email", email), ("method", method), ("key", key)])
            .await;
        let answer = answer.expect(422);
        assert!(answer.has("role=\"alert\""), "{}", answer.body);
        assert_eq!(answer.field("name").as_deref(), Some(name), "what was typed stays");
    }
    owner
        .api("PATCH", &format!("/products/{product}"), Some(&json!({ "status": "archived" })))
        .await
        .expect(200);
    assert!(visitor.get("/buy/ten").await.expect(410).has("This offer has ended"));
    assert_eq!(order(&visitor, "ten", "sam@example.com", "manual", "late").await.status, 410);
    visitor.get("/buy/nothing").await.expect(404);
    assert_eq!(tenant.count("orders", "true").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandbox_addresses_can_t_be_made_up_or_carried_over() {
    let app = TestApp::start().await;
    let (one, two) = (shop(&app, "").await, shop(&app, "").await);
    one.product(&one.owner().await, "ten", 9_000, 10).await;
    let visitor = one.visitor();
    let bought = one.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    let token = bought.next.rsplit('/').next().unwrap();
    two.visitor().get(&format!("/pay/sandbox/{token}")).await.expect(404);
    visitor.get(&format!("/pay/sandbox/{}x", token)).await.expect(404);
    visitor.post_form_to(&bought.next, &[("outcome", "challenge_ok")]).await.expect(422);
    two.visitor().get(&format!("/order/{}", bought.token)).await.expect(404);
    app.clock.advance(31 * 60);
    visitor.post_form_to(&bought.next, &[("outcome", "pay")]).await.expect(410);
    assert_eq!(one.count("payments", "true").await, 0);
    one.leave_outbox();
    two.finish().await;
}
