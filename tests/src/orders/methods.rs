//! What clients saved to pay with, by the API.

use serde_json::Value;
use testkit::{Client, TestApp};

use super::Shop;

/// Saves a card on the sandbox's page.
async fn add(client: &Client, card: &str) {
    let page = client.post_form("/me/payment-methods", &[]).await.expect(303).location();
    client.post_form_to(&page, &[("card", card)]).await.expect(303);
}

async fn all(client: &Client) -> Vec<Value> {
    let list = client.api("GET", "/payment-methods", None).await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sees_chooses_and_removes_what_one_saved_and_nobody_else_does() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (client, owner, visitor) =
        (shop.tenant.client().await, shop.tenant.owner().await, shop.tenant.visitor());
    client.get("/me").await.expect(200);
    let none = client.api("GET", "/payment-methods", None).await.expect(200).json();
    assert_eq!(none, serde_json::json!({ "items": [], "can_add": true }));
    add(&client, "pays").await;
    add(&client, "pays").await;
    let saved = all(&client).await;
    assert_eq!(saved.len(), 2);
    assert_eq!((saved[0]["default"].as_bool(), saved[1]["default"].as_bool()), (Some(true), Some(false)));
    assert!(saved[0]["label"].as_str().unwrap().contains("••"), "{saved:?}");
    assert!(saved[0].get("reference").is_none(), "what the provider calls it stays inside: {saved:?}");
    let path = |at: usize| format!("/payment-methods/{}", saved[at]["id"].as_str().unwrap());
    let list = client.api("POST", &format!("{}/default", path(1)), None).await.expect(200).json();
    assert_eq!(list["items"][0]["id"], saved[1]["id"], "what is used stands first");
    assert_eq!(list["items"][0]["default"], true);

    // Others have neither the list nor its things.
    assert!(all(&owner).await.is_empty());
    owner.api("POST", &format!("{}/default", path(0)), None).await.expect(404);
    owner.api("DELETE", &path(0), None).await.expect(404);
    for (method, path) in [("GET", "/payment-methods".to_owned()), ("DELETE", path(0))] {
        let status = visitor.api(method, &path, None).await.status;
        assert!(matches!(status, 401 | 403), "{method} {path}: {status}");
    }
    // The one that is used goes: the other takes its place. Once more: it is gone.
    let list = client.api("DELETE", &path(1), None).await.expect(200).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&list["items"][0]["id"], &list["items"][0]["default"]),
        (&saved[0]["id"], &Value::Bool(true))
    );
    client.api("DELETE", &path(1), None).await.expect(404);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
