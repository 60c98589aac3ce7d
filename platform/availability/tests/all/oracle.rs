//! An independent answer: a walk over single minutes with nothing of the engine's arithmetic. Slow, plain,
//! and compared with the engine on random questions.

use std::collections::BTreeMap;

use availability::*;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::gen_input::{Input, OneHost, any_input};

/// Minutes since the epoch.
type Minute = i64;

const DAY: i64 = 1_440;

/// A set of minutes, one flag each from a first minute on.
#[derive(Clone)]
struct Minutes {
    first: Minute,
    flags: Vec<bool>,
}

impl Minutes {
    fn none(first: Minute, days: i64) -> Self {
        Self { first, flags: vec![false; usize::try_from(days * DAY).expect("a size")] }
    }

    fn contains(&self, minute: Minute) -> bool {
        let place = usize::try_from(minute - self.first).ok();
        place.and_then(|place| self.flags.get(place)).copied().unwrap_or(false)
    }

    fn add(&mut self, minutes: std::ops::Range<Minute>) {
        for minute in minutes {
            let place = usize::try_from(minute - self.first).expect("not before the first");
            *self.flags.get_mut(place).expect("not after the last") = true;
        }
    }

    fn both(&self, other: &Self) -> Self {
        assert_eq!(self.first, other.first);
        let flags = self.flags.iter().zip(&other.flags).map(|(a, b)| *a && *b).collect();
        Self { first: self.first, flags }
    }

    /// For each minute the first of its stretch.
    fn stretches(&self) -> BTreeMap<Minute, Minute> {
        let mut begun = None;
        let mut out = BTreeMap::new();
        for (minute, &open) in (self.first..).zip(&self.flags) {
            begun = open.then(|| begun.unwrap_or(minute));
            out.extend(begun.map(|begun| (minute, begun)));
        }
        out
    }
}

fn minute(at: Timestamp) -> Minute {
    assert_eq!(at.as_second() % 60, 0, "the oracle knows whole minutes only");
    at.as_second() / 60
}

fn at_wall(zone: &str, wall: DateTime) -> Minute {
    minute(wall.in_tz(zone).expect("a zone").timestamp())
}

/// A date's zone and the open ranges of its wall clock, which may run into the next date.
fn one_day(host: &OneHost, date: Date) -> (String, Vec<(i64, i64)>) {
    let stay = host.spec.travel.iter().find(|stay| stay.from <= date && date <= stay.to);
    let zone = stay.map_or(&host.spec.zone, |stay| &stay.zone).clone();
    let overrides: Vec<&DateOverride> = host.spec.overrides.iter().filter(|o| o.date == date).collect();
    let hours: Vec<Hours> = if overrides.is_empty() {
        let of_day = host.spec.weekly.iter().filter(|window| window.weekday == date.weekday());
        of_day.map(|window| window.hours).collect()
    } else {
        let open = |o: &&DateOverride| match o.hours {
            OverrideHours::Closed => None,
            OverrideHours::Open(hours) => Some(hours),
        };
        overrides.iter().filter_map(open).collect()
    };
    let range = |hours: Hours| {
        let (start, end) = (i64::from(hours.start.minutes()), i64::from(hours.end.minutes()));
        let end = if end == 1_439 { 1_440 } else { end };
        (start, if end < start { end + DAY } else { end })
    };
    (zone, hours.into_iter().map(range).collect())
}

/// Open minutes as instants: stretches of the wall clock in one zone are turned into instants by their ends.
fn open_minutes(host: &OneHost, first: Date, days: i64) -> Minutes {
    let mut stretches: Vec<(String, Minutes)> = Vec::new();
    for day in 0..days {
        let (zone, ranges) = one_day(host, first.checked_add(day.days()).expect("a date"));
        if stretches.last().is_none_or(|(same, _)| *same != zone) {
            stretches.push((zone, Minutes::none(0, days + 2)));
        }
        let wall = &mut stretches.last_mut().expect("a stretch").1;
        ranges.into_iter().for_each(|(start, end)| wall.add(start + day * DAY..end + day * DAY));
    }
    let utc = at_wall("UTC", first.at(0, 0, 0, 0));
    let mut open = Minutes::none(utc - 2 * DAY, days + 6);
    for (zone, wall) in stretches {
        let instant = |minute: i64| {
            at_wall(&zone, first.at(0, 0, 0, 0).checked_add(minute.minutes()).expect("a local time"))
        };
        let last = (days + 2) * DAY;
        for start in (0..last).filter(|&minute| wall.contains(minute) && !wall.contains(minute - 1)) {
            let end = (start..).find(|&minute| !wall.contains(minute)).expect("an end");
            open.add(instant(start)..instant(end));
        }
    }
    open
}

/// Where the grid of a minute begins: at the first minute of its stretch; in a stretch that has been open
/// for a week before this week's Monday, at that Monday.
fn anchor(first: Minute, home: &TimeZone, at: Minute) -> Minute {
    let local = home.to_datetime(Timestamp::from_second(at * 60).expect("an instant")).date();
    let back = i64::from(local.weekday().to_monday_zero_offset());
    let monday = local.checked_sub(back.days()).expect("a Monday");
    let monday = minute(monday.to_zoned(home.clone()).expect("a midnight").timestamp());
    if first <= monday - 7 * DAY { monday } else { first }
}

fn period_key(limits: &Limits, period: Period, date: Date) -> (i16, i32) {
    match period {
        Period::Day => (date.year(), i32::from(date.day_of_year())),
        Period::Month => (date.year(), i32::from(date.month())),
        Period::Year => (date.year(), 0),
        Period::Week => {
            let mut first = date;
            while first.weekday() != limits.week_start {
                first = first.yesterday().expect("a day before");
            }
            (first.year(), i32::from(first.day_of_year()))
        }
    }
}

