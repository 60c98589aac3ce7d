use events::Instant;
use kernel::{FormState, Layout, Text, View};
use serde::Serialize;

use super::moment;
use crate::{
    Settings,
    queries::{Mode, Style},
    service::Overview,
};

/// `/studio/payments/stripe`: the connection.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AccountPage {
    pub(crate) tab: &'static str,
    pub(crate) has_connect: bool,
    pub(crate) connected: bool,
    pub(crate) by_connect: bool,
    pub(crate) account: String,
    pub(crate) hint: String,
    pub(crate) live: bool,
    pub(crate) charges: bool,
    pub(crate) payouts: bool,
    pub(crate) details: bool,
    pub(crate) trouble: String,
    pub(crate) element: bool,
    /// Whether events of the business's own account can be checked.
    pub(crate) signed: bool,
    pub(crate) fee: String,
    pub(crate) webhook_url: String,
    pub(crate) connected_at: Option<Instant>,
    pub(crate) delivered_at: Option<Instant>,
    pub(crate) failed: i64,
    pub(crate) agrees: Option<bool>,
    pub(crate) audited_at: Option<Instant>,
    pub(crate) form: FormState,
}

impl AccountPage {
    pub(crate) fn of(settings: &Settings, slug: &str, overview: Overview, form: FormState) -> Self {
        let Overview { account, delivered_at, failed, audit } = overview;
        let blank = Self::blank(settings, slug);
        let page = Self {
            delivered_at,
            failed,
            agrees: audit.as_ref().map(|audit| audit.difference == 0),
            audited_at: audit.map(|audit| audit.at),
            form: without_secrets(form),
            ..blank
        };
        let Some(row) = account else { return page };
        Self {
            connected: true,
            by_connect: row.mode == Mode::Connect,
            account: row.account_id,
            hint: row.key_hint,
            live: row.live,
            charges: row.charges_enabled,
            payouts: row.payouts_enabled,
            details: row.details_submitted,
            trouble: row.trouble,
            element: row.style == Style::Element,
            signed: row.webhook_secret.is_some(),
            connected_at: Some(row.connected_at),
            ..page
        }
    }
    fn blank(settings: &Settings, slug: &str) -> Self {
        Self {
            tab: "account",
            has_connect: settings.has_connect(),
            connected: false,
            by_connect: false,
            account: String::new(),
            hint: String::new(),
            live: false,
            charges: false,
            payouts: false,
            details: false,
            trouble: String::new(),
            element: false,
            signed: false,
            fee: fee(settings.application_fee),
            webhook_url: format!("{}/{slug}/webhooks/stripe", settings.origin),
            connected_at: None,
            delivered_at: None,
            failed: 0,
            agrees: None,
            audited_at: None,
            form: FormState::default(),
        }
    }
}

/// A share as people write it, without the sign: `2.5`.
fn fee(bp: u32) -> String {
    let (whole, rest) = (bp / 100, bp % 100);
    let text = format!("{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Secrets are typed again, never shown again.
fn without_secrets(mut form: FormState) -> FormState {
    form.values.retain(|name, _| name != "secret_key" && name != "webhook_secret");
    form
}

impl View for AccountPage {
    const TEMPLATE: &'static str = "stripe/account";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("stripe-title")
    }
    fn samples() -> Vec<Self> {
        let settings =
            Settings { application_fee: 250, origin: "https://example.com".into(), ..Settings::default() };
        let none = Self::blank(&settings, "northside");
        let keys = Self {
            connected: true,
            hint: "WXYZ".into(),
            charges: true,
            payouts: true,
            details: true,
            connected_at: Some(moment()),
            delivered_at: Some(moment()),
            agrees: Some(true),
            audited_at: Some(moment()),
            ..none.clone()
        };
        let connect = Self {
            by_connect: true,
            has_connect: true,
            account: "acct_1".into(),
            charges: false,
            trouble: "requirements.past_due: external_account".into(),
            live: true,
            failed: 2,
            agrees: Some(false),
            element: true,
            ..keys.clone()
        };
        vec![
            Self { has_connect: true, ..none.clone() },
            none,
            Self { signed: true, ..keys.clone() },
            keys,
            connect,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_as_people_write_them() {
        assert_eq!([fee(250), fee(0), fee(5), fee(1_000)], ["2.5", "0", "0.05", "10"]);
    }

    #[test]
    fn typed_secrets_are_not_shown_again() {
        let form = FormState::default().with("secret_key", "rk_test_x").with("publishable_key", "pk_test_x");
        let shown = without_secrets(form);
        assert_eq!(shown.values.keys().collect::<Vec<_>>(), ["publishable_key"]);
    }
}
