use events::Instant;
use kernel::{Layout, Text, View};
use serde::Serialize;
use serde_json::{Value, json};

use super::moment;
use crate::queries::{EventFilter, EventRow, EventState};

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
