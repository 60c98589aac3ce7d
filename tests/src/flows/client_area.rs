//! What is one's own: bookings made before there was an account, private calendars, the video room, old links.

use serde_json::json;
use testkit::{Persona, TestApp, TestTenant, tomorrow_at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_made_later_with_the_same_proved_address_shows_earlier_bookings() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let email = tenant.email(Persona::Client);
    let booked = tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), &email.to_uppercase()).await;
    let _ = tenant.book(&tenant.visitor(), "intro", &tomorrow_at(11, 0), "other@example.com").await;
    let client = tenant.client().await;
    let list = client.get("/me/bookings").await.expect(200);
    assert!(list.links().iter().any(|link| link.ends_with(&booked.token)), "{}", list.body);
    let month = client.get("/me/bookings/calendar?month=2026-11").await.expect(200);
    assert!(month.has("#day-2026-11-24") && month.has("id=\"day-2026-11-24\""), "{}", month.body);
    let own = client.api("GET", "/me/bookings", None).await.expect(200).json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "{own}");
    assert_eq!(own["items"][0]["id"], booked.id);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_calendar_can_be_read_renewed_and_taken_away() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let (client, visitor) = (tenant.client().await, tenant.visitor());
    let _ = tenant.book(&client, "intro", &tomorrow_at(10, 0), &tenant.email(Persona::Client)).await;
    let _ = tenant.book(&visitor, "intro", &tomorrow_at(11, 0), "other@example.com").await;
    let _ = client.post_form("/me/bookings/feed", &[("do", "new")]).await.expect(303);
    let first = client.api("GET", "/me/calendar-address", None).await.expect(200).json();
    let first = first["url"].as_str().unwrap().to_owned();
    assert!(client.get("/me/bookings/feed").await.expect(200).has("Take the address away"));
    let place = format!("/{}/calendar/{}", tenant.slug, first.rsplit('/').next().unwrap());
    let file = visitor.open(&place).await.expect(200);
    assert_eq!(file.body.matches("BEGIN:VEVENT\r\n").count(), 1, "{}", file.body);
    assert!(file.has("METHOD:PUBLISH\r\n") && !file.has("other@example.com"), "{}", file.body);
    assert_eq!(file.header("cache-control"), Some("private, max-age=300"));
    let tag = file.header("etag").unwrap().to_owned();
    let request = visitor.bare(reqwest::Method::GET, &place).header("if-none-match", tag);
    let _ = visitor.send(request).await.expect(304);
    // The coach's has both, and says who comes.
    let coach = tenant.coach().await;
    let _ = coach.post_form("/studio/availability/feed", &[("do", "new")]).await.expect(303);
    let theirs = coach.api("GET", "/me/calendar-address?of=coach", None).await.expect(200).json();
    let theirs = theirs["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let both = visitor.get(&format!("/calendar/{theirs}")).await.expect(200);
    assert_eq!(both.body.matches("BEGIN:VEVENT\r\n").count(), 2, "{}", both.body);
    let _ = client.post_form("/me/bookings/feed", &[("do", "new")]).await.expect(303);
    let _ = visitor.open(&place).await.expect(404);
    let _ = client.api("DELETE", "/me/calendar-address", None).await.expect(200);
    assert_eq!(tenant.count("calendar_feeds", "client_id IS NOT NULL").await, 0);
    for token in ["x.ics", "x", "%00.ics"] {
        let answer = visitor.get(&format!("/calendar/{token}")).await;
        assert!([400, 404].contains(&answer.status), "{token}: {}", answer.status);
    }
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_video_room_opens_in_time_and_only_there_a_frame_is_allowed() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.open_hours(&owner).await;
    let coach = tenant.member(Persona::Coach).await;
    let body =
        json!({ "slug": "call", "name": "Call", "minutes": 30, "place_kind": "room", "coaches": [coach] });
    let _ = owner.api("POST", "/appointment-types", Some(&body)).await.expect(200);
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "call", &tomorrow_at(10, 0), "sam@example.com").await;
    let room = format!("/booking/{}/room", booked.token);
    let early = visitor.get(&room).await.expect(200);
    assert!(early.has("not open yet") && !early.has("<iframe"), "{}", early.body);
    assert!(!early.header("content-security-policy").unwrap().contains("frame-src"));
    // The tests begin on the morning of 23 November; the room opens a quarter of an hour before ten on the next day.
    let wait = app
        .sql
        .one(&format!(
            "SELECT extract(epoch FROM '{}'::timestamptz - '{}'::timestamptz)::bigint",
            booked.start,
            app.now()
        ))
        .await;
    app.clock.advance(wait.parse::<i64>().unwrap() - 600);
    let open = visitor.get(&room).await.expect(200);
    assert!(open.has("<iframe") && open.has("https://meet.jit.si/"), "{}", open.body);
    assert!(open.header("content-security-policy").unwrap().contains("frame-src https://meet.jit.si"));
    assert!(open.header("permissions-policy").unwrap().contains("camera=(self \"https://meet.jit.si\")"));
    let page = visitor.get(&format!("/booking/{}", booked.token)).await.expect(200);
    assert!(page.links().iter().any(|link| link.ends_with("/room")), "{}", page.body);
    assert!(page.header("permissions-policy").unwrap().contains("camera=()"));
    app.clock.advance(3_600);
    assert!(visitor.get(&room).await.expect(200).has("The room is closed"));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_booking_links_lead_to_the_booking_page() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let visitor = app.visitor();
    let old = visitor.open(&format!("/book/{}?type=intro&x=1", tenant.slug)).await.expect(308);
    assert_eq!(old.location(), format!("/{}/book?type=intro&x=1", tenant.slug));
    let _ = visitor.open("/book/nobody-here").await.expect(404);
    let _ = visitor.open("/book/book").await.expect(404);
    tenant.finish().await;
}