/// Everything about one host that the walk looks up.
struct Walk<'a> {
    input: &'a Input,
    host: &'a OneHost,
    home: TimeZone,
    open: Minutes,
    stretches: BTreeMap<Minute, Minute>,
}

impl<'a> Walk<'a> {
    fn new(input: &'a Input, host: &'a OneHost) -> Self {
        let home = TimeZone::get(&host.spec.zone).expect("a zone");
        let first = TimeZone::UTC.to_datetime(input.from).date().checked_sub(18.days()).expect("a date");
        let days = 18 + 12 + 8;
        let open = open_minutes(host, first, days);
        Self { input, host, home, stretches: open.stretches(), open }
    }

    fn date(&self, at: Timestamp) -> Date {
        self.home.to_datetime(at).date()
    }

    /// Seats left at a start that the grid offers, `None` when a rule of the host closes it.
    fn seats(&self, start: Minute) -> Option<u32> {
        let rules = self.input.rules.spec();
        let duration = i64::from(self.input.duration_min());
        let instant = |minute: Minute| Timestamp::from_second(minute * 60).expect("an instant");
        let (from, to) = (instant(start), instant(start + duration));
        if !(start..start + duration).all(|minute| self.open.contains(minute)) {
            return None;
        }
        let meets = |a: Timestamp, b: Timestamp| a < b && a < to && from < b;
        if self.host.blackouts.iter().any(|blackout| meets(blackout.start(), blackout.end())) {
            return None;
        }
        let earliest = self.input.now + i64::from(rules.notice_min).minutes();
        let latest = match rules.bookable {
            Bookable::HorizonDays(days) => self.input.now + (i64::from(days) * 24).hours(),
            _ => Timestamp::MAX,
        };
        if from < earliest || from < self.input.now || from > latest {
            return None;
        }
        let same = |busy: &&Busy| busy.seats_taken().is_some() && busy.start() == from && busy.end() == to;
        let mine: Vec<&Busy> = self.host.busy.iter().filter(same).collect();
        let taken: u32 = mine.iter().filter_map(|busy| busy.seats_taken()).sum();
        let blocked_from = from - i64::from(rules.buffer_before_min).minutes();
        let blocked_to = to + i64::from(rules.buffer_after_min).minutes();
        let collides = |busy: &Busy| {
            let (before, after) = busy.buffers_min();
            let start = busy.start() - i64::from(before).minutes();
            let end = busy.end() + i64::from(after).minutes();
            start < end && start < blocked_to && blocked_from < end
        };
        let mut others = self.host.busy.iter().filter(|busy| !same(busy));
        if others.any(collides) || taken >= rules.seats {
            return None;
        }
        (!mine.is_empty() || self.within_limits(from)).then(|| rules.seats - taken)
    }

    fn within_limits(&self, start: Timestamp) -> bool {
        let limits = &self.input.rules.spec().limits;
        limits.by_period().into_iter().all(|(period, limit)| {
            let key = period_key(limits, period, self.date(start));
            let in_period = |booked: &&Booked| period_key(limits, period, self.date(booked.start)) == key;
            let booked: Vec<&Booked> = self.host.booked.iter().filter(in_period).collect();
            let minutes: u32 = booked.iter().map(|booked| booked.minutes).sum();
            let count = u32::try_from(booked.len()).expect("a count");
            limit.count.is_none_or(|most| count < most)
                && limit.minutes.is_none_or(|most| minutes + self.input.duration_min() <= most)
        })
    }
}

fn expected(input: &Input) -> BTreeMap<Minute, u32> {
    let walks: Vec<Walk<'_>> = input.hosts.iter().map(|host| Walk::new(input, host)).collect();
    let step = i64::from(input.rules.spec().step_min);
    let mut out = BTreeMap::new();
    let common =
        walks.iter().map(|walk| walk.open.clone()).reduce(|a, b| a.both(&b)).expect("a host").stretches();
    for at in minute(input.from)..minute(input.to) {
        let on_grid = |stretches: &BTreeMap<Minute, Minute>, home: &TimeZone| {
            stretches.get(&at).is_some_and(|&first| (at - anchor(first, home, at)) % step == 0)
        };
        let seats: Option<u32> = if input.mode == HostMode::All {
            let each = || walks.iter().map(|walk| walk.seats(at));
            let grid = on_grid(&common, &walks[0].home);
            (grid && each().all(|seats| seats.is_some())).then(|| each().flatten().min().expect("seats"))
        } else {
            let free = walks.iter().filter(|walk| on_grid(&walk.stretches, &walk.home));
            let seats: Vec<u32> = free.filter_map(|walk| walk.seats(at)).collect();
            (!seats.is_empty()).then(|| seats.iter().sum())
        };
        out.extend(seats.map(|seats| (at, seats)));
    }
    out
}

fn agree(input: &Input) {
    let got: BTreeMap<Minute, u32> =
        input.slots().iter().map(|slot| (minute(slot.start), slot.seats_left)).collect();
    assert_eq!(got, expected(input));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_host_as_by_the_minute(input in any_input(1..=1, HostMode::Single)) {
        agree(&input);
    }

    #[test]
    fn any_host_as_by_the_minute(input in any_input(1..=3, HostMode::Any)) {
        agree(&input);
    }

    #[test]
    fn all_hosts_as_by_the_minute(input in any_input(1..=3, HostMode::All)) {
        agree(&input);
    }
}
