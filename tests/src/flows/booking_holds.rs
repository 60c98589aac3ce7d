//! What is to be paid keeps its slot for a while, and late money is never lost.

use std::time::Duration;

use serde_json::json;
use testkit::{Persona, TestApp, TestTenant, tomorrow_at};

use super::booking_kit::{a_type, act, bookable, decide, history, hold, press, read, slots, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paid_in_time_it_is_certain() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let visitor = tenant.visitor();
    let (made, page) = hold(&tenant, &visitor, "paid", &tomorrow_at(10, 0), "sam@example.com").await;
    let id = text(&made, "id");
    assert!(!slots(&visitor, "type=paid").await.iter().any(|(start, _)| *start == tomorrow_at(10, 0)));
    for _ in 0..2 {
        let _ = press(&visitor, &page, "pay").await.expect(303);
    }
    tenant.run_jobs().await;
    assert_eq!(read(&owner, &id).await["state"], "confirmed");
    // The end of the hold finds it paid.
    app.clock.advance(20 * 60);
    tenant.run_jobs().await;
    assert_eq!(history(&owner, &id).await, ["made", "paid"]);
    assert_eq!(tenant.count("events", "name = 'booking.confirmed'").await, 1);
    assert_eq!(tenant.count("orders", "status = 'paid'").await, 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_over_frees_its_slot_by_a_job_or_for_whoever_looks() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let visitor = tenant.visitor();
    let (ten, eleven) = (tomorrow_at(10, 0), tomorrow_at(11, 0));
    let (one, _) = hold(&tenant, &visitor, "paid", &ten, "one@example.com").await;
    app.clock.advance(14 * 60);
    assert_eq!(
        tenant.try_book(&visitor, "paid", &ten, "two@example.com").await.expect(409).code(),
        "slot_taken"
    );
    app.clock.advance(2 * 60);
    // No job has run: whoever looks or books frees it.
    assert!(slots(&visitor, "type=paid").await.iter().any(|(start, _)| *start == ten));
    assert_eq!(read(&owner, &text(&one, "id")).await["state"], "expired");
    hold(&tenant, &visitor, "paid", &ten, "two@example.com").await;
    app.clock.advance(16 * 60);
    hold(&tenant, &visitor, "paid", &ten, "three@example.com").await;
    hold(&tenant, &visitor, "paid", &eleven, "three@example.com").await;
    app.clock.advance(16 * 60);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("bookings", "state = 'expired'").await, 4);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 0);
    assert_eq!(tenant.count("orders", "status = 'expired'").await, 4);
    assert_eq!(tenant.count("events", "name = 'booking.expired'").await, 4);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_money_takes_the_slot_again_or_goes_back() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let visitor = tenant.visitor();
    let (ten, noon) = (tomorrow_at(10, 0), tomorrow_at(12, 0));
    let (free, free_page) = hold(&tenant, &visitor, "paid", &ten, "free@example.com").await;
    let (gone, gone_page) = hold(&tenant, &visitor, "paid", &noon, "gone@example.com").await;
    app.clock.advance(16 * 60);
    tenant.run_jobs().await;
    let (other, other_page) = hold(&tenant, &visitor, "paid", &noon, "other@example.com").await;
    let _ = press(&visitor, &other_page, "pay").await.expect(303);
    let _ = press(&visitor, &free_page, "pay").await;
    let _ = press(&visitor, &gone_page, "pay").await;
    tenant.run_jobs().await;
    for (booking, state) in [(&free, "confirmed"), (&gone, "cancelled"), (&other, "confirmed")] {
        assert_eq!(read(&owner, &text(booking, "id")).await["state"], state, "{booking}");
    }
    assert_eq!(history(&owner, &text(&free, "id")).await, ["made", "expired", "paid"]);
    assert_eq!(history(&owner, &text(&gone, "id")).await, ["made", "expired", "paid_too_late"]);
    assert_eq!(tenant.count("refunds", "amount = 9000").await, 1);
    assert_eq!(tenant.count("payments", "true").await, 3);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 2);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_money_passes_no_limit_and_no_closed_time() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    bookable(
        &tenant,
        &owner,
        "few",
        json!({ "price": { "amount": 9_000, "currency": "GBP" }, "limits": { "day": { "count": 1 } } }),
    )
    .await;
    // Thirty hours ahead it can be booked, a quarter of an hour later no more.
    for (slug, notice) in [("closed", 0), ("ended", 0), ("soon", 30 * 60 - 10)] {
        a_type(
            &tenant,
            &owner,
            slug,
            json!({ "price": { "amount": 9_000, "currency": "GBP" }, "notice_minutes": notice }),
        )
        .await;
    }
    let mut holds = Vec::new();
    for (slug, hour) in [("few", 10), ("closed", 12), ("ended", 13), ("soon", 14)] {
        let email = format!("{slug}@example.com");
        holds.push((slug, hold(&tenant, &visitor, slug, &tomorrow_at(hour, 0), &email).await));
    }
    app.clock.advance(16 * 60);
    tenant.run_jobs().await;
    // Meanwhile somebody else has the one appointment of the day, a time is closed, and a type is no longer offered.
    let (other, page) = hold(&tenant, &visitor, "few", &tomorrow_at(16, 0), "other@example.com").await;
    let _ = press(&visitor, &page, "pay").await.expect(303);
    let closed = json!({ "start": tomorrow_at(12, 0), "end": tomorrow_at(12, 30), "reason": "Away" });
    let _ = owner.api("POST", "/availability/blackouts", Some(&closed)).await.expect(200);
    let types = owner.api("GET", "/appointment-types", None).await.expect(200).json();
    let ended =
        types["items"].as_array().expect("a list").iter().find(|one| one["slug"] == "ended").expect("it");
    let change = format!("/appointment-types/{}", text(ended, "id"));
    let _ = owner.api("PATCH", &change, Some(&json!({ "active": false }))).await.expect(200);
    for (_, (_, page)) in &holds {
        let _ = press(&visitor, page, "pay").await;
    }
    tenant.run_jobs().await;
    for (slug, (booking, _)) in &holds {
        let state = if *slug == "soon" { "confirmed" } else { "cancelled" };
        assert_eq!(read(&owner, &text(booking, "id")).await["state"], state, "{slug}");
        let told = tenant.mails_to(&format!("{slug}@example.com")).await;
        let is_late = told.iter().any(|mail| mail.template == "appointments/late");
        assert_eq!(is_late, *slug != "soon", "{slug}: {told:#?}");
    }
    assert_eq!(read(&owner, &text(&other, "id")).await["state"], "confirmed");
    assert_eq!(tenant.count("refunds", "amount = 9000").await, 3);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 2);
    let coach = tenant.mails_to(&tenant.email(Persona::Coach)).await;
    assert_eq!(coach.iter().filter(|mail| mail.template == "appointments/late_coach").count(), 3);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_money_pays_a_time_that_staff_chose_if_nobody_has_it() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let mut pages = Vec::new();
    for hour in [19, 20] {
        let body = json!({
            "type": "paid", "start": tomorrow_at(hour, 0), "name": "Sam", "email": "sam@example.com", "ask_payment": true,
        });
        let made = owner.api("POST", "/bookings/for-client", Some(&body)).await.expect(200).json();
        pages.push((made, hour));
    }
    app.clock.advance(86_400 - 600);
    let mut late = Vec::new();
    for (made, hour) in pages {
        let token = format!(
            "SELECT token FROM bookings WHERE starts_at = '{}' AND {}",
            tomorrow_at(hour, 0),
            tenant.rows()
        );
        let path = format!("/booking-links/{}/pay", app.sql.one(&token).await);
        let page = visitor.api("POST", &path, None).await.expect(200).json();
        late.push((text(&made, "id"), text(&page, "url"), hour));
    }
    app.clock.advance(900);
    tenant.run_jobs().await;
    let body =
        json!({ "type": "paid", "start": tomorrow_at(20, 0), "name": "Kim", "email": "kim@example.com" });
    let _ = owner.api("POST", "/bookings/for-client", Some(&body)).await.expect(200);
    for (id, page, hour) in late {
        assert_eq!(read(&owner, &id).await["state"], "expired");
        let _ = press(&visitor, &page, "pay").await;
        tenant.run_jobs().await;
        let state = if hour == 19 { "confirmed" } else { "cancelled" };
        assert_eq!(read(&owner, &id).await["state"], state, "at {hour}");
    }
    tenant.finish().await;
}

