//! Moving, cancelling by rule, seats, limits, everybody together, and booking for clients.

use serde_json::json;
use testkit::{Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::{a_type, act, bookable, decide, history, hold, press, read, slots, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_keeps_link_payment_and_price() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(
        &tenant,
        &owner,
        "paid",
        json!({ "price": { "amount": 9_000, "currency": "GBP" }, "move_free_minutes": 60 }),
    )
    .await;
    let visitor = tenant.visitor();
    let (made, page) = hold(&tenant, &visitor, "paid", &tomorrow_at(10, 0), "sam@example.com").await;
    let _ = press(&visitor, &page, "pay").await.expect(303);
    tenant.run_jobs().await;
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    let before = read(&owner, &id).await;
    let to = |start: String| json!({ "token": token, "start": start });
    // Over its own time: the half hour it has is not in its way.
    for _ in 0..2 {
        let moved = act(&visitor, &id, "reschedule", to(tomorrow_at(14, 0))).await.expect(200).json();
        assert_eq!((text(&moved, "start"), moved["sequence"].as_i64()), (tomorrow_at(14, 0), Some(1)));
    }
    let after = read(&owner, &id).await;
    for same in ["price", "order", "client", "state", "coach"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let _ = visitor.get(&format!("/booking/{token}")).await.expect(200);
    assert_eq!(history(&owner, &id).await, ["made", "paid", "moved"]);
    assert_eq!(tenant.count("events", "name = 'booking.rescheduled'").await, 1);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 1);
    assert!(slots(&visitor, "type=paid").await.iter().any(|(start, _)| *start == tomorrow_at(10, 0)));
    let outside = act(&visitor, &id, "reschedule", to(tomorrow_at(3, 0))).await.expect(422).json();
    assert_eq!(outside["errors"][0]["pointer"], "#/start");
    let other = hold(&tenant, &visitor, "paid", &tomorrow_at(15, 0), "kim@example.com").await;
    let taken = act(&visitor, &id, "reschedule", to(tomorrow_at(15, 0))).await.expect(409);
    assert!(taken.code() == "slot_taken" && !taken.json()["nearest"].as_array().unwrap().is_empty());
    // Staff move it where nothing is on offer, but never onto another.
    let anyway = |start: String| json!({ "start": start, "anyway": true });
    let _ = act(&owner, &id, "reschedule", anyway(tomorrow_at(3, 0))).await.expect(200);
    assert_eq!(
        act(&owner, &id, "reschedule", anyway(tomorrow_at(15, 0))).await.expect(409).code(),
        "slot_taken"
    );
    assert_eq!(act(&visitor, &text(&other.0, "id"), "reschedule", to(tomorrow_at(9, 0))).await.status, 404);
    app.clock.advance(18 * 3_600 + 1_800);
    let late = act(&visitor, &id, "reschedule", to(tomorrow_at(16, 0))).await.expect(409);
    assert!(late.code() == "too_late_to_move" && late.json()["move_until"].is_string(), "{}", late.body);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_gives_back_what_was_agreed() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, coach, visitor) = (tenant.owner().await, tenant.coach().await, tenant.visitor());
    tenant.open_hours(&owner).await;
    let day = 1_440;
    for (slug, rule) in [
        ("early", json!({ "cancel_free_minutes": 0 })),
        ("half", json!({ "cancel_free_minutes": 2 * day, "late_refund_percent": 50 })),
        ("none", json!({ "cancel_free_minutes": 2 * day, "late_refund_percent": 0 })),
        ("never", json!({ "cancel_free_minutes": 2 * day })),
    ] {
        let mut rule = rule;
        rule["price"] = json!({ "amount": 9_001, "currency": "GBP" });
        a_type(&tenant, &owner, slug, rule).await;
    }
    let mut ids = Vec::new();
    for (n, slug) in ["early", "half", "none", "never"].into_iter().enumerate() {
        let start = tomorrow_at(10 + u32::try_from(n).unwrap(), 0);
        let (made, page) = hold(&tenant, &visitor, slug, &start, &format!("{slug}@example.com")).await;
        let _ = press(&visitor, &page, "pay").await.expect(303);
        ids.push((text(&made, "id"), json!({ "token": text(&made, "token") })));
    }
    tenant.run_jobs().await;
    for (id, right) in &ids[..3] {
        for _ in 0..2 {
            let _ = act(&visitor, id, "cancel", right.clone()).await.expect(200);
        }
    }
    let (never, right) = &ids[3];
    let late = act(&visitor, never, "cancel", right.clone()).await.expect(409);
    assert!(late.code() == "too_late_to_cancel" && late.json()["free_until"].is_string(), "{}", late.body);
    let nameless = act(&coach, never, "cancel", json!({})).await.expect(422).json();
    assert_eq!(nameless["errors"][0]["pointer"], "#/reason");
    let share = json!({ "reason": "Ill", "refund_percent": 10 });
    assert_eq!(act(&coach, never, "cancel", share.clone()).await.status, 403);
    let _ = act(&owner, never, "cancel", share).await.expect(200);
    let sql = format!("SELECT amount FROM refunds WHERE {} ORDER BY amount", tenant.rows());
    assert_eq!(app.sql.column(&sql).await, ["900", "4501", "9001"]);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 0);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_seat_is_taken_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "group", json!({ "seats": 3, "buffer_after_minutes": 10 })).await;
    a_type(&tenant, &owner, "single", json!({})).await;
    let ten = tomorrow_at(10, 0);
    let tries = (0..9).map(|n| {
        let (tenant, visitor, ten) = (&tenant, tenant.visitor(), ten.clone());
        async move { tenant.try_book(&visitor, "group", &ten, &format!("s{n}@example.com")).await }
    });
    let answers = futures::future::join_all(tries).await;
    let seated: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(seated.len(), 3, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert_eq!(tenant.count("calendar_blocks", "kind = 'seats'").await, 1);
    assert_eq!(tenant.count("shared_slots", "taken = 3").await, 1);
    let visitor = tenant.visitor();
    assert_eq!(tenant.try_book(&visitor, "single", &ten, "x@example.com").await.status, 409);
    let left = async || slots(&visitor, "type=group").await.into_iter().find(|(start, _)| *start == ten);
    assert_eq!(left().await, None);
    for (n, answer) in seated.into_iter().enumerate() {
        let made = answer.json();
        let right = json!({ "token": text(&made, "token") });
        let _ = act(&visitor, &text(&made, "id"), "cancel", right).await.expect(200);
        assert_eq!(left().await.unwrap().1, i64::try_from(n + 1).unwrap());
    }
    assert_eq!(tenant.count("calendar_blocks", "true").await + tenant.count("shared_slots", "true").await, 0);
    tenant.book(&visitor, "single", &ten, "x@example.com").await;
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_holds_however_many_try_at_once() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "few", json!({ "limits": { "day": { "count": 2 } } })).await;
    let tries =
        (0..8).map(|n| {
            let (tenant, visitor) = (&tenant, tenant.visitor());
            async move {
                tenant.try_book(&visitor, "few", &tomorrow_at(8 + n, 0), &format!("l{n}@example.com")).await
            }
        });
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 2);
    assert!(slots(&tenant.visitor(), "type=few").await.is_empty());
    let first = answers.iter().find(|answer| answer.status == 200).unwrap().json();
    // Moving within the day is no further booking.
    let to = json!({ "token": text(&first, "token"), "start": tomorrow_at(17, 0) });
    let _ = act(&tenant.visitor(), &text(&first, "id"), "reschedule", to).await.expect(200);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_together_takes_everybody_s_time() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let (coach, boss) = (tenant.member(Persona::Coach).await, tenant.member(Persona::Owner).await);
    tenant.open_hours(&owner).await;
    tenant.open_hours_of(&owner, &boss).await;
    let both = json!([coach, boss]);
    a_type(&tenant, &owner, "all", json!({ "coaches": both, "coach_mode": "all" })).await;
    a_type(&tenant, &owner, "own", json!({ "coaches": [boss] })).await;
    let made = tenant.book(&visitor, "all", &tomorrow_at(10, 0), "sam@example.com").await;
    assert_eq!(tenant.count("calendar_blocks", "kind = 'booking'").await, 2);
    assert_eq!(tenant.count("booking_coaches", "true").await, 1);
    assert_eq!(tenant.try_book(&visitor, "own", &tomorrow_at(10, 0), "kim@example.com").await.status, 409);
    tenant.book(&visitor, "own", &tomorrow_at(11, 0), "kim@example.com").await;
    let to = |start: String| json!({ "token": made.token, "start": start });
    assert_eq!(act(&visitor, &made.id, "reschedule", to(tomorrow_at(11, 0))).await.status, 409);
    let _ = act(&visitor, &made.id, "reschedule", to(tomorrow_at(12, 0))).await.expect(200);
    tenant.book(&visitor, "own", &tomorrow_at(10, 0), "kim@example.com").await;
    let _ = act(&visitor, &made.id, "cancel", json!({ "token": made.token })).await.expect(200);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_book_and_say_how_it_went() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, coach, visitor) = (tenant.owner().await, tenant.coach().await, tenant.visitor());
    bookable(
        &tenant,
        &owner,
        "paid",
        json!({ "price": { "amount": 9_000, "currency": "GBP" }, "notice_minutes": 100_000 }),
    )
    .await;
    let body = |start: String, ask: bool| json!({ "type": "paid", "start": start, "name": "Kim", "email": "kim@example.com", "ask_payment": ask });
    let path = "/bookings/for-client";
    assert_eq!(visitor.api("POST", path, Some(&body(tomorrow_at(3, 0), false))).await.status, 401);
    let made = coach.api("POST", path, Some(&body(tomorrow_at(3, 0), false))).await.expect(200).json();
    assert_eq!((made["state"].as_str(), made["order"].is_null()), (Some("confirmed"), true));
    assert_eq!(
        coach.api("POST", path, Some(&body(tomorrow_at(3, 0), false))).await.expect(409).code(),
        "slot_taken"
    );
    let held = coach.api("POST", path, Some(&body(tomorrow_at(5, 0), true))).await.expect(200).json();
    assert_eq!(held["state"], "held");
    let past =
        coach.api("POST", path, Some(&body("2026-11-20T10:00:00Z".into(), true))).await.expect(422).json();
    assert_eq!(past["errors"][0]["pointer"], "#/start");
    let id = text(&made, "id");
    assert_eq!(decide(&coach, &id, "complete").await.expect(409).code(), "not_begun");
    app.clock.advance(2 * 86_400);
    for _ in 0..2 {
        assert_eq!(decide(&coach, &id, "complete").await.expect(200).json()["state"], "completed");
    }
    assert_eq!(decide(&coach, &id, "no-show").await.expect(409).code(), "booking_over");
    assert_eq!(tenant.count("events", "name = 'booking.completed'").await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_named_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let (tenant, other) = (TestTenant::new(&app).await, TestTenant::new(&app).await);
    let owner = tenant.owner().await;
    let asked = json!([{ "key": "why", "label": "Why?", "kind": "text", "required": true }]);
    bookable(&tenant, &owner, "asks", json!({ "questions": asked })).await;
    other.bookable(&other.owner().await, "theirs").await;
    let visitor = tenant.visitor();
    let good = json!({
        "type": "asks", "start": tomorrow_at(10, 0), "name": "Sam", "email": "sam@example.com",
        "answers": { "why": "Growth" },
    });
    let stranger = other.member(Persona::Coach).await;
    let cases = [
        ("minutes", json!(45), "#/minutes"),
        ("coach", json!(stranger), "#/coach"),
        ("coach", json!("nobody"), "#/coach"),
        ("email", json!("a@b.co\r\nBcc: x@y.zz"), "#/email"),
        ("name", json!("x".repeat(10_000)), "#/name"),
        ("zone", json!("Mars/Base"), "#/zone"),
        ("start", json!("soon"), "#/start"),
        ("answers", json!({}), "#/answers/why"),
        ("answers", json!({ "why": "x", "more": "y" }), "#/answers/more"),
    ];
    for (field, value, pointer) in cases {
        let mut body = good.clone();
        body[field] = value;
        let answer = visitor.api("POST", "/bookings", Some(&body)).await.expect(422).json();
        assert_eq!(answer["errors"][0]["pointer"], pointer, "{field}: {answer}");
    }
    for query in ["minutes=45", "from=2026-11-24&to=2027-09-20", "zone=Mars/Base"] {
        let _ = visitor.api("GET", &format!("/availability/slots?type=asks&{query}"), None).await.expect(422);
    }
    assert_eq!(tenant.count("bookings", "true").await + tenant.count("clients", "true").await, 0);
    let made = visitor.api("POST", "/bookings", Some(&good)).await.expect(200).json();
    assert_eq!(read(&owner, &text(&made, "id")).await["answers"][0]["answer"], "Growth");
    // Another tenant's identifiers name nothing here.
    let stranger = other.owner().await;
    for deed in ["approve", "complete", "no-show"] {
        assert_eq!(decide(&stranger, &text(&made, "id"), deed).await.status, 404, "{deed}");
    }
    let anyway = json!({ "start": tomorrow_at(12, 0), "anyway": true, "reason": "x" });
    for (deed, body) in [("reschedule", anyway), ("cancel", json!({ "reason": "x" })), ("decline", json!({}))]
    {
        assert_eq!(act(&stranger, &text(&made, "id"), deed, body).await.status, 404, "{deed}");
    }
    tenant.run_jobs().await;
    tenant.finish().await;
    other.finish().await;
}
