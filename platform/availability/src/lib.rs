//! Which start times can be booked: a pure function of hours, bookings and rules.
//!
//! No I/O and no clock: the caller brings everything, `now` included, and the same input always gives the
//! same answer. A month of half-hour slots against 200 busy intervals takes some microseconds.
//!
//! # Words
//! - **Schedule**: a coach's weekly windows in one IANA zone, with overrides for dates and zones for travel.
//! - **Window**: open hours. Windows that touch or overlap are one; the merged piece is called a *run*.
//! - **Busy**: time of the coach that is taken (booking, hold, session, external calendar), with own buffers.
//! - **Blocked range**: an appointment or busy interval together with its buffers.
//! - **Blackout**: a range of instants with no availability; buffers may reach into it, appointments may not.
//! - **Slot**: a start instant that can be booked, with the seats left.
//! - **Grid**: the starts a run offers: its beginning, and every step after it.
//!
//! # Invariants
//! Invariant: blocked ranges of one coach never overlap; `[start, end)` of a slot lies in one run.
//!
//! Invariant: a booking never moves the grid, nor does the range asked for: two questions about the same
//! instant get the same answer, whatever else they ask.
//!
//! Invariant: splitting a window in two or merging two that touch changes nothing. Windows are therefore
//! merged on the wall clock first and turned into instants after.
//!
//! Invariant: [`explain`] and [`slots`] read the same compiled plan, so they cannot disagree.
//!
//! # Rules decided here
//! - Wall-clock times become instants by the "compatible" rule of RFC 5545 and Temporal: in a gap, later by
//!   the gap's length; in a fold, the first occurrence.
//! - Notice and horizon are elapsed time (24 hours are 24 hours, also across a clock change); limits count by
//!   the calendar days of the schedule's home zone.
//! - A run that stays open for more than a week (open around the clock) begins its grid anew each Monday
//!   at 00:00 of the home zone, so that the grid does not depend on where one starts to look.
//! - A slot belongs to the range in which it starts; it may end after it.

mod assign;
mod busy;
pub mod cases;
mod error;
mod explain;
mod lane;
mod limits;
pub mod local;
mod plan;
mod request;
mod rules;
mod runs;
mod schedule;
mod slots;
mod span;
mod window;

pub use assign::assign;
pub use busy::{Blackout, Busy, BusyKind};
pub use error::{BusyError, RequestError, RulesError, ScheduleError};
pub use explain::{BusyPart, Closing, Explanation, HostAnswer, Opening, WindowSource, explain};
pub use limits::{Booked, Limit, Limits, Measure, Period, Used};
pub use request::{Host, HostMode, MAX_HOSTS, MAX_RANGE_DAYS, Request};
pub use rules::{Bookable, MAX_DURATION_MIN, MAX_NOTICE_MIN, Rules, RulesSpec};
pub use schedule::{DateOverride, OverrideHours, Schedule, ScheduleSpec, Travel, WeeklyWindow};
pub use slots::{OpenRange, Slot, free_windows, slots, windows};
pub use window::{Hours, WallTime};
