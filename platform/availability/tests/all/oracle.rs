//! An independent answer: a walk over single minutes with nothing of the engine's arithmetic. Slow, plain,
//! and compared with the engine on random questions.

use std::collections::{BTreeMap, BTreeSet};

use availability::*;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use crate::gen_input::{Input, OneHost, any_input};

/// Minutes since the epoch.
type Minute = i64;

const DAY: i64 = 1_440;

fn minute(at: Timestamp) -> Minute {
    assert_eq!(at.as_second() % 60, 0, "the oracle knows whole minutes only");
    at.as_second() / 60
}

fn at_wall(zone: &str, wall: DateTime) -> Minute {
    minute(wall.in_tz(zone).expect("a zone").timestamp())
}

/// Dates with their zone and open minutes of the wall clock, which may run into the next date.
fn open_wall_minutes(host: &OneHost, first: Date, days: i64) -> Vec<(Date, String, BTreeSet<i64>)> {
    (0..days).map(|n| first.checked_add(n.days()).expect("a date")).map(|date| one_day(host, date)).collect()
}

fn one_day(host: &OneHost, date: Date) -> (Date, String, BTreeSet<i64>) {
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
    let mut minutes = BTreeSet::new();
    for hours in hours {
        let (start, end) = (i64::from(hours.start.minutes()), i64::from(hours.end.minutes()));
        let end = if end == 1_439 { 1_440 } else { end };
        minutes.extend(start..if end < start { end + DAY } else { end });
    }
    (date, zone, minutes)
}

/// Open minutes as instants: stretches of the wall clock in one zone are turned into instants by their ends.
fn open_minutes(host: &OneHost, first: Date, days: i64) -> BTreeSet<Minute> {
    let mut stretches: Vec<(String, BTreeSet<i64>)> = Vec::new();
    for (n, (_, zone, minutes)) in (0_i64..).zip(open_wall_minutes(host, first, days)) {
        let shifted = minutes.into_iter().map(|minute| minute + n * DAY);
        match stretches.last_mut() {
            Some((same, wall)) if *same == zone => wall.extend(shifted),
            _ => stretches.push((zone, shifted.collect())),
        }
    }
    let mut open = BTreeSet::new();
    for (zone, wall) in stretches {
        let instant = |minute: i64| {
            at_wall(&zone, first.at(0, 0, 0, 0).checked_add(minute.minutes()).expect("a local time"))
        };
        for &start in wall.iter().filter(|&&minute| !wall.contains(&(minute - 1))) {
            let end = (start..).find(|minute| !wall.contains(minute)).expect("an end");
            open.extend(instant(start)..instant(end));
        }
    }
    open
}

/// The first minute of the stretch of open minutes, walking back; in a stretch that has been open for a
/// week before this week's Monday, that Monday.
fn anchor(open: &BTreeSet<Minute>, home: &TimeZone, at: Minute) -> Minute {
    let local = home.to_datetime(Timestamp::from_second(at * 60).expect("an instant")).date();
    let back = i64::from(local.weekday().to_monday_zero_offset());
    let monday = local.checked_sub(back.days()).expect("a Monday");
    let monday = minute(monday.to_zoned(home.clone()).expect("a midnight").timestamp());
    let mut first = at;
    while open.contains(&(first - 1)) && first > monday - 7 * DAY {
        first -= 1;
    }
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
    open: BTreeSet<Minute>,
}

impl<'a> Walk<'a> {
    fn new(input: &'a Input, host: &'a OneHost) -> Self {
        let home = TimeZone::get(&host.spec.zone).expect("a zone");
        let first = TimeZone::UTC.to_datetime(input.from).date().checked_sub(18.days()).expect("a date");
        let days = 18 + 12 + 8;
        Self { input, host, home, open: open_minutes(host, first, days) }
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
        if !(start..start + duration).all(|minute| self.open.contains(&minute)) {
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
    let common: BTreeSet<Minute> =
        walks.iter().map(|walk| walk.open.clone()).reduce(|a, b| &a & &b).expect("a host");
    for at in minute(input.from)..minute(input.to) {
        let on_grid = |open: &BTreeSet<Minute>, home: &TimeZone| {
            open.contains(&at) && (at - anchor(open, home, at)) % step == 0
        };
        let seats: Option<u32> = if input.mode == HostMode::All {
            let each = || walks.iter().map(|walk| walk.seats(at));
            let grid = on_grid(&common, &walks[0].home);
            (grid && each().all(|seats| seats.is_some())).then(|| each().flatten().min().expect("seats"))
        } else {
            let free = walks.iter().filter(|walk| on_grid(&walk.open, &walk.home));
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
