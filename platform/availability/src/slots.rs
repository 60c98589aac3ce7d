//! Slots and open time of a question.

use jiff::Timestamp;
use serde::Serialize;

use crate::busy::Blackout;
use crate::error::RequestError;
use crate::lane::kept_clear;
use crate::plan::{common_runs, plans};
use crate::request::{Host, HostMode, Request};
use crate::span::{Span, instant, intersect, merge, subtract};

/// A start that can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// When the appointment would start.
    pub start: Timestamp,
    /// Clients it still takes: of the fullest host when all take part, of all free hosts when any may.
    pub seats_left: u32,
}

/// Open time `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OpenRange {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
}

/// The slots that start in the range, in order, each start once.
///
/// # Errors
/// [`RequestError`] when the question makes no sense.
pub fn slots(request: &Request<'_>) -> Result<Vec<Slot>, RequestError> {
    let range = request.check()?;
    let mut found: Vec<Slot> = Vec::new();
    for plan in plans(request, range) {
        plan.sweep(|start, seats_left| found.push(Slot { start: instant(start), seats_left }));
    }
    if request.mode == HostMode::Any {
        join_hosts(&mut found);
    }
    Ok(found)
}

fn join_hosts(found: &mut Vec<Slot>) {
    // Stable sort: the hosts' lists are runs that it merges.
    found.sort_by_key(|slot| slot.start);
    found.dedup_by(|next, kept| {
        let same = next.start == kept.start;
        if same {
            kept.seats_left = kept.seats_left.saturating_add(next.seats_left);
        }
        same
    });
}

/// Merged open hours that meet the range, not clipped to it: of any host, or common to all. Hours that never
/// close are followed for about three weeks beyond the range.
///
/// # Errors
/// [`RequestError`] when the question makes no sense.
pub fn windows(request: &Request<'_>) -> Result<Vec<OpenRange>, RequestError> {
    let range = request.check()?;
    let spans = match request.mode {
        HostMode::All => common_runs(request.hosts, range),
        HostMode::Single | HostMode::Any => merge(
            request.hosts.iter().flat_map(|host| common_runs(std::slice::from_ref(host), range)).collect(),
        ),
    };
    Ok(ranges(&spans))
}

/// Open hours clipped to the range, without blackouts and without busy time, which is kept clear by its own
/// buffers and those of the appointment type. Notice, horizon and limits play no part.
///
/// # Errors
/// [`RequestError`] when the question makes no sense.
pub fn free_windows(request: &Request<'_>) -> Result<Vec<OpenRange>, RequestError> {
    let range = request.check()?;
    let each = request.hosts.iter().map(|host| free(request, host, range));
    let spans = match request.mode {
        HostMode::All => each.reduce(|left, right| intersect(&left, &right)).unwrap_or_default(),
        HostMode::Single | HostMode::Any => merge(each.flatten().collect()),
    };
    Ok(ranges(&spans))
}

/// Like [`windows`], not clipped either, but without the hosts' blackouts.
pub(crate) fn windows_without_blackouts(request: &Request<'_>) -> Result<Vec<OpenRange>, RequestError> {
    let range = request.check()?;
    let each = request.hosts.iter().map(|host| {
        let closed = merge(host.blackouts.iter().map(Blackout::span).collect());
        let mut open = subtract(&common_runs(std::slice::from_ref(host), range), &closed);
        open.retain(|span| span.meets(range));
        open
    });
    let spans = match request.mode {
        HostMode::All => each.reduce(|left, right| intersect(&left, &right)).unwrap_or_default(),
        HostMode::Single | HostMode::Any => merge(each.flatten().collect()),
    };
    Ok(ranges(&spans))
}

fn free(request: &Request<'_>, host: &Host<'_>, range: Span) -> Vec<Span> {
    let open = intersect(&common_runs(std::slice::from_ref(host), range), &[range]);
    let busy = host.busy.iter().map(|busy| kept_clear(request, busy));
    let taken = merge(busy.chain(host.blackouts.iter().map(Blackout::span)).collect());
    subtract(&open, &taken)
}

fn ranges(spans: &[Span]) -> Vec<OpenRange> {
    spans.iter().map(|span| OpenRange { start: instant(span.start), end: instant(span.end) }).collect()
}
