//! Guests at the checkout: what they type is nobody's word but theirs.

use serde_json::json;
use testkit::{Answer, Client, Persona, TestApp};

use super::{
    checkout_kit::{Form, coupon, one, sell},
    press, shop,
};

const TOLD: &str = "Please sign in with this address to go on.";

async fn plan(owner: &Client, slug: &str, terms: serde_json::Value) {
    let body = json!({
        "slug": slug, "name": slug, "price": { "amount": 10_900, "currency": "GBP" }, "status": "active", "terms": terms,
    });
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
}

/// What the page says is wrong.
fn said(answer: &Answer) -> (u16, String) {
    let summary = answer.body.split("role=\"alert\"").nth(1).unwrap_or_default();
    (answer.status, summary.split("</div>").next().unwrap_or_default().to_owned())
}

/// Has, or has had, all that may stand against one more.
async fn regular(client: &Client, email: &str) {
    for slug in ["running", "tried", "once"] {
        let next = Form::open(client, slug, email).await.send(client).await.expect(303).location();
        if next.contains("/pay/sandbox/") {
            client.post_form_to(&next, &[("outcome", "pay")]).await;
        }
    }
    let (form, _) = Form::open(client, "cheaper", email).await.apply(client, "ONCE").await;
    press(client, &form.send(client).await.expect(303).location(), "pay").await;
    Form::open(client, "waiting", email).await.send(client).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_stands_against_it_a_guest_is_told_one_thing() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let (monthly, trial) = (json!({ "every": "month" }), json!({ "every": "month", "trial_days": 7 }));
    plan(&owner, "running", monthly.clone()).await;
    plan(&owner, "waiting", monthly).await;
    plan(&owner, "tried", trial).await;
    sell(&owner, "once", 1_000, json!({ "per_client": 1 })).await;
    sell(&owner, "cheaper", 1_000, json!({})).await;
    coupon(&owner, json!({ "code": "ONCE", "name": "Once", "bp": 1_000, "per_client": 1 })).await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    let email = tenant.email(Persona::Client);
    regular(&client, &email).await;
    tenant.run_jobs().await;

    let (orders, mut answers) = (tenant.count("orders", "true").await, Vec::new());
    for slug in ["running", "waiting", "tried", "once", "cheaper"] {
        let guest = tenant.visitor();
        let mut form = Form::open(&guest, slug, &email).await;
        let mut body = json!({ "offer": slug, "name": "Sam Reed", "email": email });
        if slug == "cheaper" {
            form = form.apply(&guest, "ONCE").await.0;
            body["codes"] = json!(["ONCE"]);
        }
        let answer = form.send(&guest).await.expect(422);
        assert!(answer.has(TOLD) && answer.has("/login?next="), "{slug}: {}", answer.body);
        answers.push(said(&answer));
        let answer = guest.api("POST", "/checkout", Some(&body)).await.expect(422).json();
        assert_eq!(answer["errors"][0]["code"], "checkout_sign_in", "{slug}");
        assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{slug}: {answer}");
        assert!(answer.get("look_at").is_none(), "{slug}: {answer}");
    }
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    assert_eq!(tenant.count("orders", "true").await, orders, "nothing was ordered");
    // The client is told why.
    let told = Form::open(&client, "running", &email).await.send(&client).await.expect(409);
    assert!(told.has("You have this plan already") && !told.has(TOLD));
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_comes_back_to_the_same_checkout() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    let owner = tenant.owner().await;
    let book = sell(&owner, "book", 500, json!({})).await;
    sell(&owner, "mat", 1_000, json!({ "per_client": 3, "bumps": [{ "offer": book, "price": 400 }] })).await;
    coupon(&owner, json!({ "code": "TENTH", "name": "A tenth", "bp": 1_000 })).await;
    let guest = tenant.visitor();
    let form = Form::open(&guest, "mat", "sam@example.com").await.with("quantity", "2").and("bump", &book);
    let (_, page) = form.apply(&guest, "TENTH").await;
    let login = page.links().into_iter().find(|link| link.starts_with("/login?next=")).unwrap();
    let next = login.trim_start_matches("/login?next=");
    let back = [("%2F", "/"), ("%3F", "?"), ("%3D", "="), ("%26", "&"), ("%25", "%")]
        .iter()
        .fold(next.to_owned(), |text, (from, to)| text.replace(from, to));
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    let page = client.open(&back).await.expect(200);
    assert!(page.has("value=\"2\" selected"), "{back}: {}", page.body);
    assert!(page.has(&format!("value=\"{book}\" data-look checked")), "{back}: {}", page.body);
    assert!(page.has("A tenth") && page.has(&tenant.email(Persona::Client)), "{back}: {}", page.body);
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_goes_on_with_an_order_only_in_the_browser_that_placed_it() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    plan(&tenant.owner().await, "committed", json!({ "every": "month" })).await;
    let (sam, stranger) = (tenant.visitor(), tenant.visitor());
    // The same form sent twice, and the page loaded again: one order.
    let form = Form::open(&sam, "committed", "sam@example.com").await;
    let (first, twice) = futures::future::join(form.send(&sam), form.send(&sam)).await;
    let order = first.expect(303).location();
    assert_eq!(twice.expect(303).location(), order);
    let again = Form::open(&sam, "committed", "sam@example.com").await.send(&sam).await.expect(303);
    assert_eq!(again.location(), order);
    // The same words from another browser, and by the API, open nothing.
    let answer = Form::open(&stranger, "committed", "sam@example.com").await.send(&stranger).await;
    let answer = answer.expect(422);
    assert!(answer.has(TOLD) && !answer.has("/order/"), "{}", answer.body);
    let body = json!({ "offer": "committed", "name": "Sam Reed", "email": "sam@example.com" });
    stranger.api("POST", "/checkout", Some(&body)).await.expect(422);
    assert_eq!(tenant.count("orders", "true").await, 1);
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_takes_the_place_that_a_guest_holds_in_their_name() {
    let app = TestApp::start().await;
    let tenant = shop(&app, "").await;
    plan(&tenant.owner().await, "committed", json!({ "every": "month" })).await;
    let client = tenant.client().await;
    client.get("/me").await.expect(200);
    let email = tenant.email(Persona::Client);
    let guest = tenant.visitor();
    let begun = Form::open(&guest, "committed", &email).await.send(&guest).await.expect(303).location();
    // A payment that is under way is not taken away from whoever makes it.
    let rows = tenant.rows();
    app.sql.run(&format!("UPDATE payment_tries SET state = 'processing' WHERE {rows}")).await;
    assert_eq!(tenant.count("payment_tries", "state = 'processing'").await, 1);
    let form = Form::open(&client, "committed", &email).await;
    form.clone().send(&client).await.expect(409);
    app.sql.run(&format!("UPDATE payment_tries SET state = 'failed' WHERE {rows}")).await;
    let next = form.send(&client).await.expect(303).location();
    assert_ne!(next, begun);
    let states = one(&tenant, "string_agg(status, ' ' ORDER BY number)", "orders", "true").await;
    assert_eq!(states, "cancelled pending_payment");
    press(&client, &next, "pay").await;
    tenant.run_jobs().await;
    assert_eq!(tenant.count("subscriptions", "status = 'active'").await, 1);
    tenant.leave_outbox();
}
