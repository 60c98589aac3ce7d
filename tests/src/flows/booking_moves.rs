//! Moves: many at once, limits, everybody together, the rule of cancelling, and coaches who left their type.

use futures::future::join_all;
use serde_json::{Value, json};
use testkit::{AppOptions, Client, Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::{
    a_type, act, bookable, change_type, hold, in_their_place, press, read, slots, text, two_coaches,
};

/// The starts to which a booking can be moved on the day after the tests begin.
async fn move_starts(by: &Client, token: &str) -> Vec<String> {
    let range = "from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z";
    let found =
        by.api("GET", &format!("/booking-links/{token}/slots?{range}"), None).await.expect(200).json();
    found["items"].as_array().expect("a list").iter().map(|slot| text(slot, "start")).collect()
}

/// Books with a coach, by the API.
async fn book_with(tenant: &TestTenant<'_>, kind: &str, coach: &str, start: &str, who: &str) -> Value {
    let body = json!({
        "type": kind, "coach": coach, "start": start, "name": who, "email": format!("{who}@example.com"),
    });
    tenant.visitor().api("POST", "/bookings", Some(&body)).await.expect(200).json()
}

/// Eight clients, each of whom changes over to the other coach again and again, all at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_change_coaches_at_once_and_nobody_waits_in_vain() {
    const CLIENTS: u32 = 8;
    let app = TestApp::start_with(AppOptions { pool: 16, ..AppOptions::default() }).await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let both = two_coaches(&tenant, &owner).await;
    a_type(&tenant, &owner, "own", json!({ "coaches": both })).await;
    let mut made = Vec::new();
    for n in 0..CLIENTS {
        let coach = &both[usize::try_from(n % 2).unwrap()];
        let start = tomorrow_at(8 + n, 0);
        made.push(book_with(&tenant, "own", coach, &start, &format!("swap{n}")).await);
    }
    for round in 1..=10 {
        let moves = made.iter().zip(0..).map(|(booked, n): (&Value, u32)| {
            let (tenant, both) = (&tenant, &both);
            async move {
                let coach = &both[usize::try_from((n + round) % 2).unwrap()];
                // Its neighbour's hour: free, or just being left.
                let start = tomorrow_at(8 + (n + round / 2 % 2) % CLIENTS, 30 * (round % 2));
                let to = json!({ "token": text(booked, "token"), "start": start, "coach": coach });
                act(&tenant.visitor(), &text(booked, "id"), "reschedule", to).await
            }
        });
        for answer in join_all(moves).await {
            assert!([200, 409].contains(&answer.status), "{} {}", answer.status, answer.body);
            assert!(answer.status == 200 || answer.code() == "slot_taken", "{}", answer.body);
        }
    }
    assert!(tenant.count("booking_steps", "kind = 'moved'").await >= 40);
    assert_eq!(tenant.count("calendar_blocks", "true").await, i64::from(CLIENTS));
    assert_eq!(in_their_place(&tenant).await, i64::from(CLIENTS));
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_does_not_lift_another_booking_out_of_the_limit() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let both = two_coaches(&tenant, &owner).await;
    let once = json!({ "day": { "count": 1 } });
    a_type(&tenant, &owner, "any", json!({ "coaches": both, "coach_mode": "any", "limits": once })).await;
    a_type(&tenant, &owner, "other", json!({ "coaches": both })).await;
    let ten = tomorrow_at(10, 0);
    let [first, second] = both.each_ref().map(|coach| book_with(&tenant, "any", coach, &ten, "sam"));
    let (first, second) = (first.await, second.await);
    assert_ne!(text(&read(&owner, &text(&first, "id")).await, "coach"), both[1]);
    // At three only the first coach is free, who has one that day already.
    book_with(&tenant, "other", &both[1], &tomorrow_at(15, 0), "kim").await;
    let to = |start: String| json!({ "token": text(&second, "token"), "start": start });
    let refused = act(&visitor, &text(&second, "id"), "reschedule", to(tomorrow_at(15, 0))).await.expect(409);
    assert_eq!(refused.code(), "slot_taken");
    let starts = move_starts(&visitor, &text(&second, "token")).await;
    assert!(starts.contains(&tomorrow_at(14, 0)) && !starts.contains(&tomorrow_at(15, 0)), "{starts:?}");
    // Its own coach has no other.
    let _ = act(&visitor, &text(&second, "id"), "reschedule", to(tomorrow_at(14, 0))).await.expect(200);
    let one_each = "starts_at::date = '2026-11-24' AND type_name = 'Session any' GROUP BY coach_id";
    let sql = format!("SELECT count(*)::text FROM bookings WHERE {} AND {one_each}", tenant.rows());
    assert_eq!(app.sql.column(&sql).await, ["1", "1"]);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_moves_within_a_day_that_has_room_for_one() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let both = two_coaches(&tenant, &owner).await;
    let limits = json!({ "day": { "count": 1 } });
    a_type(&tenant, &owner, "all", json!({ "coaches": both, "coach_mode": "all", "limits": limits })).await;
    let made = tenant.book(&visitor, "all", &tomorrow_at(10, 0), "sam@example.com").await;
    assert!(slots(&visitor, "type=all").await.is_empty(), "the day has its one");
    assert!(move_starts(&visitor, &made.token).await.contains(&tomorrow_at(12, 0)));
    let to = json!({ "token": made.token, "start": tomorrow_at(12, 0) });
    let _ = act(&visitor, &made.id, "reschedule", to).await.expect(200);
    let there = format!("starts_at = '{}'", tomorrow_at(12, 0));
    assert_eq!(tenant.count("calendar_blocks", &there).await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_moves_whoever_s_column_it_was_dragged_from() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let both = two_coaches(&tenant, &owner).await;
    let kind = a_type(&tenant, &owner, "all", json!({ "coaches": both, "coach_mode": "all" })).await;
    let made = tenant.book(&visitor, "all", &tomorrow_at(10, 0), "sam@example.com").await;
    let page = format!("/studio/bookings/{}/move", made.id);
    let main = text(&read(&owner, &made.id).await, "coach");
    let coach = tenant.coach().await;
    let form = owner.get(&page).await.expect(200);
    assert!(!form.has("<select") && form.field("coach").as_deref() == Some(&main), "{}", form.body);
    let together = async |start: String| {
        assert_eq!(tenant.count("calendar_blocks", &format!("starts_at = '{start}'")).await, 2, "{start}");
        assert_eq!(tenant.count("calendar_blocks", "true").await, 2);
        assert_eq!(text(&read(&owner, &made.id).await, "coach"), main);
    };
    // What was booked together stays so, whatever the type says by now.
    for (mode, hour) in [("all", 12), ("any", 14), ("fixed", 16)] {
        change_type(&owner, &kind, json!({ "coach_mode": mode })).await;
        for (n, coach) in (0..).zip(&both) {
            let start = tomorrow_at(hour, 30 * n);
            let drag = [("start", start.as_str()), ("coach", coach), ("reason", "Dragged")];
            let _ = owner.post_form(&page, &drag).await.expect(303);
            together(start).await;
            let start = tomorrow_at(hour - 1, 30 * n);
            let anyway = json!({ "start": start, "coach": coach, "anyway": true });
            let _ = act(&owner, &made.id, "reschedule", anyway).await.expect(200);
            together(start).await;
        }
        // A coach who takes part moves it as well, whoever the first one is.
        let start = tomorrow_at(9, 30);
        let fields = [("start", start.as_str()), ("coach", main.as_str()), ("reason", "Later")];
        let _ = coach.post_form(&page, &fields).await.expect(303);
        together(start).await;
        let to = json!({ "token": made.token, "start": tomorrow_at(9, 0) });
        let _ = act(&visitor, &made.id, "reschedule", to).await.expect(200);
        together(tomorrow_at(9, 0)).await;
    }
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_of_one_coach_stays_one_when_its_type_is_for_everybody() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let both = two_coaches(&tenant, &owner).await;
    let kind = a_type(&tenant, &owner, "own", json!({ "coaches": both })).await;
    a_type(&tenant, &owner, "boss", json!({ "coaches": [both[1]] })).await;
    let made = book_with(&tenant, "own", &both[0], &tomorrow_at(10, 0), "sam").await;
    tenant.book(&visitor, "boss", &tomorrow_at(12, 0), "kim@example.com").await;
    change_type(&owner, &kind, json!({ "coach_mode": "all" })).await;
    let to = json!({ "token": text(&made, "token"), "start": tomorrow_at(12, 0) });
    let _ = act(&visitor, &text(&made, "id"), "reschedule", to).await.expect(200);
    assert_eq!(in_their_place(&tenant).await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

/// Four paid bookings of tomorrow, each of a type with another rule: `[identifier, token]` of each.
async fn paid_by_rule(tenant: &TestTenant<'_>, owner: &Client, visitor: &Client) -> Vec<[String; 2]> {
    tenant.open_hours(owner).await;
    let rules = [
        // Says nothing about moving: as long as cancelling is free.
        ("silent", json!({ "cancel_free_minutes": 2_880, "late_refund_percent": 50 })),
        ("half", json!({ "cancel_free_minutes": 2_880, "late_refund_percent": 50, "move_free_minutes": 60 })),
        ("never", json!({ "cancel_free_minutes": 2_880, "move_free_minutes": 60 })),
        ("early", json!({ "cancel_free_minutes": 60, "move_free_minutes": 60 })),
    ];
    let mut made = Vec::new();
    for (hour, (slug, mut rule)) in (10..).zip(rules) {
        rule["price"] = json!({ "amount": 9_000, "currency": "GBP" });
        a_type(tenant, owner, slug, rule).await;
        let email = format!("{slug}@example.com");
        let (booked, page) = hold(tenant, visitor, slug, &tomorrow_at(hour, 0), &email).await;
        let _ = press(visitor, &page, "pay").await.expect(303);
        made.push(["id", "token"].map(|name| text(&booked, name)));
    }
    tenant.run_jobs().await;
    made
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moving_is_no_way_around_the_rule_of_cancelling() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let made = paid_by_rule(&tenant, &owner, &visitor).await;
    let [silent, half, never, early] = &made[..] else { panic!("four bookings") };
    let pick = visitor.get("/book/silent").await.expect(200);
    assert!(pick.has("You can move it until 48 h before it starts."), "{}", pick.body);
    let moved = async |[id, token]: &[String; 2], start: &str| {
        act(&visitor, id, "reschedule", json!({ "token": token, "start": start })).await
    };
    let late = moved(silent, "2026-12-07T10:00:00Z").await.expect(409);
    assert_eq!(late.code(), "too_late_to_move");
    for (booking, day) in [(half, "08"), (never, "09"), (early, "10")] {
        let _ = moved(booking, &format!("2026-12-{day}T10:00:00Z")).await.expect(200);
    }
    // Nor does a second move, made in time.
    let _ = moved(half, "2026-12-15T10:00:00Z").await.expect(200);
    let page = visitor.get(&format!("/booking/{}/cancel", half[1])).await.expect(200);
    assert!(page.has("50 %") && page.has("£45.00"), "{}", page.body);
    let cancelled =
        async |[id, token]: &[String; 2]| act(&visitor, id, "cancel", json!({ "token": token })).await;
    let refused = cancelled(never).await.expect(409);
    assert_eq!(refused.code(), "too_late_to_cancel");
    assert_eq!(text(&refused.json(), "free_until"), "2026-11-22T12:00:00Z");
    for booking in [half, early] {
        let _ = cancelled(booking).await.expect(200);
    }
    let sql = format!("SELECT amount FROM refunds WHERE {} ORDER BY amount", tenant.rows());
    assert_eq!(app.sql.column(&sql).await, ["4500", "9000"]);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coach_who_left_the_type_keeps_what_was_booked() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    let kind = bookable(&tenant, &owner, "own", json!({})).await;
    let (coach, boss) = (tenant.member(Persona::Coach).await, tenant.member(Persona::Owner).await);
    tenant.open_hours_of(&owner, &boss).await;
    let made = tenant.book(&visitor, "own", &tomorrow_at(10, 0), "sam@example.com").await;
    change_type(&owner, &kind, json!({ "coaches": [boss] })).await;
    let path = format!("/booking/{}/move", made.token);
    let page = visitor.get(&path).await.expect(200);
    assert!(page.has("can’t be moved here any more") && page.has("mailto:"), "{}", page.body);
    assert!(move_starts(&visitor, &made.token).await.is_empty());
    let to = json!({ "token": made.token, "start": tomorrow_at(12, 0) });
    let refused = act(&visitor, &made.id, "reschedule", to).await.expect(422).json();
    assert_eq!(
        (text(&refused["errors"][0], "pointer"), text(&refused["errors"][0], "code")),
        ("#/start".into(), "not_offered".into())
    );
    // Staff keep it with its coach, to whom nobody else is put in front, or give it to one who offers the type.
    let place = format!("/studio/bookings/{}/move", made.id);
    let form = owner.get(&place).await.expect(200);
    assert!(form.has(&format!("<option value=\"{coach}\" selected")) && form.has(&boss), "{}", form.body);
    let noon = tomorrow_at(12, 0);
    let fields = [("start", noon.as_str()), ("coach", coach.as_str()), ("reason", "Lunch")];
    let _ = owner.post_form(&place, &fields).await.expect(303);
    assert_eq!(text(&read(&owner, &made.id).await, "coach"), coach);
    let anyway = |start, more: Value| json!({ "start": start, "coach": more, "anyway": true });
    let _ = act(&owner, &made.id, "reschedule", anyway(tomorrow_at(13, 0), Value::Null)).await.expect(200);
    let admin = tenant.member(Persona::Admin).await;
    let other =
        act(&owner, &made.id, "reschedule", anyway(tomorrow_at(14, 0), json!(admin))).await.expect(422);
    assert_eq!(text(&other.json()["errors"][0], "code"), "coach_not_offering");
    let _ = act(&owner, &made.id, "reschedule", anyway(tomorrow_at(14, 0), json!(boss))).await.expect(200);
    assert_eq!(text(&read(&owner, &made.id).await, "coach"), boss);
    assert!(!move_starts(&visitor, &made.token).await.is_empty(), "it can be moved again");
    change_type(&owner, &kind, json!({ "active": false })).await;
    assert!(visitor.get(&path).await.expect(200).has("can’t be moved here any more"), "the type is off");
    assert_eq!(in_their_place(&tenant).await, 1);
    tenant.run_jobs().await;
    tenant.finish().await;
}
