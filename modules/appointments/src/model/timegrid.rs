//! The vertical axis of the staff calendar: minutes of the wall clock, also on days when the clock changes. Pure.
//!
//! **Words.** All days of a view share one *axis*, in minutes from its top. A *span* is a piece of a day without a clock
//! change: so many minutes of the axis are so many minutes of real time.
//!
//! **Invariants.** In a week in which the clock goes back, the hour that comes twice has two rows on the axis; the other
//! days have nothing in the second one. On a day on which the clock goes forward, nothing lies in the missing hour.

use events::Instant;
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use super::when::{end_of_day, start_of_day};

/// Minutes of an ordinary day.
pub(crate) const DAY: i64 = 1_440;

/// A piece of a day without a clock change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Where it begins on the axis.
    pub from: i64,
    /// Its length in minutes.
    pub minutes: i64,
    /// When it begins.
    pub start: Instant,
}

impl Span {
    fn end(&self) -> Instant {
        self.start.plus_minutes(self.minutes)
    }
}

/// One day of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AxisDay {
    pub date: Date,
    /// Its first moment.
    pub start: Instant,
    /// The first moment after it.
    pub end: Instant,
    /// Its pieces, in order; never empty.
    pub spans: Vec<Span>,
}

/// A row of the axis: an hour, or what a clock change leaves of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub from: i64,
    pub to: i64,
    /// What the wall clock shows at its beginning, in minutes.
    pub wall: i64,
    /// The clock shows this for the second time.
    pub again: bool,
}

/// The axis of some days in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pub days: Vec<AxisDay>,
    /// Its length in minutes.
    pub total: i64,
    pub rows: Vec<Row>,
}

/// The clock goes back on one of the days: after so many minutes of it, by so many.
#[derive(Clone, Copy)]
struct Fold {
    date: Date,
    after: i64,
    minutes: i64,
}

impl Axis {
    /// The axis of `count` days from `first` on. Days that lie outside of all calendars are left out.
    pub fn new(first: Date, count: i32, zone: &TimeZone) -> Self {
        let dates = (0..count).filter_map(|day| first.checked_add(day.days()).ok());
        let bounds: Vec<(Date, Instant, Instant)> = dates
            .filter_map(|date| Some((date, start_of_day(date, zone)?, end_of_day(date, zone)?)))
            .collect();
        let fold = bounds.iter().find_map(|(date, start, end)| {
            let longer = minutes(*start, *end) - DAY;
            let after = minutes(*start, change(*start, *end, zone)?);
            (longer > 0).then_some(Fold { date: *date, after, minutes: longer })
        });
        let days = bounds.into_iter().map(|(date, start, end)| AxisDay {
            date,
            start,
            end,
            spans: spans((date, start, end), fold, zone),
        });
        Self { days: days.collect(), total: DAY + fold.map_or(0, |fold| fold.minutes), rows: rows(fold) }
    }
    /// From the first moment of the first day to the first after the last.
    pub fn bounds(&self) -> Option<(Instant, Instant)> {
        Some((self.days.first()?.start, self.days.last()?.end))
    }
}

impl AxisDay {
    /// Where something that begins then begins on the axis; what began before the day, at its top.
    pub fn from(&self, at: Instant) -> i64 {
        let span = self.spans.iter().find(|span| span.end() > at).or(self.spans.last());
        span.map_or(0, |span| span.from + minutes(span.start, at).clamp(0, span.minutes))
    }
    /// Where something that ends then ends on the axis.
    pub fn to(&self, at: Instant) -> i64 {
        let span = self.spans.iter().rev().find(|span| span.start < at).or(self.spans.first());
        span.map_or(0, |span| span.from + minutes(span.start, at).clamp(0, span.minutes))
    }
    /// The moment at a place of the axis; `None` where the day has nothing.
    pub fn at(&self, place: i64) -> Option<Instant> {
        let span = self.spans.iter().find(|span| (span.from..span.from + span.minutes).contains(&place))?;
        Some(span.start.plus_minutes(place - span.from))
    }
    /// Whether something meets the day.
    pub fn meets(&self, start: Instant, end: Instant) -> bool {
        start < self.end && end > self.start
    }
    /// The places of the axis where the day has nothing: from, to.
    pub fn missing(&self, total: i64) -> Vec<(i64, i64)> {
        let ends = std::iter::once(0).chain(self.spans.iter().map(|span| span.from + span.minutes));
        let starts = self.spans.iter().map(|span| span.from).chain(std::iter::once(total));
        ends.zip(starts).filter(|(from, to)| from < to).collect()
    }
}

