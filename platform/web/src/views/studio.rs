//! The staff area: dashboard, features, automations.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Block, FormState, Money, View};
use crate::Layout;

/// One figure of a dashboard: an amount or a text.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tile {
    /// What it counts.
    pub label: String,
    /// Icon name.
    pub icon: String,
    /// A count or text; used when there is no amount.
    pub value: String,
    /// An amount.
    pub money: Option<Money>,
    /// A word below.
    pub note: Option<String>,
    /// Change against last month in percent.
    pub trend: Option<i64>,
}

impl Tile {
    pub(crate) fn examples() -> Vec<Self> {
        let tile =
            |label: &str, icon: &str| Self { label: label.into(), icon: icon.into(), ..Self::default() };
        vec![
            Self { value: "3".into(), note: Some("Next at 14:30 GMT".into()), ..tile("Today", "calendar") },
            Self {
                money: Some(Money::new(184_000, "GBP")),
                trend: Some(12),
                ..tile("Revenue this month", "card")
            },
            Self { value: "27".into(), trend: Some(-4), ..tile("Clients", "users") },
            Self { value: "4.9".into(), note: Some("18 reviews".into()), ..tile("Satisfaction", "star") },
        ]
    }
}

/// A step of setting up a business.
#[derive(Clone, Debug, Serialize)]
pub struct Todo {
    /// What is to do.
    pub label: String,
    /// Where.
    pub href: String,
    /// The button's text.
    pub action: String,
    /// Icon name.
    pub icon: String,
    /// Whether it is done.
    pub done: bool,
}

/// `web/studio_home`.
#[derive(Clone, Debug, Serialize)]
pub struct StudioHome {
    /// The viewer's name.
    pub name: String,
    /// This moment, RFC 3339.
    pub now: String,
    /// Key figures.
    pub tiles: Vec<Tile>,
    /// Steps of setting up; empty once all are done.
    pub todo: Vec<Todo>,
    /// How many of them are done.
    pub todo_done: usize,
    /// Cards of the active modules.
    pub cards: Vec<Block>,
}

impl View for StudioHome {
    const TEMPLATE: &'static str = "web/studio_home";
    const LAYOUT: Layout = Layout::Studio;

    fn title(&self) -> (&'static str, Value) {
        ("web-studio-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let todo = |label: &str, action: &str, done: bool| Todo {
            label: label.into(),
            href: "/northlight/studio/settings".into(),
            action: action.into(),
            icon: "edit".into(),
            done,
        };
        let about = json!({ "title": "A module's card", "text": "Cards come from the active modules." });
        let empty = Self {
            name: "Ana".into(),
            now: "2026-11-23T08:12:00Z".into(),
            tiles: Vec::new(),
            todo: Vec::new(),
            todo_done: 0,
            cards: Vec::new(),
        };
        let full = Self {
            tiles: Tile::examples(),
            todo: vec![
                todo("Write a tagline", "Write", true),
                todo("Set your weekly hours", "Set hours", false),
            ],
            todo_done: 1,
            cards: vec![Block::new("web/block/about", about)],
            ..empty.clone()
        };
        vec![full, empty]
    }
}

/// One feature module as a switch.
#[derive(Clone, Debug, Serialize)]
pub struct ModuleSwitch {
    /// The form field, `module.appointments`; sent as `on` when on.
    pub field: String,
    /// Its name for people.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Icon name.
    pub icon: String,
    /// Whether it is on.
    pub on: bool,
    /// Whether the operator lets this business have it.
    pub entitled: bool,
    /// Whether the viewer may not change it.
    pub locked: bool,
}

/// `web/settings_modules`: the module switches, one form.
#[derive(Clone, Debug, Serialize)]
pub struct SettingsModules {
    /// Where the form posts to.
    pub action: String,
    /// What was refused.
    pub form: FormState,
    /// The switches.
    pub modules: Vec<ModuleSwitch>,
}

impl View for SettingsModules {
    const TEMPLATE: &'static str = "web/settings_modules";
    const LAYOUT: Layout = Layout::Studio;

    fn title(&self) -> (&'static str, Value) {
        ("web-modules-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let module = |name: &str, description: &str, icon: &str, on: bool, entitled: bool| ModuleSwitch {
            field: format!("module.{}", name.to_lowercase()),
            title: name.into(),
            description: description.into(),
            icon: icon.into(),
            on,
            entitled,
            locked: !entitled,
        };
        let modules = vec![
            module("Appointments", "One-to-one bookings in your calendar.", "calendar", true, true),
            module("Packages", "Sell sessions, bundles and files.", "tag", true, true),
            module("Courses", "Lessons that clients follow at their own pace.", "book", false, false),
        ];
        vec![Self {
            action: "/northlight/studio/settings/modules".into(),
            form: FormState::default(),
            modules,
        }]
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// It did what it was to do.
    Ok,
    /// It returned an error or trapped.
    Failed,
    /// It hit a limit of fuel, time, memory or output.
    Limited,
    /// It is running.
    Running,
}

/// An automation of a business.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationRow {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Event names it runs on.
    pub trigger: String,
    /// Its version.
    pub version: String,
    /// Whether it is on.
    pub on: bool,
    /// Last run, RFC 3339.
    pub last_run_at: Option<String>,
    /// Where the switch posts `on=true|false` to.
    pub toggle_action: String,
}

