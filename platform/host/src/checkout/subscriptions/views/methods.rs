use billing::SavedMethod;
use kernel::{Layout, Text, View};
use serde::Serialize;

/// Something that a client saved.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MethodRow {
    id: String,
    label: String,
    /// `12/2034`.
    expires: Option<String>,
    is_default: bool,
    /// What alone it is for; empty: for everything.
    only_for: String,
}

impl MethodRow {
    pub(crate) fn of(saved: &SavedMethod, only_for: &str) -> Self {
        let expires = saved.exp_month.zip(saved.exp_year).map(|(month, year)| format!("{month:02}/{year}"));
        Self {
            id: saved.id.to_string(),
            label: saved.label(),
            expires,
            is_default: saved.is_default,
            only_for: only_for.to_owned(),
        }
    }
}

/// `/me/payment-methods`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct MethodsPage {
    pub(crate) methods: Vec<MethodRow>,
    pub(crate) can_add: bool,
}

impl View for MethodsPage {
    const TEMPLATE: &'static str = "subscriptions/methods";
    const LAYOUT: Layout = Layout::Client;
    fn title(&self) -> Text {
        Text::key("subscriptions-methods-title")
    }
    fn samples() -> Vec<Self> {
        let row = |is_default: bool| MethodRow {
            id: "pmt_1".into(),
            label: "Visa •• 4242".into(),
            expires: is_default.then(|| "12/2034".into()),
            is_default,
            only_for: String::new(),
        };
        let alone = MethodRow { only_for: "Committed".into(), ..row(false) };
        vec![
            Self { methods: vec![row(true), row(false), alone], can_add: true },
            Self { methods: vec![], can_add: true },
            Self { methods: vec![], can_add: false },
        ]
    }
}

/// `/pay/sandbox-card/{token}`: the sandbox's page for saving a card.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SandboxCardPage {
    pub(crate) business: String,
    pub(crate) action: String,
    pub(crate) back: String,
}

impl View for SandboxCardPage {
    const TEMPLATE: &'static str = "subscriptions/sandbox_card";
    const LAYOUT: Layout = Layout::Bare;
    fn title(&self) -> Text {
        Text::key("subscriptions-sandbox-card-title")
    }
    fn samples() -> Vec<Self> {
        vec![Self {
            business: "Northside".into(),
            action: "/northside/pay/sandbox-card/t".into(),
            back: "/northside/me/payment-methods".into(),
        }]
    }
}
