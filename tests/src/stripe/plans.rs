//! What becomes of a plan that Stripe renews: the same end however its events came.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{Persona, TestApp};

use super::{
    Shop,
    subscriptions::{MONTH, plan},
};

const KINDS: [&str; 8] = [
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.updated",
    "charge.succeeded",
];

/// How what happened at Stripe is told.
#[derive(Clone, Copy, Debug)]
enum Told {
    AsItCame,
    Backwards,
    ThriceShuffled,
    OnlyLast,
    Never,
}

const ALL: [Told; 5] = [Told::AsItCame, Told::Backwards, Told::ThriceShuffled, Told::OnlyLast, Told::Never];

/// Tells what happened since so many events, and lets the poller find what nobody told.
async fn tell(shop: &Shop<'_>, known: usize, how: Told) {
    let new: Vec<Value> = shop.events_of(&KINDS).await.into_iter().skip(known).collect();
    assert!(!new.is_empty());
    let order: Vec<usize> = match how {
        Told::AsItCame => (0..new.len()).collect(),
        Told::Backwards => (0..new.len()).rev().collect(),
        Told::ThriceShuffled => (0..new.len() * 3).map(|turn| (turn * 7 + 3) % new.len()).collect(),
        Told::OnlyLast => vec![new.len() - 1],
        Told::Never => Vec::new(),
    };
    for index in order {
        assert_eq!(shop.deliver(&new[index]).await, 200);
    }
    shop.tenant.run_jobs().await;
    // Who signed in before a month went by is not signed in any more.
    let owner = shop.tenant.owner().await;
    owner.api("POST", "/stripe/poll", Some(&json!({}))).await.expect(200);
    shop.tenant.run_jobs().await;
}

/// What must be the same in the end.
async fn standing(shop: &Shop<'_>) -> String {
    let of = |select: &str| format!("coalesce((SELECT {select}), '-')");
    let parts = [
        "s.status || ' ' || s.periods_paid || ' ' || s.dunned || ' ' || (s.owed_since IS NOT NULL) || ' ' || s.ends_with_period".to_owned(),
        "extract(epoch FROM s.period_end - s.period_start)::bigint::text".to_owned(),
        of("string_agg(status || total, ',' ORDER BY number) FROM orders WHERE tenant_id = s.tenant_id"),
        of("string_agg(status || amount, ',' ORDER BY status) FROM payments WHERE tenant_id = s.tenant_id AND status <> 'failed'"),
        of("string_agg(state || amount, ',' ORDER BY state) FROM refunds WHERE tenant_id = s.tenant_id"),
    ];
    let sql =
        format!("SELECT {} FROM subscriptions s WHERE {}", parts.join(" || ' | ' || "), shop.tenant.rows());
    shop.tenant.app.sql.one(&sql).await
}

async fn dunned(shop: &Shop<'_>) -> i64 {
    shop.count("events", "name = 'subscription.payment_failed'").await
}

/// A plan that began. Gives what Stripe calls it.
async fn begun<'a>(app: &'a TestApp) -> (Shop<'a>, String) {
    let shop = Shop::open(app).await;
    plan(&shop).await;
    let client = shop.tenant.client().await;
    let (bought, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
    shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
    client.get(&format!("/order/{}/back?session={session}", bought.token)).await.expect(303);
    shop.tenant.run_jobs().await;
    let reference = shop.one("reference", "subscriptions", "true").await;
    (shop, reference)
}

/// Something that happens at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Story {
    Trial,
    CancelAtPeriodEnd,
    PastDueThenPaid,
    PastDue,
    PausedAndOn,
    Paused,
    Twice,
}

async fn happens(shop: &Shop<'_>, reference: &str, story: Story) {
    let path = format!("subscriptions/{reference}");
    let card = shop.turn.double.object(reference)["default_payment_method"].as_str().unwrap().to_owned();
    let set = async |form: &[(&str, &str)]| {
        let (status, answer) = shop.stripe("POST", &path, form).await;
        assert_eq!(status, 200, "{answer}");
    };
    match story {
        Story::Trial => {
            let end = (shop.turn.double.now() + 10 * 86_400).to_string();
            set(&[("trial_end", &end), ("proration_behavior", "none")]).await;
        }
        Story::CancelAtPeriodEnd => {
            set(&[("cancel_at_period_end", "true")]).await;
            shop.advance(MONTH);
        }
        Story::PastDueThenPaid => {
            shop.turn.double.method_does(&card, "declined");
            shop.advance(MONTH);
            shop.turn.double.method_does(&card, "ok");
            shop.advance(10 * 86_400);
        }
        Story::PastDue => {
            shop.turn.double.method_does(&card, "declined");
            shop.advance(MONTH);
        }
        Story::PausedAndOn => {
            set(&[("pause_collection[behavior]", "void")]).await;
            shop.advance(86_400);
            set(&[("pause_collection", "")]).await;
        }
        Story::Paused => set(&[("pause_collection[behavior]", "void")]).await,
        Story::Twice => shop.advance(2 * MONTH),
    }
}

