//! Views of the automation pages that are the host's own, with samples.

use events::Instant;
use kernel::{
    FormState, Layout, Text, View, ViewDef,
    mail::{MailDef, MailView},
};
use serde::Serialize;

/// Something an automation asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Ask {
    /// Its name, the value of the checkbox.
    pub name: String,
    /// In words.
    pub label: String,
    /// Whether it is granted.
    pub granted: bool,
}

/// A run of the automation.
#[derive(Clone, Debug, Serialize)]
pub struct RunLine {
    /// Its page.
    pub href: String,
    /// The event's name.
    pub event: String,
    /// `ok`, `failed` or `limited`.
    pub status: String,
    /// When it began.
    pub started_at: Instant,
    /// Milliseconds.
    pub took_ms: i64,
}

/// `server/automation`.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationDetail {
    /// For people.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Its version.
    pub version: String,
    /// Whether it is on.
    pub on: bool,
    /// Events it runs on.
    pub triggers: Vec<String>,
    /// What it asks for.
    pub asks: Vec<Ask>,
    /// Failed runs in a row.
    pub failures: i32,
    /// Its runs, newest first.
    pub runs: Vec<RunLine>,
    /// Older runs.
    pub older_href: Option<String>,
    /// Where the grants post to.
    pub action: String,
    /// Where the switch posts to.
    pub switch_action: String,
    /// The list.
    pub back_href: String,
    /// Whether the viewer may change it.
    pub may_write: bool,
    /// The grant form.
    pub form: FormState,
}

impl View for AutomationDetail {
    const TEMPLATE: &'static str = "server/automation";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("server-automation-title").arg("title", &self.title)
    }
    fn samples() -> Vec<Self> {
        let ask =
            |name: &str, granted| Ask { name: name.into(), label: "Add notes to the client".into(), granted };
        let started_at = Instant::new(jiff::Timestamp::constant(1_795_000_000, 0));
        let run = |status: &str| RunLine {
            href: "/northlight/studio/automations/runs/run_1".into(),
            event: "booking.confirmed".into(),
            status: status.into(),
            started_at,
            took_ms: 3,
        };
        let bare = Self {
            title: "Welcome note".into(),
            description: String::new(),
            version: "0.1.0".into(),
            on: false,
            triggers: vec!["booking.confirmed".into()],
            asks: vec![],
            failures: 0,
            runs: vec![],
            older_href: None,
            action: "/northlight/studio/automations/aut_1".into(),
            switch_action: "/northlight/studio/automations/aut_1/switch".into(),
            back_href: "/northlight/studio/automations".into(),
            may_write: false,
            form: FormState::default(),
        };
        let full = Self {
            description: "Writes a note.".into(),
            on: true,
            asks: vec![ask("client.note", true), ask("mail.client", false)],
            failures: 2,
            runs: vec![run("ok"), run("failed"), run("limited")],
            older_href: Some("?cursor=x".into()),
            may_write: true,
            ..bare.clone()
        };
        vec![full, bare]
    }
}

/// Mail that an automation sends.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationMail {
    subject: String,
    paragraphs: Vec<String>,
}

impl MailView for AutomationMail {
    const TEMPLATE: &'static str = "server/automation";
    fn samples() -> Vec<Self> {
        vec![Self {
            subject: "Welcome".into(),
            paragraphs: vec!["Hello Sam,".into(), "see you <soon>.".into()],
        }]
    }
}

/// Mail to the business when an automation was switched off.
#[derive(Clone, Debug, Serialize)]
pub struct SwitchedOffMail {
    title: String,
    failures: i32,
    link: String,
}

impl MailView for SwitchedOffMail {
    const TEMPLATE: &'static str = "server/automation_off";
    fn samples() -> Vec<Self> {
        let link = "https://example.com/northlight/studio/automations/aut_1".into();
        vec![Self { title: "Welcome note".into(), failures: 10, link }]
    }
}

/// Views with samples.
#[must_use]
pub fn views() -> Vec<ViewDef> {
    vec![ViewDef::of::<AutomationDetail>()]
}

/// Mails with samples.
#[must_use]
pub fn mails() -> Vec<MailDef> {
    vec![MailDef::of::<AutomationMail>(), MailDef::of::<SwitchedOffMail>()]
}
