//! Ways to pay fit the time there is.

use serde_json::json;
use testkit::{TenantOptions, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::{bookable, hold, press};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_no_way_to_pay_what_is_kept_for_minutes() {
    let app = TestApp::start().await;
    let payment = "[packages.payment]\nmanual_instructions = \"IBAN GB00\"\nmanual_days = 7\n";
    let tenant = TestTenant::with(&app, TenantOptions::all(&app).section(payment)).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    tenant.product(&owner, "ten", 9_000, 10).await;
    let visitor = tenant.visitor();

    let (made, page) = hold(&tenant, &visitor, "paid", &tomorrow_at(10, 0), "sam@example.com").await;
    let back = press(&visitor, &page, "decline").await.expect(303).location();
    let declined = visitor.open(&back).await.expect(200);
    assert!(declined.has("is reserved until") && declined.has("sandbox"), "{}", declined.body);
    assert!(!declined.has("value=\"manual\""), "money that takes days for a time that is kept for minutes");
    let order =
        back.split(&format!("/{}", tenant.slug)).nth(1).unwrap().split('?').next().unwrap().to_owned();
    let _ = visitor.post_form(&format!("{order}/pay"), &[("method", "manual")]).await.expect(422);
    assert_eq!(tenant.count("bookings", "state = 'held'").await, 1, "{made}");

    // What is not kept for anybody else can wait.
    let bought = tenant.buy(&visitor, "ten", "sam@example.com", "sandbox").await;
    let back = press(&visitor, &bought.next, "decline").await.expect(303).location();
    assert!(visitor.open(&back).await.expect(200).has("value=\"manual\""));
    tenant.run_jobs().await;
    tenant.finish().await;
}
