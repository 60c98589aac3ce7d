use serde_json::{Value, json};
use testkit::{Client, TestApp, TestTenant};

use super::{
    checkout_kit::{Form, applied, one, quote, sell},
    press, shop,
};

/// A voucher of £50 made by hand; gives its code.
async fn by_hand(owner: &Client, amount: i64) -> String {
    let body = json!({ "amount": { "amount": amount, "currency": "GBP" } });
    let made = owner.api("POST", "/vouchers", Some(&body)).await.expect(200).json();
    made["code"].as_str().unwrap().to_owned()
}

async fn left(by: &Client, code: &str) -> Value {
    by.api("POST", "/vouchers/balance", Some(&json!({ "code": code }))).await.expect(200).json()
}

/// A product that gives a voucher of £50, for £45.
async fn gift_card(owner: &Client) {
    let grants = json!({ "grants": [{ "kind": "voucher", "amount": 5_000, "days": 365 }] });
    sell(owner, "gift", 4_500, grants).await;
}

/// Buys gift cards for Kim; gives the order's receipt.
async fn bought(tenant: &TestTenant<'_>, by: &Client, date: &str) -> String {
    let form = Form::open(by, "gift", "sam@example.com").await;
    let form = form.with("gift_name", "Kim").with("gift_email", "Kim@example.com").with("gift_date", date);
    let next = form.with("gift_message", "Happy birthday!").send(by).await.expect(303).location();
    let receipt = press(by, &next, "pay").await;
    tenant.run_jobs().await;
    receipt
}

