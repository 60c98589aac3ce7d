//! Appointments that are paid with credits.

use events::ClientId;
use kernel::Ctx;
use serde_json::{Value, json};
use testkit::{Answer, Client, Persona, TestApp, TestTenant, in_a_month_at};

use super::{
    PAYMENT, context,
    credits_kit::{Plan, balance, client, give, subscribe, whole},
    shop,
};

const PRICE: i64 = 4_500;

/// A type for £45, or so many credits. Cancelling is free until a day before, later half comes back.
async fn kind(tenant: &TestTenant<'_>, owner: &Client, slug: &str, credits: Option<i64>) -> String {
    let coach = tenant.member(Persona::Coach).await;
    let body = json!({
        "slug": slug, "name": format!("Talk {slug}"), "minutes": 30, "place_kind": "in_person", "place": "12 Mill Lane",
        "coaches": [coach], "price": { "amount": PRICE, "currency": "GBP" }, "credits": credits, "seats": 60,
        "cancel_free_minutes": 1_440, "late_refund_percent": 50, "reminder_minutes": [], "asks_rating": false,
    });
    owner.api("POST", "/appointment-types", Some(&body)).await.expect(200).json()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn with_credits(by: &Client, kind: &str, start: &str, email: &str) -> Answer {
    let body =
        json!({ "type": kind, "start": start, "name": "Sam Reed", "email": email, "pay_with_credits": true });
    by.api("POST", "/bookings", Some(&body)).await
}

struct Scene<'a> {
    tenant: TestTenant<'a>,
    ctx: Ctx,
    owner: Client,
    sam: ClientId,
    browser: Client,
    email: String,
}

async fn scene(app: &TestApp) -> Scene<'_> {
    assert!(PAYMENT.contains("manual"));
    let tenant = shop(app, "").await;
    let (ctx, owner) = (context(&tenant).await, tenant.owner().await);
    tenant.open_hours(&owner).await;
    let email = tenant.email(Persona::Client);
    let sam = client(&ctx, &email).await;
    let browser = tenant.client().await;
    Scene { tenant, ctx, owner, sam, browser, email }
}

