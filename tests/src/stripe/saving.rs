//! Something to pay with, saved before there is anything to pay.

use testkit::{Client, Persona, TestApp};

use super::Shop;

const LIST: &str = "/me/payment-methods";

/// The client goes to Stripe's page from their list and saves a card there. Gives the way back.
async fn save(shop: &Shop<'_>, client: &Client, card: &str) -> String {
    let page = client.post_form(LIST, &[]).await.expect(303).location();
    assert!(page.starts_with(&shop.turn.double.base_url), "{page}");
    let session = page.rsplit('/').next().unwrap().to_owned();
    let made = shop.turn.double.object(&session);
    let home = format!("{}/{}", shop.tenant.app.origin, shop.tenant.slug);
    assert_eq!(made["mode"], "setup");
    assert_eq!(made["cancel_url"], format!("{home}{LIST}"), "a whole address");
    shop.turn.double.pay_session(&session, card).unwrap();
    let back = made["success_url"].as_str().unwrap().replace("{CHECKOUT_SESSION_ID}", &session);
    back.strip_prefix(&home).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_card_is_saved_before_anything_is_bought_and_pays_later() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let client = shop.tenant.client().await;
    // Who bought nothing yet is nobody at Stripe; they are made known there.
    let back = save(&shop, &client, "pm_card_visa").await;
    for _ in 0..2 {
        let place = client.get(&back).await.expect(303).location();
        assert!(place.ends_with(LIST), "{place}");
        assert!(client.open(&place).await.expect(200).has("4242"), "there at once, before any event");
    }
    assert_eq!(shop.count("payment_methods", "is_default AND last4 = '4242'").await, 1);
    assert_eq!(shop.count("provider_customers", "true").await, 1);
    // Its events change nothing; the second card is used from then on, and the first stays second when its way back is
    // gone once more.
    shop.tell(&shop.events().await).await;
    let second = save(&shop, &client, "pm_card_mastercard").await;
    client.get(&second).await.expect(303);
    client.get(&back).await.expect(303);
    assert_eq!(shop.count("payment_methods", "is_default AND brand = 'mastercard'").await, 1);
    assert_eq!(shop.count("payment_methods", "true").await, 2);
    assert_eq!(shop.count("provider_customers", "true").await, 1);
    // The same customer buys.
    let (_, session) = shop.buy(&client, "ten", &shop.tenant.email(Persona::Client)).await;
    let customer = shop.one("reference", "provider_customers", "true").await;
    assert_eq!(shop.turn.double.object(&session)["customer"], customer);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_stripe_renews_stays_with_its_card_until_another_is_chosen() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let plan = serde_json::json!({
        "slug": "committed", "name": "Committed", "price": { "amount": 10_900, "currency": "GBP" },
        "status": "active", "terms": { "every": "month", "credits_per_week": 5 },
    });
    shop.owner.api("POST", "/plans", Some(&plan)).await.expect(200);
    shop.tenant.run_jobs().await;
    let client = shop.tenant.client().await;
    // Who has saved something is known as the client that is signed in, so that the plan is theirs.
    let first = save(&shop, &client, "pm_card_amex").await;
    client.get(&first).await.expect(303);
    let (bought, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    shop.tell(&shop.events().await).await;
    let renewed = shop.one("reference", "subscriptions", "true").await;
    let with = || shop.turn.double.object(&renewed)["default_payment_method"].as_str().unwrap().to_owned();
    let visa = shop.one("reference", "payment_methods", "brand = 'visa'").await;
    assert_eq!(with(), visa, "what it was bought with");
    // Another card that is used for new things, and one that is chosen as the default, change nothing about it.
    let back = save(&shop, &client, "pm_card_mastercard").await;
    client.get(&back).await.expect(303);
    assert_eq!(with(), visa);
    let id_of = async |brand: &str| {
        let id = shop.one("id", "payment_methods", &format!("brand = '{brand}'")).await;
        format!("pmt_{}", id.replace('-', ""))
    };
    client.post_form(&format!("{LIST}/{}/default", id_of("amex").await), &[]).await.expect(303);
    assert_eq!(with(), visa);
    // On its own page another one is chosen, and Stripe is told.
    let id = shop.one("id", "subscriptions", "true").await.replace('-', "");
    let own = format!("/me/subscriptions/sub_{id}");
    let use_it = [("wish", "use"), ("method", &id_of("mastercard").await)];
    client.post_form(&own, &use_it).await.expect(303);
    assert_eq!(with(), shop.one("reference", "payment_methods", "brand = 'mastercard'").await);
    assert!(client.get(&own).await.expect(200).has("Mastercard •• 4444"));
    // What is saved from there is used for it at once, by the event alone too.
    let page = client.post_form(&own, &[("wish", "way")]).await.expect(303).location();
    let session = page.rsplit('/').next().unwrap().to_owned();
    shop.turn.double.pay_session(&session, "pm_card_gb").unwrap();
    let last = shop.events_of(&["setup_intent.succeeded"]).await.pop().unwrap();
    shop.tell(&[last]).await;
    assert_eq!(with(), shop.one("reference", "payment_methods", "last4 = '0000'").await);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_leads_to_own_pages_and_asks_for_own_sessions() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let visitor = shop.tenant.visitor();
    for to in ["//evil.example", "https://evil.example/", "/%5Cevil.example", ""] {
        visitor.get(&format!("/pay/saved?to={to}&session=cs_test_1")).await.expect(404);
    }
    let asked = shop.turn.double.requests("/v1/checkout/sessions");
    visitor.get(&format!("/pay/saved?to={LIST}&session=../accounts")).await.expect(404);
    assert_eq!(shop.turn.double.requests("/v1/checkout/sessions"), asked);
    visitor.get(&format!("/pay/saved?to={LIST}&session=cs_test_nobody")).await.expect(303);
    assert_eq!(shop.count("payment_methods", "true").await, 0);
    shop.tenant.run_jobs().await;
    shop.tenant.finish().await;
}
