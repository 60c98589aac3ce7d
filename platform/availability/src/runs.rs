//! From a schedule to runs: merged open time as instants.

use crate::local::{date_of, days_since_monday, second_of, start_of_day, wall_of};
use crate::schedule::Schedule;
use crate::span::{DAY, Span, merge};

/// Days looked at beyond the range: enough for any zone and for windows that cross midnight.
const NEAR: i64 = 3;
/// Days looked at beyond the range when a run does not end before.
const FAR: i64 = 24;
/// A run longer than this begins its grid anew each Monday.
const LONG_RUN: i64 = 7 * DAY;

/// Merged open time that meets the range, not clipped to it. A run that does not end is followed for about
/// three weeks beyond the range.
pub(crate) fn runs(schedule: &Schedule, range: Span) -> Vec<Span> {
    let (first, last) = (range.start.div_euclid(DAY), range.end.div_euclid(DAY));
    let (mut back, mut ahead) = (NEAR, NEAR);
    loop {
        let mut found = runs_of_days(schedule, first - back, last + ahead);
        found.retain(|run| run.meets(range));
        // Days not looked at can still touch what lies outside these two instants.
        let (sure_from, sure_until) = ((first - back + 2) * DAY, (last + ahead - 1) * DAY);
        let begins_earlier = back < FAR && found.first().is_some_and(|run| run.start <= sure_from);
        let ends_later = ahead < FAR && found.last().is_some_and(|run| run.end >= sure_until);
        if !begins_earlier && !ends_later {
            return found;
        }
        back = if begins_earlier { FAR } else { back };
        ahead = if ends_later { FAR } else { ahead };
    }
}

/// Runs of the windows that begin on these days. Windows are joined on the wall clock as long as the zone
/// stays the same, and only then turned into instants: so it makes no difference how they were cut.
fn runs_of_days(schedule: &Schedule, first: i64, last: i64) -> Vec<Span> {
    let mut out = Vec::new();
    let mut open: Option<(usize, Span)> = None;
    for day in first..=last {
        let (stay, _) = schedule.zone_of_day(day);
        for hours in schedule.hours_of_day(day).0 {
            let next = Span::new(day * DAY + hours.start * 60, day * DAY + hours.end * 60);
            match &mut open {
                Some((zone, wall)) if *zone == stay && next.start <= wall.end => {
                    wall.end = wall.end.max(next.end);
                }
                _ => close(schedule, open.replace((stay, next)), &mut out),
            }
        }
    }
    close(schedule, open, &mut out);
    merge(out)
}

fn close(schedule: &Schedule, open: Option<(usize, Span)>, out: &mut Vec<Span>) {
    if let Some((stay, wall)) = open {
        let zone = schedule.zone_number(stay);
        out.push(Span::new(second_of(zone, wall.start), second_of(zone, wall.end)));
    }
}

/// A piece of a run with one grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where the grid begins.
    pub anchor: i64,
    /// Starts lie before this.
    pub until: i64,
    /// Appointments end by this.
    pub run: Span,
}

/// The grids of runs, in order. A run that has been open for a week gets a new grid each Monday, 00:00.
pub(crate) fn segments(schedule: &Schedule, runs: &[Span], range: Span) -> Vec<Segment> {
    let mut out = Vec::with_capacity(runs.len());
    for &run in runs {
        if run.end - run.start <= LONG_RUN {
            out.push(Segment { anchor: run.start, until: run.end, run });
        } else {
            long_run(schedule, run, range, &mut out);
        }
    }
    out
}

fn long_run(schedule: &Schedule, run: Span, range: Span, out: &mut Vec<Segment>) {
    let (from, until) = (run.start.max(range.start), run.end.min(range.end));
    let day = wall_of(schedule.home(), from).0;
    let mut monday = day - days_since_monday(day);
    let anchor_at = |monday: i64| {
        let start = start_of_day(schedule.home(), monday);
        if start - LONG_RUN >= run.start { start } else { run.start }
    };
    let mut anchor = anchor_at(monday);
    while anchor < until {
        monday += 7;
        let next = anchor_at(monday);
        if next > anchor {
            out.push(Segment { anchor, until: next.min(run.end), run });
            anchor = next;
        }
    }
}

/// The date on which hours are read for an instant, in the zone that holds for that date.
pub(crate) fn local_dates(schedule: &Schedule, at: i64) -> Vec<(jiff::civil::Date, i64, i64)> {
    let utc_day = at.div_euclid(DAY);
    let days = (utc_day - 2)..=(utc_day + 2);
    let shown = |day: i64| {
        let (shown_day, minute) = wall_of(schedule.zone_of_day(day).1, at);
        (shown_day == day).then_some((date_of(day), day, minute))
    };
    days.filter_map(shown).collect()
}
