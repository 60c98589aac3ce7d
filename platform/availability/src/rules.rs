//! The rules of an appointment type.

use jiff::Timestamp;

use crate::error::RulesError;
use crate::limits::Limits;

/// The longest appointment, in minutes: a week.
pub const MAX_DURATION_MIN: u32 = 7 * 1_440;
/// The longest notice, in minutes: two years of 366 days.
pub const MAX_NOTICE_MIN: u32 = 2 * 366 * 1_440;
/// The longest buffer, in minutes: a week.
pub(crate) const MAX_BUFFER_MIN: u32 = 7 * 1_440;
const MAX_HORIZON_DAYS: u32 = 3_660;
const MAX_SEATS: u32 = 100_000;

/// From when until when one can book at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bookable {
    /// At any time.
    #[default]
    Always,
    /// Starts up to that many days of 24 hours after now, inclusive.
    HorizonDays(u32),
    /// Starts in `[from, to)`.
    Between {
        /// First instant.
        from: Timestamp,
        /// End, exclusive.
        to: Timestamp,
    },
}

/// Rules as they were written down, not checked yet. Minutes throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesSpec {
    /// The durations one can choose from.
    pub durations_min: Vec<u32>,
    /// Distance between the starts of the grid.
    pub step_min: u32,
    /// Blocked before the start.
    pub buffer_before_min: u32,
    /// Blocked after the end.
    pub buffer_after_min: u32,
    /// Elapsed time between booking and start.
    pub notice_min: u32,
    /// Horizon or fixed range.
    pub bookable: Bookable,
    /// Most bookings and minutes a period.
    pub limits: Limits,
    /// Clients that one slot takes.
    pub seats: u32,
}

impl RulesSpec {
    /// Rules of one duration that is also the step, with nothing else set.
    pub fn of(duration_min: u32) -> Self {
        Self {
            durations_min: vec![duration_min],
            step_min: duration_min,
            buffer_before_min: 0,
            buffer_after_min: 0,
            notice_min: 0,
            bookable: Bookable::Always,
            limits: Limits::default(),
            seats: 1,
        }
    }
}

/// Checked rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    spec: RulesSpec,
}

impl Rules {
    /// Checks rules; all that is wrong with them is reported.
    pub fn new(spec: RulesSpec) -> Result<Self, Vec<RulesError>> {
        let mut errors = Vec::new();
        if spec.durations_min.is_empty() {
            errors.push(RulesError::NoDuration);
        }
        let shortest = spec.durations_min.iter().copied().min().unwrap_or(1);
        let longest = spec.durations_min.iter().copied().max().unwrap_or(1);
        for duration in [shortest, longest] {
            bounds(&mut errors, "/durations_min", duration, 1, MAX_DURATION_MIN);
        }
        bounds(&mut errors, "/step_min", spec.step_min, 1, MAX_DURATION_MIN);
        bounds(&mut errors, "/buffer_before_min", spec.buffer_before_min, 0, MAX_BUFFER_MIN);
        bounds(&mut errors, "/buffer_after_min", spec.buffer_after_min, 0, MAX_BUFFER_MIN);
        bounds(&mut errors, "/notice_min", spec.notice_min, 0, MAX_NOTICE_MIN);
        bounds(&mut errors, "/seats", spec.seats, 1, MAX_SEATS);
        match spec.bookable {
            Bookable::HorizonDays(days) => bounds(&mut errors, "/bookable", days, 0, MAX_HORIZON_DAYS),
            Bookable::Between { from, to } if to < from => errors.push(RulesError::EndBeforeStart),
            Bookable::Always | Bookable::Between { .. } => {}
        }
        errors.extend(spec.limits.check());
        errors.dedup();
        if errors.is_empty() { Ok(Self { spec }) } else { Err(errors) }
    }

    /// What was checked.
    pub fn spec(&self) -> &RulesSpec {
        &self.spec
    }
}

fn bounds(errors: &mut Vec<RulesError>, field: &'static str, value: u32, least: u32, most: u32) {
    if value < least || value > most {
        errors.push(RulesError::OutOfBounds { field, least, most });
    }
}
