//! Time of a coach that is taken, and time with no availability at all.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::BusyError;
use crate::rules::MAX_BUFFER_MIN;
use crate::span::{Span, ceil, floor, seconds};

/// What takes the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusyKind {
    /// A booking.
    #[default]
    Booking,
    /// A booking that keeps its slot while its payer pays.
    Hold,
    /// A session that the coach runs.
    Session,
    /// An entry of an external calendar.
    External,
}

/// A busy interval `[start, end)` with its own buffers.
///
/// Invariant: `start <= end`. One without length and buffers blocks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    start: Timestamp,
    end: Timestamp,
    kind: BusyKind,
    buffer_before_min: u32,
    buffer_after_min: u32,
    seats_taken: Option<u32>,
}

impl Busy {
    /// An interval without buffers.
    pub fn new(kind: BusyKind, start: Timestamp, end: Timestamp) -> Result<Self, BusyError> {
        if end < start {
            return Err(BusyError::EndBeforeStart);
        }
        Ok(Self { start, end, kind, buffer_before_min: 0, buffer_after_min: 0, seats_taken: None })
    }

    /// The same with buffers of its own, in minutes.
    pub fn with_buffers(self, before_min: u32, after_min: u32) -> Result<Self, BusyError> {
        if before_min > MAX_BUFFER_MIN {
            return Err(BusyError::BufferTooLong { field: "/buffer_before_min" });
        }
        if after_min > MAX_BUFFER_MIN {
            return Err(BusyError::BufferTooLong { field: "/buffer_after_min" });
        }
        Ok(Self { buffer_before_min: before_min, buffer_after_min: after_min, ..self })
    }

    /// The same as an appointment of the asked type that others may join while seats are left. Several
    /// entries with the same start and end add up.
    #[must_use]
    pub fn shared(self, seats_taken: u32) -> Self {
        Self { seats_taken: Some(seats_taken), ..self }
    }

    /// When it begins, without buffer.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// When it ends, without buffer.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// What takes the time.
    pub fn kind(&self) -> BusyKind {
        self.kind
    }

    /// Its own buffers before and after, in minutes.
    pub fn buffers_min(&self) -> (u32, u32) {
        (self.buffer_before_min, self.buffer_after_min)
    }

    /// Seats taken, when others may join.
    pub fn seats_taken(&self) -> Option<u32> {
        self.seats_taken
    }

    pub(crate) fn core(&self) -> Span {
        Span::new(floor(self.start), ceil(self.end))
    }

    /// The blocked range: with its own buffers.
    pub(crate) fn blocked(&self) -> Span {
        let core = self.core();
        Span::new(core.start - seconds(self.buffer_before_min), core.end + seconds(self.buffer_after_min))
    }

    /// Whether another appointment of these seconds would be the same one.
    pub(crate) fn joinable_at(&self, duration: i64) -> Option<(i64, u32)> {
        let core = self.core();
        let whole_seconds = self.start.subsec_nanosecond() == 0 && self.end.subsec_nanosecond() == 0;
        let taken = self.seats_taken.filter(|_| whole_seconds && core.end - core.start == duration)?;
        Some((core.start, taken))
    }
}

/// A range of instants `[start, end)` with no availability.
///
/// Invariant: `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blackout {
    start: Timestamp,
    end: Timestamp,
}

impl Blackout {
    /// A range; it may not end before it starts.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, BusyError> {
        if end < start { Err(BusyError::EndBeforeStart) } else { Ok(Self { start, end }) }
    }

    /// When it begins.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// When it ends.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    pub(crate) fn span(&self) -> Span {
        Span::new(floor(self.start), ceil(self.end))
    }
}
