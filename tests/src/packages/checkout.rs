use serde_json::json;
use testkit::{Persona, TestApp};

use super::{
    checkout_kit::{Form, coupon, one, quote, sell},
    press, shop,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_form_decides_an_amount() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 9_000, json!({ "per_client": 5 })).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "sam@example.com").await;
    let tampered =
        form.clone().with("price", "1").with("total", "1").with("discount", "8999").with("unit_price", "1");
    tampered.with("amount", "1").send(&visitor).await.expect(303);
    assert_eq!(one(&tenant, "total", "orders", "true").await, "9000");
    // What the buyer was shown is compared, never believed.
    let form = Form::open(&visitor, "ten", "kim@example.com").await;
    let answer = form.clone().with("shown", "1..").send(&visitor).await.expect(409);
    assert!(answer.has("The price has changed") && answer.field("shown").unwrap() != "1..");
    assert_eq!(tenant.count("orders", "true").await, 1, "nothing was ordered");
    for (name, value) in [
        ("quantity", "0"),
        ("quantity", "6"),
        ("quantity", "-1"),
        ("quantity", "x"),
        ("pay", "parts"),
        ("bump", "prd_1"),
    ] {
        let answer = form.clone().with(name, value).send(&visitor).await;
        assert_eq!(answer.status, 422, "{name}={value}");
    }
    let three = form.with("quantity", "3");
    let page = three.clone().with("do", "look").send(&visitor).await.expect(200);
    assert!(page.has("£270.00"));
    three.with("shown", &page.field("shown").unwrap()).send(&visitor).await.expect(303);
    assert_eq!(one(&tenant, "quantity || ' ' || amount", "order_lines", "quantity > 1").await, "3 27000");
    assert_eq!(one(&tenant, "sum(taken)", "offer_clients", "true").await, "4");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_or_coupon_that_changed_under_the_page_is_shown_first() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let ten = sell(&owner, "ten", 9_000, json!({})).await;
    let made = coupon(&owner, json!({ "code": "HALF", "bp": 5_000 })).await;
    let visitor = tenant.visitor();
    let (form, _) = Form::open(&visitor, "ten", "sam@example.com").await.apply(&visitor, "half").await;
    let cheaper = json!({ "bp": 4_000 });
    owner
        .api("PATCH", &format!("/coupons/{}", made["id"].as_str().unwrap()), Some(&cheaper))
        .await
        .expect(200);
    let page = form.send(&visitor).await.expect(409);
    assert!(page.has("The price has changed") && page.has("£54.00"), "{}", page.body);
    let form = form.with("shown", &page.field("shown").unwrap());
    let dearer = json!({ "price": { "amount": 10_000, "currency": "GBP" } });
    owner.api("PATCH", &format!("/products/{ten}"), Some(&dearer)).await.expect(200);
    let page = form.send(&visitor).await.expect(409);
    assert_eq!(
        (tenant.count("orders", "true").await, one(&tenant, "taken", "coupons", "true").await),
        (0, "0".into())
    );
    form.with("shown", &page.field("shown").unwrap()).send(&visitor).await.expect(303);
    assert_eq!(one(&tenant, "total", "orders", "true").await, "6000");
    let archived = json!({ "status": "archived" });
    owner.api("PATCH", &format!("/products/{ten}"), Some(&archived)).await.expect(200);
    let late = Form::open(&visitor, "ten", "kim@example.com");
    assert_eq!(visitor.get("/buy/ten").await.status, 410);
    drop(late);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_form_is_one_order_and_a_changed_form_is_another() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "seat", 9_000, json!({ "stock": 2 })).await;
    coupon(&owner, json!({ "code": "HALF", "bp": 5_000, "max_uses": 1 })).await;
    let visitor = tenant.visitor();
    let (form, _) = Form::open(&visitor, "seat", "sam@example.com").await.apply(&visitor, "half").await;
    let answers = futures::future::join_all((0..20).map(|_| form.send(&visitor))).await;
    let places: std::collections::BTreeSet<_> =
        answers.into_iter().map(|answer| answer.expect(303).location()).collect();
    assert_eq!(tenant.count("orders", "true").await, 1);
    // Each try to pay has a page of its own; all of them are of one order.
    assert!(!places.is_empty());
    assert_eq!(one(&tenant, "taken", "coupons", "true").await, "1");
    // Back in the browser, another quantity: the first order is given up, its places and its coupon are free for this one.
    let two = form.clone().with("quantity", "2");
    let page = two.clone().with("do", "look").send(&visitor).await.expect(200);
    let two = two.with("shown", &page.field("shown").unwrap());
    // The page had seen the coupon as used, by the very order that is given up: the buyer sees the better total first.
    let page = two.send(&visitor).await.expect(409);
    assert!(page.has("£90.00"), "{}", page.body);
    two.with("shown", &page.field("shown").unwrap()).send(&visitor).await.expect(303);
    let states = format!("SELECT status || ' ' || total FROM orders WHERE {} ORDER BY number", tenant.rows());
    assert_eq!(app.sql.column(&states).await, ["cancelled 4500", "pending_payment 9000"]);
    assert_eq!(one(&tenant, "taken", "coupons", "true").await, "1");
    assert_eq!(one(&tenant, "sum(taken)", "offer_clients", "true").await, "2");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn additions_taxes_and_parts_on_one_page() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let rate = owner
        .api("POST", "/tax-rates", Some(&json!({ "name": "VAT", "bp": 2_000 })))
        .await
        .expect(200)
        .json();
    let rate = rate["id"].as_str().unwrap();
    let book = sell(&owner, "book", 1_200, json!({ "tax_rate": rate })).await;
    let more = json!({ "tax_rate": rate, "instalments": { "count": 3, "every": "month" }, "bumps": [{ "offer": book, "price": 900 }] });
    sell(&owner, "course", 29_700, more).await;
    let visitor = tenant.visitor();
    let page = visitor.get("/buy/course").await.expect(200);
    assert!(
        page.has("incl. 20 % VAT") && page.has("£49.50") && page.has("Often bought with it"),
        "{}",
        page.body
    );
    let told = quote(&visitor, json!({ "offer": "course", "bumps": [book], "pay": "parts" })).await;
    assert_eq!(
        (told["total"]["amount"].clone(), told["due"]["amount"].clone()),
        (json!(30_600), json!(10_200))
    );
    assert_eq!(
        (told["tax_included"]["amount"].clone(), told["dues"].as_array().unwrap().len()),
        (json!(5_100), 3)
    );
    let form =
        Form::open(&visitor, "course", "sam@example.com").await.with("bump", &book).with("pay", "parts");
    let page = form.clone().with("do", "look").send(&visitor).await.expect(200);
    let form = form
        .with("shown", &page.field("shown").unwrap())
        .with("bill_to", "ACME Ltd\n1 High St")
        .with("tax_id", "GB123");
    let next = form.send(&visitor).await.expect(303).location();
    assert!(visitor.open(&next).await.expect(200).has("£102.00"));
    press(&visitor, &next, "pay").await;
    assert_eq!(
        one(&tenant, "status || ' ' || total || ' ' || due_now || ' ' || buyer_tax_id", "orders", "true")
            .await,
        "paid 30600 10200 GB123"
    );
    assert_eq!(tenant.count("order_lines", "role = 'bump' AND amount = 900 AND tax = 150").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_says_what_follows_and_begins_with_its_order() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let body = json!({
        "slug": "committed", "name": "Committed", "price": { "amount": 10_900, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month", "periods": 6, "credits_per_week": 5 },
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
    coupon(&owner, json!({ "code": "HALF3", "bp": 5_000, "duration": "repeating", "periods": 3 })).await;
    let client = tenant.client().await;
    let page = client.get("/buy/committed").await.expect(200);
    assert!(page.has("Then £109.00 every month") && page.has("5 more payments"), "{}", page.body);
    let told = quote(&client, json!({ "offer": "committed", "code": "half3" })).await;
    let amounts: Vec<_> = told["plan"]["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["amount"]["amount"].as_i64().unwrap())
        .collect();
    assert_eq!(
        (told["total"]["amount"].as_i64(), amounts),
        (Some(5_450), vec![5_450, 5_450, 10_900, 10_900, 10_900])
    );
    let (form, _) =
        Form::open(&client, "committed", &tenant.email(Persona::Client)).await.apply(&client, "half3").await;
    let next = form.send(&client).await.expect(303).location();
    assert_eq!(one(&tenant, "status", "subscriptions", "true").await, "incomplete");
    press(&client, &next, "pay").await;
    assert_eq!(
        one(
            &tenant,
            "status || ' ' || periods_paid || ' ' || (discount ->> 'left')",
            "subscriptions",
            "true"
        )
        .await,
        "active 1 2"
    );
    assert_eq!(
        tenant.count("orders", "subscription_id IS NOT NULL AND total = 5450 AND status = 'paid'").await,
        1
    );
    // A second one of the same plan is refused while the first runs.
    let again = Form::open(&client, "committed", &tenant.email(Persona::Client)).await;
    assert!(again.send(&client).await.expect(409).has("You have this plan already"));
    tenant.run_jobs().await;
    assert!(tenant.count("credit_lots", "origin = 'plan' AND balance = 5").await >= 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_line_that_goes_back_takes_its_own_grants_along() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let credits = |count: i64| json!([{ "kind": "credits", "credits": count }]);
    let extra = sell(&owner, "extra", 1_000, json!({ "grants": credits(2), "stock": 9 })).await;
    sell(&owner, "ten", 9_000, json!({ "grants": credits(10), "bumps": [{ "offer": extra }] })).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "sam@example.com").await.with("bump", &extra);
    let page = form.clone().with("do", "look").send(&visitor).await.expect(200);
    let next = form.with("shown", &page.field("shown").unwrap()).send(&visitor).await.expect(303).location();
    press(&visitor, &next, "pay").await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("credit_lots", "balance > 0").await, 2);
    let order = format!("/orders/ord_{}", one(&tenant, "id", "orders", "true").await.replace('-', ""));
    let line = format!("oln_{}", one(&tenant, "id", "order_lines", "role = 'bump'").await.replace('-', ""));
    let back = json!({ "lines": [{ "line": line, "amount": { "amount": 1_000, "currency": "GBP" } }] });
    owner.api("POST", &format!("{order}/refund"), Some(&back)).await.expect(200);
    assert_eq!(tenant.count("credit_lots", "balance = 10").await, 1);
    assert_eq!(tenant.count("credit_lots", "balance = 2").await, 0, "the line's credits went with its money");
    let held =
        async || app.sql.one(&format!("SELECT sum(taken) FROM offer_clients WHERE {}", tenant.rows())).await;
    assert_eq!(held().await, "1");
    let rest = json!({ "amount": { "amount": 9_000, "currency": "GBP" } });
    owner.api("POST", &format!("{order}/refund"), Some(&rest)).await.expect(200);
    assert_eq!(
        (tenant.count("credit_lots", "balance > 0").await, held().await),
        (0, "0".into()),
        "each once"
    );
    tenant.run_jobs().await;
    tenant.finish().await;
}
