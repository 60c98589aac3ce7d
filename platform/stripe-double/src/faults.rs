//! Answers that go wrong on purpose.

use std::time::Duration;

use crate::fail::{Fail, Outcome};
use crate::params::Params;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is answered with this status, 429 or 5xx, and has no effect.
    Status(u16),
    /// It has its effect, and is answered with this status nevertheless.
    StatusAfter(u16),
    /// It waits before it has its effect; a caller that goes away meanwhile stops it.
    Hang(Duration),
    /// It has its effect, and the answer waits.
    HangAfter(Duration),
    /// The connection is dropped; it has no effect.
    Drop,
    /// It has its effect; the connection is dropped without an answer.
    DropAfter,
}

/// A fault for the next calls that fit.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `POST`, `GET` or `DELETE`; `None` is any.
    pub method: Option<String>,
    /// How their path begins, such as `/v1/refunds`.
    pub path: String,
    /// That the path contains this, too; empty for anything.
    pub contains: String,
    /// How many fitting calls go right first.
    pub skip: u32,
    /// How many calls.
    pub times: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// The faults that wait for calls.
#[derive(Default)]
pub(crate) struct Faults {
    /// In the order in which they were asked for.
    pub(crate) waiting: Vec<Fault>,
    /// Each call to the API waits so long.
    pub(crate) latency: Duration,
    /// How many calls went wrong.
    pub(crate) hits: u64,
}

impl Faults {
    /// What goes wrong with this call.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        for fault in &mut self.waiting {
            let fits = fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && path.starts_with(&fault.path)
                && path.contains(&fault.contains);
            if !fits || fault.times == 0 {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            self.hits += 1;
            return Some(fault.kind);
        }
        None
    }
}

impl Fault {
    /// As the control API describes it.
    pub(crate) fn read(params: &Params) -> Outcome<Self> {
        let small = |name: &str, default: i64| -> Outcome<u32> {
            let value = params.int(name)?.unwrap_or(default);
            u32::try_from(value).map_err(|_| Fail::invalid("a number from 0").param(name))
        };
        let seconds = params.text("seconds").and_then(|text| text.parse().ok()).unwrap_or(30.0);
        let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(30));
        let status = u16::try_from(params.int("status")?.unwrap_or(500)).unwrap_or(500);
        let kind = match params.need("kind")?.as_str() {
            "status" => FaultKind::Status(status),
            "status_after" => FaultKind::StatusAfter(status),
            "hang" => FaultKind::Hang(wait),
            "hang_after" => FaultKind::HangAfter(wait),
            "drop" => FaultKind::Drop,
            "drop_after" => FaultKind::DropAfter,
            other => return Err(Fail::invalid(&format!("no such kind of fault: {other}")).param("kind")),
        };
        Ok(Self {
            method: params.text("method"),
            path: params.text("path").unwrap_or_else(|| "/v1/".to_owned()),
            contains: params.text("contains").unwrap_or_default(),
            skip: small("skip", 0)?,
            times: small("times", 1)?,
            kind,
        })
    }
}