fn minutes(from: Instant, to: Instant) -> i64 {
    to.seconds_since(from).div_euclid(60)
}

/// When the clock changes on a day; the day's first moment counts.
fn change(start: Instant, end: Instant, zone: &TimeZone) -> Option<Instant> {
    let before = start.plus_seconds(-1).timestamp();
    let next = zone.following(before).next()?;
    Some(Instant::new(next.timestamp())).filter(|at| *at <= end)
}

fn spans((date, start, end): (Date, Instant, Instant), fold: Option<Fold>, zone: &TimeZone) -> Vec<Span> {
    let length = minutes(start, end);
    if fold.is_some_and(|fold| fold.date == date) {
        return vec![Span { from: 0, minutes: length, start }];
    }
    // Minutes of the day after which the axis goes on later, and how much later.
    let mut jumps: Vec<(i64, i64)> = Vec::new();
    if length < DAY {
        jumps.push((change(start, end, zone).map_or(length, |at| minutes(start, at)), DAY - length));
    }
    jumps.extend(fold.map(|fold| (fold.after, fold.minutes)));
    let (mut found, mut done, mut later) = (Vec::new(), 0, 0);
    for (after, by) in jumps {
        let after = after.clamp(done, length);
        found.push(Span { from: done + later, minutes: after - done, start: start.plus_minutes(done) });
        (done, later) = (after, later + by);
    }
    found.push(Span { from: done + later, minutes: length - done, start: start.plus_minutes(done) });
    found.retain(|span| span.minutes > 0);
    found
}

fn rows(fold: Option<Fold>) -> Vec<Row> {
    let parts = match fold {
        None => vec![(0, DAY, 0, false)],
        Some(Fold { after, minutes, .. }) => vec![
            (0, after, 0, false),
            (after, after + minutes, after - minutes, true),
            (after + minutes, DAY + minutes, after, false),
        ],
    };
    let mut rows = Vec::new();
    for (from, to, wall, again) in parts {
        let mut at = from;
        while at < to {
            let shown = wall + at - from;
            let next = (at + 60 - shown.rem_euclid(60)).min(to);
            rows.push(Row { from: at, to: next, wall: shown, again });
            at = next;
        }
    }
    rows
}

/// Puts things that overlap beside each other: for each its lane from 0, and how many lanes its neighbourhood has.
pub(crate) fn lanes(things: &[(i64, i64)]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..things.len()).collect();
    let of = |index: usize| things.get(index).copied().unwrap_or_default();
    order.sort_by_key(|index| (of(*index).0, -of(*index).1));
    let mut placed = vec![(0, 1); things.len()];
    let (mut group, mut ends): (Vec<usize>, Vec<i64>) = (Vec::new(), Vec::new());
    for index in order {
        let (from, to) = of(index);
        if ends.iter().all(|end| *end <= from) {
            close(&mut placed, &group, ends.len());
            group.clear();
            ends.clear();
        }
        let lane = ends.iter().position(|end| *end <= from).unwrap_or(ends.len());
        match ends.get_mut(lane) {
            Some(end) => *end = to,
            None => ends.push(to),
        }
        if let Some(place) = placed.get_mut(index) {
            place.0 = lane;
        }
        group.push(index);
    }
    close(&mut placed, &group, ends.len());
    placed
}

