//! The job, with a database and a mail server.

use embedded::smtp::{Answer, Smtp};
use events::MailId;
use kernel::JobError;

use super::{
    super::{outbox, rows},
    *,
};

async fn queued(ctx: &Ctx, key: &str, to: &str) -> MailId {
    let draft = draft(key, to);
    ctx.tx(SEND, async |tx| Ok::<_, kernel::Problem>(kernel::mail::queue(tx, draft).await?)).await.unwrap();
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::Uuid)]
        id: MailId,
    }
    let row: Row = ctx
        .tx(SEND, async |tx| {
            let find = diesel::sql_query("SELECT id FROM mails WHERE key = $1").bind::<st::Text, _>(key);
            Ok::<_, kernel::Problem>(find.get_result(&mut **tx).await?)
        })
        .await
        .unwrap();
    row.id
}

async fn state(ctx: &Ctx, id: MailId) -> (String, String) {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = st::Text)]
        status: String,
        #[diesel(sql_type = st::Text)]
        last_error: String,
    }
    let row: Row = ctx
        .tx(SEND, async |tx| {
            let find = diesel::sql_query(
                "SELECT status, coalesce(last_error, '') AS last_error FROM mails WHERE id = $1",
            );
            Ok::<_, kernel::Problem>(find.bind::<st::Uuid, _>(id).get_result(&mut **tx).await?)
        })
        .await
        .unwrap();
    (row.status, row.last_error)
}

#[tokio::test]
async fn a_mail_goes_out_once_and_is_kept_as_it_was_written() {
    let (db, server) = (database().await, Smtp::start().await.unwrap());
    let ctx = tenant(&db, "anna-fit").await;
    let mailer = mailer(Transport::smtp(&server.url()).unwrap());
    let id = queued(&ctx, "hello/1", "ada@example.com").await;
    mailer.send(&ctx, id).await.unwrap();
    mailer.send(&ctx, id).await.unwrap();
    let mails = server.wait_for(1, Duration::from_secs(5)).await;
    assert_eq!(server.mails().len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("no-reply@coach.example", &["ada@example.com".to_owned()][..])
    );
    assert_eq!(mails[0].header("Message-ID").unwrap(), format!("<{id}@coach.example>"));
    assert_eq!(mails[0].header("Bcc"), None);
    assert!(mails[0].header("Reply-To").unwrap().contains("anna@fit.example"));
    let from: lettre::message::Mailbox = mails[0].header("From").unwrap().parse().unwrap();
    // Encoded, since the name holds what would mean something in a header; one line, one name.
    let word = from.name.unwrap().strip_prefix("=?utf-8?b?").unwrap().strip_suffix("?=").unwrap().to_owned();
    let name = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, word).unwrap();
    assert_eq!(name, b"Anna Fit Bcc: evil@example.com");
    assert_eq!(from.email.to_string(), "no-reply@coach.example");
    assert_eq!(state(&ctx, id).await, ("sent".into(), String::new()));
    let row =
        ctx.tx(SEND, async |tx| Ok::<_, JobError>(rows::mail_by_id(tx, id).await?)).await.unwrap().unwrap();
    assert_eq!(row.subject.as_deref(), Some("Hello Ada & Co Bcc: evil@example.com"));
    assert!(row.html.unwrap().contains("Ada &amp; Co"));
    assert!(row.body_text.unwrap().contains("https://coach.example/anna-fit"));
}