/// Two holds of a slot with several seats each, the first at ten and the second at eleven, both over.
async fn shared_and_over(app: &TestApp, tenant: &TestTenant<'_>) {
    bookable(
        tenant,
        &tenant.owner().await,
        "group",
        json!({ "price": { "amount": 9_000, "currency": "GBP" }, "seats": 3 }),
    )
    .await;
    for hour in [10, 11] {
        hold(tenant, &tenant.visitor(), "group", &tomorrow_at(hour, 0), "sam@example.com").await;
        app.clock.advance(1);
    }
    app.clock.advance(16 * 60);
}

async fn seats_at(tenant: &TestTenant<'_>, hour: u32) -> i64 {
    let found = slots(&tenant.visitor(), "type=group").await;
    found.iter().find(|(start, _)| *start == tomorrow_at(hour, 0)).map_or(0, |(_, seats)| *seats)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_cannot_be_freed_keeps_nobody_from_looking_and_stands_in_no_others_way() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    shared_and_over(&app, &tenant).await;
    let ten = format!("starts_at = '{}' AND {}", tomorrow_at(10, 0), tenant.rows());
    // As no code leaves it: nobody is said to sit there, so nobody can leave.
    app.sql.run(&format!("UPDATE shared_slots SET taken = 0 WHERE {ten}")).await;
    assert_eq!(seats_at(&tenant, 11).await, 3);
    assert_eq!(tenant.count("bookings", "state = 'held'").await, 1);
    assert_eq!(tenant.count("orders", "status = 'expired'").await, 1);
    hold(&tenant, &tenant.visitor(), "group", &tomorrow_at(11, 0), "kim@example.com").await;
    app.sql.run(&format!("UPDATE shared_slots SET taken = 1 WHERE {ten}")).await;
    assert_eq!(seats_at(&tenant, 10).await, 3);
    tenant.run_jobs().await;
    assert_eq!(tenant.count("bookings", "state = 'expired'").await, 2);
    tenant.finish().await;
}