/// Refunds the order of that total wholly.
async fn refund_order_of(tenant: &TestTenant<'_>, owner: &Client, total: i64) {
    let order = one(tenant, "id", "orders", &format!("total = {total}")).await;
    let refund = json!({ "amount": { "amount": total, "currency": "GBP" } });
    let path = format!("/orders/ord_{}/refund", order.replace('-', ""));
    let _ = owner.api("POST", &path, Some(&refund)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bought_for_somebody_sent_spent_and_given_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    gift_card(&owner).await;
    sell(&owner, "ten", 3_000, json!({})).await;
    let visitor = tenant.visitor();
    assert!(visitor.get("/buy/gift").await.expect(200).has("Who is it for?"));
    let receipt = bought(&tenant, &visitor, "").await;
    let code =
        one(&tenant, "code", "vouchers", "balance = 5000 AND recipient_email = 'kim@example.com'").await;
    assert!(visitor.open(&receipt).await.expect(200).has(&code), "on the receipt");
    let mails = tenant.mails_to("kim@example.com").await;
    assert_eq!(mails.iter().map(|mail| mail.template.as_str()).collect::<Vec<_>>(), ["packages/voucher"]);
    assert!(mails[0].subject.contains("Sam Reed gives you a voucher of £50"), "{:?}", mails[0]);
    let mut own: Vec<_> =
        tenant.mails_to("sam@example.com").await.into_iter().map(|mail| mail.template).collect();
    own.sort();
    assert_eq!(own, ["checkout/receipt", "packages/voucher_bought"]);
    // Kim spends a part, typing the code as people do.
    let kim = tenant.visitor();
    let page = kim.get(&format!("/voucher/{}", code.to_lowercase().replace('-', ""))).await.expect(200);
    assert!(page.has("£50.00") && page.has("Happy birthday!") && page.has("noindex"));
    let form = Form::open(&kim, "ten", "kim@example.com").await;
    let (form, page) = form.apply(&kim, &code.to_lowercase()).await;
    assert_eq!(applied(&page), std::slice::from_ref(&code));
    let done = form.send(&kim).await.expect(303).location();
    assert!(kim.open(&done).await.expect(200).has("it’s yours"), "nothing was left to pay");
    assert_eq!(
        left(&kim, &code).await,
        json!({ "left": { "amount": 2_000, "currency": "GBP" }, "state": "active", "expires_at": left(&kim, &code).await["expires_at"] })
    );
    // A dearer order takes the rest and asks for the difference; given up, it gives the rest back.
    let form = Form::open(&kim, "ten", "kim@example.com").await;
    let (form, _) = form.apply(&kim, &code).await;
    let next = form.send(&kim).await.expect(303).location();
    assert!(next.contains("/pay/sandbox/"));
    assert_eq!(left(&kim, &code).await["state"], "spent");
    press(&kim, &next, "pay").await;
    refund_order_of(&tenant, &owner, 1_000).await;
    assert_eq!(left(&kim, &code).await["left"]["amount"], 2_000, "its part came back");
    // The buying order is refunded: what is unused goes.
    refund_order_of(&tenant, &owner, 4_500).await;
    assert_eq!(
        (left(&kim, &code).await["left"]["amount"].clone(), left(&kim, &code).await["state"].clone()),
        (json!(0), json!("blocked"))
    );
    tenant.run_jobs().await;
    let sum = "SELECT count(*) FROM vouchers v WHERE balance <> (SELECT sum(amount) FROM voucher_moves m WHERE m.voucher_id = v.id)";
    assert_eq!(app.sql.count(sum).await, 0);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_waits_for_its_day_and_is_not_sent_for_what_was_given_back() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    gift_card(&owner).await;
    let visitor = tenant.visitor();
    let past = Form::open(&visitor, "gift", "sam@example.com").await.with("gift_date", "2029-01-01");
    assert!(past.send(&visitor).await.expect(422).has("A day within a year"));
    bought(&tenant, &visitor, "2026-12-24").await;
    assert!(tenant.mails_to("kim@example.com").await.is_empty(), "not before its day");
    let bought = tenant.mails_to("sam@example.com").await;
    assert!(bought.iter().any(|mail| mail.template == "packages/voucher_bought"));
    app.clock.advance(40 * 24 * 3600);
    tenant.run_jobs().await;
    assert_eq!(tenant.mails_to("kim@example.com").await.len(), 1);
    // Another one, blocked before its day.
    let form = Form::open(&visitor, "gift", "sam@example.com").await.with("gift_email", "ann@example.com");
    let next = form.with("gift_date", "2027-06-01").send(&visitor).await.expect(303).location();
    press(&visitor, &next, "pay").await;
    tenant.run_jobs().await;
    let id = one(&tenant, "id", "vouchers", "recipient_email = 'ann@example.com'").await;
    let page = format!("/studio/coupons/vouchers/show/vch_{}", id.replace('-', ""));
    let owner = tenant.owner().await;
    assert!(owner.get(&page).await.expect(200).has("ann@example.com"));
    owner.post_form(&format!("{page}/status"), &[("status", "blocked")]).await.expect(303);
    app.clock.advance(300 * 24 * 3600);
    tenant.run_jobs().await;
    assert!(tenant.mails_to("ann@example.com").await.is_empty());
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_pound_goes_to_one_of_twenty() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "penny", 100, json!({})).await;
    let code = by_hand(&owner, 100).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "penny", "").await;
    let (form, _) = form.apply(&visitor, &code).await;
    let forms: Vec<Form> = (0..20)
        .map(|n| form.clone().with("key", &format!("k{n}")).with("email", &format!("b{n}@example.com")))
        .collect();
    let answers = futures::future::join_all(forms.iter().map(|form| form.send(&visitor))).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 303).count(),
        1,
        "{:?}",
        answers.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    assert!(answers.iter().all(|answer| answer.status == 303 || answer.has("nothing left on this voucher")));
    assert_eq!(left(&visitor, &code).await["state"], "spent");
    assert_eq!(tenant.count("orders", "true").await, 1, "who lost ordered nothing");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vouchers_and_coupons_go_together_and_buy_no_vouchers() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    gift_card(&owner).await;
    sell(&owner, "ten", 10_000, json!({})).await;
    super::checkout_kit::coupon(&owner, json!({ "code": "HALF", "bp": 5_000 })).await;
    let (first, second) = (by_hand(&owner, 2_000).await, by_hand(&owner, 9_000).await);
    let visitor = tenant.visitor();
    let told = quote(&visitor, json!({ "offer": "ten", "codes": [second, "half", first] })).await;
    assert_eq!(
        [&told["discount"]["amount"], &told["voucher"]["amount"], &told["total"]["amount"]],
        [&json!(5_000), &json!(5_000), &json!(0)]
    );
    assert_eq!(told["discounts"].as_array().unwrap().len(), 3, "the coupon first, then what is left");
    assert_eq!(told["discounts"][0]["code"], "HALF");
    let gift = quote(&visitor, json!({ "offer": "gift", "code": first })).await;
    assert_eq!(gift["refused"][0]["code"], "voucher_not_needed");
    let form = Form::open(&visitor, "ten", "sam@example.com").await;
    let (form, _) = form.apply(&visitor, &first).await;
    let (form, _) = form.apply(&visitor, &second).await;
    let (form, page) = form.apply(&visitor, "half").await;
    assert_eq!(applied(&page).len(), 3);
    form.send(&visitor).await.expect(303);
    let moved = "SELECT count(*) FROM vouchers WHERE balance + 0 = 0 AND ";
    let sum = app.sql.one(&format!("SELECT sum(balance) FROM vouchers WHERE {}", tenant.rows())).await;
    assert_eq!((sum.as_str(), app.sql.count(&format!("{moved}{}", tenant.rows())).await), ("6000", 1));
    assert_eq!(visitor.post_form("/voucher", &[("code", "wrong")]).await.status, 422);
    let found = visitor.post_form("/voucher", &[("code", &second)]).await.expect(303).location();
    assert!(visitor.open(&found).await.expect(200).has("£60.00"));
    tenant.run_jobs().await;
    tenant.finish().await;
}

