//! Mails of accounts: they belong to no tenant, so they have a table, a job kind and a place in the outbox of their own.

use events::MailId;
use kernel::{JobError, Problem, Text};
use people::accounts::{AccountMail, KeptMail};
use serde_json::Value;
use web::views::{OutboxMail, OutboxRow};

use super::{
    Transport,
    compose::{Draft, compose},
    host::{sender, transport},
    transport::{Refusal, hand_over},
};
use crate::{app::App, identity};

/// So many of the newest are in the outbox.
const SHOWN: i64 = 50;

/// Sends the mail of a job of kind `people::accounts::MAIL_JOB`, unless it is sent.
///
/// # Errors
/// `Retry` when the mail server or the database may do it later, `Fail` when it can't be written or was refused.
pub async fn send_for_account(app: &App, args: &Value) -> Result<(), JobError> {
    let Some(ready) = identity::to_send(app, args).await? else { return Ok(()) };
    let transport = transport(&app.config).map_err(JobError::Retry)?;
    let sent_at = app.clock.now();
    let mut kept = None;
    if let Transport::Smtp(smtp) = &transport {
        let sender = sender(&app.config).map_err(JobError::Retry)?;
        let product = app.text("en", &Text::key("web-product-name"));
        let draft = Draft {
            message_id: format!("<{}@{}>", ready.id, sender.host),
            from: sender.address,
            from_name: ready.from_name.as_deref().unwrap_or(&product),
            reply_to: "",
            to_email: &ready.to_email,
            to_name: &ready.to_name,
            mail: &ready.mail,
            attachments: &[],
            at: sent_at,
        };
        let message = compose(&draft).map_err(|flaw| JobError::Fail(flaw.to_string()))?;
        hand_over(smtp, message).await.map_err(told)?;
    } else {
        let web::Mail { subject, html, text } = ready.mail;
        kept = Some(KeptMail {
            subject: Some(subject),
            html: Some(html),
            body_text: Some(text),
            sent_at: Some(sent_at),
        });
    }
    metrics::counter!("mails_total", "outcome" => "sent").increment(1);
    Ok(app.identity.accounts().mail_sent(ready.id, kept).await?)
}

/// What the mail server said may hold the address: it is not repeated.
fn told(refusal: Refusal) -> JobError {
    match refusal {
        Refusal::Later(_) => JobError::Retry("the mail server does not take it now".into()),
        Refusal::Never(_) => JobError::Fail("the mail server refused it".into()),
    }
}

/// The newest, for the outbox's list.
pub(super) async fn lines(app: &App) -> Result<Vec<OutboxRow>, Problem> {
    let product = app.text("en", &Text::key("web-product-name"));
    let sent = app.identity.accounts().outbox(SHOWN).await?.into_iter();
    let line = |(mail, kept): (AccountMail, KeptMail)| {
        Some(OutboxRow {
            href: format!("/dev/outbox/{}", mail.id),
            subject: kept.subject?,
            to: mail.to_email,
            business: mail.from_slug.unwrap_or_else(|| product.clone()),
            sent_at: kept.sent_at?.to_string(),
        })
    };
    Ok(sent.filter_map(line).collect())
}

/// One of them with its HTML part, if it is one.
pub(super) async fn find(app: &App, id: &str) -> Result<Option<(OutboxMail, String)>, Problem> {
    let id: MailId = id.parse().map_err(|_| Problem::not_found())?;
    let sent = app.identity.accounts().outbox(SHOWN).await?;
    let Some((mail, kept)) = sent.into_iter().find(|(mail, _)| mail.id == id) else { return Ok(None) };
    let href = format!("/dev/outbox/{id}");
    let shown = OutboxMail {
        subject: kept.subject.unwrap_or_default(),
        from: app.config.mail.from.clone(),
        to: format!("{} <{}>", mail.to_name, mail.to_email),
        sent_at: kept.sent_at.map(|at| at.to_string()).unwrap_or_default(),
        html_href: format!("{href}/html"),
        plain: kept.body_text.unwrap_or_default(),
        attachments: Vec::new(),
        back_href: "/dev/outbox".into(),
    };
    Ok(Some((shown, kept.html.unwrap_or_default())))
}
