use serde_json::json;
use testkit::{Persona, TestApp};

use super::{
    checkout_kit::{Form, applied, coupon, one, quote, sell},
    shop,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coupon_makes_an_order_cheaper_and_is_free_again() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 9_000, json!({})).await;
    let made = coupon(&owner, json!({ "code": "spring-20", "bp": 2_000, "max_uses": 1 })).await;
    let path = format!("/coupons/{}", made["id"].as_str().unwrap());
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "sam@example.com").await;
    let (form, page) = form.apply(&visitor, " Spring-20 ").await;
    assert_eq!(applied(&page), ["SPRING-20"]);
    assert!(page.has("£72.00") && page.has("−£18.00"), "{}", page.body);
    let next = form.send(&visitor).await.expect(303).location();
    assert_eq!(one(&tenant, "total || ' ' || discount", "orders", "true").await, "7200 1800");
    assert_eq!(
        one(&tenant, "kind || ' ' || code || ' ' || amount", "order_discounts", "true").await,
        "coupon SPRING-20 1800"
    );
    let uses = async || owner.api("GET", &path, None).await.expect(200).json();
    assert_eq!((uses().await["taken"].clone(), uses().await["state"].clone()), (json!(1), json!("used_up")));
    // Nobody else can use it while the order waits; when it has ended unpaid, it is free.
    let other = Form::open(&visitor, "ten", "kim@example.com").await.and("applied", "SPRING-20");
    assert!(other.send(&visitor).await.expect(422).has("as often as it can be"));
    app.clock.advance(3 * 3600);
    tenant.run_jobs().await;
    assert_eq!(uses().await["taken"], 0);
    // Late money uses it again, once.
    assert!(next.contains("/pay/sandbox/"));
    let id = one(&tenant, "id", "orders", "true").await.replace('-', "");
    owner.api("POST", &format!("/orders/ord_{id}/mark-paid"), Some(&json!({}))).await.expect(200);
    assert_eq!(uses().await["taken"], 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_reason_has_its_words() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let ten = sell(&owner, "ten", 9_000, json!({})).await;
    sell(&owner, "one", 1_000, json!({})).await;
    let (soon, past) = ("2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z");
    for body in [
        json!({ "code": "EARLY", "bp": 1_000, "valid_from": soon }),
        json!({ "code": "OVER", "bp": 1_000, "valid_until": past }),
        json!({ "code": "TEN-ONLY", "bp": 1_000, "offers": [ten] }),
        json!({ "code": "FROM-50", "amount": { "amount": 500, "currency": "GBP" }, "least": { "amount": 5_000, "currency": "GBP" } }),
        json!({ "code": "GOOD", "bp": 1_000 }),
        json!({ "code": "GONE", "bp": 1_000 }),
    ] {
        coupon(&owner, body).await;
    }
    let gone = owner.api("GET", "/coupons?search=gone", None).await.expect(200).json();
    let gone = gone["items"][0]["id"].as_str().unwrap().to_owned();
    owner.api("DELETE", &format!("/coupons/{gone}"), None).await.expect(200);
    let visitor = tenant.visitor();
    for (code, wanted) in [
        ("EARLY", "coupon_too_early"),
        ("OVER", "coupon_over"),
        ("TEN-ONLY", "coupon_other_offer"),
        ("FROM-50", "coupon_too_little"),
        ("NO-SUCH", "code_unknown"),
        ("GONE", "code_unknown"),
    ] {
        let told = quote(&visitor, json!({ "offer": "one", "code": code })).await;
        assert_eq!(
            (told["refused"][0]["code"].clone(), told["total"]["amount"].clone()),
            (json!(wanted), json!(1_000)),
            "{code}"
        );
        let page =
            Form::open(&visitor, "one", "sam@example.com").await.with("code", code).with("do", "apply");
        let page = page.send(&visitor).await.expect(200);
        assert!(page.has("f-code-error") && applied(&page).is_empty(), "{code}");
    }
    let both = quote(&visitor, json!({ "offer": "ten", "codes": ["GOOD", "TEN-ONLY"] })).await;
    assert_eq!(
        (both["refused"][0]["code"].clone(), both["total"]["amount"].clone()),
        (json!("coupon_one"), json!(8_100))
    );
    let check = visitor
        .api("POST", "/coupons/check", Some(&json!({ "code": "from-50", "offer": "ten" })))
        .await
        .expect(200)
        .json();
    assert_eq!((check["off"]["amount"].clone(), check["payments"].clone()), (json!(500), json!(1)));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_codes_is_slowed_and_right_ones_are_not() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 9_000, json!({})).await;
    coupon(&owner, json!({ "code": "GOOD", "bp": 1_000 })).await;
    let visitor = tenant.visitor();
    for _ in 0..30 {
        assert_eq!(
            quote(&visitor, json!({ "offer": "ten", "code": "good" })).await["total"]["amount"],
            8_100
        );
    }
    let mut answers = Vec::new();
    for n in 0..25 {
        let body = json!({ "offer": "ten", "code": format!("GUESS{n}") });
        answers.push(visitor.api("POST", "/checkout/quote", Some(&body)).await);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 20);
    let slowed = answers.last().unwrap();
    assert_eq!((slowed.status, slowed.code().as_str()), (429, "too_many_tries"));
    let wait =
        |answer: &testkit::Answer| answer.header("retry-after").and_then(|text| text.parse::<u32>().ok());
    assert!(wait(slowed).is_some_and(|seconds| (1..=900).contains(&seconds)), "{:?}", wait(slowed));
    // A voucher's page and the form that asks for its code are no way around, and say so.
    let page = visitor.get("/voucher/7KQ2-M0XD-94TB").await.expect(429);
    let form = visitor.post_form("/voucher", &[("code", "7KQ2-M0XD-94TB")]).await.expect(429);
    for answer in [page, form] {
        assert!(answer.has("Too many codes were tried. Please wait"), "{}", answer.body);
        assert!(wait(&answer).is_some_and(|seconds| (1..=900).contains(&seconds)));
    }
    // Without a code everything goes on, and time heals.
    quote(&visitor, json!({ "offer": "ten" })).await;
    app.clock.advance(900);
    quote(&visitor, json!({ "offer": "ten", "code": "good" })).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_use_goes_to_one_of_fifty() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 9_000, json!({ "stock": 40 })).await;
    coupon(&owner, json!({ "code": "ONCE", "bp": 5_000, "max_uses": 1 })).await;
    coupon(&owner, json!({ "code": "MINE", "bp": 5_000, "per_client": 1 })).await;
    let visitor = tenant.visitor();
    let form = Form::open(&visitor, "ten", "").await.with("shown", "");
    let forms: Vec<Form> = (0..50)
        .map(|n| {
            form.clone()
                .with("key", &format!("k{n}"))
                .with("email", &format!("b{n}@example.com"))
                .and("applied", "ONCE")
        })
        .collect();
    let mut answers = Vec::new();
    // As many at once as one address may try codes.
    for some in forms.chunks(17) {
        answers.extend(futures::future::join_all(some.iter().map(|form| form.send(&visitor))).await);
    }
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(303), with(422)), (1, 49), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    assert_eq!(one(&tenant, "taken", "coupons", "code = 'ONCE'").await, "1");
    assert_eq!(one(&tenant, "taken", "offer_stock", "true").await, "1", "who lost holds nothing");
    // One client, many forms at once: one use.
    let mine: Vec<Form> = (0..10)
        .map(|n| {
            form.clone().with("key", &format!("m{n}")).with("email", "Sam@example.com").and("applied", "MINE")
        })
        .collect();
    let answers = futures::future::join_all(mine.iter().map(|form| form.send(&visitor))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    assert!(answers.iter().any(|answer| answer.has("Please sign in with this address")));
    assert_eq!(one(&tenant, "taken", "coupon_clients", "taken > 0 AND allowed = 1").await, "1");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_keep_coupons_in_the_studio() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    sell(&owner, "ten", 9_000, json!({})).await;
    let new = [("code", "summer"), ("percent", "12.5"), ("duration", "once"), ("max_uses", "10")];
    owner.post_form("/studio/coupons/new", &new).await.expect(303);
    let again = owner.post_form("/studio/coupons/new", &new).await.expect(422);
    assert!(again.has("Another coupon has this code"), "{}", again.body);
    let wrong = [("code", "x"), ("percent", "many"), ("amount", "-1"), ("max_uses", "0.5")];
    let wrong = owner.post_form("/studio/coupons/new", &wrong).await.expect(422);
    assert!(wrong.has("f-percent-error") && wrong.has("f-amount-error") && wrong.has("f-max_uses-error"));
    let list = owner.get("/studio/coupons?search=SUMM&status=active").await.expect(200);
    assert!(list.has("SUMMER") && list.has("12.5 % off") && list.has("0 of 10"));
    let edit = list.links().into_iter().find(|link| link.contains("/studio/coupons/edit/")).unwrap();
    let edited = [("percent", "20"), ("duration", "repeating"), ("periods", "3"), ("name", "Summer")];
    owner.post_form_to(&edit, &edited).await.expect(303);
    assert!(owner.open(&edit).await.expect(200).has("value=\"20\""));
    let copy = list.links().into_iter().find(|link| link.contains("?like=")).unwrap();
    let copy = owner.open(&copy).await.expect(200);
    assert_eq!(copy.field("code").as_deref(), Some(""));
    owner.post_form_to(&format!("{edit}/status"), &[("status", "archived")]).await.expect(303);
    assert!(owner.get("/studio/coupons").await.expect(200).has("SUMMER is archived"));
    assert!(!owner.get("/studio/coupons").await.expect(200).has("SUMMER"), "said once");
    assert!(owner.get("/studio/coupons?status=archived").await.expect(200).has("SUMMER"));
    // Below what was used it can't be cut, and a coach has no say.
    let body = json!({ "archived": false, "max_uses": 2 });
    let id = one(&tenant, "id", "coupons", "code = 'SUMMER'").await;
    let path = format!("/coupons/cpn_{}", id.replace('-', ""));
    owner.api("PATCH", &path, Some(&body)).await.expect(200);
    app.sql.run(&format!("UPDATE coupons SET taken = 2 WHERE id = '{id}'")).await;
    assert!(
        owner.api("PATCH", &path, Some(&json!({ "max_uses": 1 }))).await.expect(422).has("coupon_below_used")
    );
    let coach = tenant.persona(Persona::Coach).await;
    assert_eq!(coach.get("/studio/coupons").await.status, 403);
    tenant.run_jobs().await;
    tenant.finish().await;
}
