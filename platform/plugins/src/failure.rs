use std::fmt;

use serde::{Deserialize, Serialize};
use wasmtime::{Error, PoolConcurrencyLimitError, Trap};

/// Why a run failed, as a stable code. [`FailureCode::message_key`] leads to the text for a coach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// It did more work than allowed (fuel).
    Work,
    /// It ran longer than allowed.
    Time,
    /// It used more memory than allowed.
    Memory,
    /// It made a table larger than allowed.
    Table,
    /// It called itself too deeply.
    Stack,
    /// It called the platform more often than allowed.
    HostCalls,
    /// It handed over more data in one call than allowed.
    CallData,
    /// Its answer is larger than allowed.
    OutputSize,
    /// Its answer is not a JSON document.
    OutputForm,
    /// It stopped with an internal error; the detail names the cause.
    Crash,
    /// It reported a problem; the detail is its own text.
    Reported,
    /// Automations have set each other off too many times.
    Depth,
    /// The event is larger than a run may be handed, or is not JSON.
    Event,
    /// The platform could not run it now. Not the automation's fault: try again.
    Unavailable,
}

impl FailureCode {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Work,
        Self::Time,
        Self::Memory,
        Self::Table,
        Self::Stack,
        Self::HostCalls,
        Self::CallData,
        Self::OutputSize,
        Self::OutputForm,
        Self::Crash,
        Self::Reported,
        Self::Depth,
        Self::Event,
        Self::Unavailable,
    ];

    /// The code as stored, for example `host-calls`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Table => "table",
            Self::Stack => "stack",
            Self::HostCalls => "host-calls",
            Self::CallData => "call-data",
            Self::OutputSize => "output-size",
            Self::OutputForm => "output-form",
            Self::Crash => "crash",
            Self::Reported => "reported",
            Self::Depth => "depth",
            Self::Event => "event",
            Self::Unavailable => "unavailable",
        }
    }

    /// Key of the text for a coach, for example `automation-failure-time`.
    #[must_use]
    pub fn message_key(self) -> String {
        format!("automation-failure-{}", self.as_str())
    }

    /// Whether the same run may end well when tried again: only what is not the automation's doing.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Unavailable)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind of failure.
    pub code: FailureCode,
    /// More about it for whoever looks after the automation: its own text, or the last cause. Never a trace.
    pub detail: Option<String>,
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        Self { code, detail: None }
    }
}

/// Raised by the host inside a run to end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("too many calls of the platform")]
    HostCalls,
    #[error("too many turns")]
    Ticks,
}

/// What was refused while the run went on and may explain a trap that follows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refused {
    pub memory: bool,
    pub table: bool,
}

impl Failure {
    /// The failure behind an error of the runtime.
    pub(crate) fn from_error(error: &Error, refused: Refused) -> Self {
        let code = code_of(error, refused);
        let detail = (code == FailureCode::Crash).then(|| last_cause(error));
        Self { code, detail }
    }
}

fn code_of(error: &Error, refused: Refused) -> FailureCode {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return match stop {
            Stop::HostCalls => FailureCode::HostCalls,
            Stop::Ticks => FailureCode::Time,
        };
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return FailureCode::Unavailable;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => FailureCode::Work,
        Some(Trap::Interrupt) => FailureCode::Time,
        Some(Trap::StackOverflow) => FailureCode::Stack,
        _ if refused.memory => FailureCode::Memory,
        _ if refused.table => FailureCode::Table,
        _ if is_hostcall_fuel(error) => FailureCode::CallData,
        _ => FailureCode::Crash,
    }
}

/// The runtime has no public type for this error; a test holds the text.
fn is_hostcall_fuel(error: &Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}

fn last_cause(error: &Error) -> String {
    clean(&error.root_cause().to_string(), 300)
}

/// Text that can be stored and shown: no control characters but line ends and tabs, and at most so many bytes.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most));
    for c in text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }) {
        if out.len() + c.len_utf8() > most {
            break;
        }
        out.push(c);
    }
    out
}
