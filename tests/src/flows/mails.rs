//! What is told by mail of each step of a booking: to whom, once, and with which calendar file.

use embedded::Smtp;
use serde_json::json;
use testkit::{AppOptions, Persona, TestApp, TestMail, TestTenant, tomorrow_at};

use super::booking_kit::{act, bookable, decide, hold, press, text};

const CLIENT: &str = "sam@example.com";

/// The templates of the appointment mails to a reader, in order.
async fn told(tenant: &TestTenant<'_>, reader: &str) -> Vec<String> {
    let mails = tenant.mails_to(reader).await.into_iter();
    mails.filter_map(|mail| mail.template.strip_prefix("appointments/").map(str::to_owned)).collect()
}

/// The last appointment mail of this name.
async fn last(tenant: &TestTenant<'_>, reader: &str, template: &str) -> TestMail {
    let template = format!("appointments/{template}");
    let mails = tenant.mails_to(reader).await;
    let found = mails.iter().rev().find(|mail| mail.template == template);
    found.unwrap_or_else(|| panic!("{template} to {reader} in {mails:#?}")).clone()
}

/// A property of the calendar file of a mail.
fn of_file(mail: &TestMail, name: &str) -> String {
    let file = mail.attachments[0]["text"].as_str().unwrap().replace("\r\n ", "");
    let line = file.lines().find(|line| line.starts_with(&format!("{name}:"))).expect("the property");
    line.split_once(':').unwrap().1.to_owned()
}

