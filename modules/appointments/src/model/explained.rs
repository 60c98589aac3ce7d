//! Why a start is on offer or not, as staff are told: the engine's answer with names and bookings in it. Pure.

use availability::{Closing, HostAnswer, Measure, Period, WindowSource};
use events::{BookingId, Instant};
use poem_openapi::{Enum, Object};
use serde::Serialize;

/// A rule that closes a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Enum)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub(crate) enum Rule {
    /// The appointment type is switched off.
    TypeOff,
    /// No window is open then.
    OutsideHours,
    /// The date is closed by other hours.
    DateClosed,
    /// The date has other hours, and none then.
    DateHours,
    /// The hours end before the appointment would.
    TooShort,
    /// Not one of the starts that the grid offers; `from` and `to` are the ones around it.
    OffGrid,
    /// A blackout.
    Blackout,
    /// Another appointment at that time.
    Booking,
    /// Only the time kept free around another appointment is met.
    BookingBuffer,
    /// Only the time kept free around this appointment reaches another one.
    OwnBuffer,
    /// A session that the coach runs, or another entry.
    Session,
    /// All seats are taken.
    Full,
    /// Before now.
    Past,
    /// Sooner than the notice allows; `from` is the first start that it allows.
    Notice,
    /// Beyond the horizon; `to` is the last start that it allows.
    Horizon,
    /// Outside of the fixed range.
    FixedRange,
    /// A day has its bookings or minutes already.
    DayLimit,
    /// A week has.
    WeekLimit,
    /// A month has.
    MonthLimit,
}

/// A rule with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Object)]
#[oai(rename = "ClosingRule")]
pub(crate) struct Reason {
    pub rule: Rule,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// Which booking takes the time.
    pub booking: Option<BookingId>,
    /// Bookings or minutes that the period has already.
    pub used: Option<u64>,
    /// The most that it takes.
    pub most: Option<u32>,
    /// Whether minutes are counted rather than bookings.
    #[oai(default)]
    pub minutes: bool,
}

impl Reason {
    pub fn plain(rule: Rule) -> Self {
        Self { rule, from: None, to: None, booking: None, used: None, most: None, minutes: false }
    }
    fn span(rule: Rule, from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>) -> Self {
        Self { from: from.map(Instant::new), to: to.map(Instant::new), ..Self::plain(rule) }
    }
}

/// Where open hours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Enum)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub(crate) enum OpenedBy {
    /// Weekly windows.
    Weekly,
    /// Other hours of that date.
    Override,
}

/// What one coach's time says about a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CoachAnswer {
    pub is_open: bool,
    /// The hours that hold the start.
    pub hours: Option<(Instant, Instant, OpenedBy)>,
    pub closed_by: Vec<Reason>,
}

/// An appointment that takes a coach's time: its identifier and its times without buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TakenBy {
    pub booking: Option<BookingId>,
    pub start: Instant,
    pub end: Instant,
}

/// The engine's answer about one coach. `taken_at` names what takes the coach's time at an instant; `asked` is the
/// appointment asked about, without buffers.
pub(crate) fn coach_answer(
    answer: &HostAnswer,
    asked: (Instant, Instant),
    taken_at: impl Fn(Instant) -> Option<TakenBy>,
    full_at: impl Fn(usize) -> Option<Instant>,
) -> CoachAnswer {
    let hours = answer.opened_by.map(|open| {
        let by = if matches!(open.source, Some(WindowSource::Override { .. })) {
            OpenedBy::Override
        } else {
            OpenedBy::Weekly
        };
        (Instant::new(open.window_start), Instant::new(open.window_end), by)
    });
    let reason = |closing: &Closing| reason(closing, asked, &taken_at, &full_at);
    let closed_by = answer.closed_by.iter().map(reason).collect();
    CoachAnswer { is_open: answer.is_open, hours, closed_by }
}

fn reason(
    closing: &Closing,
    asked: (Instant, Instant),
    taken_at: &impl Fn(Instant) -> Option<TakenBy>,
    full_at: &impl Fn(usize) -> Option<Instant>,
) -> Reason {
    match *closing {
        Closing::OutsideHours => Reason::plain(Rule::OutsideHours),
        Closing::Override { closed: true, .. } => Reason::plain(Rule::DateClosed),
        Closing::Override { .. } => Reason::plain(Rule::DateHours),
        Closing::TooShort { window_end } => Reason::span(Rule::TooShort, None, Some(window_end)),
        Closing::OffGrid { previous, next } => Reason::span(Rule::OffGrid, Some(previous), next),
        Closing::Blackout { start, end, .. } => Reason::span(Rule::Blackout, Some(start), Some(end)),
        Closing::Busy { start, end, .. } => {
            let taken = taken_at(Instant::new(start));
            busy(taken, asked, (Instant::new(start), Instant::new(end)))
        }
        Closing::Full { index } => {
            let taken = full_at(index).and_then(taken_at);
            Reason { booking: taken.and_then(|taken| taken.booking), ..Reason::plain(Rule::Full) }
        }
        Closing::Past => Reason::plain(Rule::Past),
        Closing::Notice { earliest } => Reason::span(Rule::Notice, Some(earliest), None),
        Closing::Horizon { latest } => Reason::span(Rule::Horizon, None, Some(latest)),
        Closing::FixedRange { from, to } => Reason::span(Rule::FixedRange, Some(from), Some(to)),
        Closing::Limit { period, from, to, measure, used, most } => Reason {
            used: Some(used),
            most: Some(most),
            minutes: measure == Measure::Minutes,
            ..Reason::span(limit(period), Some(from), Some(to))
        },
    }
}

fn limit(period: Period) -> Rule {
    match period {
        Period::Day => Rule::DayLimit,
        Period::Week => Rule::WeekLimit,
        Period::Month | Period::Year => Rule::MonthLimit,
    }
}

/// The ledger keeps time with its buffers; whether the appointment itself is met or only the time around it is told by
/// the appointment's own times.
fn busy(taken: Option<TakenBy>, asked: (Instant, Instant), block: (Instant, Instant)) -> Reason {
    let meets = |one: (Instant, Instant)| one.0 < asked.1 && asked.0 < one.1;
    let Some(taken) = taken else {
        return Reason { from: Some(block.0), to: Some(block.1), ..Reason::plain(Rule::Session) };
    };
    let rule = if meets((taken.start, taken.end)) {
        Rule::Booking
    } else if meets(block) {
        Rule::BookingBuffer
    } else {
        Rule::OwnBuffer
    };
    Reason { from: Some(taken.start), to: Some(taken.end), booking: taken.booking, ..Reason::plain(rule) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Instant {
        "2026-11-23T09:00:00Z".parse::<Instant>().unwrap().plus_minutes(minutes)
    }

    #[test]
    fn buffers_are_told_apart_from_appointments() {
        // An appointment from 0 to 30 with 15 minutes after it.
        let taken = Some(TakenBy { booking: None, start: at(0), end: at(30) });
        let rule = |from, to| busy(taken, (at(from), at(to)), (at(0), at(45))).rule;
        assert_eq!(rule(20, 50), Rule::Booking);
        assert_eq!(rule(30, 60), Rule::BookingBuffer);
        assert_eq!(rule(45, 75), Rule::OwnBuffer);
        assert_eq!(busy(None, (at(0), at(30)), (at(0), at(45))).rule, Rule::Session);
    }
}
