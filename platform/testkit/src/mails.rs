use serde_json::Value;

use crate::{TestApp, TestTenant};

/// A mail as the application keeps it.
#[derive(Clone, Debug)]
pub struct TestMail {
    /// What makes it one.
    pub key: String,
    /// Template name.
    pub template: String,
    /// Address.
    pub to: String,
    /// `queued`, `sent` or `failed`.
    pub status: String,
    /// Subject, once it was written.
    pub subject: String,
    /// Text part, once it was written.
    pub text: String,
    /// Files: `name`, `content_type`, `text`.
    pub attachments: Vec<Value>,
}

impl TestApp {
    /// The mails of a tenant in the order they were queued.
    pub async fn mails(&self, tenant: &TestTenant<'_>) -> Vec<TestMail> {
        let sql = format!(
            "SELECT key, template, to_email, status, subject, body_text, attachments FROM mails WHERE {} ORDER BY created_at, id",
            tenant.rows()
        );
        self.sql.rows(&sql).await.into_iter().map(mail).collect()
    }
}

impl TestTenant<'_> {
    /// The mails to one reader.
    pub async fn mails_to(&self, email: &str) -> Vec<TestMail> {
        let mut mails = self.app.mails(self).await;
        mails.retain(|mail| mail.to == email);
        mails
    }
}

fn mail(row: Vec<Option<String>>) -> TestMail {
    let mut row = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || row.next().unwrap_or_default();
    let (key, template, to, status, subject, text) = (next(), next(), next(), next(), next(), next());
    let attachments = serde_json::from_str::<Value>(&next()).unwrap_or_default();
    let attachments = attachments.as_array().cloned().unwrap_or_default();
    TestMail { key, template, to, status, subject, text, attachments }
}
