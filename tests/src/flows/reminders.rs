//! Reminders: each once, at its distance, for a time that still holds.

use std::{collections::BTreeSet, time::Duration};

use embedded::{Smtp, smtp::Answer};
use events::Instant;
use serde_json::json;
use testkit::{AppOptions, Booked, TestApp, TestHost, TestMail, TestTenant, tomorrow_at};

const CLIENT: &str = "sam@example.com";
const DAY: i64 = 1_440;

/// Moves the clock of the test to `minutes` before an instant (and `seconds` on).
fn to(app: &TestApp, start: &str, minutes: i64, seconds: i64) {
    let then = at(start).plus_minutes(-minutes).plus_seconds(seconds);
    let seconds = then.seconds_since(app.now());
    assert!(seconds >= 0, "the clock goes forward");
    app.clock.advance(seconds);
    assert_eq!(app.now(), then);
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

async fn reminders(tenant: &TestTenant<'_>) -> Vec<TestMail> {
    let mut mails = tenant.mails_to(CLIENT).await;
    mails.retain(|mail| mail.template == "appointments/reminder");
    mails
}

/// Books with a day and an hour as its distances, and lets the confirmation go out.
async fn booked(tenant: &TestTenant<'_>, start: &str) -> Booked {
    let booked = tenant.book(&tenant.visitor(), "intro", start, CLIENT).await;
    distances(tenant, "[1440, 60]").await;
    tenant.run_jobs().await;
    booked
}

/// What was agreed for all that is booked.
async fn distances(tenant: &TestTenant<'_>, minutes: &str) {
    let set = format!("jsonb_set(terms, '{{reminder_minutes}}', '{minutes}', true)");
    tenant.app.sql.run(&format!("UPDATE bookings SET terms = {set} WHERE {}", tenant.rows())).await;
}

/// A tenant that can be booked with the type `intro`, far ahead.
async fn tenant(app: &TestApp) -> TestTenant<'_> {
    let tenant = TestTenant::new(app).await;
    let owner = tenant.owner().await;
    tenant.open_hours(&owner).await;
    let coach = tenant.member(testkit::Persona::Coach).await;
    let body = json!({
        "slug": "intro", "name": "Session intro", "minutes": 30, "place_kind": "in_person", "horizon_days": 400,
        "place": "12 Mill Lane", "coaches": [coach],
    });
    let _ = owner.api("POST", "/appointment-types", Some(&body)).await.expect(200);
    tenant
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_goes_out_once_at_its_instant_although_the_clocks_change_between() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    // London goes to summer time at one o'clock that morning: ten o'clock is nine in UTC.
    let start = "2027-03-28T09:00:00Z";
    booked(&tenant, start).await;
    let mut seen = 0;
    for (minutes, seconds, count) in
        [(DAY, -1, 0), (DAY, 0, 1), (60, -1, 1), (60, 0, 2), (59, 0, 2), (0, 1, 2), (-DAY, 0, 2)]
    {
        to(&app, start, minutes, seconds);
        tenant.run_jobs().await;
        tenant.run_jobs().await;
        seen = reminders(&tenant).await.len();
        assert_eq!(seen, count, "{minutes} minutes before, {seconds} seconds on");
    }
    assert_eq!(seen, 2);
    for mail in reminders(&tenant).await {
        assert_eq!(mail.status, "sent");
        assert!(mail.text.contains("Europe/London") && mail.text.contains("10:00"), "{}", mail.text);
        assert!(mail.attachments.is_empty(), "a reminder changes nothing in a calendar");
    }
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_made_after_a_moment_gets_none_of_it() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    // It is eight o'clock.
    booked(&tenant, "2026-11-23T08:30:00Z").await;
    to(&app, "2026-11-23T08:30:00Z", 0, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 0);
    booked(&tenant, "2026-11-23T15:00:00Z").await;
    to(&app, "2026-11-23T15:00:00Z", 60, -1);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 0, "a day before was over when it was booked");
    to(&app, "2026-11-23T15:00:00Z", 60, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 1);
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cancelled_gets_none() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    let start = "2026-11-26T10:00:00Z";
    let booked = booked(&tenant, start).await;
    to(&app, start, DAY, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 1);
    let cancel = json!({ "token": booked.token, "reason": "Ill" });
    let path = format!("/bookings/{}/cancel", booked.id);
    let _ = tenant.visitor().api("POST", &path, Some(&cancel)).await.expect(200);
    to(&app, start, 60, 0);
    tenant.run_jobs().await;
    to(&app, start, -DAY, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 1, "none after it was called off");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_distances_and_after_a_standstill_the_nearest_speaks_for_all() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    let (first, second) = ("2026-11-25T10:00:00Z", "2026-11-26T10:00:00Z");
    for start in [first, second] {
        tenant.book(&tenant.visitor(), "intro", start, CLIENT).await;
    }
    distances(&tenant, "[1440, 60, 10]").await;
    tenant.run_jobs().await;
    // Nobody works from now until 50 minutes before.
    to(&app, first, 50, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 1, "a day and an hour before were due together");
    to(&app, first, 10, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 2);
    // And now until the second one has begun.
    to(&app, second, 0, 0);
    tenant.run_jobs().await;
    assert_eq!(reminders(&tenant).await.len(), 2, "what has begun is not reminded of");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_could_not_leave_before_the_start_does_not_leave_after_it() {
    let smtp = Smtp::start().await.unwrap();
    let settings = vec![
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_URL", smtp.url()),
        ("MAIL__FROM", "desk@coaches.example".to_owned()),
    ];
    let app = TestApp::start_with(AppOptions { settings, ..AppOptions::default() }).await;
    let tenant = tenant(&app).await;
    let start = "2026-11-25T10:00:00Z";
    booked(&tenant, start).await;
    let sent = smtp.mails_to(CLIENT).len();
    smtp.answer(Answer::Later);
    to(&app, start, 60, 0);
    tenant.run_jobs().await;
    assert_eq!((smtp.mails_to(CLIENT).len(), reminders(&tenant).await[0].status.as_str()), (sent, "queued"));
    smtp.answer(Answer::Accept);
    to(&app, start, -DAY, 0);
    let ran = tenant.run_jobs().await;
    assert_eq!((ran.retried, ran.dead), (0, 0), "{ran:?}");
    assert_eq!((smtp.mails_to(CLIENT).len(), reminders(&tenant).await[0].status.as_str()), (sent, "failed"));
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_runs_again_after_a_crash_reminds_no_second_time() {
    let app = TestApp::start().await;
    let tenant = tenant(&app).await;
    let start = tomorrow_at(15, 0);
    booked(&tenant, &start).await;
    to(&app, &start, 60, 0);
    tenant.run_jobs().await;
    let again = format!(
        "UPDATE jobs SET status = 'pending', done_at = NULL, locked_by = NULL WHERE {}",
        tenant.rows()
    );
    app.sql.run(&again).await;
    // Another process, with nothing in its memory.
    let restarted = app.replica().await;
    let ran = restarted.run_jobs(tenant.id).await;
    assert!(ran.done >= 4 && ran.dead == 0, "{ran:?}");
    let mails = tenant.mails_to(CLIENT).await;
    // The day before was 31 hours before: both distances lay ahead, and the nearer one spoke for both.
    assert_eq!(mails.iter().filter(|mail| mail.template.ends_with("/reminder")).count(), 1, "{mails:#?}");
    assert_eq!(mails.iter().filter(|mail| mail.template.ends_with("/confirmed")).count(), 1);
    restarted.stop().await;
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_at_once_send_each_once() {
    const BOOKINGS: usize = 24;
    let smtp = Smtp::start().await.unwrap();
    let settings = vec![
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_URL", smtp.url()),
        ("MAIL__FROM", "desk@coaches.example".to_owned()),
    ];
    let database = TestHost::get().await.dedicated().await;
    let options = AppOptions { settings, database: Some(database), pool: 16, ..AppOptions::default() };
    let app = TestApp::start_with(options).await;
    let tenant = tenant(&app).await;
    for n in 0..BOOKINGS {
        let start = format!("2026-11-{:02}T{:02}:00:00Z", 26 + n / 8, 9 + n % 8);
        tenant.book(&tenant.visitor(), "intro", &start, &format!("client{n}@example.com")).await;
    }
    distances(&tenant, "[1440]").await;
    tenant.run_jobs().await;
    smtp.clear();
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let worker = app.new_worker();
            tokio::spawn(async move { worker.run(std::future::pending()).await })
        })
        .collect();
    let mut expected = 0;
    for day in 0..3 {
        // The first of that day is reminded of in time, the others as their hour comes.
        for hour in 9..17 {
            to(&app, &format!("2026-11-{:02}T{hour:02}:00:00Z", 26 + day), DAY, 0);
            expected += 1;
            smtp.wait_for(expected, Duration::from_secs(20)).await;
        }
    }
    // Whoever had it twice would send it now.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for worker in workers {
        worker.abort();
        let _ = worker.await;
    }
    for n in 0..BOOKINGS {
        assert_eq!(smtp.mails_to(&format!("client{n}@example.com")).len(), 1, "client {n}");
    }
    let ids: BTreeSet<_> = smtp.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), BOOKINGS);
    tenant.leave_outbox();
}
