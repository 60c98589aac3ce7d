//! Answers questions about slots.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::CaseError;
use super::question::{OwnedHost, Question};
use super::read::Node;
use crate::error::RequestError;
use crate::explain::explain;
use crate::request::Host;
use crate::rules::MAX_NOTICE_MIN;
use crate::slots::{OpenRange, Slot, free_windows, slots, windows, windows_without_blackouts};
use crate::span::seconds;

pub(super) fn answer(root: &Node<'_>, explain_at: Option<&str>) -> Result<Value, CaseError> {
    let question = Question::read(root)?;
    let viewer = root.opt("viewer_tz").map(|zone| zone.zone()).transpose()?;
    let at = match explain_at {
        Some(text) => Some(instant("/explain", text)?),
        None => root.opt("explain").map(|at| at.instant()).transpose()?,
    };
    let hosts: Vec<Host<'_>> = question.hosts.iter().map(OwnedHost::host).collect();
    let request = question.request(&hosts);
    let found = if question.has_length { slots(&request).map_err(named)? } else { Vec::new() };
    let mut out = Map::new();
    out.insert("windows_utc".into(), ranges(&windows(&request).map_err(named)?));
    out.insert("free_windows_utc".into(), ranges(&free_windows(&request).map_err(named)?));
    out.insert("slots_utc".into(), found.iter().map(|slot| text(slot.start)).collect());
    if root.opt("seats").is_some() {
        out.insert("seats_left".into(), found.iter().map(|slot| json!(slot.seats_left)).collect());
    }
    if let Some(zone) = viewer {
        let shown = |slot: &Slot| {
            let offset = zone.to_offset(slot.start);
            Value::from(slot.start.display_with_offset(offset).to_string())
        };
        out.insert("slots_viewer_local".into(), found.iter().map(shown).collect());
    }
    if root.opt("out_of_office_local_dates").is_some() {
        out.insert("windows_utc_excluding_ooo".into(), excluding_out_of_office(&question)?);
    }
    if let Some(at) = at {
        let explained = explain(&request, at).map_err(|error| match error {
            RequestError::OutOfCalendar => CaseError::new("/explain", "outside the years 1970 to 2200"),
            other => named(other),
        })?;
        let mut explained =
            serde_json::to_value(explained).map_err(|error| CaseError::new("", error.to_string()))?;
        name_hosts(&question, &mut explained);
        out.insert("explanation".into(), explained);
    }
    Ok(Value::Object(out))
}

fn excluding_out_of_office(question: &Question) -> Result<Value, CaseError> {
    let hosts: Vec<Host<'_>> = question.hosts.iter().map(OwnedHost::without_busy).collect();
    let request = question.request(&hosts);
    windows_without_blackouts(&request).map(|open| ranges(&open)).map_err(named)
}

/// Adds the hosts' own names to their positions.
fn name_hosts(question: &Question, explained: &mut Value) {
    let answers = explained.get_mut("hosts").and_then(Value::as_array_mut);
    for (answer, host) in answers.into_iter().flatten().zip(&question.hosts) {
        if let Some(answer) = answer.as_object_mut()
            && !host.id.is_empty()
        {
            answer.insert("id".into(), Value::from(host.id.clone()));
        }
    }
}

/// Whether a start is far enough ahead.
pub(super) fn accepted(root: &Node<'_>) -> Result<Value, CaseError> {
    let (now, start) = (root.field("now")?.instant()?, root.field("start")?.instant()?);
    let notice = root.field("notice_min")?.number(0, MAX_NOTICE_MIN)?;
    let ahead = start.duration_since(now);
    Ok(json!({ "accepted": ahead >= jiff::SignedDuration::from_secs(seconds(notice)) }))
}

fn named(error: RequestError) -> CaseError {
    let message = error.to_string();
    let words = message.split_once(": ").map_or(message.as_str(), |(_, words)| words);
    CaseError::new(error.field(), words)
}

fn instant(pointer: &str, text: &str) -> Result<Timestamp, CaseError> {
    let wrong = || CaseError::new(pointer, "must be an instant such as 2024-05-06T09:00:00Z");
    if text.len() > 100 { Err(wrong()) } else { text.parse().map_err(|_| wrong()) }
}

fn text(at: Timestamp) -> Value {
    Value::from(at.to_string())
}

fn ranges(open: &[OpenRange]) -> Value {
    open.iter().map(|range| json!([text(range.start), text(range.end)])).collect()
}
