//! What closes starts for one host, whatever the grid: everything as ranges of starts.
//!
//! An appointment of length `d` meets busy time `[b, e)` exactly when its start lies in `[b - d + 1, e)`,
//! in whole seconds. Turned that way, busy time, blackouts, notice, horizon and limits are all alike, and a
//! start is open when no range holds it.

use crate::busy::Busy;
use crate::limits::{Measure, Period, Tally, period_of};
use crate::request::{Host, Request};
use crate::rules::Bookable;
use crate::span::{FAR_FUTURE, FAR_PAST, Span, ceil, floor, merge, seconds};

/// Why a range of starts is closed. The numbers are positions in the host's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Busy(usize),
    Full(usize),
    Blackout(usize),
    Past,
    Notice(i64),
    Horizon(i64),
    FixedRange,
    Limit { period: Period, within: Span, measure: Measure, used: u64, most: u32 },
}

/// A range of closed starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closure {
    pub starts: Span,
    pub cause: Cause,
}

/// An appointment that has seats left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Join {
    start: i64,
    taken: u32,
}

/// All that closes starts of one host within the range asked for.
///
/// Invariant: `hard` and `soft` are merged; together they hold exactly the starts of `closures`.
#[derive(Debug)]
pub(crate) struct Lane {
    /// One by one, for explanations.
    pub closures: Vec<Closure>,
    /// Closed for everybody.
    hard: Vec<Span>,
    /// Closed by limits: open still for whoever joins an appointment, as that takes no more time.
    soft: Vec<Span>,
    joins: Vec<Join>,
    seats: u32,
}

/// What a lane says about a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Open {
        seats_left: u32,
    },
    /// No start before `resume` is open.
    Closed {
        resume: i64,
    },
}

impl Lane {
    pub fn new(request: &Request<'_>, host: &Host<'_>, range: Span) -> Self {
        let shared = shared(request, host, range);
        let mut closures = Vec::with_capacity(host.busy.len() + 4);
        busy(request, host, range, &shared, &mut closures);
        blackouts(request, host, range, &mut closures);
        by_clock(request, range, &mut closures);
        let mut hard_spans = Vec::with_capacity(closures.len());
        hard_spans.extend(closures.iter().map(|closure| closure.starts));
        let limited = closures.len();
        limits(request, host, range, &mut closures);
        let soft_spans = closures.iter().skip(limited).map(|closure| closure.starts).collect();
        let seats = request.rules.spec().seats;
        let joins = shared.into_iter().filter(|join| join.taken < seats).collect();
        Self { closures, hard: merge(hard_spans), soft: merge(soft_spans), joins, seats }
    }

    /// Whether a start would join an appointment.
    pub fn joined_at(&self, start: i64) -> bool {
        self.joins.binary_search_by_key(&start, |join| join.start).is_ok()
    }

    /// A reader that stands at the first range that can matter for this start.
    pub fn cursor(&self, at: i64) -> Cursor<'_> {
        let first = |spans: &[Span]| spans.partition_point(|span| span.end <= at);
        let join = self.joins.partition_point(|join| join.start < at);
        Cursor { lane: self, hard: first(&self.hard), soft: first(&self.soft), join }
    }
}

/// Reads a lane at ascending starts, each range once.
pub(crate) struct Cursor<'a> {
    lane: &'a Lane,
    hard: usize,
    soft: usize,
    join: usize,
}

impl Cursor<'_> {
    /// What the lane says; starts may only ascend.
    pub fn answer(&mut self, start: i64) -> Answer {
        if let Some(span) = holding(&self.lane.hard, &mut self.hard, start) {
            return Answer::Closed { resume: span.end };
        }
        while self.lane.joins.get(self.join).is_some_and(|join| join.start < start) {
            self.join += 1;
        }
        let next_join = self.lane.joins.get(self.join);
        let limit = holding(&self.lane.soft, &mut self.soft, start);
        match (next_join, limit) {
            (Some(join), _) if join.start == start => {
                Answer::Open { seats_left: self.lane.seats - join.taken }
            }
            (_, None) => Answer::Open { seats_left: self.lane.seats },
            (None, Some(span)) => Answer::Closed { resume: span.end },
            (Some(join), Some(span)) => Answer::Closed { resume: span.end.min(join.start) },
        }
    }
}

fn holding(spans: &[Span], at: &mut usize, start: i64) -> Option<Span> {
    while spans.get(*at).is_some_and(|span| span.end <= start) {
        *at += 1;
    }
    spans.get(*at).copied().filter(|span| span.contains(start))
}

