//! A free trial begins once a card is saved on Stripe's page, and its end charges that card.

use serde_json::{Value, json};
use stripe_double::{Fault, FaultKind};
use testkit::{Bought, TestApp};

use super::Shop;

const DAY: i64 = 86_400;

async fn trial(shop: &Shop<'_>) {
    let plan = json!({
        "slug": "tried", "name": "Tried", "price": { "amount": 5_000, "currency": "GBP" },
        "status": "active", "terms": { "every": "month", "trial_days": 7 },
    });
    shop.owner.api("POST", "/plans", Some(&plan)).await.expect(200);
    shop.tenant.run_jobs().await;
}

/// Buys as a visitor, up to Stripe's page.
async fn begun(shop: &Shop<'_>) -> (Bought, String) {
    let (bought, session) = shop.buy(&shop.tenant.visitor(), "tried", "sam@example.com").await;
    let made = shop.turn.double.object(&session);
    assert!(bought.next.starts_with(&shop.turn.double.base_url), "{}", bought.next);
    assert_eq!((&made["mode"], &made["metadata"]["order"]), (&json!("setup"), &json!(bought.id)));
    assert_eq!(shop.count("subscriptions", "status = 'incomplete'").await, 1);
    (bought, session)
}

async fn end(shop: &Shop<'_>) -> String {
    let of = |what: &str, table: &str| {
        format!("(SELECT string_agg({what}, ',') FROM {table} WHERE {})", shop.tenant.rows())
    };
    let parts = [
        of("status || provider", "orders"),
        of("status || provider", "subscriptions"),
        of("last4 || is_default", "payment_methods"),
        of("state", "payment_tries"),
        of("template", "(SELECT * FROM mails ORDER BY template) mails"),
    ];
    shop.tenant.app.sql.one(&format!("SELECT {}", parts.join(" || ' ' || "))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_is_told_the_trial_begins_once() {
    let mut ends: Vec<String> = Vec::new();
    for way in ["back first", "events first", "setup alone", "poller", "killed"] {
        let app = TestApp::start().await;
        let shop = Shop::open(&app).await;
        trial(&shop).await;
        let (bought, session) = begun(&shop).await;
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        let back = format!("/order/{}/back?session={session}", bought.token);
        match way {
            "back first" => {
                shop.tenant.visitor().get(&back).await.expect(303);
                shop.tell(&shop.events().await).await;
            }
            "events first" => {
                shop.tell(&shop.events().await).await;
                shop.tenant.visitor().get(&back).await.expect(303);
            }
            "setup alone" => shop.tell(&shop.events_of(&["setup_intent.succeeded"]).await).await,
            _ => {
                if way == "killed" {
                    // Between the call and the note of its answer.
                    let rows = shop.tenant.rows();
                    app.sql.run(&format!("UPDATE payment_tries SET reference = '' WHERE {rows}")).await;
                }
                shop.advance(400);
                shop.owner.api("POST", "/stripe/poll", Some(&json!({}))).await.expect(200);
            }
        }
        shop.tenant.run_jobs().await;
        let all: Vec<Value> = shop.events().await;
        shop.tell(&all).await;
        ends.push(end(&shop).await);
        // Its end charges the card.
        shop.advance(8 * DAY);
        shop.tenant.run_jobs().await;
        assert_eq!(shop.count("subscriptions", "status = 'active' AND periods_paid = 1").await, 1, "{way}");
        assert_eq!(shop.count("payments", "status = 'succeeded' AND amount = 5000").await, 1, "{way}");
        assert_eq!(shop.turn.double.charged(&json!({"order": ""})).count, 0);
        shop.tenant.finish().await;
    }
    assert!(ends[0].starts_with("paidstripe trialingstripe 4242false succeeded "), "{}", ends[0]);
    assert!(ends.iter().all(|one| *one == ends[0]), "{ends:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_is_declined_or_never_entered_begins_nothing() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    trial(&shop).await;
    let (bought, session) = begun(&shop).await;
    assert!(shop.turn.double.pay_session(&session, "pm_card_chargeDeclined").is_err());
    let back = format!("/order/{}/back?session={session}", bought.token);
    shop.tenant.visitor().get(&back).await.expect(303);
    shop.tell(&shop.events().await).await;
    assert_eq!(shop.count("subscriptions", "status = 'incomplete'").await, 1);
    assert_eq!(shop.turn.double.object(&session)["status"], "open", "another card may be tried");
    // The time is over: the place is free, and Stripe's page is closed.
    shop.advance(41 * 60);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("orders", "status = 'expired'").await, 1);
    assert_eq!(shop.count("subscriptions", "status = 'ended' AND anchor IS NULL").await, 1);
    assert_eq!(shop.turn.double.object(&session)["status"], "expired");
    assert_eq!(shop.count("subscription_places", "true").await, 0);
    shop.tell(&shop.events().await).await;
    assert_eq!(shop.count("payment_methods", "true").await, 0);
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_for_an_order_that_was_given_up_is_forgotten_at_stripe() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    trial(&shop).await;
    let (bought, session) = begun(&shop).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    shop.tenant.visitor().post_form(&format!("/order/{}/cancel", bought.token), &[]).await.expect(303);
    shop.tell(&shop.events_of(&["setup_intent.succeeded"]).await).await;
    assert_eq!(shop.count("subscriptions", "status = 'ended' AND anchor IS NULL").await, 1);
    let card = shop.turn.double.object(&session)["setup_intent"].as_str().unwrap().to_owned();
    let card = shop.turn.double.object(&card)["payment_method"].as_str().unwrap().to_owned();
    assert!(shop.turn.double.object(&card)["customer"].is_null());
    assert_eq!(shop.count("payment_methods", "removed_at IS NULL").await, 0);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_for_a_plan_that_ended_is_forgotten_although_stripe_was_away() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    trial(&shop).await;
    let (_, session) = begun(&shop).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    shop.tell(&shop.events().await).await;
    let card = shop.one("reference", "payment_methods", "true").await;
    let away = Fault {
        method: Some("POST".into()),
        path: format!("/v1/payment_methods/{card}/detach"),
        contains: String::new(),
        skip: 0,
        times: 30,
        kind: FaultKind::Status(500),
    };
    shop.turn.double.fault(away);
    let own = format!("/subscription/{}", shop.one("token", "subscriptions", "true").await);
    shop.tenant.visitor().post_form(&own, &[("wish", "end")]).await.expect(303);
    shop.advance(8 * DAY);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("subscriptions", "status = 'ended'").await, 1);
    assert_eq!(shop.count("payment_methods", "removed_at IS NOT NULL AND forgotten_at IS NULL").await, 1);
    assert!(!shop.turn.double.object(&card)["customer"].is_null(), "Stripe has it still");
    shop.turn.double.clear_faults();
    shop.advance(DAY);
    shop.tenant.run_jobs().await;
    assert_eq!(shop.count("payment_methods", "forgotten_at IS NOT NULL").await, 1);
    assert!(shop.turn.double.object(&card)["customer"].is_null());
    shop.tenant.finish().await;
}