async fn every_way(story: Story) -> String {
    let mut ends = BTreeMap::<String, Vec<String>>::new();
    for how in ALL {
        let app = TestApp::start().await;
        let (shop, reference) = begun(&app).await;
        let known = shop.events_of(&KINDS).await.len();
        happens(&shop, &reference, story).await;
        tell(&shop, known, how).await;
        let end = standing(&shop).await;
        // What is told once more when all is over changes nothing, and nobody is written to again.
        let mails = dunned(&shop).await;
        tell(&shop, known, Told::ThriceShuffled).await;
        assert_eq!(standing(&shop).await, end, "{story:?} {how:?}");
        assert_eq!(dunned(&shop).await, mails, "{story:?} {how:?}");
        if story == Story::PastDue {
            assert_eq!(mails, 1, "{how:?}: one attempt, one mail");
        }
        ends.entry(end).or_default().push(format!("{how:?}"));
        shop.tenant.leave_outbox();
    }
    assert_eq!(ends.len(), 1, "{story:?}: {ends:#?}");
    ends.pop_first().unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trial_and_a_pause_and_their_end() {
    let trial = every_way(Story::Trial).await;
    assert!(
        trial.starts_with("trialing 1 0 false false"),
        "nothing is owed, and one period is paid: {trial}"
    );
    assert!(every_way(Story::Paused).await.starts_with("paused 1 0 false false"), "paused");
    assert!(every_way(Story::PausedAndOn).await.starts_with("active 1 0 false false"), "on again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_with_the_period_and_renewals() {
    assert!(every_way(Story::CancelAtPeriodEnd).await.starts_with("ended 1 "), "ended");
    let twice = every_way(Story::Twice).await;
    assert!(twice.starts_with("active 3 ") && twice.contains("paid10900,paid10900,paid10900"), "{twice}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_owed_and_what_is_paid_in_the_end() {
    assert!(every_way(Story::PastDue).await.starts_with("past_due 1 1 true"), "owed");
    let paid = every_way(Story::PastDueThenPaid).await;
    assert!(paid.starts_with("active 2 0 false"), "{paid}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_subscription_from_another_tab_ends_there_and_goes_back() {
    for cancelled in [false, true] {
        let app = TestApp::start().await;
        let shop = Shop::open(&app).await;
        plan(&shop).await;
        let client = shop.tenant.client().await;
        let (bought, session) = shop.buy(&client, "committed", &shop.tenant.email(Persona::Client)).await;
        // The buyer is on Stripe's page while staff decide.
        shop.turn.double.pay_session(&session, "pm_card_visa").unwrap();
        let way = if cancelled { "cancel" } else { "mark-paid" };
        shop.owner.api("POST", &format!("/orders/{}/{way}", bought.id), Some(&json!({}))).await.expect(200);
        shop.tenant.run_jobs().await;
        let events = shop.events_of(&KINDS).await;
        shop.tell(&events).await;
        shop.tell(&events).await;
        let there = shop.turn.double.object(&session)["subscription"].as_str().unwrap().to_owned();
        assert_eq!(shop.turn.double.object(&there)["status"], "canceled", "{way}");
        assert_eq!(shop.count("payments", "provider = 'stripe' AND status = 'returned'").await, 1, "{way}");
        assert_eq!(shop.count("refunds", "state = 'done' AND amount = 10900").await, 1, "{way}");
        assert_eq!(shop.turn.double.refunded(&json!({"order": bought.id})).sum, 10_900, "{way}");
        let status = if cancelled { "ended" } else { "active" };
        assert_eq!(shop.one("status", "subscriptions", "true").await, status, "{way}");
        assert_eq!(shop.count("orders", "true").await, 1, "no further order, {way}");
        shop.tenant.leave_outbox();
    }
}
