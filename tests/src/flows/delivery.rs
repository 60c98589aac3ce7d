//! Mails leave once, whatever happens on the way.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use embedded::{Smtp, smtp::Answer};
use kernel::{BoxFuture, Entropy, JobError};
use testkit::{AppOptions, TestApp, TestHost, TestTenant, in_a_month_at};
use worker::{Dispatch, Job, Outcome, Worker, WorkerOptions};

async fn with_smtp(smtp: &Smtp) -> AppOptions {
    let settings = vec![
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_URL", smtp.url()),
        ("MAIL__FROM", "desk@coaches.example".to_owned()),
    ];
    AppOptions { settings, ..AppOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_says_later_gets_it_later_and_once() {
    let smtp = Smtp::start().await.unwrap();
    let app = TestApp::start_with(with_smtp(&smtp).await).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    smtp.answer(Answer::Later);
    tenant.book(&tenant.visitor(), "intro", &in_a_month_at(10, 0), "sam@example.com").await;
    let ran = tenant.run_jobs().await;
    assert!(ran.retried >= 1 && ran.dead == 0, "{ran:?}");
    assert!(smtp.refused() >= 1 && smtp.mails().is_empty());
    assert_eq!(tenant.mails_to("sam@example.com").await[0].status, "queued");
    smtp.answer(Answer::Accept);
    app.clock.advance(86_400);
    tenant.run_jobs().await;
    let mails = smtp.mails_to("sam@example.com");
    assert_eq!(mails.len(), 1, "{}", mails.len());
    let text = mails[0].text();
    assert!(
        text.contains("text/calendar") && text.contains("text/html") && text.contains("text/plain"),
        "{text}"
    );
    assert!(
        mails[0].header("Message-ID").is_some()
            && mails[0].header("From").unwrap().contains("desk@coaches.example")
    );
    assert!(mails[0].header("Subject").is_some_and(|subject| !subject.is_empty()));
    assert_eq!(tenant.mails_to("sam@example.com").await[0].status, "sent");
    // The job again, as after a crash between sending and writing that it was sent.
    app.sql
        .run(&format!(
            "UPDATE jobs SET status = 'pending', done_at = NULL WHERE kind = 'mail.send' AND {}",
            tenant.rows()
        ))
        .await;
    tenant.run_jobs().await;
    assert_eq!(smtp.mails_to("sam@example.com").len(), 1, "the mail went out twice");
    tenant.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_refused_for_good_is_not_tried_for_ever() {
    let smtp = Smtp::start().await.unwrap();
    let app = TestApp::start_with(with_smtp(&smtp).await).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    smtp.answer(Answer::Refuse);
    tenant.book(&tenant.visitor(), "intro", &in_a_month_at(10, 0), "sam@example.com").await;
    tenant.run_jobs().await;
    for _ in 0..3 {
        app.clock.advance(86_400);
        tenant.run_jobs().await;
    }
    let mail = tenant.mails_to("sam@example.com").await.remove(0);
    assert_eq!(mail.status, "failed", "{mail:?}");
    assert!(smtp.mails_to("sam@example.com").is_empty());
    assert_eq!(tenant.count("bookings", "state = 'confirmed'").await, 1, "the booking stands");
    // What became of the jobs is for the operator's list of dead letters.
    tenant.leave_outbox();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_whose_tries_run_out_says_so_and_may_be_tried_again() {
    let smtp = Smtp::start().await.unwrap();
    let database = TestHost::get().await.dedicated().await;
    let options = AppOptions { database: Some(database), ..with_smtp(&smtp).await };
    let app = TestApp::start_with(options).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    smtp.answer(Answer::Later);
    tenant.book(&tenant.visitor(), "intro", &in_a_month_at(10, 0), "sam@example.com").await;
    let account = [("name", "New Person"), ("email", "new@example.com"), ("password", testkit::PASSWORD)];
    let _ = app.visitor().post_form_to("/register", &account).await.expect(303);
    let worker = app.new_worker();
    for _ in 0..13 {
        worker.run_due_once().await.unwrap();
        app.clock.advance(86_400);
    }
    assert!(smtp.mails().is_empty());
    let failed = "status = 'failed' AND last_error <> ''";
    assert_eq!(tenant.count("mails", "status = 'queued'").await, 0);
    assert!(tenant.count("mails", failed).await >= 1);
    let of_account =
        format!("SELECT count(*) FROM account_mails WHERE to_email = 'new@example.com' AND {failed}");
    assert_eq!(app.sql.count(&of_account).await, 1);

    smtp.answer(Answer::Accept);
    for dead in worker::dead_letters(&app.app.db, None, None, 100).await.unwrap() {
        assert!(worker::retry(&app.app.db, &app.clock, dead.id).await.unwrap());
    }
    worker.run_due_once().await.unwrap();
    assert_eq!(smtp.mails_to("sam@example.com").len(), 1);
    assert_eq!(smtp.mails_to("new@example.com").len(), 1);
    assert_eq!(tenant.count("mails", "status <> 'sent' OR last_error IS NOT NULL").await, 0);
    tenant.finish().await;
}

/// Takes jobs and never ends: a process that is about to be killed.
struct Hangs;

impl Dispatch for Hangs {
    fn gave_up(&self, _: Job, _: String) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
    fn dispatch(&self, _: Job) -> BoxFuture<'static, Result<Outcome, JobError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_between_booking_and_mail_loses_nothing_and_doubles_nothing() {
    let smtp = Smtp::start().await.unwrap();
    let database = TestHost::get().await.dedicated().await;
    let options = AppOptions { database: Some(database), ..with_smtp(&smtp).await };
    let app = TestApp::start_with(options).await;
    let tenant = TestTenant::new(&app).await;
    tenant.bookable(&tenant.owner().await, "intro").await;
    for n in 0..5 {
        tenant
            .book(&tenant.visitor(), "intro", &in_a_month_at(9 + n, 0), &format!("client{n}@example.com"))
            .await;
    }
    let quick = || WorkerOptions {
        poll: Duration::from_millis(20),
        heartbeat: Duration::from_millis(50),
        ..WorkerOptions::default()
    };
    let doomed =
        Worker::new(app.app.db.clone(), app.clock.clone(), Entropy::System, Arc::new(Hangs), quick());
    let life = tokio::spawn(async move { doomed.run(std::future::pending()).await });
    wait(async || tenant.count("jobs", "status = 'running'").await > 0).await;
    life.abort();
    let _ = life.await;
    let held = tenant.count("jobs", "status = 'running'").await;
    assert!(held > 0, "the dead worker held nothing");
    assert!(smtp.mails().is_empty());

    app.clock.advance(120);
    let heir = app.new_worker();
    let life = tokio::spawn(async move { heir.run(std::future::pending()).await });
    wait(async || tenant.outbox().await.is_empty()).await;
    life.abort();
    let _ = life.await;
    for n in 0..5 {
        assert_eq!(smtp.mails_to(&format!("client{n}@example.com")).len(), 1, "client {n}");
    }
    let ids: BTreeSet<_> = smtp.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), smtp.mails().len(), "a Message-ID twice");
    assert_eq!(tenant.count("mails", "status <> 'sent'").await, 0);
    tenant.leave_outbox();
}

async fn wait(mut until: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if until().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to that within 30 seconds");
}
