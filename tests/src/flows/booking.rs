//! A visitor books, is told, and calls it off.

use testkit::{Client, TestApp, TestTenant, tomorrow_at};

/// Goes from the public page to the form of the first free time on a day.
async fn form_page(visitor: &Client, kind: &str, start: &str) -> String {
    let place = format!("/book/{kind}/details?start={start}");
    let page = visitor.get(&place).await.expect(200);
    page.field("key").expect("the form has a one-time key")
}

fn fields<'a>(start: &'a str, key: &'a str, email: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("start", start),
        ("name", "Sam Reed"),
        ("email", email),
        ("zone", "America/New_York"),
        ("note", "Hello"),
        ("key", key),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_public_page_to_mail_and_back() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    tenant.bookable(&owner, "intro").await;
    let visitor = tenant.visitor();
    let public = visitor.get("").await.expect(200);
    let book = format!("/{}/book/intro", tenant.slug);
    assert!(
        public.links().iter().any(|link| link.starts_with(&format!("/{}/book", tenant.slug))),
        "{:?}",
        public.links()
    );
    let pick = visitor.open(&format!("{book}?day=2026-11-24&zone=Europe/London")).await.expect(200);
    let start = tomorrow_at(10, 0);
    let link = pick
        .links()
        .into_iter()
        .find(|link| link.contains(&format!("start={start}")))
        .expect("ten o'clock is on offer");
    let form = visitor.open(&link).await.expect(200);
    let key = form.field("key").unwrap();
    assert_eq!(form.field("start").as_deref(), Some(start.as_str()));
    let email = "sam@example.com";
    let done =
        visitor.post_form("/book/intro/details", &fields(&start, &key, email)).await.expect(303).location();
    let page = visitor.open(&done).await.expect(200);
    assert!(page.has("Session intro") && page.has("noindex"), "{}", page.body);
    let calendar = visitor.open(&format!("{done}/calendar.ics")).await.expect(200);
    assert!(calendar.has("BEGIN:VEVENT") && calendar.has("DTSTART:20261124T100000Z"), "{}", calendar.body);

    tenant.run_jobs().await;
    let mails = tenant.mails_to(email).await;
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert_eq!((mails[0].status.as_str(), mails[0].template.as_str()), ("sent", "appointments/confirmed"));
    assert!(
        mails[0].text.contains(&done) && mails[0].text.contains("5:00") | mails[0].text.contains("05:00"),
        "{}",
        mails[0].text
    );
    let file = &mails[0].attachments[0];
    assert!(file["content_type"].as_str().unwrap().starts_with("text/calendar; method=REQUEST"), "{file}");
    assert!(file["text"].as_str().unwrap().contains("DTSTART:20261124T100000Z"));
    let coach = format!("coach@{}.example", tenant.slug);
    assert_eq!(tenant.mails_to(&coach).await.len(), 1);
    let list = tenant.coach().await.get("/studio/bookings").await.expect(200);
    assert!(list.has("Sam Reed"), "{}", list.body);

    cancel(&tenant, &visitor, &done, &start, email).await;
    tenant.finish().await;
}