/// A run in the list.
#[derive(Clone, Debug, Serialize)]
pub struct RunRow {
    /// Its page.
    pub href: String,
    /// The automation's name.
    pub automation: String,
    /// The event's name.
    pub event: String,
    /// How it ended.
    pub status: RunStatus,
    /// Start, RFC 3339.
    pub started_at: String,
    /// Milliseconds.
    pub took_ms: i64,
}

/// `web/automations`: automations and their recent runs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Automations {
    /// The business's automations.
    pub automations: Vec<AutomationRow>,
    /// Recent runs, newest first.
    pub runs: Vec<RunRow>,
    /// The next page of runs.
    pub older_href: Option<String>,
    /// Where an upload posts to (multipart: `component`); none if the viewer may not.
    pub upload_action: Option<String>,
    /// What was refused.
    pub form: FormState,
}

impl View for Automations {
    const TEMPLATE: &'static str = "web/automations";
    const LAYOUT: Layout = Layout::Studio;

    fn title(&self) -> (&'static str, Value) {
        ("web-automations-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let run = |status| RunRow {
            href: "/northlight/studio/automations/runs/1".into(),
            automation: "Welcome note".into(),
            event: "booking.confirmed".into(),
            status,
            started_at: "2026-11-23T08:12:00Z".into(),
            took_ms: 4,
        };
        let row = AutomationRow {
            href: "/northlight/studio/automations/1".into(),
            name: "Welcome note".into(),
            description: Some("Writes a note for a client’s first booking.".into()),
            trigger: "booking.confirmed".into(),
            version: "0.1.0".into(),
            on: true,
            last_run_at: Some("2026-11-23T08:12:00Z".into()),
            toggle_action: "/northlight/studio/automations/1".into(),
        };
        let off = AutomationRow { on: false, last_run_at: None, description: None, ..row.clone() };
        vec![
            Self {
                automations: vec![row, off],
                runs: [RunStatus::Ok, RunStatus::Failed, RunStatus::Limited, RunStatus::Running]
                    .map(run)
                    .into(),
                older_href: Some("?before=1".into()),
                upload_action: Some("/northlight/studio/automations".into()),
                form: FormState::default(),
            },
            Self::default(),
        ]
    }
}

/// A line that a run wrote.
#[derive(Clone, Debug, Serialize)]
pub struct LogLine {
    /// `info`, `warn`, `error`.
    pub level: String,
    /// Its text.
    pub line: String,
}

/// `web/automation_run`.
#[derive(Clone, Debug, Serialize)]
pub struct AutomationRun {
    /// The automation's name.
    pub automation: String,
    /// The event's name.
    pub event: String,
    /// How it ended.
    pub status: RunStatus,
    /// Start, RFC 3339.
    pub started_at: String,
    /// Milliseconds.
    pub took_ms: i64,
    /// Fuel used.
    pub fuel: i64,
    /// Calls of host functions.
    pub calls: i64,
    /// What went wrong, in the viewer's language or the last cause of a trap.
    pub error: Option<String>,
    /// What it did, one sentence each.
    pub effects: Vec<String>,
    /// What it wrote.
    pub log: Vec<LogLine>,
    /// The event it got, as JSON text.
    pub input: Option<String>,
    /// The list of automations.
    pub back_href: String,
}

impl View for AutomationRun {
    const TEMPLATE: &'static str = "web/automation_run";
    const LAYOUT: Layout = Layout::Studio;

    fn title(&self) -> (&'static str, Value) {
        ("web-run-title", Value::Null)
    }

    fn samples() -> Vec<Self> {
        let ok = Self {
            automation: "Welcome note".into(),
            event: "booking.confirmed".into(),
            status: RunStatus::Ok,
            started_at: "2026-11-23T08:12:00Z".into(),
            took_ms: 4,
            fuel: 13_204,
            calls: 2,
            error: None,
            effects: vec!["Added a note to Maya Lind".into()],
            log: vec![LogLine { level: "info".into(), line: "first booking of <maya@example.com>".into() }],
            input: Some("{\n  \"booking\": \"bok_1\"\n}".into()),
            back_href: "/northlight/studio/automations".into(),
        };
        let failed = Self {
            status: RunStatus::Limited,
            error: Some("all fuel consumed".into()),
            effects: Vec::new(),
            log: Vec::new(),
            input: None,
            ..ok.clone()
        };
        vec![ok, failed]
    }
}
