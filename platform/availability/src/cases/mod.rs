//! Questions and answers as JSON: the form of `platform slots` and of the case files in `tests/cases`.
//!
//! | the input has | the answer has |
//! |---|---|
//! | `schedule` or `hosts` | `windows_utc`, `free_windows_utc`, `slots_utc`; `seats_left` when `seats` is given; `slots_viewer_local` with `viewer_tz`; `windows_utc_excluding_ooo` with `out_of_office_local_dates`; `explanation` when asked |
//! | `limits` without a schedule | `accept`, and `count_in_period` when starts are given |
//! | `start` and `notice_min` | `accepted` |
//! | `wall_times` | `instants` |
//! | `first_local` | `utc`, the instants of a series |
//! | `notice` as words | the earliest start, by elapsed hours and by calendar days |
//! | `reminder` | when it is due and when it is sent |
//!
//! Members that are not known are passed over. Whatever is known and wrong is an error that names the field.

mod clock;
mod limits;
mod question;
mod read;
mod schedule;
mod slots;

use serde_json::Value;
use thiserror::Error;

use read::Node;

/// The longest input that is read, in bytes.
pub const MAX_INPUT_BYTES: usize = 8 * 1_024 * 1_024;

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {message}", if .pointer.is_empty() { "(input)" } else { .pointer.as_str() })]
pub struct CaseError {
    /// JSON pointer (RFC 6901) to the field; empty for the whole input.
    pub pointer: String,
    /// What is wrong with it, in English, for whoever wrote the input.
    pub message: String,
}

impl CaseError {
    pub(crate) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// Answers one question.
///
/// # Errors
/// [`CaseError`] naming the field that is wrong.
pub fn answer(input: &str) -> Result<Value, CaseError> {
    answer_explaining(input, None)
}

/// Answers one question; with an instant (RFC 3339) also which rules open or close that start.
///
/// # Errors
/// [`CaseError`] naming the field that is wrong; `/explain` for the instant.
pub fn answer_explaining(input: &str, explain: Option<&str>) -> Result<Value, CaseError> {
    if input.len() > MAX_INPUT_BYTES {
        return Err(CaseError::new("", "longer than 8 MiB"));
    }
    let value: Value = serde_json::from_str(input).map_err(|error| CaseError::new("", error.to_string()))?;
    let root = Node::root(&value);
    root.object()?;
    let has = |key: &str| root.opt(key).is_some();
    if has("schedule") || has("hosts") {
        return slots::answer(&root, explain);
    }
    if explain.is_some() {
        return Err(CaseError::new("/explain", "only a question with a schedule can be explained"));
    }
    if has("limits") {
        limits::answer(&root)
    } else if has("wall_times") {
        clock::wall_times(&root)
    } else if has("first_local") {
        clock::series(&root)
    } else if has("reminder") {
        clock::reminder(&root)
    } else if has("notice") {
        clock::notice(&root)
    } else if has("start") && has("notice_min") {
        slots::accepted(&root)
    } else {
        Err(CaseError::new("/schedule", "missing: nothing here says what is asked"))
    }
}
