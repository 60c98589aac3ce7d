//! What pages show.

use billing::{ElementStart, SavedMethod};
use events::{Instant, Money};
use kernel::{FormState, Layout, Text, View, ViewDef};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Settings,
    audit::{AuditRow, Finding, What},
    queries::{EventFilter, EventRow, EventState, Mode, Style},
    service::Overview,
};

pub(crate) fn all() -> Vec<ViewDef> {
    vec![
        ViewDef::of::<AccountPage>(),
        ViewDef::of::<EventsPage>(),
        ViewDef::of::<EventPage>(),
        ViewDef::of::<AuditsPage>(),
        ViewDef::of::<CardPage>(),
    ]
}

fn moment() -> Instant {
    Instant::new(jiff::Timestamp::constant(1_764_000_000, 0))
}
fn money(amount: i64) -> Money {
    Money::new(amount, "GBP".parse().unwrap_or_else(|_| unreachable!("GBP is a listed currency")))
}

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

/// A choice of a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

/// An event in the list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventLine {
    id: String,
    kind: String,
    object: String,
    received_at: Instant,
    created_at: Instant,
    by_poller: bool,
    tone: &'static str,
    state_label: String,
    outcome: Outcome,
    runs: i32,
    live: bool,
}

/// What became of an event, as a text with an order's number, or as Stripe's words.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Outcome {
    /// Key of the text; empty: none.
    key: String,
    number: String,
    words: String,
}

impl Outcome {
    fn of(state: EventState, text: &str) -> Self {
        match state {
            EventState::Handled | EventState::Ignored if !text.is_empty() => {
                let (code, number) = text.split_once(' ').unwrap_or((text, ""));
                Self {
                    key: format!("stripe-outcome-{code}"),
                    number: number.to_owned(),
                    words: String::new(),
                }
            }
            _ => Self { words: text.to_owned(), ..Self::default() },
        }
    }
}

impl EventLine {
    pub(crate) fn of(row: &EventRow) -> Self {
        let tone = match row.state {
            EventState::Received => "info",
            EventState::Handled => "ok",
            EventState::Ignored => "plain",
            EventState::Failed => "bad",
        };
        Self {
            id: row.id.clone(),
            kind: row.kind.clone(),
            object: row.object.clone(),
            received_at: row.received_at,
            created_at: row.created_at,
            by_poller: row.way == "poller",
            tone,
            state_label: format!("stripe-state-{}", row.state),
            outcome: Outcome::of(row.state, &row.outcome),
            runs: row.runs,
            live: row.live,
        }
    }
    fn samples() -> Vec<Self> {
        let row = |state: EventState, outcome: &str| EventRow {
            id: "evt_1".into(),
            account: String::new(),
            kind: "payment_intent.succeeded".into(),
            object: "pi_1".into(),
            live: false,
            created_at: moment(),
            received_at: moment(),
            state,
            way: if state == EventState::Handled { "poller" } else { "webhook" }.into(),
            runs: 1,
            outcome: outcome.into(),
            handled_at: None,
        };
        let codes = [
            "paid 1001",
            "given-back 1001",
            "processing 1001",
            "refused 1001",
            "waits 1001",
            "back 1001",
            "account",
            "subscription",
            "saved",
        ];
        let handled = codes.map(|code| row(EventState::Handled, code));
        let ignored = ["not-ours", "unknown-kind"].map(|code| row(EventState::Ignored, code));
        let open = [row(EventState::Received, ""), row(EventState::Failed, "Stripe does not answer")];
        handled.iter().chain(&ignored).chain(&open).map(Self::of).collect()
    }
}

/// `/studio/payments/stripe/events`: the inbox.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventsPage {
    tab: &'static str,
    events: Vec<EventLine>,
    next: Option<String>,
    search: String,
    state: String,
    states: Vec<Choice>,
    filtered: bool,
}

impl EventsPage {
    pub(crate) fn of(rows: &[EventRow], next: Option<String>, filter: &EventFilter) -> Self {
        let all =
            Choice { value: String::new(), label: "stripe-state-all".into(), chosen: filter.state.is_none() };
        let of = |state: &EventState| Choice {
            value: state.to_string(),
            label: format!("stripe-state-{state}"),
            chosen: filter.state == Some(*state),
        };
        Self {
            tab: "events",
            events: rows.iter().map(EventLine::of).collect(),
            next,
            search: filter.search.clone(),
            state: filter.state.map(|state| state.to_string()).unwrap_or_default(),
            states: std::iter::once(all).chain(EventState::ALL.iter().map(of)).collect(),
            filtered: *filter != EventFilter::default(),
        }
    }
}

impl View for EventsPage {
    const TEMPLATE: &'static str = "stripe/events";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("stripe-events-title")
    }
    fn samples() -> Vec<Self> {
        let empty = Self::of(&[], None, &EventFilter::default());
        let filter = EventFilter { state: Some(EventState::Failed), search: "invoice".into() };
        let next = Some("2026-11-23T08:00:00Z~evt_1".to_owned());
        let full = Self { events: EventLine::samples(), next, ..empty.clone() };
        vec![full, Self::of(&[], None, &filter), empty]
    }
}

/// `/studio/payments/stripe/events/{id}`: one of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EventPage {
    tab: &'static str,
    event: EventLine,
    /// As Stripe sent it, without what opens payments.
    payload: String,
}

