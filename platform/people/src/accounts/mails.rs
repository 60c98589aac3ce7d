//! Mails of the platform to an account. They belong to no tenant, so they have a table and a job kind of their own; the
//! brand on them is that of the business the person came from.

use db::{SystemTx, enqueue_system};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, Selectable, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{AccountId, Instant, MailId};
use kernel::{JobSpec, Problem, TxError};
use serde_json::{Value, json};

use super::{Accounts, Visit};
use crate::schema::{account_mails, accounts};

/// Kind of the job that sends such a mail; its arguments are `{"mail": "mai_…"}`.
pub const MAIL_JOB: &str = "account.mail";

/// A mail to be rendered and sent.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = account_mails, check_for_backend(diesel::pg::Pg))]
pub struct AccountMail {
    /// Identity.
    pub id: MailId,
    /// Template name without ending: `account/verify`.
    pub template: String,
    /// Content for the template.
    pub data: Value,
    /// Address.
    pub to_email: String,
    /// Name of the person.
    pub to_name: String,
    /// Slug of the business whose brand it carries; none: the platform's own.
    pub from_slug: Option<String>,
}

/// A mail as it was sent.
#[derive(Clone, Debug, Default, Queryable, Selectable)]
#[diesel(table_name = account_mails, check_for_backend(diesel::pg::Pg))]
pub struct KeptMail {
    /// One line.
    pub subject: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// The text part.
    pub body_text: Option<String>,
    /// When it left.
    pub sent_at: Option<Instant>,
}

/// A mail to be written.
pub(super) struct NewMail {
    /// Its identity, where that makes it one.
    pub(super) id: Option<MailId>,
    pub(super) account: AccountId,
    pub(super) template: &'static str,
    pub(super) data: Value,
}

impl NewMail {
    pub(super) fn new(account: AccountId, template: &'static str, data: Value) -> Self {
        Self { id: None, account, template, data }
    }
}

impl Accounts {
    /// Writes a mail and its job.
    pub(super) async fn queue(&self, tx: &mut SystemTx, mail: NewMail, visit: &Visit) -> Result<(), Problem> {
        let (email, name): (String, String) = accounts::table
            .find(mail.account)
            .select((accounts::email, accounts::name))
            .first(&mut **tx)
            .await?;
        let id = mail.id.unwrap_or_else(|| self.entropy.id(self.now()));
        let row = (
            account_mails::id.eq(id),
            account_mails::account_id.eq(mail.account),
            account_mails::template.eq(mail.template),
            account_mails::data.eq(mail.data),
            account_mails::to_email.eq(email),
            account_mails::to_name.eq(name),
            account_mails::from_slug.eq(&visit.from),
            account_mails::created_at.eq(self.now()),
        );
        diesel::insert_into(account_mails::table).values(row).execute(&mut **tx).await?;
        let job = JobSpec::new(MAIL_JOB, json!({ "mail": id })).once(format!("account.mail/{id}"));
        Ok(enqueue_system(tx, job, &self.clock, &self.entropy).await?)
    }
    /// The mail of a job, while it is to be sent; `None` when it was sent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_to_send(&self, id: MailId) -> Result<Option<AccountMail>, TxError> {
        self.db
            .system_tx("send an account's mail", async move |tx| {
                let query = account_mails::table.find(id).filter(account_mails::status.ne("sent"));
                Ok(query.select(AccountMail::as_select()).first(&mut **tx).await.optional()?)
            })
            .await
    }
    /// Records that a mail has left, and forgets its content with the link in it. `kept` is what the outbox page of a
    /// development installation shows; elsewhere `None`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_sent(&self, id: MailId, kept: Option<KeptMail>) -> Result<(), TxError> {
        let (now, kept) = (self.now(), kept.unwrap_or_default());
        self.db
            .system_tx("an account's mail was sent", async move |tx| {
                let change = (
                    account_mails::status.eq("sent"),
                    account_mails::sent_at.eq(now),
                    account_mails::data.eq(json!({})),
                    account_mails::last_error.eq(None::<String>),
                    account_mails::subject.eq(kept.subject),
                    account_mails::html.eq(kept.html),
                    account_mails::body_text.eq(kept.body_text),
                );
                diesel::update(account_mails::table.find(id)).set(change).execute(&mut **tx).await?;
                Ok(())
            })
            .await
    }
    /// Records that a mail was given up, and why; `why` holds no address.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_failed(&self, id: MailId, why: &str) -> Result<(), TxError> {
        self.db
            .system_tx("an account's mail was given up", async move |tx| {
                let change = (account_mails::status.eq("failed"), account_mails::last_error.eq(why));
                let open = account_mails::table.find(id).filter(account_mails::status.ne("sent"));
                diesel::update(open).set(change).execute(&mut **tx).await?;
                Ok(())
            })
            .await
    }
    /// What was kept of the newest mails, for the outbox page of a development installation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn outbox(&self, limit: i64) -> Result<Vec<(AccountMail, KeptMail)>, TxError> {
        self.db
            .system_tx("the development outbox", async move |tx| {
                let query = account_mails::table.select((AccountMail::as_select(), KeptMail::as_select()));
                let query = query.order((account_mails::created_at.desc(), account_mails::id.desc()));
                Ok(query.limit(limit).load(&mut **tx).await?)
            })
            .await
    }
    /// An absolute link of this installation, with the place to go on to and the business to look like.
    pub(super) fn url(&self, path: &str, visit: &Visit, pairs: &[(&str, &str)]) -> String {
        let mut query: Vec<(&str, &str)> = pairs.to_vec();
        query.extend(visit.next.as_deref().map(|next| ("next", next)));
        query.extend(visit.from.as_deref().map(|from| ("from", from)));
        let encoded = serde_urlencoded::to_string(query).unwrap_or_default();
        let mark = if encoded.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{encoded}", self.origin)
    }
}

impl AccountMail {
    /// The identifier in a job's arguments.
    #[must_use]
    pub fn of_job(args: &Value) -> Option<MailId> {
        args.get("mail")?.as_str()?.parse().ok()
    }
}