/// All of a neighbourhood are as narrow as its widest part needs.
fn close(placed: &mut [(usize, usize)], group: &[usize], lanes: usize) {
    for index in group {
        if let Some(place) = placed.get_mut(*index) {
            place.1 = lanes.max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn axis(first: Date, count: i32, zone: &str) -> Axis {
        Axis::new(first, count, &TimeZone::get(zone).unwrap())
    }
    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_ordinary_day_is_its_minutes() {
        let axis = axis(date(2026, 11, 24), 1, "Europe/London");
        assert_eq!((axis.total, axis.rows.len(), axis.days[0].spans.len()), (1_440, 24, 1));
        assert_eq!(axis.days[0].from(at("2026-11-24T10:30:00Z")), 630);
        assert_eq!(axis.days[0].to(at("2026-11-25T03:00:00Z")), 1_440);
        assert_eq!(axis.days[0].from(at("2026-11-23T03:00:00Z")), 0);
        assert_eq!(axis.days[0].missing(axis.total), []);
    }

    #[test]
    fn the_hour_that_comes_twice_has_two_rows() {
        // Sunday 25 October 2026: 02:00 becomes 01:00 at 01:00 UTC.
        let axis = axis(date(2026, 10, 24), 2, "Europe/London");
        assert_eq!((axis.total, axis.rows.len()), (1_500, 25));
        let shown: Vec<(i64, bool)> = axis.rows[..4].iter().map(|row| (row.wall, row.again)).collect();
        assert_eq!(shown, [(0, false), (60, false), (60, true), (120, false)]);
        let (saturday, sunday) = (&axis.days[0], &axis.days[1]);
        assert_eq!(saturday.missing(axis.total), [(120, 180)]);
        assert_eq!(sunday.missing(axis.total), []);
        assert_eq!(
            (sunday.from(at("2026-10-25T00:30:00Z")), sunday.from(at("2026-10-25T01:30:00Z"))),
            (90, 150)
        );
        // Saturday 01:00–02:00 ends before the second row, 02:00–03:00 begins after it.
        assert_eq!(
            (saturday.to(at("2026-10-24T01:00:00Z")), saturday.from(at("2026-10-24T01:00:00Z"))),
            (120, 180)
        );
        assert_eq!((saturday.at(150), sunday.at(150)), (None, Some(at("2026-10-25T01:30:00Z"))));
    }

    #[test]
    fn nothing_lies_in_the_hour_that_is_missing() {
        // Sunday 29 March 2026: 01:00 becomes 02:00 at 01:00 UTC.
        let axis = axis(date(2026, 3, 29), 1, "Europe/London");
        let day = &axis.days[0];
        assert_eq!((axis.total, day.missing(axis.total)), (1_440, vec![(60, 120)]));
        assert_eq!((day.to(at("2026-03-29T01:00:00Z")), day.from(at("2026-03-29T01:00:00Z"))), (60, 120));
        assert_eq!((day.at(90), day.at(120)), (None, Some(at("2026-03-29T01:00:00Z"))));
        // Where midnight is missing, the day begins at one.
        let cairo = Axis::new(date(2026, 4, 24), 1, &TimeZone::get("Africa/Cairo").unwrap());
        assert_eq!(cairo.days[0].missing(cairo.total), [(0, 60)]);
    }

    #[test]
    fn half_an_hour_twice_is_a_row_of_half_an_hour() {
        let axis = axis(date(2026, 4, 5), 1, "Australia/Lord_Howe");
        assert_eq!(axis.total, 1_470);
        let again: Vec<Row> = axis.rows.iter().copied().filter(|row| row.again).collect();
        assert_eq!(again, [Row { from: 120, to: 150, wall: 90, again: true }]);
    }

    proptest! {
        #[test]
        fn every_minute_has_one_place(month in 1_i8..=12, day in 1_i8..=28, zone in 0_usize..5, minute in 0_i64..1_440) {
            let names = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tokyo"];
            let axis = axis(date(2026, month, day), 7, names[zone]);
            for day in &axis.days {
                let moment = day.start.plus_minutes(minute);
                if moment < day.end {
                    let place = day.from(moment);
                    prop_assert_eq!(day.at(place), Some(moment));
                    prop_assert!(day.to(moment.plus_minutes(1)) == place + 1);
                }
                let held: i64 = day.spans.iter().map(|span| span.minutes).sum();
                let missing: i64 = day.missing(axis.total).iter().map(|(from, to)| to - from).sum();
                prop_assert_eq!(held + missing, axis.total);
            }
            prop_assert!(axis.rows.windows(2).all(|two| two[0].to == two[1].from));
        }

        #[test]
        fn what_overlaps_stands_side_by_side(raw in prop::collection::vec((0_i64..400, 1_i64..90), 0..40)) {
            let things: Vec<(i64, i64)> = raw.iter().map(|(from, length)| (*from, from + length)).collect();
            let placed = lanes(&things);
            let most = |at: i64| things.iter().filter(|(from, to)| (*from..*to).contains(&at)).count();
            let widest = (0..500).map(most).max().unwrap_or(0);
            for (one, (from, to)) in things.iter().enumerate() {
                prop_assert!(placed[one].0 < placed[one].1 && placed[one].1 <= widest.max(1));
                for (other, (start, end)) in things.iter().enumerate().skip(one + 1) {
                    if start < to && end > from {
                        prop_assert_ne!(placed[one].0, placed[other].0);
                        prop_assert_eq!(placed[one].1, placed[other].1);
                    }
                }
            }
        }
    }
}