fn text(document: &Value, name: &str) -> String {
    document[name].as_str().unwrap_or_else(|| panic!("no {name} in {document}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_pays_with_a_credit_on_the_page_and_gets_it_back() {
    let app = TestApp::start().await;
    let Scene { tenant, ctx, owner, sam, browser, email } = scene(&app).await;
    kind(&tenant, &owner, "talk", Some(1)).await;
    let start = in_a_month_at(10, 0);
    let details = format!("/book/talk/details?start={start}");
    assert!(!browser.get(&details).await.expect(200).has("Use 1 credit"), "there are none");
    give(&ctx, sam, 4, Some(app.now().plus_minutes(40 * 1_440)), &[]).await;
    let page = browser.get(&details).await.expect(200);
    assert!(page.has("Use 1 credit (4 left, the first expire on ") && page.has("Pay £45.00"));
    // A guest with the client's e-mail learns nothing, and can't use them.
    let guest = tenant.visitor();
    assert!(!guest.get(&details).await.expect(200).has("Use 1 credit"));
    assert_eq!(with_credits(&guest, "talk", &start, &email).await.expect(422).code(), "invalid_input");
    let key = page.field("key").unwrap();
    let form = [
        ("start", start.as_str()),
        ("name", "Sam"),
        ("email", email.as_str()),
        ("key", key.as_str()),
        ("pay", "credits"),
    ];
    let first = browser.post_form("/book/talk/details", &form).await.expect(303).location();
    let again = browser.post_form("/book/talk/details", &form).await.expect(303).location();
    assert_eq!(first, again, "sent twice is booked once");
    assert!(first.contains("/booking/"), "to its page, not to pay: {first}");
    assert_eq!(balance(&ctx, sam).await, 3);
    assert_eq!(tenant.count("bookings", "state = 'confirmed' AND order_id IS NULL").await, 1);
    assert_eq!(tenant.count("orders", "true").await, 0);
    let page = browser.open(&first).await.expect(200);
    assert!(page.has("Paid with 1 credit"));
    let why = "1 credit of Ten classes, which expires first: ";
    assert!(page.has(why), "which one, and why");
    let id = tenant
        .app
        .sql
        .one(&format!("SELECT id FROM bookings WHERE {}", tenant.rows()))
        .await
        .replace('-', "");
    let page = owner.get(&format!("/studio/bookings/bkg_{id}")).await.expect(200);
    assert!(page.has("Paid with 1 credit") && page.has(why));
    assert!(browser.get("/me/credits").await.expect(200).has("1 credit paid for Talk talk (2026-12-22)"));
    // Moved it keeps what was paid.
    let token = first.rsplit('/').next().unwrap().to_owned();
    let to = json!({ "token": token, "start": in_a_month_at(12, 0) });
    browser.api("POST", &format!("/bookings/bkg_{id}/reschedule"), Some(&to)).await.expect(200);
    assert_eq!(balance(&ctx, sam).await, 3);
    let cancel = format!("/booking/{token}/cancel");
    assert!(browser.get(&cancel).await.expect(200).has("1 credit comes back."));
    for _ in 0..2 {
        browser.post_form(&cancel, &[("reason", "")]).await.expect(303);
    }
    assert_eq!(balance(&ctx, sam).await, 4);
    assert!(browser.get("/me/credits").await.expect(200).has("1 credit returned: Talk talk (2026-12-22)"));
    whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credits_made_for_a_type_pay_one_each_and_others_as_many_as_it_says() {
    let app = TestApp::start().await;
    let Scene { tenant, ctx, owner, sam, browser, email } = scene(&app).await;
    let talk = kind(&tenant, &owner, "talk", Some(3)).await;
    kind(&tenant, &owner, "money", None).await;
    give(&ctx, sam, 3, None, &[]).await;
    give(&ctx, sam, 1, None, &[&talk]).await;
    give(&ctx, sam, 5, None, &["yoga"]).await;
    let only = with_credits(&browser, "money", &in_a_month_at(9, 0), &email).await.expect(409);
    assert_eq!(only.code(), "booking_credits_short", "none was made for it, and it takes no others");
    let first = with_credits(&browser, "talk", &in_a_month_at(10, 0), &email).await.expect(200).json();
    assert_eq!((&first["credits"], &first["state"]), (&json!(1), &json!("confirmed")));
    let page = browser.get(&format!("/booking/{}", text(&first, "token"))).await.expect(200);
    assert!(page.has("1 credit of Ten classes, made for this"));
    assert_eq!(balance(&ctx, sam).await, 8);
    let second = with_credits(&browser, "talk", &in_a_month_at(11, 0), &email).await.expect(200).json();
    assert_eq!(second["credits"], 3);
    with_credits(&browser, "talk", &in_a_month_at(12, 0), &email).await.expect(409);
    assert_eq!(balance(&ctx, sam).await, 5, "those for yoga stay");
    assert!(browser.get("/me/credits").await.expect(200).has("Pays for: yoga"));
    // For somebody else one's credits don't pay.
    give(&ctx, sam, 3, None, &[]).await;
    let other =
        with_credits(&browser, "talk", &in_a_month_at(12, 0), "kim@example.com").await.expect(422).json();
    assert_eq!(other["errors"][0]["code"], "credits_of_another", "{other}");
    // Late, half comes back, in whole credits; staff give all back.
    app.clock.advance(28 * 86_400 + 12 * 3_600);
    let cancel = |booked: &Value| {
        (format!("/bookings/{}/cancel", text(booked, "id")), json!({ "token": booked["token"] }))
    };
    let (path, body) = cancel(&second);
    browser.api("POST", &path, Some(&body)).await.expect(200);
    assert_eq!(balance(&ctx, sam).await, 5 + 3 + 1);
    let (path, _) = cancel(&first);
    let owner = tenant.owner().await;
    owner.api("POST", &path, Some(&json!({ "reason": "Ill", "refund_percent": 0 }))).await.expect(200);
    assert_eq!(balance(&ctx, sam).await, 5 + 3 + 1 + 1);
    whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_credit_books_one_of_fifty() {
    let app = TestApp::start().await;
    let Scene { tenant, ctx, owner, sam, browser, email } = scene(&app).await;
    kind(&tenant, &owner, "talk", Some(1)).await;
    give(&ctx, sam, 1, None, &[]).await;
    let starts: Vec<String> = (0..50).map(|n| in_a_month_at(9 + n % 8, 30 * (n % 2))).collect();
    let tries = starts.iter().map(|start| with_credits(&browser, "talk", start, &email));
    let answers = futures::future::join_all(tries).await;
    let booked = answers.iter().filter(|answer| answer.status == 200).count();
    let short = answers.iter().filter(|answer| answer.code() == "booking_credits_short").count();
    assert_eq!(
        (booked, short),
        (1, 49),
        "{:?}",
        answers.iter().map(|a| (a.status, a.code())).collect::<Vec<_>>()
    );
    assert_eq!(tenant.count("bookings", "true").await, 1);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 1, "who went without left no trace");
    assert_eq!(balance(&ctx, sam).await, 0);
    whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_weeks_credits_pay_although_no_job_ran_and_a_declined_request_gives_them_back() {
    let app = TestApp::start().await;
    let Scene { tenant, ctx, owner, sam, browser, email } = scene(&app).await;
    let talk = kind(&tenant, &owner, "talk", Some(2)).await;
    let approval = json!({ "needs_approval": true });
    owner.api("PATCH", &format!("/appointment-types/{talk}"), Some(&approval)).await.expect(200);
    subscribe(&tenant, sam, Plan { days: 10, ..Plan::default() }).await;
    let asked = with_credits(&browser, "talk", &in_a_month_at(10, 0), &email).await.expect(200).json();
    assert_eq!((&asked["state"], &asked["credits"]), (&json!("requested"), &json!(2)));
    assert_eq!(balance(&ctx, sam).await, 3, "kept while it is decided");
    let granted = with_credits(&browser, "talk", &in_a_month_at(11, 0), &email).await.expect(200).json();
    let path = format!("/bookings/{}/approve", text(&granted, "id"));
    let approved = owner.api("POST", &path, None).await.expect(200).json();
    assert_eq!(approved["state"], "confirmed", "it is paid already");
    // The week is over when it is declined: what comes back is kept for seven days.
    app.clock.advance(8 * 86_400);
    assert_eq!(balance(&ctx, sam).await, 5, "the next week's");
    let path = format!("/bookings/{}/decline", text(&asked, "id"));
    owner.api("POST", &path, Some(&json!({ "reason": "" }))).await.expect(200);
    assert_eq!(balance(&ctx, sam).await, 7);
    assert_eq!(tenant.count("credit_lots", "origin = 'refund' AND balance = 2").await, 1);
    whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_book_with_the_clients_credits() {
    let app = TestApp::start().await;
    let Scene { tenant, ctx, owner, sam, browser, email } = scene(&app).await;
    let talk = kind(&tenant, &owner, "talk", Some(1)).await;
    give(&ctx, sam, 2, Some(app.now().plus_minutes(40 * 1_440)), &[]).await;
    let body = |hour: u32, ask: bool| {
        json!({ "type": "talk", "start": in_a_month_at(hour, 0), "name": "Sam Reed", "email": email,
            "pay_with_credits": true, "ask_payment": ask })
    };
    let both = owner.api("POST", "/bookings/for-client", Some(&body(9, true))).await.expect(422).json();
    assert_eq!(both["errors"][0]["code"], "credits_or_payment", "{both}");
    let booked = owner.api("POST", "/bookings/for-client", Some(&body(9, false))).await.expect(200).json();
    assert_eq!((&booked["credits"], &booked["state"]), (&json!(1), &json!("confirmed")));
    assert_eq!((balance(&ctx, sam).await, tenant.count("orders", "true").await), (1, 0));
    // On the page, with the client chosen.
    let path = format!("/studio/bookings/new?type={talk}&client={sam}&start={}", in_a_month_at(10, 0));
    let page = owner.get(&path).await.expect(200);
    assert!(page.has("Use the client’s credits") && page.has("Use 1 credit (1 left"), "{}", page.body);
    let (key, at) = (page.field("key").unwrap(), page.field("at").unwrap());
    let coach = tenant.member(Persona::Coach).await.to_string();
    let form = [
        ("type", talk.as_str()),
        ("at", &at),
        ("coach", &coach),
        ("name", "Sam Reed"),
        ("email", &email),
        ("payment", "credits"),
        ("key", &key),
    ];
    let first = owner.post_form("/studio/bookings/new", &form).await.expect(303).location();
    assert_eq!(
        first,
        owner.post_form("/studio/bookings/new", &form).await.expect(303).location(),
        "sent twice"
    );
    assert_eq!(balance(&ctx, sam).await, 0);
    let short = owner.api("POST", "/bookings/for-client", Some(&body(12, false))).await.expect(409);
    assert_eq!(short.code(), "booking_credits_short");
    assert_eq!(tenant.count("calendar_blocks", "true").await, 2, "who went without left no trace");
    // The client sees it, and calls it off by the usual rule.
    assert!(browser.get("/me/credits").await.expect(200).has("1 credit paid for Talk talk"));
    let cancel = format!("/bookings/{}/cancel", text(&booked, "id"));
    let owner = tenant.owner().await;
    owner.api("POST", &cancel, Some(&json!({ "reason": "Ill" }))).await.expect(200);
    assert_eq!(balance(&ctx, sam).await, 1);
    whole(&tenant).await;
    tenant.run_jobs().await;
    tenant.finish().await;
}
