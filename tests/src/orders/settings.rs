//! Who sells, and rates of tax.

use serde_json::json;
use testkit::TestApp;

use super::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rates_are_added_and_archived() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    for wrong in [("VAT", "-1"), ("VAT", "101"), ("VAT", "a fifth"), ("", "20")] {
        let fields = [("name", wrong.0), ("percent", wrong.1)];
        let page = owner.post_form("/studio/offers/taxes", &fields).await.expect(422);
        assert_eq!(page.field("percent").as_deref(), Some(wrong.1));
    }
    owner.post_form("/studio/offers/taxes", &[("name", "VAT"), ("percent", "7,5")]).await.expect(303);
    let body = json!({ "name": "VAT", "bp": 2000 });
    let made = owner.api("POST", "/tax-rates", Some(&body)).await.expect(200).json();
    owner.api("POST", "/tax-rates", Some(&json!({ "name": "VAT", "bp": 10_001 }))).await.expect(422);
    let list = owner.api("GET", "/tax-rates", None).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let page = owner.get("/studio/offers/taxes").await.expect(200);
    assert!(page.has("VAT · 7.5 %") && page.has("VAT · 20 %"), "{}", page.body);
    let id = made["id"].as_str().unwrap();
    for _ in 0..2 {
        owner.post_form(&format!("/studio/offers/taxes/{id}/archive"), &[]).await.expect(303);
    }
    assert_eq!(shop.tenant.count("tax_rates", "archived_at IS NOT NULL").await, 1);
    assert_eq!(shop.tenant.count("audit", "action = 'tax_rate.archived'").await, 1);
    let other = Shop::open(&app).await;
    let stranger = other.tenant.owner().await;
    stranger.api("POST", &format!("/tax-rates/{id}/archive"), None).await.expect(404);
    stranger.post_form(&format!("/studio/offers/taxes/{id}/archive"), &[]).await.expect(404);
    shop.tenant.finish().await;
    other.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_out_of_the_settings_stays() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let form = [
        ("manual_on", "on"),
        ("manual_instructions", "IBAN"),
        ("manual_days", "7"),
        ("sandbox_on", "on"),
        ("seller_name", "Northside Ltd"),
        ("seller_address", "1 Mill Lane\r\nLeeds"),
        ("seller_tax_id", "GB 999"),
    ];
    owner.post_form("/studio/offers/payments", &form).await.expect(303);
    let short = json!({ "manual": true, "manual_instructions": "New", "manual_days": 5, "sandbox": true });
    let kept = owner.api("PUT", "/payment-settings", Some(&short)).await.expect(200).json();
    assert_eq!(kept["seller_address"], "1 Mill Lane\nLeeds");
    assert_eq!(
        (&kept["seller_tax_id"], &kept["manual_days"], &kept["card"]),
        (&json!("GB 999"), &json!(5), &json!(true))
    );
    let page = owner.get("/studio/offers/payments").await.expect(200);
    assert_eq!(page.field("seller_name").as_deref(), Some("Northside Ltd"));
    shop.tenant.finish().await;
}
