//! A free trial begins once a card is saved, and its end charges that card.

use billing::{BILLING_RUN, CardTaken, Extras, Method, NewLine, NewOrder, SavedFor, TestCard, card_saved};
use events::OrderId;
use kernel::Problem;
use serde_json::{Value, json};
use testkit::{Client, TenantOptions, TestApp, TestTenant};

use super::{DAY, client, context, later};

async fn plan(owner: &Client, slug: &str, more: Value) {
    let mut body = json!({
        "slug": slug, "name": slug, "price": { "amount": 5_000, "currency": "GBP" }, "status": "active",
        "terms": { "every": "month", "trial_days": 7 },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    owner.api("POST", "/plans", Some(&body)).await.expect(200);
}

/// Sends the checkout of a plan; where it leads.
async fn order(by: &Client, slug: &str, method: &str) -> String {
    let page = by.get(&format!("/buy/{slug}")).await.expect(200);
    let (key, shown) = (page.field("key").unwrap(), page.field("shown").unwrap_or_default());
    let fields = [
        ("name", "Sam Reed"),
        ("email", "sam@example.com"),
        ("method", method),
        ("key", key.as_str()),
        ("shown", shown.as_str()),
    ];
    let first = by.post_form(&format!("/buy/{slug}"), &fields).await.expect(303).location();
    // Sent twice it is one order.
    let again = by.post_form(&format!("/buy/{slug}"), &fields).await.expect(303).location();
    assert_eq!(first.contains("/pay/sandbox/"), again.contains("/pay/sandbox/"));
    again
}

async fn state(tenant: &TestTenant<'_>) -> String {
    let of = |table: &str| {
        format!("(SELECT string_agg(status, ',' ORDER BY created_at) FROM {table} WHERE {})", tenant.rows())
    };
    tenant.app.sql.one(&format!("SELECT {} || ' ' || {}", of("orders"), of("subscriptions"))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_waits_for_its_card_and_charges_it_at_its_end() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    plan(&tenant.owner().await, "tried", json!({})).await;
    let visitor = tenant.visitor();
    assert!(visitor.get("/buy/tried").await.expect(200).has("you enter it on the next page"));
    let page = order(&visitor, "tried", "sandbox").await;
    assert!(page.contains("/pay/sandbox/"), "{page}");
    assert!(visitor.open(&page).await.expect(200).has("Nothing is taken today"));
    tenant.run_jobs().await;
    assert_eq!(state(&tenant).await, "pending_payment incomplete");
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 0, "nothing has begun");
    // A card that is refused begins nothing; the order's page leads to another try.
    let own = visitor.post_form_to(&page, &[("outcome", "decline")]).await.expect(303).location();
    let shown = visitor.open(&own).await.expect(200);
    assert!(shown.has("That card was not accepted") && shown.has("Enter a card"), "{}", shown.body);
    let token = own.rsplit('/').next().unwrap().to_owned();
    let pay = format!("/order/{token}/pay");
    visitor.post_form(&pay, &[("method", "manual")]).await.expect(422);
    let page = visitor.post_form(&pay, &[("method", "sandbox")]).await.expect(303).location();
    for _ in 0..2 {
        let saved = [("outcome", "pay"), ("card", TestCard::Pays.code())];
        visitor.post_form_to(&page, &saved).await.expect(303);
    }
    tenant.run_jobs().await;
    assert_eq!(state(&tenant).await, "paid trialing");
    assert_eq!(tenant.count("payment_methods", "subscription_id IS NOT NULL AND last4 = '4242'").await, 1);
    assert_eq!(tenant.count("payments", "true").await, 0, "nothing was taken");
    later(&tenant, 8 * DAY).await;
    assert_eq!(state(&tenant).await, "paid,paid active");
    assert_eq!(tenant.count("payments", "status = 'succeeded' AND amount = 5000").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_saves_no_card_has_no_trial_and_holds_no_place() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    plan(&tenant.owner().await, "rare", json!({ "stock": 1 })).await;
    let visitor = tenant.visitor();
    let page = order(&visitor, "rare", "sandbox").await;
    assert_eq!(tenant.count("offer_stock", "taken = 1").await, 1);
    later(&tenant, 41 * 60).await;
    assert_eq!(state(&tenant).await, "expired ended");
    assert_eq!(tenant.count("offer_stock", "taken = 0").await, 1);
    assert_eq!(tenant.count("subscription_places", "true").await, 0);
    visitor.post_form_to(&page, &[("outcome", "pay")]).await.expect(410);
    assert_eq!(tenant.count("payment_methods", "true").await, 0);
    // It used nothing up: the trial is there still.
    let page = order(&visitor, "rare", "sandbox").await;
    visitor.post_form_to(&page, &[("outcome", "pay")]).await.expect(303);
    assert_eq!(tenant.count("subscriptions", "status = 'trialing'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_begins_at_once_by_transfer_and_where_no_card_is_asked_for() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let owner = tenant.owner().await;
    let terms = |card: bool| json!({ "terms": { "every": "month", "trial_days": 7, "trial_card": card } });
    plan(&owner, "open", terms(false)).await;
    plan(&owner, "asks", terms(true)).await;
    let settings =
        json!({ "manual": true, "manual_instructions": "IBAN", "manual_days": 7, "sandbox": true });
    owner.api("PUT", "/payment-settings", Some(&settings)).await.expect(200);
    let visitor = tenant.visitor();
    assert!(!visitor.get("/buy/open").await.expect(200).has("you enter it on the next page"));
    for (slug, method) in [("open", "sandbox"), ("asks", "manual")] {
        let next = order(&visitor, slug, method).await;
        assert!(!next.contains("/pay/"), "{slug}: {next}");
    }
    tenant.run_jobs().await;
    assert_eq!(state(&tenant).await, "paid,paid trialing,trialing");
    let list = owner.api("GET", "/plans", None).await.expect(200).json();
    let asks = |slug: &str| {
        let all = list["items"].as_array().unwrap();
        all.iter().find(|plan| plan["slug"] == slug).unwrap()["terms"]["trial_card"].clone()
    };
    assert_eq!((asks("open"), asks("asks")), (json!(false), json!(true)));
    tenant.finish().await;
}

/// An order of nothing that waits for a card.
async fn waiting(tenant: &TestTenant<'_>) -> OrderId {
    let ctx = context(tenant).await;
    let client = client(&ctx, "sam@example.com").await;
    ctx.tx(BILLING_RUN, async |tx| {
        let key = tx.ctx().new_token();
        let new = NewOrder {
            module: "tests",
            client,
            client_name: "Sam Reed",
            client_email: "sam@example.com",
            currency: tx.ctx().tenant().currency,
            method: Method::Sandbox,
            form_key: &key,
            expires_at: Some(tx.ctx().now().plus_minutes(40)),
            lines: &[NewLine::plain("x", "Free", 0, json!({}))],
            return_path: None,
            extras: Extras { asks_card: true, ..Extras::default() },
        };
        Ok::<_, Problem>(billing::place(tx, new).await?.id)
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_for_an_order_that_was_given_up_is_not_kept() {
    let app = TestApp::start().await;
    let tenant = TestTenant::with(&app, TenantOptions::all(&app)).await;
    let ctx = context(&tenant).await;
    let give = async |id: OrderId, mark: &str| {
        ctx.tx(BILLING_RUN, async |tx| {
            let order = billing::by_id(tx, id).await?.unwrap();
            let new = TestCard::Pays.saved(order.client_id, SavedFor::Order(id), mark);
            card_saved(tx, id, new, mark).await
        })
        .await
        .unwrap()
    };
    let gone = waiting(&tenant).await;
    ctx.tx(BILLING_RUN, async |tx| {
        let order = billing::by_id(tx, gone).await?.unwrap();
        billing::cancel(tx, &order).await
    })
    .await
    .unwrap();
    assert!(matches!(give(gone, "late").await, CardTaken::Gone(_)));
    assert_eq!(tenant.count("payment_methods", "true").await, 0);
    let kept = waiting(&tenant).await;
    assert!(matches!(give(kept, "one").await, CardTaken::Begun(_)));
    assert!(matches!(give(kept, "one").await, CardTaken::Known(_)), "told again");
    assert!(matches!(give(kept, "two").await, CardTaken::Known(_)), "from another tab");
    assert_eq!(tenant.count("payment_methods", "true").await, 1);
    // Two at once: one completes it.
    let raced = waiting(&tenant).await;
    let (a, b) = tokio::join!(give(raced, "a"), give(raced, "b"));
    let begun = [a, b].iter().filter(|taken| matches!(taken, CardTaken::Begun(_))).count();
    assert_eq!((begun, tenant.count("payment_methods", "true").await), (1, 2));
    tenant.run_jobs().await;
    tenant.finish().await;
}