/// Calls it off by the link: the slot is free again, both sides are told, once.
async fn cancel(tenant: &TestTenant<'_>, visitor: &Client, done: &str, start: &str, email: &str) {
    let offered = format!("\"start\":\"{start}\"");
    let gone = visitor
        .api("GET", "/availability/slots?type=intro&from=2026-11-24&to=2026-11-25", None)
        .await
        .expect(200);
    assert!(!gone.has(&offered), "the slot is still on offer: {}", gone.body);
    let _ = visitor.open(&format!("{done}/cancel")).await.expect(200);
    let back =
        visitor.post_form_to(&format!("{done}/cancel"), &[("reason", "Ill")]).await.expect(303).location();
    assert_eq!(back, done);
    let _ = visitor.post_form_to(&format!("{done}/cancel"), &[("reason", "Ill")]).await;
    let free = visitor
        .api("GET", "/availability/slots?type=intro&from=2026-11-24&to=2026-11-25", None)
        .await
        .expect(200);
    assert!(free.has(&offered), "the slot is not free again");
    tenant.run_jobs().await;
    let mails = tenant.mails_to(email).await;
    assert_eq!(
        mails.iter().map(|mail| mail.template.as_str()).collect::<Vec<_>>(),
        ["appointments/confirmed", "appointments/cancelled"]
    );
    assert!(mails[1].attachments[0]["text"].as_str().unwrap().contains("STATUS:CANCELLED"));
    assert_eq!(tenant.count("calendar_blocks", "true").await, 0);
    tenant.book(visitor, "intro", start, "next@example.com").await;
    tenant.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_form_twice_is_one_booking() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let start = tomorrow_at(9, 30);
    let key = form_page(&visitor, "intro", &start).await;
    let fields = fields(&start, &key, "sam@example.com");
    let tries = (0..10).map(|_| visitor.post_form("/book/intro/details", &fields));
    let answers = futures::future::join_all(tries).await;
    let places: Vec<String> = answers.into_iter().map(|answer| answer.expect(303).location()).collect();
    assert!(places.windows(2).all(|two| two[0] == two[1]), "{places:?}");
    assert_eq!(tenant.count("bookings", "true").await, 1);
    tenant.run_jobs().await;
    assert_eq!(tenant.mails_to("sam@example.com").await.len(), 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_booked_is_said_beside_the_field_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let cases = [
        ("2026-11-20T10:00:00Z", "past"),
        ("2026-11-24T03:00:00Z", "outside of the hours"),
        ("2026-11-24T10:07:00Z", "off the grid"),
        ("2031-01-01T10:00:00Z", "too far ahead"),
    ];
    for (start, why) in cases {
        let answer = tenant.try_book(&visitor, "intro", start, "sam@example.com").await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], "#/start", "{why}: {answer}");
        let page = visitor
            .post_form("/book/intro/details", &fields(start, "a-key", "sam@example.com"))
            .await
            .expect(422);
        assert_eq!(page.field("email").as_deref(), Some("sam@example.com"), "{why}: what was typed is kept");
    }
    let bad = visitor
        .post_form(
            "/book/intro/details",
            &[("start", "2026-11-24T10:00:00Z"), ("name", ""), ("email", "no address"), ("key", "k")],
        )
        .await;
    assert!(bad.status == 422 && bad.field("email").as_deref() == Some("no address"), "{}", bad.body);
    let unknown = tenant
        .try_book(&visitor, "nothing-like-it", &tomorrow_at(10, 0), "sam@example.com")
        .await
        .expect(422);
    assert_eq!(unknown.json()["errors"][0]["pointer"], "#/type");
    assert_eq!(tenant.count("bookings", "true").await + tenant.count("clients", "true").await, 0);
    assert_eq!(tenant.count("events", "true").await + tenant.count("calendar_blocks", "true").await, 0);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_not_one_tells_nothing() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), "sam@example.com").await;
    let _ = visitor.get(&format!("/booking/{}", booked.token)).await.expect(200);
    let mut bent = booked.token.clone();
    let last = if bent.pop() == Some('A') { 'B' } else { 'A' };
    bent.push(last);
    for token in [bent.as_str(), "x", "%00", &"a".repeat(500), &booked.id] {
        let page = visitor.get(&format!("/booking/{token}")).await;
        assert!([400, 404].contains(&page.status), "{token}: {} {}", page.status, page.body);
        let cancel = visitor.post_form(&format!("/booking/{token}/cancel"), &[]).await;
        assert!([400, 404].contains(&cancel.status), "{token}: {}", cancel.status);
    }
    let wrong = serde_json::json!({ "token": bent });
    let _ = visitor.api("POST", &format!("/bookings/{}/cancel", booked.id), Some(&wrong)).await.expect(404);
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 1);
    // When it has begun, it can no longer be called off.
    app.clock.advance(2 * 86_400);
    let right = serde_json::json!({ "token": booked.token });
    let over =
        visitor.api("POST", &format!("/bookings/{}/cancel", booked.id), Some(&right)).await.expect(409);
    assert_eq!(over.code(), "booking_over");
    tenant.run_jobs().await;
    tenant.finish().await;
}
