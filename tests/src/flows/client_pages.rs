//! What the booking pages do with zones, with forms that are sent again, with impossible times and with what is missing.

use serde_json::json;
use testkit::{Answer, Client, Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::bookable;

fn typed<'a>(start: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("start", start), ("name", "Sam Reed"), ("email", "sam@example.com"), ("key", key)]
}

/// The key of the form of a time, as this browser gets it.
async fn key(by: &Client, kind: &str, start: &str) -> String {
    let form = by.get(&format!("/book/{kind}/details?start={start}")).await.expect(200);
    form.field("key").expect("the form has a key")
}

async fn send(by: &Client, kind: &str, start: &str, key: &str) -> Answer {
    by.post_form(&format!("/book/{kind}/details"), &typed(start, key)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zone_is_remembered_only_when_it_was_chosen() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    bookable(&tenant, &tenant.owner().await, "intro", json!({ "place": "+44 20 7946 0018" })).await;
    let visitor = tenant.visitor();
    let zones = |page: &Answer| page.links().iter().filter(|link| link.contains("zone=")).count();
    let first = visitor.get("/book/intro?day=2026-11-24").await.expect(200);
    assert_eq!(zones(&first), 0, "{:?}", first.links());
    assert!(first.has("data-zone-shown="), "the browser may tell its own: {}", first.body);
    assert!(first.links().iter().any(|link| link.ends_with("#times")), "{:?}", first.links());
    // A link that somebody passed on holds for its pages alone.
    let link = visitor.get("/book/intro?day=2026-11-24&zone=Asia/Tokyo").await.expect(200);
    assert!(link.has("Asia/Tokyo") && zones(&link) > 0 && !link.has("data-zone-shown="), "{}", link.body);
    assert_eq!(visitor.cookie("zone"), None);
    let chosen = visitor.get("/book/intro?zone=Asia/Tokyo&chosen=1").await.expect(200);
    assert!(chosen.has("Asia/Tokyo"), "{}", chosen.body);
    assert_eq!(visitor.cookie("zone").as_deref(), Some("Asia/Tokyo"));
    let after = visitor.get("/book/intro").await.expect(200);
    assert!(after.has("Asia/Tokyo") && zones(&after) == 0 && !after.has("data-zone-shown="));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_again_leads_to_its_booking_until_that_is_cancelled() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let more = json!({ "seats": 3, "place": "+44 20 7946 0018" });
    bookable(&tenant, &tenant.owner().await, "circle", more).await;
    let (visitor, start) = (tenant.visitor(), tomorrow_at(10, 0));
    let form = key(&visitor, "circle", &start).await;
    assert_eq!(form, key(&visitor, "circle", &start).await, "the same for this browser and time");
    assert_ne!(form, key(&tenant.visitor(), "circle", &start).await, "and for no other");
    assert_ne!(form, key(&visitor, "circle", &tomorrow_at(11, 0)).await);
    let first = send(&visitor, "circle", &start, &form).await.expect(303).location();
    // Going back loads the form anew.
    let again = key(&visitor, "circle", &start).await;
    assert_eq!(send(&visitor, "circle", &start, &again).await.expect(303).location(), first);
    assert_eq!(tenant.count("bookings", "true").await, 1, "one seat");
    let mut other = typed(&start, &form);
    other[2] = ("email", "ana@example.com");
    let theirs = visitor.post_form("/book/circle/details", &other).await.expect(303).location();
    assert_ne!(theirs, first, "somebody else takes a seat of their own");
    let _ = visitor.post_form_to(&format!("{first}/cancel"), &[("reason", "")]).await.expect(303);
    let anew = send(&visitor, "circle", &start, &form).await.expect(303).location();
    assert_ne!(anew, first, "what was cancelled can be booked again");
    assert_eq!(send(&visitor, "circle", &start, &form).await.expect(303).location(), anew);
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_that_can_t_be_booked_has_no_form() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "intro", json!({ "place": "+44 20 7946 0018" })).await;
    let visitor = tenant.visitor();
    let taken = tomorrow_at(10, 0);
    let _ = tenant.book(&tenant.visitor(), "intro", &taken, "ana@example.com").await;
    let never =
        ["2020-01-01T10:00:00Z", "2030-01-01T10:00:00Z", "2026-11-24T09:31:00Z", "9999-12-30T10:00:00Z"];
    for start in never.into_iter().chain([taken.as_str()]) {
        let page = visitor.get(&format!("/book/intro/details?start={start}")).await.expect(303);
        assert!(page.location().starts_with(&format!("/{}/book/intro?month=", tenant.slug)), "{start}");
        assert!(visitor.open(&page.location()).await.expect(200).has("This time is not free"), "{start}");
    }
    // Nobody was chosen where somebody has to be.
    let both = [tenant.member(Persona::Coach).await, tenant.member(Persona::Owner).await];
    tenant.open_hours_of(&owner, &both[1]).await;
    super::booking_kit::a_type(&tenant, &owner, "pair", json!({ "coaches": both, "coach_mode": "fixed" }))
        .await;
    let start = tomorrow_at(12, 0);
    let page = visitor.get(&format!("/book/pair/details?start={start}")).await.expect(303);
    assert!(page.location().ends_with("/book/pair"), "{}", page.location());
    let shown = visitor.get("/book/pair?coach=&chosen=1").await.expect(200);
    assert!(shown.has("f-coach-error"), "the field says what is missing: {}", shown.body);
    let _ = visitor.get(&format!("/book/pair/details?start={start}&coach={}", both[0])).await.expect(200);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_missing_is_told_at_once_in_the_order_of_the_form() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let questions = json!([
        { "key": "why", "label": "What brings you here?", "kind": "text", "required": true },
        { "key": "age", "label": "Your age", "kind": "number" },
        { "key": "since", "label": "Running since", "kind": "date" },
        { "key": "agree", "label": "I agree", "kind": "consent", "required": true },
    ]);
    bookable(&tenant, &tenant.owner().await, "call", json!({ "questions": questions })).await;
    let (visitor, start) = (tenant.visitor(), tomorrow_at(10, 0));
    let form = visitor.get(&format!("/book/call/details?start={start}")).await.expect(200);
    assert!(form.has("We call you on this number.") && form.has("(optional)"), "{}", form.body);
    let key = form.field("key").unwrap();
    let bare = [("start", start.as_str()), ("key", &key)];
    let refused = visitor.post_form("/book/call/details", &bare).await.expect(422);
    let summary = refused.body.split("data-error-summary").nth(1).unwrap().split("</div>").next().unwrap();
    let places: Vec<_> = ["Name:", "Email:", "Phone number:", "What brings you here?:", "I agree:"]
        .map(|line| summary.find(line))
        .into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {summary}");
    // The API says it at once as well; a number is not asked for there, but looked at.
    let body = json!({ "type": "call", "start": start, "name": "Sam", "email": "x", "answers": { "phone": "call me" } });
    let refused = visitor.api("POST", "/bookings", Some(&body)).await.expect(422);
    for field in ["#/email", "#/answers/phone", "#/answers/why", "#/answers/agree"] {
        assert!(refused.has(field), "{field}: {}", refused.body);
    }
    let mut whole = typed(&start, &key);
    whole.extend([
        ("answer_why", "A\nrun"),
        ("answer_since", "2024-05-03"),
        ("answer_agree", "on"),
        ("phone", "020 7946 0018"),
    ]);
    let done = visitor.post_form("/book/call/details", &whole).await.expect(303).location();
    let page = visitor.open(&done).await.expect(200);
    assert!(page.has("020 7946 0018") && page.has("We call you on the number you gave."), "{}", page.body);
    assert!(page.has("facts-long"), "an answer of two lines keeps them: {}", page.body);
    tenant.run_jobs().await;
    let coach = tenant.mails_to(&format!("coach@{}.example", tenant.slug)).await;
    for line in ["Phone number: 020 7946 0018", "Running since: Friday 3 May 2024", "I agree: Yes"] {
        assert!(coach[0].text.contains(line), "{line}: {}", coach[0].text);
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cancelled_is_no_longer_coming_up() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    bookable(&tenant, &tenant.owner().await, "intro", json!({})).await;
    let client = tenant.client().await;
    let email = tenant.email(Persona::Client);
    let stays = tenant.book(&client, "intro", &tomorrow_at(10, 0), &email).await;
    let gone = tenant.book(&client, "intro", &tomorrow_at(11, 0), &email).await;
    let _ = client.post_form(&format!("/booking/{}/cancel", gone.token), &[("reason", "")]).await.expect(303);
    let list = client.get("/me/bookings").await.expect(200);
    assert!(list.has(&stays.token) && !list.has(&gone.token), "{}", list.body);
    let past = client.get("/me/bookings?view=past").await.expect(200);
    assert!(!past.has(&stays.token) && past.has(&gone.token), "{}", past.body);
    tenant.run_jobs().await;
    tenant.finish().await;
}
