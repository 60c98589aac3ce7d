//! Pages of Stripe's that are over, gone, or open in another tab while the order is paid or given up.

use serde_json::{Value, json};
use stripe_double::{Fault, FaultKind};
use testkit::{Bought, Client, TestApp};

use super::Shop;

/// Presses the order's button, and gives where it leads.
async fn press(shop: &Shop<'_>, visitor: &Client, bought: &Bought) -> String {
    let pay = format!("/order/{}/pay", bought.token);
    let next = visitor.post_form(&pay, &[("method", "stripe")]).await.expect(303).location();
    assert!(next.starts_with(&shop.turn.double.base_url), "{next}");
    next
}

fn status(shop: &Shop<'_>, session: &str) -> Value {
    shop.turn.double.object(session)["status"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_never_gets_a_page_that_is_over() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, first) = shop.buy(&visitor, "ten", "sam@example.com").await;
    // It ended at Stripe, and nobody told.
    shop.turn.double.expire_session(&first);
    let next = press(&shop, &visitor, &bought).await;
    let second = shop.reference(&bought).await;
    assert!(second != first && next.contains(&second), "{next}");
    assert_eq!(shop.count("payment_tries", "state = 'ended' AND turn = 0").await, 1);
    shop.turn.double.pay_session(&second, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={second}", bought.token)).await.expect(303);
    assert_eq!(shop.count("payments", "status = 'succeeded' AND amount = 9000").await, 1);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_form_whose_payment_was_cancelled_there_gets_another() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.owner.api("PUT", "/stripe/style", Some(&json!({"style": "element"}))).await.expect(200);
    let visitor = shop.tenant.visitor();
    let bought = shop.tenant.buy(&visitor, "ten", "sam@example.com", "stripe").await;
    visitor.open(&bought.next).await.expect(200);
    let first = shop.reference(&bought).await;
    let (answer, _) = shop.stripe("POST", &format!("payment_intents/{first}/cancel"), &[]).await;
    assert_eq!(answer, 200);
    let page = visitor.open(&bought.next).await.expect(200);
    let second = shop.reference(&bought).await;
    let secret = shop.turn.double.object(&second)["client_secret"].as_str().unwrap().to_owned();
    assert!(second != first && page.has(&secret));
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stripe_failed_at_for_good_is_opened_under_another_name() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    // All attempts under the first key are answered with an error, as Stripe does for a day.
    shop.turn.double.fault(Fault {
        method: Some("POST".into()),
        path: "/v1/checkout/sessions".into(),
        contains: String::new(),
        skip: 0,
        times: 3,
        kind: FaultKind::Status(500),
    });
    let (bought, session) = shop.buy(&visitor, "ten", "sam@example.com").await;
    assert!(bought.next.contains(&session), "{}", bought.next);
    assert_eq!(shop.count("payment_tries", "state = 'ended' AND turn = 0 AND reference = ''").await, 1);
    assert_eq!(shop.count("payment_tries", "state = 'open' AND turn = 1").await, 1);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_whom_the_business_deleted_at_stripe_pays_all_the_same() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let client = shop.tenant.client().await;
    let email = shop.tenant.email(testkit::Persona::Client);
    let (_, first) = shop.buy(&client, "ten", &email).await;
    let customer = shop.turn.double.object(&first)["customer"].as_str().unwrap().to_owned();
    assert_eq!(shop.stripe("DELETE", &format!("customers/{customer}"), &[]).await.0, 200);
    let (bought, second) = shop.buy(&client, "ten", &email).await;
    assert!(second != first && bought.next.contains(&second), "{}", bought.next);
    shop.turn.double.pay_session(&second, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={second}", bought.token)).await.expect(303);
    assert_eq!(shop.count("orders", "status = 'paid'").await, 1);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_closed_when_its_order_was_paid_otherwise_or_ended() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (marked, by_hand) = shop.buy(&visitor, "ten", "sam@example.com").await;
    let (cancelled, given_up) = shop.buy(&visitor, "ten", "alex@example.com").await;
    let (_, too_late) = shop.buy(&visitor, "ten", "kim@example.com").await;
    shop.owner.api("POST", &format!("/orders/{}/mark-paid", marked.id), Some(&json!({}))).await.expect(200);
    shop.owner.api("POST", &format!("/orders/{}/cancel", cancelled.id), Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
    assert_eq!((status(&shop, &by_hand), status(&shop, &given_up)), (json!("expired"), json!("expired")));
    assert_eq!(status(&shop, &too_late), "open");
    // Ours ends before Stripe's page does.
    app.clock.advance(3_600);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("orders", "status = 'expired'").await, 1);
    assert_eq!(status(&shop, &too_late), "expired");
    assert_eq!(shop.count("payment_tries", "state = 'ended'").await, 3);
    assert_eq!(shop.turn.double.charged(&json!({"order": marked.id})).count, 0);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_in_the_race_gets_the_money_back_once_and_everybody_sees_it() {
    let app = TestApp::start().await;
    for way in ["mark-paid", "cancel"] {
        let shop = Shop::open(&app).await;
        let client = shop.tenant.client().await;
        let email = shop.tenant.email(testkit::Persona::Client);
        let (bought, session) = shop.buy(&client, "ten", &email).await;
        // The buyer is done at Stripe a moment before staff decide; nobody here knows.
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        shop.owner.api("POST", &format!("/orders/{}/{way}", bought.id), Some(&json!({}))).await.expect(200);
        shop.tenant.run_jobs().await;
        // Its events come late, all of them twice, and somebody looks.
        let events = shop.events().await;
        shop.tell(&events).await;
        shop.tell(&events).await;
        shop.advance(600);
        shop.owner.api("POST", "/stripe/poll", Some(&json!({}))).await.expect(200);
        shop.tenant.run_jobs().await;
        let given = shop.turn.double.refunded(&json!({"order": bought.id}));
        assert_eq!((given.count, given.sum), (1, 9_000), "{way}");
        assert_eq!(shop.count("payments", "status = 'returned' AND provider = 'stripe'").await, 1, "{way}");
        let cause = if way == "cancel" { "late" } else { "twice" };
        assert_eq!(shop.one("cause || ' ' || state", "refunds", "true").await, format!("{cause} done"));
        let lots = if way == "cancel" { 0 } else { 1 };
        assert_eq!(shop.count("credit_lots", "balance = 10").await, lots, "{way}");
        let told = format!("template LIKE '%refund%' AND to_email = '{email}'");
        assert_eq!(shop.count("mails", &told).await, 1, "{way}");
        let studio = shop.owner.get(&format!("/studio/orders/{}", bought.id)).await.expect(200);
        assert!(studio.has("£90.00"), "{}", studio.body);
        shop.tenant.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_was_left_holds_nobody_up() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    let (bought, first) = shop.buy(&visitor, "ten", "sam@example.com").await;
    // The business goes to another account of its own.
    let other = format!("{}x", shop.key);
    let account = format!("acct_{}x", shop.tenant.slug.replace('-', ""));
    shop.turn.double.add_key(&other, &account);
    shop.turn.double.add_key(&other.replace("sk_", "pk_"), &account);
    let keys = json!({"secret_key": other, "publishable_key": other.replace("sk_", "pk_"), "webhook_secret": super::SECRET});
    shop.owner.api("PUT", "/stripe/keys", Some(&keys)).await.expect(200);
    press(&shop, &visitor, &bought).await;
    let second = shop.reference(&bought).await;
    assert_ne!(first, second);
    shop.turn.double.pay_session(&second, "pm_card_visa").unwrap();
    visitor.get(&format!("/order/{}/back?session={second}", bought.token)).await.expect(303);
    assert_eq!(shop.count("orders", "status = 'paid'").await, 1);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
