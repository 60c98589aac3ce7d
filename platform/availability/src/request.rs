//! The question: who, by which rules, when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::busy::{Blackout, Busy};
use crate::error::RequestError;
use crate::limits::Booked;
use crate::rules::Rules;
use crate::schedule::Schedule;
use crate::span::{DAY, Span, ceil, seconds};

/// The longest range one can ask about, in days.
pub const MAX_RANGE_DAYS: i64 = 400;
/// The most hosts of one question.
pub const MAX_HOSTS: usize = 100;
/// Seconds of 1970-01-01 and 2200-01-01.
const CALENDAR: Span = Span { start: 0, end: 7_258_118_400 };

/// One coach with all that is known about their time.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a> {
    /// Open hours.
    pub schedule: &'a Schedule,
    /// Ranges with no availability.
    pub blackouts: &'a [Blackout],
    /// Taken time, in any order, at least all that meets the range with its buffers.
    pub busy: &'a [Busy],
    /// Appointments that count against the limits, in any order: all of the periods that the range touches.
    pub booked: &'a [Booked],
}

impl<'a> Host<'a> {
    /// A host with nothing but open hours.
    pub fn new(schedule: &'a Schedule) -> Self {
        Self { schedule, blackouts: &[], busy: &[], booked: &[] }
    }
}

/// How several hosts make a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostMode {
    /// This one host.
    #[default]
    Single,
    /// At least one of them; each keeps the grid of their own windows.
    Any,
    /// All of them together; the grid begins where their common windows begin.
    All,
}

/// A question to the engine.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The hosts.
    pub hosts: &'a [Host<'a>],
    /// How they make a slot.
    pub mode: HostMode,
    /// Rules of the appointment type.
    pub rules: &'a Rules,
    /// The chosen duration, one of the rules'.
    pub duration_min: u32,
    /// The present.
    pub now: Timestamp,
    /// First start asked about.
    pub from: Timestamp,
    /// End of the starts asked about, exclusive.
    pub to: Timestamp,
}

impl Request<'_> {
    /// The range in seconds, when the question makes sense.
    pub(crate) fn check(&self) -> Result<Span, RequestError> {
        let range = Span::new(ceil(self.from), ceil(self.to));
        if self.hosts.is_empty() || self.hosts.len() > MAX_HOSTS {
            Err(RequestError::Hosts)
        } else if self.mode == HostMode::Single && self.hosts.len() > 1 {
            Err(RequestError::NotSingle)
        } else if !self.rules.spec().durations_min.contains(&self.duration_min) {
            Err(RequestError::WrongDuration)
        } else if self.to < self.from {
            Err(RequestError::EndBeforeStart)
        } else if range.start < CALENDAR.start || range.end > CALENDAR.end {
            Err(RequestError::OutOfCalendar)
        } else if range.end - range.start > MAX_RANGE_DAYS * DAY {
            Err(RequestError::RangeTooLong)
        } else {
            Ok(range)
        }
    }

    pub(crate) fn duration(&self) -> i64 {
        seconds(self.duration_min)
    }
}
