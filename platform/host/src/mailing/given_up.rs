//! What a mail's row says when its job is dead.

use events::MailId;
use kernel::JobError;
use people::accounts::{AccountMail, MAIL_JOB};
use worker::Job;

use super::{JOB, SEND, rows};
use crate::app::App;

/// Notes with the row of a mail that it will not be sent by itself any more; nothing for jobs of other kinds.
pub async fn gave_up(app: &App, job: &Job, why: &str) {
    let noted = match job.kind.as_str() {
        MAIL_JOB => of_account(app, job, why).await,
        JOB => of_tenant(app, job, why).await,
        _ => return,
    };
    if let Err(error) = noted {
        tracing::warn!(%error, job = %job.id, "that a mail was given up could not be noted");
    }
}

async fn of_account(app: &App, job: &Job, why: &str) -> Result<(), JobError> {
    let Some(mail) = AccountMail::of_job(&job.args) else { return Ok(()) };
    Ok(app.identity.accounts().mail_failed(mail, why).await?)
}

async fn of_tenant(app: &App, job: &Job, why: &str) -> Result<(), JobError> {
    let mail =
        job.args.get("mail").and_then(|mail| mail.as_str()).and_then(|mail| mail.parse::<MailId>().ok());
    let (Some(mail), Some(tenant)) = (mail, job.tenant_id) else { return Ok(()) };
    let Some(tenant) = app.directory.by_id(tenant).await? else { return Ok(()) };
    let ctx = app.system_context(tenant, JOB, job.request_id.clone()).await?;
    ctx.tx(SEND, async |tx| Ok::<_, JobError>(rows::mail_given_up(tx, mail, why).await?)).await
}