impl EventPage {
    pub(crate) fn of(row: &EventRow, payload: &Value) -> Self {
        let payload = serde_json::to_string_pretty(payload).unwrap_or_default();
        Self { tab: "events", event: EventLine::of(row), payload }
    }
}

impl View for EventPage {
    const TEMPLATE: &'static str = "stripe/event";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("stripe-event-title").arg("kind", &self.event.kind)
    }
    fn samples() -> Vec<Self> {
        let payload = serde_json::to_string_pretty(&json!({"id": "evt_1"})).unwrap_or_default();
        let of = |event| Self { tab: "events", event, payload: payload.clone() };
        EventLine::samples().into_iter().map(of).collect()
    }
}

/// An audit on the page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditLine {
    at: Instant,
    since: Instant,
    until: Instant,
    compared: i32,
    agrees: bool,
    findings: Vec<FindingLine>,
}

/// A difference on the page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FindingLine {
    reference: String,
    number: i64,
    label: &'static str,
    ours: Money,
    theirs: Money,
}

impl AuditLine {
    pub(crate) fn of(row: AuditRow) -> Self {
        let findings: Vec<Finding> = serde_json::from_value(row.findings).unwrap_or_default();
        let finding = |one: Finding| FindingLine {
            label: match one.what {
                What::PaymentMissing => "stripe-finding-payment-missing",
                What::PaymentUnknown => "stripe-finding-payment-unknown",
                What::PaymentDiffers => "stripe-finding-payment-differs",
                What::RefundMissing => "stripe-finding-refund-missing",
                What::RefundUnknown => "stripe-finding-refund-unknown",
                What::RefundDiffers => "stripe-finding-refund-differs",
            },
            number: one.number,
            ours: Money::new(one.ours, one.currency),
            theirs: Money::new(one.theirs, one.currency),
            reference: one.reference,
        };
        Self {
            at: row.at,
            since: row.since,
            until: row.until,
            compared: row.compared,
            agrees: findings.is_empty(),
            findings: findings.into_iter().map(finding).collect(),
        }
    }
}

/// `/studio/payments/stripe/audits`: both books held together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AuditsPage {
    tab: &'static str,
    audits: Vec<AuditLine>,
}

impl AuditsPage {
    pub(crate) fn of(rows: Vec<AuditRow>) -> Self {
        Self { tab: "audits", audits: rows.into_iter().map(AuditLine::of).collect() }
    }
}

impl View for AuditsPage {
    const TEMPLATE: &'static str = "stripe/audits";
    const LAYOUT: Layout = Layout::Studio;
    fn title(&self) -> Text {
        Text::key("stripe-audits-title")
    }
    fn samples() -> Vec<Self> {
        use What::{
            PaymentDiffers, PaymentMissing, PaymentUnknown, RefundDiffers, RefundMissing, RefundUnknown,
        };
        let all =
            [PaymentMissing, PaymentUnknown, PaymentDiffers, RefundMissing, RefundUnknown, RefundDiffers];
        let findings = all.map(|what| Finding {
            reference: "pi_1".into(),
            number: if what == PaymentMissing { 0 } else { 1001 },
            ours: 0,
            theirs: 9_000,
            currency: money(0).currency,
            what,
        });
        let row = |findings: &[Finding]| AuditRow {
            id: uuid::Uuid::nil(),
            since: moment().plus_minutes(-5760),
            until: moment(),
            compared: 12,
            difference: 0,
            findings: serde_json::to_value(findings).unwrap_or_default(),
            at: moment(),
        };
        vec![Self::of(vec![row(&findings), row(&[])]), Self::of(Vec::new())]
    }
}

/// `/order/{token}/card`: the card form on our own page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardPage {
    pub(crate) business: String,
    pub(crate) number: i64,
    pub(crate) token: String,
    pub(crate) due: Money,
    pub(crate) start: ElementStart,
    /// Where the buyer comes back to, absolute.
    pub(crate) return_url: String,
    /// The language of the form.
    pub(crate) locale: String,
    pub(crate) test: bool,
    pub(crate) saved: Vec<SavedLine>,
}

/// Something saved that the buyer can pay with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SavedLine {
    id: String,
    label: String,
}

impl SavedLine {
    pub(crate) fn of(saved: &SavedMethod) -> Self {
        Self { id: saved.id.to_string(), label: saved.label() }
    }
}

impl View for CardPage {
    const TEMPLATE: &'static str = "stripe/card";
    const LAYOUT: Layout = Layout::Public;
    fn title(&self) -> Text {
        Text::key("stripe-card-title").arg("number", self.number)
    }
    fn samples() -> Vec<Self> {
        let start = ElementStart {
            script: "https://js.stripe.com/v3/".into(),
            publishable_key: "pk_test_1".into(),
            account: String::new(),
            client_secret: "pi_1_secret_1".into(),
        };
        let page = Self {
            business: "Northside".into(),
            number: 1001,
            token: "t".into(),
            due: money(29_700),
            start,
            return_url: "https://example.com/northside/order/t/back".into(),
            locale: "en".into(),
            test: true,
            saved: Vec::new(),
        };
        let saved = SavedLine { id: "pmt_1".into(), label: "Visa •• 4242".into() };
        vec![Self { saved: vec![saved], test: false, ..page.clone() }, page]
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
