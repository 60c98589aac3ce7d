//! The compiled question: grids and closed starts. Slots sweep it, explanations look at one point of it.

use crate::lane::{Answer, Cursor, Lane};
use crate::request::{Host, HostMode, Request};
use crate::runs::{Segment, runs, segments};
use crate::span::{Span, intersect, seconds};

/// One grid with the lanes that may close its starts: one host, or all hosts of a collective.
///
/// Invariant: a start is open when a segment has it on its grid, its appointment ends within the segment's
/// run, and every lane says so. [`Plan::sweep`] and [`Plan::at`] both ask exactly that.
#[derive(Debug)]
pub(crate) struct Plan {
    pub range: Span,
    pub segments: Vec<Segment>,
    pub lanes: Vec<Lane>,
    /// The first host of the plan, by position in the question.
    pub first_host: usize,
    pub duration: i64,
    pub step: i64,
}

/// The plans of a question: one for each host that can be booked alone, one for all together.
pub(crate) fn plans(request: &Request<'_>, range: Span) -> Vec<Plan> {
    match request.mode {
        HostMode::All => vec![Plan::new(request, request.hosts, 0, range)],
        HostMode::Single | HostMode::Any => (request.hosts.iter().enumerate())
            .map(|(index, host)| Plan::new(request, std::slice::from_ref(host), index, range))
            .collect(),
    }
}

/// Common runs of hosts that meet the range.
pub(crate) fn common_runs(hosts: &[Host<'_>], range: Span) -> Vec<Span> {
    let each = hosts.iter().map(|host| runs(host.schedule, range));
    let mut common = each.reduce(|left, right| intersect(&left, &right)).unwrap_or_default();
    common.retain(|run| run.meets(range));
    common
}

impl Plan {
    fn new(request: &Request<'_>, hosts: &[Host<'_>], first_host: usize, range: Span) -> Self {
        let common = common_runs(hosts, range);
        let grids = hosts.first().map(|host| segments(host.schedule, &common, range));
        Self {
            range,
            segments: grids.unwrap_or_default(),
            lanes: hosts.iter().map(|host| Lane::new(request, host, range)).collect(),
            first_host,
            duration: request.duration(),
            step: seconds(request.rules.spec().step_min),
        }
    }

    /// All open starts of the range in order, with the seats left.
    pub fn sweep(&self, mut offer: impl FnMut(i64, u32)) {
        let mut cursors: Vec<Cursor<'_>> =
            self.lanes.iter().map(|lane| lane.cursor(self.range.start)).collect();
        for segment in &self.segments {
            let end = self.starts_end(segment).min(self.range.end);
            let mut start = self.on_grid_from(segment, self.range.start);
            while start < end {
                match ask(&mut cursors, start) {
                    Answer::Open { seats_left } => {
                        offer(start, seats_left);
                        start += self.step;
                    }
                    Answer::Closed { resume } => {
                        start = self.on_grid_from(segment, resume.max(start + 1));
                    }
                }
            }
        }
    }

    /// What the plan says about one second of its range.
    pub fn at(&self, start: i64) -> Option<u32> {
        let segment = self.segment_of(start)?;
        let on_grid = start < self.starts_end(segment) && self.on_grid_from(segment, start) == start;
        let mut cursors: Vec<Cursor<'_>> = self.lanes.iter().map(|lane| lane.cursor(start)).collect();
        match ask(&mut cursors, start) {
            Answer::Open { seats_left } if on_grid => Some(seats_left),
            Answer::Open { .. } | Answer::Closed { .. } => None,
        }
    }

    /// The segment whose starts an instant belongs to.
    pub fn segment_of(&self, at: i64) -> Option<&Segment> {
        let next = self.segments.partition_point(|segment| segment.anchor <= at);
        let segment = next.checked_sub(1).and_then(|last| self.segments.get(last));
        segment.filter(|segment| at < segment.until)
    }

    /// Starts of a segment lie before this: inside it, and with the whole appointment in its run.
    pub fn starts_end(&self, segment: &Segment) -> i64 {
        segment.until.min(segment.run.end - self.duration + 1)
    }

    /// The first instant of the segment's grid that is not before another.
    pub fn on_grid_from(&self, segment: &Segment, at: i64) -> i64 {
        let behind = at.saturating_sub(segment.anchor).max(0);
        let steps = behind / self.step + i64::from(behind % self.step != 0);
        segment.anchor.saturating_add(steps.saturating_mul(self.step))
    }
}

/// Open when all lanes are, with the fewest seats; else closed at least as long as the first that is.
fn ask(cursors: &mut [Cursor<'_>], start: i64) -> Answer {
    let mut fewest = u32::MAX;
    for cursor in cursors {
        match cursor.answer(start) {
            Answer::Open { seats_left } => fewest = fewest.min(seats_left),
            closed @ Answer::Closed { .. } => return closed,
        }
    }
    Answer::Open { seats_left: fewest }
}
