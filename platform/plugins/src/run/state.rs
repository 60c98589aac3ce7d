use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use wasmtime::ResourceLimiter;

use crate::{
    Action, Capability, FailureCode, Invocation, Limits, LogLevel, LogLine, Outcome, RunReport, Subjects,
    failure::{Refused, Stop, clean},
};

/// The largest event that a run is handed.
const EVENT_BYTES: usize = 256 << 10;
/// The longest key and value of the store.
const KEY_CHARS: usize = 128;
const VALUE_BYTES: usize = 16 << 10;

/// Why a call was refused, as the WIT has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    Denied(String),
    Invalid(String),
    QuotaExceeded(String),
}

/// All that the host keeps for one run.
pub(crate) struct State {
    invocation: Invocation,
    event_json: Arc<str>,
    event: Value,
    meter: Meter,
    ticks: u32,
    host_calls: u32,
    random: u64,
    logs: Vec<LogLine>,
    log_bytes: usize,
    logs_cut: bool,
    actions: Vec<Action>,
    writes: BTreeMap<String, Option<String>>,
    store_bytes: usize,
}

impl State {
    /// The state at the start of a run; or why it can't begin.
    pub(crate) fn new(mut invocation: Invocation) -> Result<Self, (Invocation, FailureCode)> {
        if invocation.depth > invocation.limits.depth {
            return Err((invocation, FailureCode::Depth));
        }
        if invocation.event_json.len() > EVENT_BYTES {
            return Err((invocation, FailureCode::Event));
        }
        let Ok(event) = serde_json::from_str(&invocation.event_json) else {
            return Err((invocation, FailureCode::Event));
        };
        let store_bytes = invocation.store.iter().map(|(key, value)| key.len() + value.len()).sum();
        Ok(Self {
            event_json: std::mem::take(&mut invocation.event_json).into(),
            event,
            meter: Meter { limits: invocation.limits, memory: 0, peak: 0, refused: Refused::default() },
            ticks: 0,
            host_calls: 0,
            random: invocation.seed,
            logs: Vec::new(),
            log_bytes: 0,
            logs_cut: false,
            actions: Vec::new(),
            writes: BTreeMap::new(),
            store_bytes,
            invocation,
        })
    }

    pub(crate) fn limits(&self) -> Limits {
        self.invocation.limits
    }

    pub(crate) fn event_json(&self) -> Arc<str> {
        Arc::clone(&self.event_json)
    }

    pub(crate) fn limiter(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.meter
    }

    pub(crate) fn refused(&self) -> Refused {
        self.meter.refused
    }

    /// Counts a turn; `false` when it was the last.
    pub(crate) fn tick(&mut self) -> bool {
        self.ticks += 1;
        self.ticks < self.invocation.limits.ticks
    }

    /// Counts a call of the platform; beyond the limit it ends the run.
    pub(crate) fn count_call(&mut self) -> Result<(), Stop> {
        if self.host_calls >= self.invocation.limits.host_calls {
            return Err(Stop::HostCalls);
        }
        self.host_calls += 1;
        Ok(())
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.invocation.now_ms
    }

    /// SplitMix64: small, well mixed from any seed, the same everywhere.
    pub(crate) fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn log(&mut self, level: LogLevel, message: &str) {
        // An empty line costs something, too.
        const LINE: usize = 16;
        let room = self.invocation.limits.log_bytes.saturating_sub(self.log_bytes);
        if room < LINE {
            self.logs_cut = true;
            return;
        }
        let kept = clean(message, room - LINE);
        // A replaced character may be longer than it was, never shorter than nothing: equal length means uncut.
        self.logs_cut |= kept.chars().count() < message.chars().count();
        self.log_bytes += LINE + kept.len();
        self.logs.push(LogLine { level, message: kept });
    }

