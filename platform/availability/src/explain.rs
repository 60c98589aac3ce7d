//! Which rule opens or closes one start. Codes and figures only: the words are the caller's.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::busy::{Busy, BusyKind};
use crate::error::RequestError;
use crate::lane::{Cause, Closure};
use crate::limits::{Measure, Period};
use crate::plan::{Plan, plans};
use crate::request::{Host, Request};
use crate::rules::Bookable;
use crate::runs::{local_dates, runs};
use crate::schedule::Schedule;
use crate::span::{Span, instant};

/// Where open hours come from; the index is a position in the schedule's specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WindowSource {
    /// A weekly window.
    Weekly {
        /// Which.
        index: usize,
    },
    /// An override of a date.
    Override {
        /// Which.
        index: usize,
    },
}

/// The window that opens a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Opening {
    /// Where the merged window begins.
    pub window_start: Timestamp,
    /// Where it ends.
    pub window_end: Timestamp,
    /// The entry of the schedule; `None` when a clock change has moved the hours so that none names it.
    pub source: Option<WindowSource>,
}

/// Which part of a busy interval is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BusyPart {
    /// The interval itself.
    Time,
    /// Its own buffer.
    ItsBuffer,
    /// Only the buffer of the asked appointment reaches it.
    OwnBuffer,
}

/// A rule that closes a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Closing {
    /// No window is open then.
    OutsideHours,
    /// An override closes the date or gives it other hours.
    Override {
        /// The local date.
        date: Date,
        /// Whether the date has no hours at all.
        closed: bool,
    },
    /// The window ends before the appointment would.
    TooShort {
        /// Where the merged window ends.
        window_end: Timestamp,
    },
    /// Not one of the starts that the grid offers.
    OffGrid {
        /// The start before.
        previous: Timestamp,
        /// The start after, when the window has one.
        next: Option<Timestamp>,
    },
    /// A blackout.
    Blackout {
        /// Position in the host's list.
        index: usize,
        /// When it begins.
        start: Timestamp,
        /// When it ends.
        end: Timestamp,
    },
    /// Time that is taken.
    Busy {
        /// Position in the host's list.
        index: usize,
        /// What takes it.
        kind: BusyKind,
        /// What part of it is met.
        part: BusyPart,
        /// When it begins, without buffers.
        start: Timestamp,
        /// When it ends, without buffers.
        end: Timestamp,
    },
    /// The appointment at that time has no seat left.
    Full {
        /// Position in the host's list of busy time.
        index: usize,
    },
    /// Before now.
    Past,
    /// Sooner than the minimum notice allows.
    Notice {
        /// The first instant that notice allows.
        earliest: Timestamp,
    },
    /// Beyond the horizon.
    Horizon {
        /// The last instant that can be booked.
        latest: Timestamp,
    },
    /// Outside the fixed range.
    FixedRange {
        /// First instant.
        from: Timestamp,
        /// End, exclusive.
        to: Timestamp,
    },
    /// The period has its bookings or minutes already.
    Limit {
        /// Which period.
        period: Period,
        /// When it begins.
        from: Timestamp,
        /// When it ends.
        to: Timestamp,
        /// What is counted.
        measure: Measure,
        /// Booked already.
        used: u64,
        /// The most.
        most: u32,
    },
}

/// What one host says about a start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostAnswer {
    /// Position in the question.
    pub host: usize,
    /// Whether nothing of this host closes it.
    pub is_open: bool,
    /// The host's window, when there is one.
    pub opened_by: Option<Opening>,
    /// All rules that close it.
    pub closed_by: Vec<Closing>,
}

/// The answer about one start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The start asked about.
    pub start: Timestamp,
    /// Seats, 0 when it is closed.
    pub seats_left: u32,
    is_open: bool,
    /// Host by host.
    pub hosts: Vec<HostAnswer>,
}

