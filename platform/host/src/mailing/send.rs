//! The job `mail.send`.

use std::sync::Arc;

use events::{Instant, MailId};
use kernel::{
    Ctx, JobDef, JobError,
    mail::{Attachment, SEND_BEFORE},
};
use lettre::Address;
use serde::Deserialize;
use web::{Brand, MailShell, Web};

use super::{
    JOB, SEND, Transport,
    compose::{Draft, compose},
    rows::{self, MailRow},
    transport::{Refusal, hand_over},
};

/// Longest answer of a mail server kept with a row, in characters.
const SAID: usize = 300;

/// Who mails come from.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The address; the name is the tenant's.
    pub address: Address,
    /// What `Message-ID`s end in: the installation's own host.
    pub host: String,
}

/// Renders and sends. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    web: Web,
    transport: Transport,
    sender: Arc<Sender>,
}

/// Arguments of the job, as `kernel::mail::queue` writes them.
#[derive(Debug, Deserialize)]
struct Args {
    mail: MailId,
}

impl Mailer {
    /// Sends by `transport` as `sender`.
    #[must_use]
    pub fn new(web: Web, transport: Transport, sender: Sender) -> Self {
        Self { web, transport, sender: Arc::new(sender) }
    }

    /// The job.
    #[must_use]
    pub fn job(&self) -> JobDef {
        let mailer = self.clone();
        JobDef::new(JOB, move |ctx: Ctx, args: Args| {
            let mailer = mailer.clone();
            async move { mailer.send(&ctx, args.mail).await }
        })
    }

    /// Sends a mail, unless it is sent.
    ///
    /// # Errors
    /// `Retry` when the mail server or the database may do it later, `Fail` when it can't be written or was refused.
    pub async fn send(&self, ctx: &Ctx, id: MailId) -> Result<(), JobError> {
        let row = ctx.tx(SEND, async |tx| Ok::<_, JobError>(rows::mail_by_id(tx, id).await?)).await?;
        let row = row.ok_or_else(|| JobError::Fail("there is no such mail".into()))?;
        if row.status == "sent" {
            return Ok(());
        }
        if is_of_no_use(&row, ctx.now()) {
            metrics::counter!("mails_total", "outcome" => "late").increment(1);
            let late = "it could not leave while it was of use";
            return ctx.tx(SEND, async |tx| Ok(rows::mail_not_sent(tx, id, "failed", late).await?)).await;
        }
        let rendered = self.web.mail(&row.template, &row.data, &shell(ctx, &row));
        let mail = match rendered {
            Ok(mail) => mail,
            Err(error) => {
                let why = format!("the mail {} can't be written: {error}", row.template);
                return Err(self.not_sent(ctx, id, JobError::Fail(why.clone()), &why).await);
            }
        };
        if let Transport::Smtp(smtp) = &self.transport {
            let message = match self.message(ctx, &row, &mail) {
                Ok(message) => message,
                Err(why) => return Err(self.not_sent(ctx, id, JobError::Fail(why.clone()), &why).await),
            };
            if let Err(refusal) = hand_over(smtp, message).await {
                return Err(self.refused(ctx, id, refusal).await);
            }
        }
        metrics::counter!("mails_total", "outcome" => "sent").increment(1);
        ctx.tx(SEND, async |tx| Ok(rows::mail_sent(tx, id, &mail).await?)).await
    }

    fn message(&self, ctx: &Ctx, row: &MailRow, mail: &web::Mail) -> Result<lettre::Message, String> {
        let attachments: Vec<Attachment> = serde_json::from_value(row.attachments.clone())
            .map_err(|error| format!("the attachments can't be read: {error}"))?;
        let draft = Draft {
            message_id: format!("<{}@{}>", row.id, self.sender.host),
            from: self.sender.address.clone(),
            from_name: &ctx.tenant().name,
            reply_to: &ctx.tenant().contact_email,
            to_email: &row.to_email,
            to_name: &row.to_name,
            mail,
            attachments: &attachments,
            at: ctx.now(),
        };
        compose(&draft).map_err(|flaw| flaw.to_string())
    }

    async fn refused(&self, ctx: &Ctx, id: MailId, refusal: Refusal) -> JobError {
        let (error, said) = match refusal {
            Refusal::Later(said) => {
                (JobError::Retry("the mail server does not take it now; see the mail".into()), said)
            }
            Refusal::Never(said) => (JobError::Fail("the mail server refused it; see the mail".into()), said),
        };
        self.not_sent(ctx, id, error, &said).await
    }

    /// Notes why with the row. The job's own error stands, whether that could be noted or not.
    async fn not_sent(&self, ctx: &Ctx, id: MailId, error: JobError, why: &str) -> JobError {
        let (status, outcome) = match error {
            JobError::Fail(_) => ("failed", "failed"),
            JobError::Retry(_) => ("queued", "retried"),
        };
        metrics::counter!("mails_total", "outcome" => outcome).increment(1);
        let why: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID).collect();
        let noted = ctx
            .tx(SEND, async |tx| Ok::<_, JobError>(rows::mail_not_sent(tx, id, status, &why).await?))
            .await;
        if let Err(unnoted) = noted {
            tracing::warn!(%unnoted, mail = %id, "why a mail was not sent could not be noted");
        }
        error
    }
}

/// Whether its time is over, as a reminder's is when what it reminds of has begun.
fn is_of_no_use(row: &MailRow, now: Instant) -> bool {
    let before = row.data.get(SEND_BEFORE).and_then(serde_json::Value::as_str);
    before.and_then(|text| text.parse::<Instant>().ok()).is_some_and(|before| before <= now)
}

fn shell(ctx: &Ctx, row: &MailRow) -> MailShell {
    let tenant = ctx.tenant();
    let base_url = ctx.link("").trim_end_matches('/').to_owned();
    MailShell {
        locale: tenant.locale.clone(),
        zone: row.zone.clone().unwrap_or_else(|| tenant.zone.clone()),
        brand: brand(ctx),
        base_url,
        reason: None,
    }
}

/// How the tenant looks in a mail: the picture's address is absolute there.
#[must_use]
pub fn brand(ctx: &Ctx) -> Brand {
    let tenant = ctx.tenant();
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let home = ctx.link("");
    let origin = home.strip_suffix(&ctx.path("")).unwrap_or(&home);
    Brand {
        name: tenant.name.clone(),
        primary_color: some(&tenant.brand.primary_color),
        accent_color: some(&tenant.brand.accent_color),
        logo_url: some(&tenant.brand.logo_url)
            .map(|path| if path.starts_with('/') { format!("{origin}{path}") } else { path }),
        tagline: some(&tenant.brand.tagline),
    }
}
