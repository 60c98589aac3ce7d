//! Numbers of invoices and credit notes: one after the other, no gap, no double.

use serde_json::json;
use testkit::TestApp;

use super::{Shop, Wanted, column, table};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_payments_at_once_leave_no_gap() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let mut orders = Vec::new();
    for n in 0..40 {
        orders.push(shop.place(Wanted { key: &format!("k{n}"), ..Wanted::default() }).await);
    }
    assert!(orders.iter().all(|order| order.invoice().is_none()), "not before it is paid");
    // Every second one twice, and some are given up: what does not happen takes no number.
    let paying = orders.iter().take(30).map(|order| shop.pay(order));
    let again = orders.iter().take(30).step_by(2).map(|order| shop.pay(order));
    futures::join!(futures::future::join_all(paying), futures::future::join_all(again));
    let rows = shop.tenant.rows();
    let span = "SELECT count(*) FROM (SELECT invoice_number, row_number() OVER (ORDER BY invoice_number) AS n FROM orders";
    let gaps = format!("{span} WHERE {rows} AND invoice_number IS NOT NULL) x WHERE invoice_number <> n");
    assert_eq!(app.sql.count(&gaps).await, 0);
    assert_eq!(shop.tenant.count("orders", "invoice_number IS NOT NULL").await, 31, "with the free one");
    assert_eq!(shop.tenant.count("orders", "(invoice_number IS NULL) <> (paid_at IS NULL)").await, 0);
    // A number that was given stays, whoever writes.
    let change = format!("UPDATE orders SET invoice_number = 99 WHERE {rows} AND invoice_number = 2");
    let caught = "EXCEPTION WHEN check_violation THEN NULL;";
    app.sql.run(&format!("DO $$ BEGIN {change}; {caught} END $$")).await;
    assert_eq!(shop.tenant.count("orders", "invoice_number = 2").await, 1);
    // Refunds, at once as well.
    let owner = shop.tenant.owner().await;
    let refund = json!({ "amount": { "amount": 100, "currency": "GBP" } });
    let paths: Vec<String> =
        orders.iter().take(10).map(|order| format!("/orders/{}/refund", order.id)).collect();
    let asked = paths.iter().map(|path| owner.api("POST", path, Some(&refund)));
    for answer in futures::future::join_all(asked).await {
        assert!(answer.expect(200).json()["credit_note"].as_str().unwrap().starts_with("CN-000"));
    }
    let gaps = gaps.replace("invoice_number", "credit_note_number").replace("FROM orders", "FROM refunds");
    assert_eq!(app.sql.count(&gaps).await, 0);
    assert_eq!(shop.tenant.count("refunds", "credit_note_number BETWEEN 1 AND 10").await, 10);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_shown_found_and_taken_away_in_files() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let waits = shop.place(Wanted { key: "waits", ..Wanted::default() }).await;
    let paid = shop.paid(Wanted::default()).await;
    assert_eq!(paid.invoice().as_deref(), Some("INV-00002"), "after the free one");
    let owner = shop.tenant.owner().await;
    let one = owner.api("GET", &format!("/orders/{}", paid.id), None).await.expect(200).json();
    assert_eq!(one["order"]["invoice"], "INV-00002");
    let refund = json!({ "amount": { "amount": 500, "currency": "GBP" } });
    owner.api("POST", &format!("/orders/{}/refund", paid.id), Some(&refund)).await.expect(200);
    for typed in ["INV-00002", "inv 2", "cn-00001"] {
        let path = format!("/orders?search={}", typed.replace(' ', "%20"));
        let found = owner.api("GET", &path, None).await.expect(200).json();
        let ids: Vec<_> = found["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(ids, [json!(paid.id)], "{typed}");
    }
    assert!(owner.get("/studio/orders").await.expect(200).has("INV-00002"));
    assert!(owner.get(&format!("/studio/orders/{}", paid.id)).await.expect(200).has("INV-00002"));
    assert!(shop.tenant.visitor().get(&paid.own_path()).await.expect(200).has("INV-00002"));
    let named =
        |answer: &testkit::Answer| answer.header("content-disposition").unwrap_or_default().to_owned();
    let file = owner.get(&format!("/studio/orders/{}/files/invoice.pdf", paid.id)).await.expect(200);
    assert!(named(&file).contains("invoice-INV-00002.pdf"), "{}", named(&file));
    let file = owner.get(&format!("/studio/orders/{}/files/invoice.pdf", waits.id)).await.expect(200);
    assert!(named(&file).contains(&format!("pro-forma-{}.pdf", waits.number)), "{}", named(&file));
    let csv = owner.get("/studio/orders/export?what=orders").await.expect(200);
    let rows = table(&csv.body);
    assert!(column(&rows, "Invoice").contains(&"INV-00002"));
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
