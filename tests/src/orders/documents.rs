//! Receipts, invoices and credit notes, read back.

use billing::Order;
use lopdf::Document;
use reqwest::Method;
use serde_json::json;
use testkit::{Client, TestApp};

use super::{Shop, Wanted};

/// The words of a document, and its file name.
async fn read(by: &Client, place: &str) -> (String, String) {
    let answer = by.request(Method::GET, place).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{place}");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    let document = Document::load_mem(&answer.bytes().await.unwrap()).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap();
    (text.split_whitespace().collect::<Vec<_>>().join(" "), name)
}

async fn a_credit_note_says_what_goes_back(shop: &Shop<'_>, owner: &Client, visitor: &Client, order: &Order) {
    let (tenant, link) = (&shop.tenant, format!("/{}/order/{}", shop.tenant.slug, order.token));
    let part = json!({ "amount": { "amount": 2_500, "currency": "GBP" }, "reason": "One class fell out" });
    let refund =
        owner.api("POST", &format!("/orders/{}/refund", order.id), Some(&part)).await.expect(200).json();
    let refund = refund["id"].as_str().unwrap();
    let (note, name) = read(visitor, &format!("{link}/refund/{refund}.pdf")).await;
    assert_eq!(name, "attachment; filename=\"credit-note-CN-00001.pdf\"");
    for words in ["Credit note", "£25.00", "One class fell out", "Reed & Daughters"] {
        assert!(note.contains(words), "{words}: {note}");
    }
    // Staff have the same, by page and API; strangers have none.
    for place in [
        format!("/{}/studio/orders/{}/files/receipt.pdf", tenant.slug, order.id),
        format!("/{}/studio/orders/{}/files/refund/{refund}.pdf", tenant.slug, order.id),
        format!("/api/v1/{}/orders/{}/invoice", tenant.slug, order.id),
        format!("/api/v1/{}/orders/{}/refunds/{refund}/credit-note", tenant.slug, order.id),
    ] {
        read(owner, &place).await;
        assert!(visitor.open(&place).await.status >= 300, "{place}");
    }
}

async fn says_who_sells(owner: &Client) {
    let seller = json!({
        "manual": true, "manual_instructions": "IBAN", "manual_days": 7, "sandbox": true,
        "seller_name": "Northside Ltd", "seller_address": "1 Mill Lane\nLeeds", "seller_tax_id": "GB 999", "invoice_note": "Thank you.",
    });
    owner.api("PUT", "/payment-settings", Some(&seller)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_say_what_the_order_says() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (tenant, owner, visitor) = (&shop.tenant, shop.tenant.owner().await, shop.tenant.visitor());
    says_who_sells(&owner).await;
    let order = shop.place(Wanted { off: 1_200, ..Wanted::default() }).await;
    let link = format!("/{}/order/{}", tenant.slug, order.token);
    visitor.open(&format!("{link}/receipt.pdf")).await.expect(404);
    let (invoice, name) = read(&visitor, &format!("{link}/invoice.pdf")).await;
    assert_eq!(name, format!("attachment; filename=\"pro-forma-{}.pdf\"", order.number), "not paid yet");
    assert!(invoice.contains(&order.number.to_string()), "{invoice}");
    let wanted = "Pro forma invoice|Northside Ltd|1 Mill Lane|GB 999|Sam Reed|A course|A book|£100.00|SPRING|£108.90|VAT 20 %|£15.00|£0.90|Thank you.";
    for words in wanted.split('|') {
        assert!(invoice.contains(words), "{words}: {invoice}");
    }
    let order = shop.pay(&order).await;
    let (receipt, _) = read(&visitor, &format!("{link}/receipt.pdf")).await;
    for words in ["Receipt", "Paid", "Visa •• 4242", "£108.90", &order.number.to_string()] {
        assert!(receipt.contains(words), "{words}: {receipt}");
    }
    let page = visitor.open(&link).await.expect(200);
    assert!(
        page.has("receipt.pdf") && page.has("invoice.pdf") && page.has("Contains VAT 20 %"),
        "{}",
        page.body
    );

    // The company belongs on the invoice: the buyer says so afterwards.
    let company = [("bill_to", "Reed Ltd\n1 High Street"), ("buyer_tax_id", "GB 123")];
    visitor.post_form(&format!("/order/{}/bill-to", order.token), &company).await.expect(303);
    let long = "x".repeat(501);
    visitor.post_form(&format!("/order/{}/bill-to", order.token), &[("bill_to", &long)]).await.expect(422);
    let (invoice, _) = read(&visitor, &format!("{link}/invoice.pdf")).await;
    assert!(invoice.contains("Reed Ltd") && invoice.contains("GB 123"), "{invoice}");
    assert_eq!(tenant.count("audit", "action = 'order.invoice_details_changed'").await, 1);
    app.sql
        .run(&format!(
            "UPDATE orders SET created_at = created_at - interval '31 days' WHERE {}",
            tenant.rows()
        ))
        .await;
    visitor.post_form(&format!("/order/{}/bill-to", order.token), &company[1..]).await.expect(409);
    let body = json!({ "bill_to": "Reed & Daughters" });
    owner.api("PUT", &format!("/orders/{}/bill-to", order.id), Some(&body)).await.expect(200);

    a_credit_note_says_what_goes_back(&shop, &owner, &visitor, &order).await;
    tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_business_s_orders_have_no_documents_here() {
    let app = TestApp::start().await;
    let (shop, other) = (Shop::open(&app).await, Shop::open(&app).await);
    let order = shop.paid(Wanted::default()).await;
    let own = other.paid(Wanted::default()).await;
    let owner = other.tenant.owner().await;
    for place in [
        format!("/order/{}/receipt.pdf", order.token),
        format!("/order/{}/invoice.pdf", order.token),
        format!("/studio/orders/{}/files/receipt.pdf", order.id),
        format!("/studio/orders/{}/files/nonsense.pdf", own.id),
        format!("/order/{}/refund/ref_{}.pdf", own.token, "0".repeat(32)),
        format!("/order/{}/refund/nonsense", own.token),
    ] {
        owner.get(&place).await.expect(404);
    }
    for (method, path) in
        [("GET", format!("/orders/{}/receipt", order.id)), ("POST", format!("/orders/{}/resend", order.id))]
    {
        owner.api(method, &path, None).await.expect(404);
    }
    owner.post_form(&format!("/studio/orders/{}/resend", order.id), &[]).await.expect(404);
    owner.post_form(&format!("/studio/orders/{}/bill-to", order.id), &[("bill_to", "X")]).await.expect(404);
    owner.post_form(&format!("/order/{}/bill-to", order.token), &[("bill_to", "X")]).await.expect(404);
    shop.tenant.run_jobs().await;
    other.tenant.run_jobs().await;
    shop.tenant.finish().await;
    other.tenant.finish().await;
}