    pub(crate) fn field(&self, path: &str) -> Option<String> {
        let found = path.split('.').try_fold(&self.event, |value, step| match value {
            Value::Object(fields) => fields.get(step),
            Value::Array(items) => step.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        })?;
        match found {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// Takes an action into the report, or says why not.
    pub(crate) fn act(&mut self, action: Action) -> Result<(), CallError> {
        self.check_grant(capability_of(&action))?;
        action.check_form().map_err(CallError::Invalid)?;
        self.check_subject(&action)?;
        self.check_quota(&action)?;
        self.actions.push(action);
        Ok(())
    }

    fn check_grant(&self, needed: Capability) -> Result<(), CallError> {
        if self.invocation.grants.contains(&needed) {
            return Ok(());
        }
        Err(CallError::Denied(format!("the capability {needed} has not been granted")))
    }

    fn check_subject(&self, action: &Action) -> Result<(), CallError> {
        match (&self.invocation.subjects, action.client()) {
            (Subjects::Only(clients), Some(client)) if !clients.contains(client) => {
                Err(CallError::Denied("only the client of the event may be acted on".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn check_quota(&self, action: &Action) -> Result<(), CallError> {
        let limits = self.invocation.limits;
        let (most, what) = match action {
            Action::AddNote { .. } => (limits.notes, "notes"),
            Action::TagClient { .. } => (limits.tags, "tags"),
            Action::MailClient { .. } | Action::MailStaff { .. } => (limits.mails, "mails"),
        };
        let share = capability_group(action);
        let used = self.actions.iter().filter(|it| capability_group(it) == share).count();
        if u32::try_from(used).is_ok_and(|used| used < most) {
            return Ok(());
        }
        Err(CallError::QuotaExceeded(format!("a run may ask for {most} {what}")))
    }

    pub(crate) fn kv_get(&self, key: &str) -> Result<Option<String>, CallError> {
        self.check_grant(Capability::Store)?;
        check_key(key)?;
        Ok(self.current(key).map(ToOwned::to_owned))
    }

    /// Keeps (`Some`) or forgets (`None`) what is under a key.
    pub(crate) fn kv_write(&mut self, key: String, value: Option<String>) -> Result<(), CallError> {
        self.check_grant(Capability::Store)?;
        check_key(&key)?;
        check_value(value.as_deref().unwrap_or_default())?;
        let size = |value: Option<&str>| value.map_or(0, |value| key.len() + value.len());
        let bytes = self.store_bytes - size(self.current(&key)) + size(value.as_deref());
        let most = self.invocation.limits.store_bytes;
        if bytes > most && value.is_some() {
            return Err(CallError::QuotaExceeded(format!("the store may hold {most} bytes")));
        }
        self.store_bytes = bytes;
        self.writes.insert(key, value);
        Ok(())
    }

    fn current(&self, key: &str) -> Option<&str> {
        match self.writes.get(key) {
            Some(written) => written.as_deref(),
            None => self.invocation.store.get(key).map(String::as_str),
        }
    }

    /// What is left of the run.
    pub(crate) fn report(self, outcome: Outcome, fuel_used: u64, wall: Duration) -> RunReport {
        let ended_well = matches!(outcome, Outcome::Ok(_));
        let (actions, discarded) =
            if ended_well { (self.actions, Vec::new()) } else { (Vec::new(), self.actions) };
        RunReport {
            outcome,
            actions,
            store_writes: if ended_well { self.writes } else { BTreeMap::new() },
            discarded,
            logs: self.logs,
            logs_cut: self.logs_cut,
            fuel_used,
            wall,
            host_calls: self.host_calls,
            memory_peak: self.meter.peak,
            next_depth: self.invocation.depth.saturating_add(1),
        }
    }
}

fn capability_of(action: &Action) -> Capability {
    match action {
        Action::AddNote { .. } => Capability::ClientNote,
        Action::TagClient { .. } => Capability::ClientTag,
        Action::MailClient { .. } => Capability::MailClient,
        Action::MailStaff { .. } => Capability::MailStaff,
    }
}

/// Which share of the run an action counts against: all mails share one.
fn capability_group(action: &Action) -> Capability {
    match capability_of(action) {
        Capability::MailStaff => Capability::MailClient,
        other => other,
    }
}

fn check_key(key: &str) -> Result<(), CallError> {
    let fits = !key.is_empty() && key.chars().count() <= KEY_CHARS && !key.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(CallError::Invalid(format!("a key must have 1 to {KEY_CHARS} characters")))
    }
}

fn check_value(value: &str) -> Result<(), CallError> {
    if value.len() > VALUE_BYTES || value.contains('\0') {
        return Err(CallError::Invalid(format!("a value must have up to {VALUE_BYTES} bytes and no NUL")));
    }
    Ok(())
}

/// Counts memory over all memories of the store, and refuses growth beyond the limits.
struct Meter {
    limits: Limits,
    memory: usize,
    peak: usize,
    refused: Refused,
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_add(desired.saturating_sub(current));
        if total > self.limits.memory_bytes {
            self.refused.memory = true;
            return Ok(false);
        }
        self.memory = total;
        self.peak = self.peak.max(total);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let fits = desired <= self.limits.table_elements;
        self.refused.table |= !fits;
        Ok(fits)
    }
}
