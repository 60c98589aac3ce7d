//! Pages of development installations: the mail outbox and the sandbox payment provider.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Money, View};
use crate::Layout;

/// A mail in the list.
#[derive(Clone, Debug, Serialize)]
pub struct OutboxRow {
    /// Its page.
    pub href: String,
    /// Subject.
    pub subject: String,
    /// Reader.
    pub to: String,
    /// The business that wrote it.
    pub business: String,
    /// When, RFC 3339.
    pub sent_at: String,
}

/// `web/outbox`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outbox {
    /// Newest first.
    pub mails: Vec<OutboxRow>,
    /// The next page.
    pub older_href: Option<String>,
}

impl View for Outbox {
    const TEMPLATE: &'static str = "web/outbox";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        ("web-outbox-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let row = OutboxRow {
            href: "/dev/outbox/1".into(),
            subject: "Your booking on Monday 23 November".into(),
            to: "maya@example.com".into(),
            business: "Northlight Coaching".into(),
            sent_at: "2026-11-23T08:12:00Z".into(),
        };
        vec![Self { mails: vec![row.clone(), row], older_href: Some("?before=1".into()) }, Self::default()]
    }
}

/// A file that came with a mail.
#[derive(Clone, Debug, Serialize)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Where to get it.
    pub href: String,
}

/// `web/outbox_mail`. The HTML part is shown in a sandboxed frame, so serve `html_href` with a CSP that allows
/// inline styles and nothing else, and `frame-ancestors 'self'`.
#[derive(Clone, Debug, Serialize)]
pub struct OutboxMail {
    /// Subject.
    pub subject: String,
    /// Sender.
    pub from: String,
    /// Reader.
    pub to: String,
    /// When, RFC 3339.
    pub sent_at: String,
    /// Address of the HTML part alone.
    pub html_href: String,
    /// The text part.
    pub plain: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The list.
    pub back_href: String,
}

impl View for OutboxMail {
    const TEMPLATE: &'static str = "web/outbox_mail";
    const LAYOUT: Layout = Layout::Public;

    fn title(&self) -> (&'static str, Value) {
        ("web-outbox-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        vec![Self {
            subject: "Your booking on Monday 23 November".into(),
            from: "Northlight Coaching <no-reply@example.com>".into(),
            to: "maya@example.com".into(),
            sent_at: "2026-11-23T08:12:00Z".into(),
            html_href: "about:blank".into(),
            plain: "Hello Maya,\n\nsee you on Monday.".into(),
            attachments: vec![Attachment {
                name: "booking.ics".into(),
                href: "/dev/outbox/1/booking.ics".into(),
            }],
            back_href: "/dev/outbox".into(),
        }]
    }
}

/// A line of what is paid for.
#[derive(Clone, Debug, Serialize)]
pub struct PayLine {
    /// What.
    pub label: String,
    /// How many.
    pub quantity: i64,
    /// Amount of the line.
    pub amount: Money,
}

/// `web/sandbox_pay`: posts `outcome` = `pay`, `challenge`, `decline`; in the challenge `challenge_ok`,
/// `challenge_failed`.
#[derive(Clone, Debug, Serialize)]
pub struct SandboxPay {
    /// Who is paid.
    pub business: String,
    /// How much.
    pub total: Money,
    /// For what.
    pub lines: Vec<PayLine>,
    /// Where the form posts to.
    pub action: String,
    /// Where a payer who changes their mind goes.
    pub cancel_href: Option<String>,
    /// Whether this is the second step: the bank asks who it is.
    pub challenge: bool,
    /// Whether the card is saved, so that how it behaves later is asked.
    pub saves: bool,
}

impl View for SandboxPay {
    const TEMPLATE: &'static str = "web/sandbox_pay";
    const LAYOUT: Layout = Layout::Bare;

    fn title(&self) -> (&'static str, Value) {
        ("web-sandbox-title", json!({}))
    }

    fn samples() -> Vec<Self> {
        let line = |label: &str, quantity: i64, amount: i64| PayLine {
            label: label.into(),
            quantity,
            amount: Money::new(amount, "GBP"),
        };
        let first = Self {
            business: "Northlight Coaching".into(),
            total: Money::new(57_000, "GBP"),
            lines: vec![line("First 90 days", 1, 48_000), line("Workbook", 2, 9_000)],
            action: "/sandbox/pay/tok".into(),
            cancel_href: Some("/northlight/buy".into()),
            challenge: false,
            saves: true,
        };
        vec![first.clone(), Self { challenge: true, cancel_href: None, ..first }]
    }
}
