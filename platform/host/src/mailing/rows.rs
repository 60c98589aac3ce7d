//! The table `mails`, read and written for one tenant.

use diesel::{OptionalExtension, QueryResult, QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;
use events::{Instant, MailId};
use kernel::Tx;
use serde_json::Value;

/// A mail as it is to be written, or was.
#[derive(Clone, Debug, QueryableByName)]
pub(super) struct MailRow {
    #[diesel(sql_type = st::Uuid)]
    pub(super) id: MailId,
    #[diesel(sql_type = st::Text)]
    pub(super) template: String,
    #[diesel(sql_type = st::Jsonb)]
    pub(super) data: Value,
    #[diesel(sql_type = st::Text)]
    pub(super) to_email: String,
    #[diesel(sql_type = st::Text)]
    pub(super) to_name: String,
    #[diesel(sql_type = st::Jsonb)]
    pub(super) attachments: Value,
    #[diesel(sql_type = st::Text)]
    pub(super) status: String,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub(super) subject: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub(super) html: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub(super) body_text: Option<String>,
    #[diesel(sql_type = st::Timestamptz)]
    pub(super) created_at: Instant,
    /// The reader's zone, when the reader is a client who has one.
    #[diesel(sql_type = st::Nullable<st::Text>)]
    pub(super) zone: Option<String>,
}

const COLUMNS: &str = "SELECT m.id, m.template, m.data, m.to_email, m.to_name, m.attachments, m.status, m.subject, m.html, \
                       m.body_text, m.created_at, c.zone FROM mails m LEFT JOIN clients c ON c.id = m.client_id";

pub(super) async fn mail_by_id(tx: &mut Tx, id: MailId) -> QueryResult<Option<MailRow>> {
    diesel::sql_query(format!("{COLUMNS} WHERE m.id = $1"))
        .bind::<st::Uuid, _>(id)
        .get_result(&mut **tx)
        .await
        .optional()
}

/// The newest that have been rendered, older than `before`.
pub(super) async fn mails_newest(
    tx: &mut Tx,
    before: Option<Instant>,
    limit: i64,
) -> QueryResult<Vec<MailRow>> {
    diesel::sql_query(format!(
        "{COLUMNS} WHERE m.subject IS NOT NULL AND ($1 IS NULL OR m.created_at < $1) ORDER BY m.created_at DESC, m.id LIMIT $2"
    ))
    .bind::<st::Nullable<st::Timestamptz>, _>(before)
    .bind::<st::BigInt, _>(limit)
    .load(&mut **tx)
    .await
}

/// It has left, as this.
pub(super) async fn mail_sent(tx: &mut Tx, id: MailId, mail: &web::Mail) -> QueryResult<()> {
    let now = tx.ctx().now();
    diesel::sql_query(
        "UPDATE mails SET status = 'sent', subject = $2, html = $3, body_text = $4, sent_at = $5, last_error = NULL \
         WHERE id = $1 AND status <> 'sent'",
    )
    .bind::<st::Uuid, _>(id)
    .bind::<st::Text, _>(&mail.subject)
    .bind::<st::Text, _>(&mail.html)
    .bind::<st::Text, _>(&mail.text)
    .bind::<st::Timestamptz, _>(now)
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// Its tries have run out. What the mail server said last stays.
pub(super) async fn mail_given_up(tx: &mut Tx, id: MailId, why: &str) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE mails SET status = 'failed', last_error = coalesce(last_error, $2) WHERE id = $1 AND status <> 'sent'",
    )
    .bind::<st::Uuid, _>(id)
    .bind::<st::Text, _>(why)
    .execute(&mut **tx)
    .await
    .map(drop)
}

/// It could not be sent: for good (`failed`), or not now (`queued`).
pub(super) async fn mail_not_sent(tx: &mut Tx, id: MailId, status: &str, why: &str) -> QueryResult<()> {
    diesel::sql_query("UPDATE mails SET status = $2, last_error = $3 WHERE id = $1 AND status <> 'sent'")
        .bind::<st::Uuid, _>(id)
        .bind::<st::Text, _>(status)
        .bind::<st::Text, _>(why)
        .execute(&mut **tx)
        .await
        .map(drop)
}