/// Somebody who moves from a slot to another locks both. Whoever frees what is over holds at most one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_frees_holds_and_who_moves_do_not_wait_for_each_other_in_a_circle() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    shared_and_over(&app, &tenant).await;
    let mover = app.database.sql().await;
    let pid = mover.one("SELECT pg_backend_pid()").await;
    let slot = |hour| {
        format!(
            "UPDATE shared_slots SET seats = 3 WHERE starts_at = '{}' AND {}",
            tomorrow_at(hour, 0),
            tenant.rows()
        )
    };
    mover.run(&format!("BEGIN; {}", slot(11))).await;
    let moves = async {
        let waiting =
            format!("SELECT count(*) FROM pg_stat_activity WHERE {pid} = ANY (pg_blocking_pids(pid))");
        while app.sql.count(&waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        mover.run(&slot(10)).await;
        mover.run("ROLLBACK").await;
    };
    let (seats, ()) = futures::join!(seats_at(&tenant, 11), moves);
    assert_eq!(seats, 3);
    assert_eq!(tenant.count("bookings", "state = 'expired'").await, 2);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_holds_three_slots_at_most_however_fast() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let tries = (0..8).map(|n| {
        let (tenant, visitor) = (&tenant, tenant.visitor());
        async move { tenant.try_book(&visitor, "paid", &tomorrow_at(8 + n, 0), "Sam@Example.com").await }
    });
    let answers = futures::future::join_all(tries).await;
    let refused: Vec<String> =
        answers.iter().filter(|answer| answer.status == 409).map(|answer| answer.code()).collect();
    assert_eq!(refused, ["too_many_holds"; 5]);
    assert_eq!(tenant.count("bookings", "state = 'held'").await, 3);
    assert_eq!(tenant.count("calendar_blocks", "true").await, 3);
    assert_eq!(tenant.count("orders", "true").await, 3);
    tenant.run_jobs().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_approved_declined_or_runs_out() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, visitor) = (tenant.owner().await, tenant.visitor());
    bookable(
        &tenant,
        &owner,
        "asked",
        json!({ "needs_approval": true, "price": { "amount": 9_000, "currency": "GBP" } }),
    )
    .await;
    a_type(&tenant, &owner, "free", json!({ "needs_approval": true })).await;
    let paid = tenant.book(&visitor, "asked", &tomorrow_at(9, 0), "one@example.com").await;
    let free = tenant.book(&visitor, "free", &tomorrow_at(10, 0), "two@example.com").await;
    let no = tenant.book(&visitor, "free", &tomorrow_at(11, 0), "three@example.com").await;
    let late = tenant.book(&visitor, "free", &tomorrow_at(12, 0), "four@example.com").await;
    assert_eq!(tenant.try_book(&visitor, "free", &tomorrow_at(11, 0), "x@example.com").await.status, 409);
    assert_eq!(decide(&visitor, &free.id, "approve").await.status, 401);
    for _ in 0..2 {
        assert_eq!(decide(&owner, &paid.id, "approve").await.expect(200).json()["state"], "held");
        assert_eq!(decide(&owner, &free.id, "approve").await.expect(200).json()["state"], "confirmed");
        assert_eq!(
            act(&owner, &no.id, "decline", json!({ "reason": "Away" })).await.expect(200).json()["state"],
            "declined"
        );
    }
    assert_eq!(decide(&owner, &no.id, "approve").await.expect(409).code(), "booking_over");
    assert_eq!(tenant.count("orders", "true").await, 1);
    assert_eq!(tenant.count("events", "name = 'booking.held'").await, 1);
    assert_eq!(tenant.count("events", "name = 'booking.declined'").await, 1);
    tenant.book(&visitor, "free", &tomorrow_at(11, 0), "five@example.com").await;
    app.clock.advance(2 * 86_400);
    tenant.run_jobs().await;
    assert_eq!(read(&owner, &late.id).await["state"], "expired");
    assert_eq!(read(&owner, &paid.id).await["state"], "expired");
    assert_eq!(history(&owner, &paid.id).await, ["made", "approved", "expired"]);
    tenant.finish().await;
}
