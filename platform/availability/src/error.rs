//! What can be wrong with an input, one type a kind of input. Fields are JSON pointers into it.

use thiserror::Error;

/// Why a schedule is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// No IANA zone has this name.
    #[error("{field}: unknown time zone")]
    UnknownZone {
        /// Pointer to the zone.
        field: String,
    },
    /// A window that opens and closes at the same time.
    #[error("{field}: the window has no length")]
    ZeroLength {
        /// Pointer to the window's end.
        field: String,
    },
    /// A window that opens at 24:00; it belongs to the next day.
    #[error("{field}: a window cannot start at 24:00")]
    StartAtEndOfDay {
        /// Pointer to the window's start.
        field: String,
    },
    /// Two overrides of one date share time, or one of them closes the date.
    #[error("{field}: overlaps another override of the same date")]
    OverlappingOverride {
        /// Pointer to the later override.
        field: String,
        /// Index of the override it collides with.
        other: usize,
    },
    /// A stay that ends before it begins.
    #[error("{field}: ends before it starts")]
    EndBeforeStart {
        /// Pointer to the end.
        field: String,
    },
    /// Two stays share a date.
    #[error("{field}: overlaps another stay")]
    OverlappingTravel {
        /// Pointer to the later stay.
        field: String,
        /// Index of the stay it collides with.
        other: usize,
    },
    /// More entries than a schedule may have.
    #[error("{field}: at most {most} entries")]
    TooMany {
        /// Pointer to the list.
        field: String,
        /// The most that are taken.
        most: usize,
    },
}

impl ScheduleError {
    /// Pointer (RFC 6901) to the field of the schedule that is wrong.
    pub fn field(&self) -> &str {
        match self {
            Self::UnknownZone { field }
            | Self::ZeroLength { field }
            | Self::StartAtEndOfDay { field }
            | Self::OverlappingOverride { field, .. }
            | Self::EndBeforeStart { field }
            | Self::OverlappingTravel { field, .. }
            | Self::TooMany { field, .. } => field,
        }
    }

    pub(crate) fn at(self, window: &str) -> Self {
        match self {
            Self::ZeroLength { .. } => Self::ZeroLength { field: format!("{window}/end") },
            Self::StartAtEndOfDay { .. } => Self::StartAtEndOfDay { field: format!("{window}/start") },
            other => other,
        }
    }
}

/// Why rules are refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RulesError {
    /// No duration can be chosen.
    #[error("/durations_min: at least one duration is needed")]
    NoDuration,
    /// A figure outside its bounds.
    #[error("{field}: must be from {least} to {most}")]
    OutOfBounds {
        /// Pointer to the figure.
        field: &'static str,
        /// The least that is taken.
        least: u32,
        /// The most that is taken.
        most: u32,
    },
    /// A fixed range that ends before it begins.
    #[error("/bookable/to: ends before it starts")]
    EndBeforeStart,
    /// A longer period allows less than a shorter one.
    #[error("{field}: a longer period may not allow less than a shorter one")]
    LimitBelowShorterPeriod {
        /// Pointer to the longer period's limit.
        field: &'static str,
    },
}

impl RulesError {
    /// Pointer (RFC 6901) to the field of the rules that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            Self::NoDuration => "/durations_min",
            Self::OutOfBounds { field, .. } | Self::LimitBelowShorterPeriod { field } => field,
            Self::EndBeforeStart => "/bookable/to",
        }
    }
}

/// Why a busy interval or a blackout is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BusyError {
    /// It ends before it begins.
    #[error("/end: ends before it starts")]
    EndBeforeStart,
    /// A buffer of more than a week.
    #[error("{field}: the buffer is longer than a week")]
    BufferTooLong {
        /// Pointer to the buffer.
        field: &'static str,
    },
}

impl BusyError {
    /// Pointer (RFC 6901) to the field that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            Self::EndBeforeStart => "/end",
            Self::BufferTooLong { field } => field,
        }
    }
}

/// Why a question cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// Nobody to be booked, or more than [`crate::MAX_HOSTS`].
    #[error("/hosts: needs 1 to 100 hosts")]
    Hosts,
    /// Mode `single` with several hosts.
    #[error("/host_mode: single takes exactly one host")]
    NotSingle,
    /// The range ends before it begins.
    #[error("/query/to: ends before it starts")]
    EndBeforeStart,
    /// The range is longer than [`crate::MAX_RANGE_DAYS`].
    #[error("/query/to: the range is longer than 400 days")]
    RangeTooLong,
    /// The range lies outside the years 1970 to 2200.
    #[error("/query/from: outside the years 1970 to 2200")]
    OutOfCalendar,
    /// The appointment type does not offer this duration.
    #[error("/duration_min: the type does not offer this duration")]
    WrongDuration,
}

impl RequestError {
    /// Pointer (RFC 6901) to the field of the question that is wrong.
    pub fn field(self) -> &'static str {
        match self {
            Self::Hosts => "/hosts",
            Self::NotSingle => "/host_mode",
            Self::EndBeforeStart | Self::RangeTooLong => "/query/to",
            Self::OutOfCalendar => "/query/from",
            Self::WrongDuration => "/duration_min",
        }
    }
}