#[tokio::test]
async fn a_server_that_says_later_is_tried_again_and_one_that_says_never_is_not() {
    let (db, server) = (database().await, Smtp::start().await.unwrap());
    let ctx = tenant(&db, "anna-fit").await;
    let mailer = mailer(Transport::smtp(&server.url()).unwrap());
    let id = queued(&ctx, "hello/1", "ada@example.com").await;

    for answer in [Answer::Later, Answer::HangUp] {
        server.answer(answer);
        let error = mailer.send(&ctx, id).await.unwrap_err();
        assert!(matches!(error, JobError::Retry(_)), "{answer:?}: {error}");
        assert!(!error.to_string().contains("ada@"), "no address in the job's error");
        assert_eq!(state(&ctx, id).await.0, "queued");
    }
    server.answer(Answer::Accept);
    mailer.send(&ctx, id).await.unwrap();
    assert_eq!(state(&ctx, id).await, ("sent".into(), String::new()), "and the error is forgotten");

    let id = queued(&ctx, "hello/2", "gone@example.com").await;
    server.answer(Answer::Refuse);
    assert!(matches!(mailer.send(&ctx, id).await, Err(JobError::Fail(_))));
    let (status, said) = state(&ctx, id).await;
    assert_eq!(status, "failed");
    assert!(said.contains("550"), "{said}");
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_tried_again() {
    let db = database().await;
    let ctx = tenant(&db, "anna-fit").await;
    let id = queued(&ctx, "hello/1", "ada@example.com").await;
    let mailer = mailer(Transport::smtp("smtp://127.0.0.1:1").unwrap());
    assert!(matches!(mailer.send(&ctx, id).await, Err(JobError::Retry(_))));
    assert!(Transport::smtp("smtp://127.0.0.1:1").unwrap().check().await.is_err());
    assert!(Transport::smtp("nonsense").is_err());
}

#[tokio::test]
async fn what_can_not_be_written_fails_for_good() {
    let (db, server) = (database().await, Smtp::start().await.unwrap());
    let ctx = tenant(&db, "anna-fit").await;
    let mailer = mailer(Transport::smtp(&server.url()).unwrap());
    let nobody = queued(&ctx, "hello/1", "not an address\r\nBcc: evil@example.com").await;
    assert!(matches!(mailer.send(&ctx, nobody).await, Err(JobError::Fail(_))));
    assert_eq!(state(&ctx, nobody).await.0, "failed");
    let id = queued(&ctx, "hello/2", "ada@example.com").await;
    let spoil = diesel::sql_query("UPDATE mails SET data = '{}' WHERE id = $1").bind::<st::Uuid, _>(id);
    ctx.tx(SEND, async |tx| Ok::<_, JobError>(spoil.execute(&mut **tx).await?)).await.unwrap();
    assert!(matches!(mailer.send(&ctx, id).await, Err(JobError::Fail(_))));
    assert_eq!(state(&ctx, id).await.0, "failed");
    assert!(matches!(mailer.send(&ctx, ctx.new_id()).await, Err(JobError::Fail(_))), "no such mail");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn one_tenant_sends_no_mail_of_another() {
    let db = database().await;
    let (anna, ben) = (tenant(&db, "anna-fit").await, tenant(&db, "ben-studio").await);
    let id = queued(&anna, "hello/1", "ada@example.com").await;
    let mailer = mailer(Transport::Outbox);
    assert!(matches!(mailer.send(&ben, id).await, Err(JobError::Fail(_))));
    assert_eq!(state(&anna, id).await.0, "queued");
}

#[tokio::test]
async fn the_outbox_shows_what_was_written_newest_first() {
    let db = database().await;
    let tenants = [tenant(&db, "anna-fit").await, tenant(&db, "ben-studio").await];
    let mailer = mailer(Transport::Outbox);
    let mut ids = Vec::new();
    for turn in 0..60 {
        let ctx = &tenants[turn % 2];
        let id = queued(ctx, &format!("hello/{turn}"), "ada@example.com").await;
        let at = ctx.now().plus_seconds(i64::try_from(turn).unwrap());
        let date = diesel::sql_query("UPDATE mails SET created_at = $1 WHERE id = $2");
        let date = date.bind::<st::Timestamptz, _>(at).bind::<st::Uuid, _>(id);
        ctx.tx(SEND, async |tx| Ok::<_, JobError>(date.execute(&mut **tx).await?)).await.unwrap();
        mailer.send(ctx, id).await.unwrap();
        ids.push(id);
    }
    queued(&tenants[0], "unwritten", "ada@example.com").await;
    let first = outbox::list(&tenants, None).await.unwrap();
    assert_eq!(first.mails.len(), 50);
    assert_eq!(first.mails[0].href, format!("/dev/outbox/{}", ids[59]));
    let before = first.older_href.unwrap().split_once("before=").unwrap().1.parse().unwrap();
    let second = outbox::list(&tenants, Some(before)).await.unwrap();
    assert_eq!((second.mails.len(), second.older_href), (10, None));

    let (ctx, row) = outbox::find(&tenants, &ids[7].to_string()).await.unwrap();
    assert_eq!(ctx.tenant().slug, "ben-studio");
    let view = outbox::show(&ctx, &row, "no-reply@coach.example");
    assert_eq!(view.attachments[0].href, format!("/dev/outbox/{}/files/0", ids[7]));
    let file = outbox::file(&row, 0).unwrap();
    assert_eq!(file.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"_booking__.ics\""));
    assert!(outbox::file(&row, 1).is_none());
    let html = outbox::html(row.html.unwrap_or_default());
    assert!(html.header("content-security-policy").unwrap().contains("sandbox"));
    for nothing in ["", "mai_x", "1", &MailId::from_uuid(uuid::Uuid::nil()).to_string()] {
        assert!(outbox::find(&tenants, nothing).await.is_err());
    }
}
