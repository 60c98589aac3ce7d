use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{Action, Failure, FailureCode, Grants, Limits};

/// The document an automation is called with, to be written as JSON into [`Invocation::event_json`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventDocument {
    /// Identifier of the event (`evt_…`).
    pub id: String,
    /// Its name, for example `booking.confirmed`.
    pub name: String,
    /// Version of its data.
    pub version: i32,
    /// When it happened: RFC 3339, UTC.
    pub occurred_at: String,
    /// The event's own fields, as published.
    pub data: serde_json::Value,
}

/// Which clients a run may act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subjects {
    /// These alone: those of the event.
    Only(BTreeSet<String>),
    /// Any client of the tenant.
    Any,
}

impl Subjects {
    /// The clients that an event is about: its fields `client` and `clients`, whatever a person may have typed
    /// into the others.
    #[must_use]
    pub fn of(event: &EventDocument) -> Self {
        let one = event.data.get("client").and_then(serde_json::Value::as_str);
        let many = event.data.get("clients").and_then(serde_json::Value::as_array);
        let many = many.into_iter().flatten().filter_map(serde_json::Value::as_str);
        Self::Only(one.into_iter().chain(many).map(ToOwned::to_owned).collect())
    }
}

/// Everything that a run sees and may do. Kept with the record of the run, it replays to the same report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    /// The event: an [`EventDocument`] as JSON, at most 256 KiB.
    pub event_json: String,
    /// When the event happened, in milliseconds since 1970: the run's clock.
    pub now_ms: u64,
    /// Seed of the run's random numbers.
    pub seed: u64,
    /// What it may use; the host's ceiling holds above it.
    pub limits: Limits,
    /// What the owner has granted.
    pub grants: Grants,
    /// Whom it may act on.
    pub subjects: Subjects,
    /// The automation's store as the run finds it.
    pub store: BTreeMap<String, String>,
    /// How many automations have set each other off before this run: 0 for an event that a person caused.
    pub depth: u8,
}

/// The document is not one that a run can be called with.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The time is not RFC 3339, or before 1970.
    #[error("the event's time `{0}` is not a moment since 1970 as RFC 3339 has it")]
    Time(String),
    /// The data can't be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Invocation {
    /// A run on an event that a person caused: at the event's time, for its clients, with the usual limits, an empty
    /// store and nothing granted. The caller sets what differs, and a seed that it records.
    ///
    /// # Errors
    /// The event's time is no moment.
    pub fn of(event: &EventDocument, seed: u64) -> Result<Self, DocumentError> {
        let no_time = || DocumentError::Time(event.occurred_at.clone());
        let at: jiff::Timestamp = event.occurred_at.parse().map_err(|_| no_time())?;
        Ok(Self {
            event_json: serde_json::to_string(event)?,
            now_ms: u64::try_from(at.as_millisecond()).map_err(|_| no_time())?,
            seed,
            limits: Limits::default(),
            grants: Grants::new(),
            subjects: Subjects::of(event),
            store: BTreeMap::new(),
            depth: 0,
        })
    }
}

/// How severe a line of the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// For whoever hunts a fault.
    Debug,
    /// What was done.
    Info,
    /// Something to look at.
    Warn,
    /// Something that went wrong.
    Error,
}

/// One line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How severe.
    pub level: LogLevel,
    /// The text; cut to what was left of the run's share.
    pub message: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Well, with its answer: a JSON document, or empty.
    Ok(String),
    /// Not well.
    Failed(Failure),
}

/// What a run did.
///
/// Invariant: `actions` and `store_writes` are empty unless the outcome is ok.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// How it ended.
    pub outcome: Outcome,
    /// Effects to apply, in this order and in one transaction. With the run's identifier, the position is an
    /// idempotency key.
    pub actions: Vec<Action>,
    /// Keys of the store to set (`Some`) or remove (`None`), in the same transaction.
    pub store_writes: BTreeMap<String, Option<String>>,
    /// Effects that a failed run had asked for, to show; never to apply.
    pub discarded: Vec<Action>,
    /// The log.
    pub logs: Vec<LogLine>,
    /// Whether some of the log was cut.
    pub logs_cut: bool,
    /// Work done; exact and repeatable.
    pub fuel_used: u64,
    /// Time from start to end, not counting the wait for its turn.
    pub wall: Duration,
    /// Calls of the platform.
    pub host_calls: u32,
    /// Most linear memory held, in bytes.
    pub memory_peak: usize,
    /// The depth to give to events that its actions cause.
    pub next_depth: u8,
}

impl RunReport {
    /// Whether the run ended well.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self.outcome, Outcome::Ok(_))
    }

    /// The failure, if it was one.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.outcome {
            Outcome::Ok(_) => None,
            Outcome::Failed(failure) => Some(failure),
        }
    }

    /// The report of a run that did not begin.
    pub(crate) fn not_run(invocation: &Invocation, code: FailureCode) -> Self {
        Self {
            outcome: code.into(),
            actions: Vec::new(),
            store_writes: BTreeMap::new(),
            discarded: Vec::new(),
            logs: Vec::new(),
            logs_cut: false,
            fuel_used: 0,
            wall: Duration::ZERO,
            host_calls: 0,
            memory_peak: 0,
            next_depth: invocation.depth.saturating_add(1),
        }
    }
}
