//! Credits as clients and staff see them, and what staff give and take.

use events::ClientId;
use ledger::credits;
use serde_json::json;
use testkit::{Client, Persona, TestApp, TestTenant};

use super::{
    context,
    credits_kit::{Plan, WRITE, balance, client, give, spend, subscribe, whole},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_reads_what_they_have_and_what_happened_in_words() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let browser = tenant.client().await;
    assert!(
        browser.get("/me/credits").await.expect(200).has("Nothing has happened yet"),
        "who is no client has none"
    );
    browser.get("/me/credits/history.csv").await.expect(404);
    let sam = client(&ctx, &tenant.email(Persona::Client)).await;
    let browser = tenant.client().await;
    subscribe(&tenant, sam, Plan { pays_for: &["yoga"], ..Plan::default() }).await;
    give(&ctx, sam, 10, None, &[]).await;
    // Nobody has allocated yet: reading does.
    let page = browser.get("/me/credits").await.expect(200);
    for words in [
        "5 credits for the week of 23 Nov 2026 from Committed",
        "10 credits from Ten classes",
        "Pays for: yoga",
        "Does not expire",
    ] {
        assert!(page.has(words), "{words}");
    }
    spend(&ctx, sam, "place/1", 6, Some("yoga")).await.unwrap();
    let explained = ctx
        .tx(WRITE, async |tx| Ok::<_, kernel::Problem>(credits::explain(tx, "place/1").await?))
        .await
        .unwrap();
    let told: Vec<_> = explained.iter().map(|part| (part.name.as_str(), part.credits, part.why)).collect();
    assert_eq!(
        told,
        [("Committed", -5, credits::Why::ExpiresFirst), ("Ten classes", -1, credits::Why::Oldest)]
    );
    let page = browser.get("/me/credits").await.expect(200);
    for words in [
        "6 credits paid for HIIT",
        "5 credits of Committed, which expires first: 30 Nov 2026",
        "1 credit of Ten classes, the oldest",
    ] {
        assert!(page.has(words), "{words}");
    }
    everything_page_by_page(&ctx, &tenant, &browser, sam).await;
    let csv = browser.get("/me/credits/history.csv").await.expect(200);
    assert_eq!(csv.body.lines().count(), 64);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    whole(&tenant).await;
    tenant.finish().await;
}

/// Page by page, nothing twice and nothing left out.
async fn everything_page_by_page(
    ctx: &kernel::Ctx,
    tenant: &TestTenant<'_>,
    browser: &Client,
    sam: ClientId,
) {
    for number in 0..60 {
        give(ctx, sam, 1, None, &[]).await;
        tenant.app.clock.advance(i64::from(number % 2));
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = browser
            .api("GET", &format!("/credits/history?limit=7&cursor={cursor}"), None)
            .await
            .expect(200)
            .json();
        seen.extend(list["items"].as_array().unwrap().clone());
        let Some(next) = list["next_cursor"].as_str() else { break };
        next.clone_into(&mut cursor);
    }
    assert_eq!(seen.len(), 63);
    let sum: i64 = seen.iter().map(|one| one["amount"].as_i64().unwrap()).sum();
    assert_eq!(sum, balance(ctx, sam).await);
}

/// Nothing without a reason, absurd or unreadable.
async fn nonsense_is_refused(owner: &Client, page: &str) {
    let wrong = [
        [("credits", "0"), ("reason", "x")],
        [("credits", "1001"), ("reason", "x")],
        [("credits", "many"), ("reason", "x")],
        [("credits", ""), ("reason", "x")],
        [("credits", "1"), ("reason", " ")],
    ];
    for fields in wrong {
        owner.post_form(&format!("{page}/give"), &fields).await.expect(422);
        owner.post_form(&format!("{page}/take"), &fields).await.expect(422);
    }
    owner.post_form(&format!("{page}/take"), &[("credits", "5"), ("reason", "Too many")]).await.expect(409);
}

