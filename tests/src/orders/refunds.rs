//! Money that goes back by line.

use serde_json::{Value, json};
use testkit::TestApp;

use super::{Shop, Wanted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_go_back_by_page_and_api_and_never_more_than_they_were() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let order = shop.paid(Wanted::default()).await;
    let path = format!("/orders/{}", order.id);
    let seen = owner.api("GET", &path, None).await.expect(200).json();
    let id = |place: usize| seen["lines"][place]["id"].as_str().unwrap().to_owned();
    let (course, book) = (id(0), id(1));
    let field = |line: &str| format!("line-{line}");
    let form = format!("/studio/orders/{}/refund", order.id);
    let page = owner.get(&format!("/studio{path}")).await.expect(200);
    assert!(page.has(&field(&course)) && page.has("Up to £21.00"), "{}", page.body);

    // Nothing typed, nonsense, too much: nothing goes back, and what was typed stays.
    for typed in ["", "0", "much", "21.01", "-1"] {
        let fields = [("by", "lines"), ("amount", "121.00"), (&field(&book), typed), ("key", "wrong")];
        let answer = owner.post_form(&form, &fields).await.expect(422);
        assert_eq!(answer.field(&field(&book)).as_deref().unwrap_or_default(), typed);
    }
    assert_eq!(shop.tenant.count("refunds", "true").await, 0);
    let fields =
        [("by", "lines"), ("amount", "121.00"), (&field(&book), "21.00"), ("key", "one"), ("reason", "Torn")];
    for _ in 0..2 {
        owner.post_form(&form, &fields).await.expect(303);
    }
    assert_eq!(shop.tenant.count("refunds", "amount = 2100").await, 1, "one form is one refund");
    assert_eq!(shop.tenant.count("refund_lines", "amount = 2100").await, 1);
    let page = owner.get(&format!("/studio{path}")).await.expect(200);
    assert!(page.has("£21.00 went back") && !page.has(&field(&book)), "{}", page.body);

    let line =
        |line: &str, amount: i64| json!({ "line": line, "amount": { "amount": amount, "currency": "GBP" } });
    let refund = async |body: Value| owner.api("POST", &format!("{path}/refund"), Some(&body)).await;
    refund(json!({ "lines": [line(&book, 1)] })).await.expect(422);
    refund(json!({ "lines": [line(&course, 4_000), line(&course, 4_000)] })).await.expect(422);
    refund(json!({ "lines": [line(&course, 1)], "amount": { "amount": 1, "currency": "GBP" } }))
        .await
        .expect(422);
    refund(json!({})).await.expect(422);
    refund(json!({ "lines": [{ "line": course, "amount": { "amount": 1, "currency": "EUR" } }] }))
        .await
        .expect(422);
    let other = shop.paid(Wanted { key: "two", ..Wanted::default() }).await;
    let theirs = owner.api("GET", &format!("/orders/{}", other.id), None).await.expect(200).json();
    refund(json!({ "lines": [line(theirs["lines"][0]["id"].as_str().unwrap(), 1)] })).await.expect(404);
    refund(json!({ "lines": [line(&course, 4_000)], "reason": "Half" })).await.expect(200);
    let seen = owner.api("GET", &path, None).await.expect(200).json();
    assert_eq!(seen["lines"][0]["refundable"]["amount"], 6_000);
    assert_eq!(seen["order"]["status"], "partially_refunded");
    refund(json!({ "lines": [line(&course, 6_000)] })).await.expect(200);
    assert_eq!(owner.api("GET", &path, None).await.expect(200).json()["order"]["status"], "refunded");
    shop.tenant.run_jobs().await;
    assert_eq!(shop.tenant.count("refunds", "state = 'done'").await, 3);
    shop.tenant.finish().await;
}
