//! Staff book for clients, find bookings, and say what became of them.

use serde_json::json;
use testkit::{TestApp, TestTenant, tomorrow_at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_book_for_a_client_outside_of_what_is_on_offer() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let kind = tenant.bookable(&owner, "intro").await;
    tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let coach = tenant.coach().await;
    // The only type is chosen by itself; a search finds who is a client already.
    let found = coach.get("/studio/bookings/new?start=2026-11-24T20:00:00Z&q=sam@").await.expect(200);
    let chosen =
        found.links().into_iter().find(|link| link.contains("client=cli_")).expect("a link to choose");
    let form = coach.open(&chosen).await.expect(200);
    assert_eq!(form.field("email").as_deref(), Some("sam@example.com"));
    assert_eq!(form.field("at").as_deref(), Some("2026-11-24T20:00"));
    let key = form.field("key").expect("a one-time key");
    let fields = |at, email| {
        vec![
            ("type", kind.as_str()),
            ("at", at),
            ("name", "Sam Reed"),
            ("email", email),
            ("key", key.as_str()),
        ]
    };
    let bad =
        coach.post_form("/studio/bookings/new", &fields("2026-11-24T20:00", "no address")).await.expect(422);
    assert_eq!(bad.field("email").as_deref(), Some("no address"), "what was typed is kept");
    let taken = fields("2026-11-24T10:00", "sam@example.com");
    let taken = coach.post_form("/studio/bookings/new", &taken).await.expect(409);
    assert!(taken.has("data-error-summary"), "{}", taken.body);
    let good = fields("2026-11-24T20:00", "sam@example.com");
    let to = coach.post_form("/studio/bookings/new", &good).await.expect(303).location();
    let again = coach.post_form("/studio/bookings/new", &good).await.expect(303).location();
    assert_eq!(to, again, "the same form twice is one booking");
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 2);
    assert_eq!(tenant.count("bookings", "starts_at = '2026-11-24T20:00:00Z'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn afterwards_staff_say_what_became_of_it() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let booked = tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let coach = tenant.coach().await;
    let path = format!("/studio/bookings/{}", booked.id);
    let early = coach.post_form(&format!("{path}/complete"), &[]).await.expect(409);
    assert!(early.has("data-error-summary"), "it has not begun: {}", early.body);
    app.clock.advance(2 * 86_400);
    let page = coach.get(&path).await.expect(200);
    assert!(page.has(&format!("{path}/complete")) && page.has(&format!("{path}/no-show")), "{}", page.body);
    let _ = coach.post_form(&format!("{path}/complete"), &[]).await.expect(303);
    let _ = coach.post_form(&format!("{path}/complete"), &[]).await.expect(303);
    assert_eq!(tenant.count("booking_steps", "kind = 'completed'").await, 1);
    let stranger = tenant.visitor().post_form(&format!("{path}/no-show"), &[]).await;
    assert!([303, 401, 403, 404].contains(&stranger.status), "{}", stranger.status);
    let client = tenant.persona(testkit::Persona::Client).await;
    let _ = client.post_form(&format!("{path}/no-show"), &[]).await.expect(404);
    assert_eq!(tenant.count("bookings", "state = 'completed'").await, 1, "nobody else decides");
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_belong_to_whoever_wrote_them() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let booked = tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let coach = tenant.coach().await;
    let path = format!("/studio/bookings/{}", booked.id);
    let empty = coach.post_form(&format!("{path}/notes"), &[("body", " ")]).await.expect(422);
    assert!(empty.has("aria-invalid=\"true\""), "{}", empty.body);
    let _ = coach.post_form(&format!("{path}/notes"), &[("body", "Sleeps <better>.")]).await.expect(303);
    let page = coach.get(&path).await.expect(200);
    assert!(page.has("Sleeps &lt;better&gt;."), "{}", page.body);
    let place = format!("/bookings/{}/notes", booked.id);
    let list = owner.api("GET", &place, None).await.expect(200).json();
    let (note, shared) = (list["items"][0]["id"].as_str().unwrap().to_owned(), &list["items"][0]["shared"]);
    assert_eq!(*shared, false);
    let by_owner = json!({ "body": "Of the owner", "shared": true });
    let other = owner.api("POST", &place, Some(&by_owner)).await.expect(200).json();
    let other = other["id"].as_str().unwrap();
    // One's own: yes. Somebody else's: only who runs the business.
    let text = json!({ "body": "Changed" });
    let _ = coach.api("PUT", &format!("{place}/{note}"), Some(&text)).await.expect(200);
    let _ = coach.api("PUT", &format!("{place}/{other}"), Some(&text)).await.expect(403);
    let _ = coach.api("DELETE", &format!("{place}/{other}"), None).await.expect(403);
    let _ = coach.post_form(&format!("{path}/notes/{other}/delete"), &[]).await.expect(404);
    let long = json!({ "body": "x".repeat(10_001) });
    let _ = coach.api("POST", &place, Some(&long)).await.expect(422);
    let _ = owner
        .post_form(&format!("{path}/notes/{note}"), &[("body", "By the owner"), ("shared", "on")])
        .await
        .expect(303);
    let _ = owner.api("DELETE", &format!("{place}/{note}"), None).await.expect(200);
    let _ = owner.api("DELETE", &format!("{place}/{note}"), None).await.expect(404);
    assert_eq!(tenant.count("booking_notes", "true").await, 1);
    let client = tenant.persona(testkit::Persona::Client).await;
    let _ = client.api("GET", &place, None).await.expect(403);
    app.clock.advance(3_600);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_narrowed_down_and_its_links_keep_how() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let kind = tenant.bookable(&owner, "intro").await;
    let other = tenant.appointment_type(&owner, "other").await;
    let visitor = tenant.visitor();
    let first = tenant.book(&visitor, "intro", &tomorrow_at(9, 0), "sam@example.com").await;
    let second = tenant.book(&visitor, "other", &tomorrow_at(12, 0), "kim@example.com").await;
    let only = owner.get(&format!("/studio/bookings?type={kind}&status=confirmed")).await.expect(200);
    assert!(only.has(&first.id) && !only.has(&second.id), "{}", only.body);
    let kept = only.links().into_iter().filter(|link| link.contains(&format!("type={kind}"))).count();
    assert!(kept >= 4, "tabs and the head that sorts keep the filter: {:?}", only.links());
    let none = owner.get(&format!("/studio/bookings?type={other}&status=cancelled")).await.expect(200);
    assert!(!none.has(&first.id) && !none.has(&second.id));
    let down = owner.get("/studio/bookings?sort=-start").await.expect(200);
    assert!(down.body.find(&second.id) < down.body.find(&first.id), "the latest first");
    let api = owner.api("GET", &format!("/bookings?type={other}"), None).await.expect(200).json();
    let ids: Vec<&str> =
        api["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(ids, [second.id.as_str()]);
    tenant.run_jobs().await;
    tenant.finish().await;
}
