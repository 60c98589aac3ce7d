//! Mails as rows: written in the transaction of the change, sent by a job afterwards, exactly one for each `key`.

use db::{JobSpec, Tx};
use diesel::{ExpressionMethods, QueryResult};
use diesel_async::RunQueryDsl;
use events::{ClientId, MailId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::schema::mails;

/// Field of a mail's content (an instant, RFC 3339) from which on it is of no use any more: a mail that could not leave
/// before, is not sent. Without it a mail is always of use.
pub const SEND_BEFORE: &str = "send_before";

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type with its parameters: `text/calendar; method=REQUEST; charset=utf-8`.
    pub content_type: String,
    /// Content.
    pub text: String,
}

/// A mail to be written and sent.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What makes it one: `booking-confirmed/bkg_…/client`. The same key again sends nothing.
    pub key: String,
    /// Template name without ending: `appointments/confirmed`.
    pub template: &'static str,
    /// Content for the template.
    pub data: Value,
    /// Address.
    pub to_email: String,
    /// Name of the person.
    pub to_name: String,
    /// The client it is recorded with, if it goes to one.
    pub client: Option<ClientId>,
    /// Files.
    pub attachments: Vec<Attachment>,
}

/// A mail's typed content, with samples for the test that renders all of them.
pub trait MailView: Serialize + Sized {
    /// Template name without ending.
    const TEMPLATE: &'static str;
    /// Contents that show every branch.
    fn samples() -> Vec<Self>;
}

/// A mail template with its samples, the type erased.
#[derive(Clone, Debug)]
pub struct MailDef {
    /// Template name without ending.
    pub template: &'static str,
    /// Sample contents.
    pub samples: Vec<Value>,
}

impl MailDef {
    /// Erases the type of `M`.
    #[must_use]
    pub fn of<M: MailView>() -> Self {
        let samples =
            M::samples().iter().map(|mail| serde_json::to_value(mail).unwrap_or(Value::Null)).collect();
        Self { template: M::TEMPLATE, samples }
    }
}

/// Writes a mail and the job that sends it. A second draft with the same key changes nothing.
///
/// # Errors
/// When the database refuses the rows.
pub async fn queue(tx: &mut Tx, draft: Draft) -> QueryResult<()> {
    let (id, now): (MailId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let row = (
        mails::id.eq(id),
        mails::key.eq(&draft.key),
        mails::template.eq(draft.template),
        mails::data.eq(draft.data),
        mails::to_email.eq(draft.to_email),
        mails::to_name.eq(draft.to_name),
        mails::client_id.eq(draft.client),
        mails::attachments.eq(serde_json::to_value(draft.attachments).unwrap_or(Value::Null)),
        mails::created_at.eq(now),
    );
    let inserted =
        diesel::insert_into(mails::table).values(row).on_conflict_do_nothing().execute(&mut **tx).await?;
    if inserted == 1 {
        tx.enqueue(JobSpec::new("mail.send", json!({ "mail": id })).once(format!("mail/{}", draft.key)))
            .await?;
    }
    Ok(())
}