impl Explanation {
    /// Whether the start is among the slots.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

/// Says for one start which rules open or close it. The range of the question plays no part.
///
/// # Errors
/// [`RequestError`] when the question makes no sense or the instant lies outside the calendar.
pub fn explain(request: &Request<'_>, start: Timestamp) -> Result<Explanation, RequestError> {
    let to = start.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(start);
    let request = Request { from: start, to, ..*request };
    let range = request.check()?;
    let at = range.start;
    // Slots start at whole seconds; what lies between is off every grid.
    let whole = start.subsec_nanosecond() == 0;
    let mut answer = Explanation { start, seats_left: 0, is_open: false, hosts: Vec::new() };
    for plan in plans(&request, range) {
        let seats = plan.at(at).filter(|_| whole);
        answer.seats_left = answer.seats_left.saturating_add(seats.unwrap_or(0));
        answer.is_open |= seats.is_some();
        for (offset, lane) in plan.lanes.iter().enumerate() {
            let index = plan.first_host + offset;
            if let Some(host) = request.hosts.get(index) {
                answer.hosts.push(host_answer(&request, &plan, (index, host), &lane.closures, whole));
            }
        }
    }
    Ok(answer)
}

fn host_answer(
    request: &Request<'_>,
    plan: &Plan,
    (index, host): (usize, &Host<'_>),
    closures: &[Closure],
    whole: bool,
) -> HostAnswer {
    let at = plan.range.start;
    let own_run = runs(host.schedule, plan.range).into_iter().find(|run| run.contains(at));
    let mut closed_by = Vec::new();
    match (own_run, plan.segment_of(at)) {
        (None, _) => closed_by.push(outside(host.schedule, at)),
        // In a collective another host's hours are what is missing; that host says so.
        (Some(_), None) => {}
        (Some(_), Some(_)) => closed_by.extend(off_grid(plan, at, whole)),
    }
    if let Some(run) = own_run.filter(|run| run.end < at + plan.duration) {
        closed_by.push(Closing::TooShort { window_end: instant(run.end) });
    }
    let joining = plan.lanes.get(index - plan.first_host).is_some_and(|lane| lane.joined_at(at));
    let holding = closures.iter().filter(|closure| closure.starts.contains(at));
    let counted = holding.filter(|closure| !(joining && matches!(closure.cause, Cause::Limit { .. })));
    closed_by.extend(counted.filter_map(|closure| closing(request, host, closure, at)));
    let opened_by = own_run.map(|run| Opening {
        window_start: instant(run.start),
        window_end: instant(run.end),
        source: source(host.schedule, at),
    });
    HostAnswer { host: index, is_open: closed_by.is_empty(), opened_by, closed_by }
}

/// What a closed start has to do with the grid and the common window.
fn off_grid(plan: &Plan, at: i64, whole: bool) -> Option<Closing> {
    let segment = plan.segment_of(at)?;
    let next = plan.on_grid_from(segment, at);
    if next == at && whole {
        let common_ends_early = at >= plan.starts_end(segment) && plan.lanes.len() > 1;
        return common_ends_early.then(|| Closing::TooShort { window_end: instant(segment.run.end) });
    }
    Some(Closing::OffGrid {
        previous: instant((next - plan.step).max(segment.anchor)),
        next: (next < plan.starts_end(segment)).then(|| instant(next)),
    })
}

fn outside(schedule: &Schedule, at: i64) -> Closing {
    let overridden = local_dates(schedule, at).into_iter().find_map(|(date, day, _)| {
        let (hours, by_override) = schedule.hours_of_day(day);
        by_override.then_some(Closing::Override { date, closed: hours.is_empty() })
    });
    overridden.unwrap_or(Closing::OutsideHours)
}

/// The entry whose hours hold the instant on the wall clock: of its date, or of the day before.
fn source(schedule: &Schedule, at: i64) -> Option<WindowSource> {
    local_dates(schedule, at).into_iter().find_map(|(_, day, minute)| {
        [(day, minute), (day - 1, minute + 1_440)].into_iter().find_map(|(day, minute)| {
            let (hours, by_override) = schedule.hours_of_day(day);
            let index = hours.iter().find(|hours| hours.start <= minute && minute < hours.end)?.index;
            Some(if by_override { WindowSource::Override { index } } else { WindowSource::Weekly { index } })
        })
    })
}

fn closing(request: &Request<'_>, host: &Host<'_>, closure: &Closure, at: i64) -> Option<Closing> {
    Some(match closure.cause {
        Cause::Busy(index) => {
            let busy = host.busy.get(index)?;
            let part = part(busy, Span::new(at, at + request.duration()));
            Closing::Busy { index, kind: busy.kind(), part, start: busy.start(), end: busy.end() }
        }
        Cause::Full(index) => Closing::Full { index },
        Cause::Blackout(index) => {
            let blackout = host.blackouts.get(index)?;
            Closing::Blackout { index, start: blackout.start(), end: blackout.end() }
        }
        Cause::Past => Closing::Past,
        Cause::Notice(earliest) => Closing::Notice { earliest: instant(earliest) },
        Cause::Horizon(latest) => Closing::Horizon { latest: instant(latest) },
        Cause::FixedRange => fixed_range(request)?,
        Cause::Limit { period, within, measure, used, most } => {
            let (from, to) = (instant(within.start), instant(within.end));
            Closing::Limit { period, from, to, measure, used, most }
        }
    })
}

fn part(busy: &Busy, appointment: Span) -> BusyPart {
    if busy.core().meets(appointment) {
        BusyPart::Time
    } else if busy.blocked().meets(appointment) {
        BusyPart::ItsBuffer
    } else {
        BusyPart::OwnBuffer
    }
}

fn fixed_range(request: &Request<'_>) -> Option<Closing> {
    match request.rules.spec().bookable {
        Bookable::Between { from, to } => Some(Closing::FixedRange { from, to }),
        Bookable::Always | Bookable::HorizonDays(_) => None,
    }
}