fn coach(tenant: &TestTenant<'_>) -> String {
    format!("coach@{}.example", tenant.slug)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_tells_both_the_old_and_the_new_time_and_moves_reminders_and_calendars() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "intro", json!({ "reminder_minutes": [60] })).await;
    let visitor = tenant.visitor();
    let booked = tenant.book(&visitor, "intro", &tomorrow_at(10, 0), CLIENT).await;
    tenant.run_jobs().await;
    let first = last(&tenant, CLIENT, "confirmed").await;
    let to = json!({ "token": booked.token, "start": tomorrow_at(14, 0), "reason": "A train" });
    let _ = act(&visitor, &booked.id, "reschedule", to).await.expect(200);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await, ["confirmed", "rescheduled"]);
    assert_eq!(told(&tenant, &coach(&tenant)).await, ["confirmed_coach", "rescheduled_coach"]);
    for (reader, template) in [(CLIENT, "rescheduled"), (&coach(&tenant), "rescheduled_coach")] {
        let mail = last(&tenant, reader, template).await;
        for words in ["10:00", "14:00", "A train"] {
            assert!(mail.text.contains(words), "{words} in {}", mail.text);
        }
        assert_eq!(of_file(&mail, "METHOD"), "REQUEST");
        assert_eq!(of_file(&mail, "DTSTART"), "20261124T140000Z");
        assert_eq!(
            (of_file(&mail, "SEQUENCE").as_str(), of_file(&mail, "STATUS").as_str()),
            ("1", "CONFIRMED")
        );
        assert_eq!(of_file(&mail, "UID"), of_file(&first, "UID"));
    }
    // An hour before the old time nobody is reminded, an hour before the new one once.
    app.clock.advance((24 + 1) * 3_600);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await.len(), 2);
    app.clock.advance(4 * 3_600);
    tenant.run_jobs().await;
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await, ["confirmed", "rescheduled", "reminder"]);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_to_another_coach_takes_it_off_the_first_ones_calendar() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let (one, two) = (tenant.member(Persona::Coach).await, tenant.member(Persona::Admin).await);
    bookable(&tenant, &owner, "intro", json!({ "coaches": [one, two] })).await;
    tenant.open_hours_of(&owner, &two).await;
    let body = json!({
        "type": "intro", "start": tomorrow_at(10, 0), "coach": one, "name": "Sam Reed", "email": CLIENT,
    });
    let booked = tenant.visitor().api("POST", "/bookings", Some(&body)).await.expect(200).json();
    tenant.run_jobs().await;
    let to = json!({ "start": tomorrow_at(10, 0), "coach": two, "reason": "Ill" });
    let _ = act(&owner, &text(&booked, "id"), "reschedule", to).await.expect(200);
    tenant.run_jobs().await;
    let away = last(&tenant, &coach(&tenant), "rescheduled_coach").await;
    assert_eq!(
        (of_file(&away, "METHOD").as_str(), of_file(&away, "STATUS").as_str()),
        ("CANCEL", "CANCELLED")
    );
    let admin = format!("admin@{}.example", tenant.slug);
    let here = last(&tenant, &admin, "rescheduled_coach").await;
    assert_eq!(
        (of_file(&here, "METHOD").as_str(), of_file(&here, "STATUS").as_str()),
        ("REQUEST", "CONFIRMED")
    );
    assert_eq!(of_file(&away, "UID"), of_file(&here, "UID"));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_acknowledged_decided_and_paid_by_mail() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(
        &tenant,
        &owner,
        "asked",
        json!({ "needs_approval": true, "price": { "amount": 9_000, "currency": "GBP" } }),
    )
    .await;
    let visitor = tenant.visitor();
    let mut ids = Vec::new();
    for hour in [10, 11, 12] {
        let booked = tenant.book(&visitor, "asked", &tomorrow_at(hour, 0), CLIENT).await;
        ids.push(booked.id);
    }
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await, ["requested"; 3]);
    assert_eq!(told(&tenant, &coach(&tenant)).await, ["requested_coach"; 3]);
    assert!(
        last(&tenant, CLIENT, "requested").await.attachments.is_empty(),
        "no calendar is told of a request"
    );
    for _ in 0..2 {
        let _ = act(&owner, &ids[0], "decline", json!({ "reason": "Away that week" })).await.expect(200);
        let _ = decide(&owner, &ids[1], "approve").await.expect(200);
        tenant.run_jobs().await;
    }
    assert!(last(&tenant, CLIENT, "declined").await.text.contains("Away that week"));
    let held = last(&tenant, CLIENT, "held").await;
    assert!(held.text.contains("£90.00") && held.text.contains("/booking/"), "{}", held.text);
    assert!(held.attachments.is_empty());
    assert_eq!(told(&tenant, CLIENT).await[3..], ["declined", "held"]);
    // Nobody pays the one, and nobody decides the other.
    app.clock.advance(2 * 86_400);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await[5..], ["expired", "expired"]);
    assert_eq!(told(&tenant, &coach(&tenant)).await.len(), 3);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_booked_by_staff_and_asked_to_pay_gets_the_link() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let (owner, staff, visitor) = (tenant.owner().await, tenant.coach().await, tenant.visitor());
    bookable(&tenant, &owner, "paid", json!({ "price": { "amount": 9_000, "currency": "GBP" } })).await;
    let mut made = Vec::new();
    for hour in [10, 11] {
        let body = json!({
            "type": "paid", "start": tomorrow_at(hour, 0), "name": "Sam Reed", "email": CLIENT, "ask_payment": true,
        });
        made.push(staff.api("POST", "/bookings/for-client", Some(&body)).await.expect(200).json());
        tenant.run_jobs().await;
    }
    assert_eq!(told(&tenant, CLIENT).await, ["held", "held"]);
    let (one, other) = (&made[0], &made[1]);
    let held = tenant.mails_to(CLIENT).await;
    let held = held.iter().find(|mail| mail.text.contains("10:00")).expect("the first one's");
    for words in ["£90.00", "was booked for you"] {
        assert!(held.text.contains(words), "{words} in {}", held.text);
    }
    // The link leads to the payment, and the history says who booked.
    let (_, link) = held.text.split_once("/booking/").expect("the link");
    let token = link.split_whitespace().next().expect("the token");
    let pay = format!("/booking-links/{token}/pay");
    let page = visitor.api("POST", &pay, None).await.expect(200).json();
    let _ = press(&visitor, &text(&page, "url"), "pay").await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await[2..], ["confirmed"]);
    let history = format!("/bookings/{}/history", text(one, "id"));
    let first = || async { owner.api("GET", &history, None).await.expect(200).json()["steps"][0].clone() };
    let step = first().await;
    assert_eq!((&step["kind"], &step["by"], &step["to"]), (&json!("made"), &json!("staff"), &json!("held")));
    assert!(!text(&step, "by_name").is_empty() && text(&step, "by_name") != "Sam Reed", "{step}");
    // One from before this was written down still has a beginning.
    app.sql.run(&format!("DELETE FROM booking_steps WHERE kind = 'made' AND {}", tenant.rows())).await;
    let step = first().await;
    assert_eq!((&step["kind"], &step["to"]), (&json!("made"), &json!("held")));
    // Nobody pays the other.
    app.clock.advance(86_400 + 60);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await[3..], ["reminder", "expired"]);
    assert_eq!(
        owner.api("GET", &format!("/bookings/{}", text(other, "id")), None).await.json()["state"],
        "expired"
    );
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_without_paying_is_told_once_that_the_time_is_no_longer_kept() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    bookable(
        &tenant,
        &tenant.owner().await,
        "paid",
        json!({ "price": { "amount": 9_000, "currency": "GBP" } }),
    )
    .await;
    let visitor = tenant.visitor();
    let (gone, _) = hold(&tenant, &visitor, "paid", &tomorrow_at(10, 0), CLIENT).await;
    let (off, _) = hold(&tenant, &visitor, "paid", &tomorrow_at(11, 0), "kim@example.com").await;
    assert_eq!(tenant.count("order_steps", "kind = 'payment_started'").await, 0, "nobody tried again");
    let right = json!({ "token": text(&off, "token") });
    let _ = act(&visitor, &text(&off, "id"), "cancel", right).await.expect(200);
    app.clock.advance(16 * 60);
    for _ in 0..2 {
        tenant.run_jobs().await;
    }
    assert_eq!(told(&tenant, CLIENT).await, ["expired"]);
    let mail = last(&tenant, CLIENT, "expired").await;
    assert!(
        mail.text.contains("not paid in time") && !mail.text.contains(&text(&gone, "token")),
        "{}",
        mail.text
    );
    assert_eq!(told(&tenant, "kim@example.com").await, ["cancelled"]);
    assert_eq!(told(&tenant, &coach(&tenant)).await, [""; 0], "no coach knew of it");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancellation_says_what_goes_back() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    let rule = json!({ "price": { "amount": 9_000, "currency": "GBP" }, "cancel_free_minutes": 2_880, "late_refund_percent": 50 });
    bookable(&tenant, &owner, "paid", rule).await;
    let visitor = tenant.visitor();
    let (made, page) = hold(&tenant, &visitor, "paid", &tomorrow_at(10, 0), CLIENT).await;
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await, [""; 0], "who is about to pay needs no mail of it");
    let _ = press(&visitor, &page, "pay").await.expect(303);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await, ["confirmed"]);
    let _ = act(&visitor, &text(&made, "id"), "cancel", json!({ "token": text(&made, "token") }))
        .await
        .expect(200);
    tenant.run_jobs().await;
    for (reader, template) in [(CLIENT, "cancelled"), (&coach(&tenant), "cancelled_coach")] {
        let mail = last(&tenant, reader, template).await;
        assert!(mail.text.contains("£45.00"), "{}", mail.text);
        assert_eq!((of_file(&mail, "METHOD").as_str(), of_file(&mail, "SEQUENCE").as_str()), ("CANCEL", "1"));
    }
    // One that was only held: the coach never knew of it, and no calendar has it.
    let (made, _) = hold(&tenant, &visitor, "paid", &tomorrow_at(12, 0), "kim@example.com").await;
    let _ = act(&visitor, &text(&made, "id"), "cancel", json!({ "token": text(&made, "token") }))
        .await
        .expect(200);
    tenant.run_jobs().await;
    assert!(last(&tenant, "kim@example.com", "cancelled").await.attachments.is_empty());
    assert_eq!(told(&tenant, &coach(&tenant)).await, ["confirmed_coach", "cancelled_coach"]);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn afterwards_the_client_is_asked_once_and_told_of_notes() {
    let app = TestApp::start().await;
    let tenant = TestTenant::new(&app).await;
    let owner = tenant.owner().await;
    bookable(&tenant, &owner, "intro", json!({ "reminder_minutes": [] })).await;
    let booked = tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), CLIENT).await;
    app.clock.advance(2 * 86_400);
    tenant.run_jobs().await;
    for _ in 0..2 {
        let _ = decide(&owner, &booked.id, "complete").await.expect(200);
        tenant.run_jobs().await;
    }
    assert_eq!(told(&tenant, CLIENT).await, ["confirmed", "follow_up"]);
    let mail = last(&tenant, CLIENT, "follow_up").await;
    assert!(mail.text.contains(&format!("/booking/{}#rating", booked.token)), "{}", mail.text);
    let note = json!({ "body": "Three things to try.", "shared": true });
    let _ = act(&tenant.coach().await, &booked.id, "notes", note).await.expect(200);
    tenant.run_jobs().await;
    assert_eq!(told(&tenant, CLIENT).await.len(), 2, "it can still be put right");
    app.clock.advance(600);
    tenant.run_jobs().await;
    let mail = last(&tenant, CLIENT, "note_shared").await;
    assert!(!mail.text.contains("Three things") && mail.text.contains(&booked.token), "{}", mail.text);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_goes_out_again_has_the_same_message_id() {
    let smtp = Smtp::start().await.unwrap();
    let settings = vec![
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_URL", smtp.url()),
        ("MAIL__FROM", "desk@coaches.example".to_owned()),
    ];
    let app = TestApp::start_with(AppOptions { settings, ..AppOptions::default() }).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    tenant.book(&tenant.visitor(), "intro", &tomorrow_at(10, 0), CLIENT).await;
    tenant.run_jobs().await;
    // As after a kill between the mail server's answer and the mark that it was sent.
    for table in
        ["mails SET status = 'queued', sent_at = NULL", "jobs SET status = 'pending', done_at = NULL"]
    {
        let which = if table.starts_with("jobs") { "kind = 'mail.send'" } else { "true" };
        app.sql.run(&format!("UPDATE {table} WHERE {which} AND {}", tenant.rows())).await;
    }
    tenant.run_jobs().await;
    let ids: Vec<_> = smtp.mails_to(CLIENT).iter().map(|mail| mail.header("Message-ID")).collect();
    assert!(ids.len() == 2 && ids[0].is_some() && ids[0] == ids[1], "{ids:?}");
    tenant.finish().await;
}
