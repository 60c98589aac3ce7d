//! Who is told what: the receipt once more, and disputes.

use billing::{DisputeSeen, DisputeState, Method, NewDue};
use kernel::Problem;
use testkit::TestApp;

use super::{ORDERS_CREATE, Shop, Wanted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_is_sent_once_more_and_not_more_than_once_a_minute() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let later = shop.ctx.now().plus_minutes(24 * 60);
    let dues = [NewDue { amount: 7_000, due_at: shop.ctx.now() }, NewDue { amount: 5_100, due_at: later }];
    let order = shop.paid(Wanted { dues: &dues, ..Wanted::default() }).await;
    shop.tenant.run_jobs().await;
    let path = format!("/studio/orders/{}/resend", order.id);
    for _ in 0..3 {
        owner.post_form(&path, &[]).await.expect(303);
    }
    shop.tenant.run_jobs().await;
    let mails = shop.tenant.mails_to("sam@example.com").await;
    let receipts: Vec<_> = mails.iter().filter(|mail| mail.template == "checkout/receipt").collect();
    assert_eq!(receipts.len(), 2, "the first, and one more");
    let text = &receipts[1].text;
    for words in ["VAT 5 %: £1.00", "Contains VAT 20 %: £16.67", "£51.00 is due on", "receipt.pdf"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(shop.tenant.count("order_steps", "kind = 'receipt_sent'").await, 1);
    assert!(owner.get(&format!("/studio/orders/{}", order.id)).await.expect(200).has("Mail sent again"));
    // One that waits for a card has nothing to be sent again; one that waits for a transfer has.
    let card = shop.place(Wanted { key: "two", ..Wanted::default() }).await;
    owner.api("POST", &format!("/orders/{}/resend", card.id), None).await.expect(409);
    let transfer =
        Wanted { key: "three", email: "kim@example.com", method: Method::Manual, ..Wanted::default() };
    let transfer = shop.place(transfer).await;
    owner.api("POST", &format!("/orders/{}/resend", transfer.id), None).await.expect(200);
    shop.tenant.run_jobs().await;
    let mails = shop.tenant.mails_to("kim@example.com").await;
    assert_eq!(mails.iter().filter(|mail| mail.template == "checkout/awaiting").count(), 2);
    let coach = shop.tenant.coach().await;
    coach.api("POST", &format!("/orders/{}/resend", order.id), None).await.expect(403);
    shop.tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_is_told_shown_and_ends() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = shop.tenant.owner().await;
    let order = shop.paid(Wanted::default()).await;
    let seen = |state| DisputeSeen {
        method: Method::Sandbox,
        payment: format!("paid/{}", order.id),
        reference: "dp_1".into(),
        amount: 12_100,
        reason: "product_not_received".into(),
        state,
        answer_by: Some(shop.ctx.now().plus_minutes(7 * 24 * 60)),
        held: true,
    };
    let tell = async |state| {
        let seen = seen(state);
        let told = shop.ctx.tx(ORDERS_CREATE, async |tx| billing::dispute_seen(tx, &seen).await);
        assert!(Result::<_, Problem>::unwrap(told.await).is_some());
    };
    for _ in 0..2 {
        tell(DisputeState::Open).await;
    }
    shop.tenant.run_jobs().await;
    let disputes = async || -> Vec<String> {
        let mails = app.mails(&shop.tenant).await;
        mails
            .into_iter()
            .filter(|mail| mail.template == "checkout/dispute")
            .map(|mail| mail.subject)
            .collect()
    };
    assert_eq!(disputes().await, [format!("Order {}: £121.00 is disputed", order.number)]);
    let home = owner.get("/studio").await.expect(200);
    assert!(home.has("1 dispute wants an answer") && home.has("Answer until"), "{}", home.body);
    let list = owner.get("/studio/orders?needs=disputed").await.expect(200);
    assert!(list.has(&format!("#{}", order.number)) && list.has("badge-bad"), "{}", list.body);
    let page = owner.get(&format!("/studio/orders/{}", order.id)).await.expect(200);
    assert!(page.has("Answer wanted") && page.has("product not received"), "{}", page.body);
    tell(DisputeState::Lost).await;
    shop.tenant.run_jobs().await;
    assert_eq!(disputes().await.last().unwrap(), &format!("Order {}: the dispute is lost", order.number));
    assert!(!owner.get("/studio").await.expect(200).has("wants an answer"));
    let page = owner.get(&format!("/studio/orders/{}", order.id)).await.expect(200);
    assert!(page.has("Lost: the money went back") && page.has("A dispute was lost"), "{}", page.body);
    shop.tenant.finish().await;
}