/// Appointments that could be joined, by start, with the seats taken in each.
fn shared(request: &Request<'_>, host: &Host<'_>, range: Span) -> Vec<Join> {
    let duration = request.duration();
    let mut joins: Vec<Join> = (host.busy.iter())
        .filter_map(|busy| busy.joinable_at(duration))
        .filter(|&(start, _)| range.contains(start))
        .map(|(start, taken)| Join { start, taken })
        .collect();
    joins.sort_unstable_by_key(|join| join.start);
    joins.dedup_by(|next, kept| {
        let same = next.start == kept.start;
        if same {
            kept.taken = kept.taken.saturating_add(next.taken);
        }
        same
    });
    joins
}

/// A busy interval as seen by an appointment: its blocked range and the appointment's own buffers around it.
pub(crate) fn kept_clear(request: &Request<'_>, busy: &Busy) -> Span {
    let (rules, blocked) = (request.rules.spec(), busy.blocked());
    if blocked.is_empty() {
        return blocked;
    }
    Span::new(blocked.start - seconds(rules.buffer_after_min), blocked.end + seconds(rules.buffer_before_min))
}

/// The starts whose appointment would meet the span.
fn starts_meeting(span: Span, duration: i64) -> Span {
    if span.is_empty() { span } else { Span::new(span.start - duration + 1, span.end) }
}

fn push(closures: &mut Vec<Closure>, range: Span, starts: Span, cause: Cause) {
    if starts.meets(range) {
        closures.push(Closure { starts, cause });
    }
}

fn busy(request: &Request<'_>, host: &Host<'_>, range: Span, shared: &[Join], out: &mut Vec<Closure>) {
    let (duration, seats) = (request.duration(), request.rules.spec().seats);
    for (index, busy) in host.busy.iter().enumerate() {
        let starts = starts_meeting(kept_clear(request, busy), duration);
        let own = busy.joinable_at(duration).map(|(start, _)| start);
        let join = own.and_then(|own| {
            let found = shared.binary_search_by_key(&own, |join| join.start).ok();
            found.and_then(|at| shared.get(at))
        });
        let Some(join) = join else {
            push(out, range, starts, Cause::Busy(index));
            continue;
        };
        push(out, range, Span::new(starts.start, join.start), Cause::Busy(index));
        push(out, range, Span::new(join.start + 1, starts.end), Cause::Busy(index));
        if join.taken >= seats {
            push(out, range, Span::new(join.start, join.start + 1), Cause::Full(index));
        }
    }
}

fn blackouts(request: &Request<'_>, host: &Host<'_>, range: Span, out: &mut Vec<Closure>) {
    for (index, blackout) in host.blackouts.iter().enumerate() {
        let starts = starts_meeting(blackout.span(), request.duration());
        push(out, range, starts, Cause::Blackout(index));
    }
}

fn by_clock(request: &Request<'_>, range: Span, out: &mut Vec<Closure>) {
    let rules = request.rules.spec();
    let now = ceil(request.now);
    push(out, range, Span::new(FAR_PAST, now), Cause::Past);
    if rules.notice_min > 0 {
        let earliest = now + seconds(rules.notice_min);
        push(out, range, Span::new(FAR_PAST, earliest), Cause::Notice(earliest));
    }
    match rules.bookable {
        Bookable::Always => {}
        Bookable::HorizonDays(days) => {
            let latest = floor(request.now) + seconds(days) * 1_440;
            push(out, range, Span::new(latest + 1, FAR_FUTURE), Cause::Horizon(latest));
        }
        Bookable::Between { from, to } => {
            push(out, range, Span::new(FAR_PAST, ceil(from)), Cause::FixedRange);
            push(out, range, Span::new(ceil(to), FAR_FUTURE), Cause::FixedRange);
        }
    }
}

fn limits(request: &Request<'_>, host: &Host<'_>, range: Span, out: &mut Vec<Closure>) {
    let limits = &request.rules.spec().limits;
    if limits.set().next().is_none() || range.is_empty() {
        return;
    }
    let tally = Tally::new(host.booked);
    for (period, limit) in limits.set() {
        let mut at = range.start;
        while at < range.end {
            let within = period_of(host.schedule.home(), limits.week_start, period, at);
            let used = tally.used(within);
            if let Some((measure, used, most)) = limit.exceeded(used, request.duration_min) {
                push(out, range, within, Cause::Limit { period, within, measure, used, most });
            }
            at = within.end.max(at + 1);
        }
    }
}