/// Buys it with the voucher; gives the order's id.
async fn pay_with(by: &Client, tenant: &TestTenant<'_>, offer: &str, code: &str) -> (String, String) {
    let form = Form::open(by, offer, "sam@example.com").await;
    let (form, page) = form.apply(by, code).await;
    assert!(page.has("Paid with voucher") && page.has("Left to pay"), "{}", page.body);
    let next = form.send(by).await.expect(303).location();
    let receipt = if next.contains("/pay/sandbox/") { press(by, &next, "pay").await } else { next };
    let id = one(
        tenant,
        "id",
        "orders",
        "number = (SELECT max(number) FROM orders o WHERE o.tenant_id = orders.tenant_id)",
    );
    (format!("ord_{}", id.await.replace('-', "")), receipt)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voucher_is_money_and_lowers_no_tax() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let vat = json!({ "name": "VAT", "bp": 2_000 });
    let rate = owner.api("POST", "/tax-rates", Some(&vat)).await.expect(200).json()["id"].clone();
    sell(&owner, "top", 10_000, json!({ "tax_rate": rate, "tax_inclusive": false })).await;
    sell(&owner, "within", 12_000, json!({ "tax_rate": rate })).await;
    let visitor = tenant.visitor();
    // A voucher of the price leaves the tax to be paid.
    let code = by_hand(&owner, 10_000).await;
    let (order, receipt) = pay_with(&visitor, &tenant, "top", &code).await;
    let seen = owner.api("GET", &format!("/orders/{order}"), None).await.expect(200).json();
    let amount = |what: &str| seen[what]["amount"].as_i64();
    assert_eq!(
        (amount("subtotal"), amount("discount"), amount("voucher"), amount("tax")),
        (Some(10_000), Some(0), Some(10_000), Some(2_000))
    );
    assert_eq!((seen["order"]["total"]["amount"].as_i64(), amount("refundable")), (Some(2_000), Some(2_000)));
    assert_eq!(seen["lines"][0]["refundable"]["amount"], 2_000);
    let page = visitor.open(&receipt).await.expect(200);
    assert!(page.has("£120.00") && page.has("Paid with voucher") && page.has("Left to pay"), "{}", page.body);
    assert!(owner.get(&format!("/studio/orders/{order}")).await.expect(200).has("Paid with voucher"));
    tenant.run_jobs().await;
    // All of its money goes back, and the voucher's part to the voucher.
    let line = seen["lines"][0]["id"].clone();
    let refund = json!({ "lines": [{ "line": line, "amount": { "amount": 2_000, "currency": "GBP" } }] });
    owner.api("POST", &format!("/orders/{order}/refund"), Some(&refund)).await.expect(200);
    assert_eq!(left(&visitor, &code).await["left"]["amount"], 10_000);
    // One that covers the tax as well leaves nothing, and the tax is still there.
    let all = by_hand(&owner, 15_000).await;
    pay_with(&visitor, &tenant, "top", &all).await;
    assert_eq!(left(&visitor, &all).await["left"]["amount"], 3_000);
    let within = by_hand(&owner, 12_000).await;
    let (free, _) = pay_with(&visitor, &tenant, "within", &within).await;
    assert_eq!(
        tenant.count("orders", "total = 0 AND voucher = 12000 AND tax = 2000 AND status = 'paid'").await,
        1
    );
    assert_eq!(tenant.count("orders", "total = 0 AND voucher = 12000 AND tax_included = 2000").await, 1);
    let files = owner.get(&format!("/studio/orders/{free}/files/receipt.pdf")).await.expect(200);
    assert_eq!(files.headers["content-type"], "application/pdf");
    tenant.run_jobs().await;
    tenant.finish().await;
}
