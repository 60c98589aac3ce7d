//! Whom a slot goes to when any of several coaches may take it.

use jiff::Timestamp;

use crate::error::RequestError;
use crate::explain::explain;
use crate::limits::{Period, Tally, period_of};
use crate::request::{Host, HostMode, Request};
use crate::span::{FAR_PAST, floor};

/// The position of the free host who takes a start: the one with the fewest bookings of that week, then the
/// one whose last booking is longest ago, then the first. `None` when nobody is free, or when the slot needs
/// all hosts together.
///
/// # Errors
/// [`RequestError`] when the question makes no sense.
pub fn assign(request: &Request<'_>, start: Timestamp) -> Result<Option<usize>, RequestError> {
    let explained = explain(request, start)?;
    if request.mode == HostMode::All {
        return Ok(None);
    }
    let free = explained.hosts.iter().filter(|answer| answer.is_open).map(|answer| answer.host);
    let ranked = free.filter_map(|index| {
        let host = request.hosts.get(index)?;
        Some((load(request, host, start), index))
    });
    Ok(ranked.min().map(|(_, index)| index))
}

/// Bookings of the week, and the last booking that starts before the slot.
fn load(request: &Request<'_>, host: &Host<'_>, start: Timestamp) -> (u64, i64) {
    let (zone, at) = (host.schedule.home(), floor(start));
    let week = period_of(zone, request.rules.spec().limits.week_start, Period::Week, at);
    let last = host.booked.iter().map(|booked| floor(booked.start)).filter(|&booked| booked <= at).max();
    (Tally::new(host.booked).used(week).count, last.unwrap_or(FAR_PAST))
}