/// Coaches look; clients and strangers don't.
async fn coaches_only_look(owner: &Client, coach: &Client, page: &str) {
    coach.get(page).await.expect(200);
    coach.get(&format!("{page}/give")).await.expect(403);
    coach.post_form(&format!("{page}/give"), &[("credits", "1"), ("reason", "x")]).await.expect(403);
    coach.post_form(&format!("{page}/take"), &[("credits", "1"), ("reason", "x")]).await.expect(403);
    owner.get("/studio/credits/cli_00000000000000000000000000000007").await.expect(404);
    owner.get("/studio/credits/nobody").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_give_and_take_with_a_reason_and_the_history_says_who() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let (owner, coach) = (tenant.owner().await, tenant.coach().await);
    let sam = client(&ctx, &tenant.email(Persona::Client)).await;
    let page = format!("/studio/credits/{sam}");
    assert!(owner.get("/studio/credits").await.expect(200).has("Nobody holds credits yet"));
    assert!(
        owner.get("/studio/credits?search=reed").await.expect(200).has("Sam Reed"),
        "any client is found"
    );
    let form = owner.get(&format!("{page}/give")).await.expect(200);
    let key = form.field("key").unwrap();
    let give = [
        ("credits", "4"),
        ("days", "30"),
        ("reason", "=Sorry, \"late\""),
        ("pays_for", "yoga, "),
        ("key", key.as_str()),
    ];
    for _ in 0..2 {
        owner.post_form(&format!("{page}/give"), &give).await.expect(303);
    }
    assert_eq!(balance(&ctx, sam).await, 4, "one form gives once");
    assert_eq!(tenant.count("credit_lots", "origin = 'staff' AND pays_for = '{yoga}'").await, 1);
    nonsense_is_refused(&owner, &page).await;
    assert_eq!(balance(&ctx, sam).await, 4, "all or nothing");
    let key = owner.get(&format!("{page}/take")).await.expect(200).field("key").unwrap();
    let take = [("credits", "3"), ("reason", "Given by mistake"), ("key", key.as_str())];
    let tries = (0..4).map(|_| async { owner.post_form(&format!("{page}/take"), &take).await.expect(303) });
    futures::future::join_all(tries).await;
    assert_eq!(balance(&ctx, sam).await, 1);
    let shown = owner.get(&page).await.expect(200);
    assert!(
        shown.has("taken by the business: Given by mistake")
            && shown.has(&format!("by owner of {}", tenant.slug))
    );
    assert!(owner.get("/studio/credits").await.expect(200).has(&page));
    assert!(
        owner.get(&format!("/studio/clients/{sam}")).await.expect(200).has(&page),
        "the client's card leads there"
    );
    let own = tenant.client().await.get("/me/credits").await.expect(200);
    assert!(own.has("Given by mistake") && !own.has("by owner"), "names of staff are theirs");
    let csv = owner.get(&format!("{page}/history.csv")).await.expect(200);
    assert!(
        csv.has("\"'=Sorry, \"\"late\"\"\"") && csv.has(&format!("owner of {}", tenant.slug)),
        "{}",
        csv.body
    );
    assert_eq!(tenant.count("audit", "action = 'credits.given'").await, 1);
    coaches_only_look(&owner, &coach, &page).await;
    assert_eq!(balance(&ctx, sam).await, 1);
    whole(&tenant).await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_gives_and_takes_once_for_a_key_and_shows_nobody_elses() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let ctx = context(&tenant).await;
    let owner = tenant.owner().await;
    let sam = client(&ctx, &tenant.email(Persona::Client)).await;
    let kim = client(&ctx, "kim@example.com").await;
    let gift = json!({ "client": sam, "credits": 3, "reason": "Welcome" });
    let key = [("idempotency-key", "gift-1")];
    for _ in 0..3 {
        let answer = owner.api_with("POST", "/credits/give", Some(&gift), &key).await.expect(200).json();
        assert_eq!(answer["credits"], 3);
    }
    let too_many = json!({ "client": sam, "credits": 4, "reason": "x" });
    let short = owner.api("POST", "/credits/take", Some(&too_many)).await.expect(409);
    assert_eq!(short.code(), "credits_short");
    let one = json!({ "client": sam, "credits": 1, "reason": "Count again" });
    let left = owner.api("POST", "/credits/take", Some(&one)).await.expect(200).json();
    assert_eq!((&left["credits"], &left["history"][0]["kind"]), (&json!(2), &json!("take")));
    let unknown = json!({ "client": "cli_00000000000000000000000000000007", "credits": 1, "reason": "x" });
    owner.api("POST", "/credits/give", Some(&unknown)).await.expect(404);
    let listed = owner.api("GET", "/credits", None).await.expect(200).json();
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["credits"]), (1, &json!(2)));
    let found = owner.api("GET", "/credits?search=kim", None).await.expect(200).json();
    assert_eq!(found["items"][0]["credits"], 0);
    let own = tenant.client().await;
    assert_eq!(own.api("GET", "/credits/lots", None).await.expect(200).json()["items"][0]["credits"], 2);
    assert_eq!(own.api("GET", "/credits/history", None).await.expect(200).json()["items"][0]["actor"], "");
    own.api("GET", &format!("/credits/lots?client={kim}"), None).await.expect(404);
    own.api("GET", &format!("/credits/history?client={kim}"), None).await.expect(404);
    own.api("GET", "/credits", None).await.expect(403);
    own.api("POST", "/credits/give", Some(&gift)).await.expect(403);
    own.api("POST", "/credits/take", Some(&one)).await.expect(403);
    assert_eq!(balance(&ctx, sam).await, 2);
    whole(&tenant).await;
    tenant.finish().await;
}
