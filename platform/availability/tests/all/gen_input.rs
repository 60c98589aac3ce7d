//! Random questions for the property tests, and a small owner for what a question borrows.

use availability::*;
use jiff::civil::{Date, Weekday, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

pub const ZONES: [&str; 12] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "America/Havana",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Europe/Dublin",
];

/// First days of ranges, most of them just before a clock change somewhere.
const DAYS: [(i16, i8, i8); 8] = [
    (2023, 3, 10),
    (2023, 11, 3),
    (2024, 3, 29),
    (2024, 4, 5),
    (2024, 4, 24),
    (2024, 10, 25),
    (2024, 6, 1),
    (2024, 12, 29),
];

#[derive(Clone, Debug)]
pub struct OneHost {
    pub spec: ScheduleSpec,
    pub blackouts: Vec<Blackout>,
    pub busy: Vec<Busy>,
    pub booked: Vec<Booked>,
}

#[derive(Clone, Debug)]
pub struct Input {
    pub hosts: Vec<OneHost>,
    pub mode: HostMode,
    pub rules: Rules,
    pub now: Timestamp,
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Input {
    pub fn duration_min(&self) -> u32 {
        self.rules.spec().durations_min[0]
    }

    /// Hands the question to a closure.
    pub fn ask<T>(&self, ask: impl FnOnce(&Request<'_>) -> T) -> T {
        let schedules: Vec<Schedule> =
            self.hosts.iter().map(|host| Schedule::new(&host.spec).expect("a schedule")).collect();
        let hosts: Vec<Host<'_>> = (self.hosts.iter().zip(&schedules))
            .map(|(host, schedule)| Host {
                schedule,
                blackouts: &host.blackouts,
                busy: &host.busy,
                booked: &host.booked,
            })
            .collect();
        ask(&Request {
            hosts: &hosts,
            mode: self.mode,
            rules: &self.rules,
            duration_min: self.duration_min(),
            now: self.now,
            from: self.from,
            to: self.to,
        })
    }

    pub fn slots(&self) -> Vec<Slot> {
        self.ask(|request| slots(request).expect("slots"))
    }
}

pub fn weekday(number: i8) -> Weekday {
    Weekday::from_monday_zero_offset(number).expect("a weekday")
}

pub fn wall(minutes: u16) -> WallTime {
    WallTime::from_minutes(minutes).expect("a time")
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let quarter = (0_u16..96, 1_u16..=96).prop_map(|(start, end)| (start * 15, end * 15));
    let minute = (0_u16..1_440, 1_u16..=1_440);
    let different = prop_oneof![4 => quarter, 1 => minute].prop_filter("no length", |(a, b)| a != b);
    different.prop_map(|(start, end)| Hours::new(wall(start), wall(end)))
}

fn any_weekly() -> impl Strategy<Value = Vec<WeeklyWindow>> {
    let one = (0_i8..7, any_hours()).prop_map(|(day, hours)| WeeklyWindow { weekday: weekday(day), hours });
    let always = Just(
        (0..7)
            .map(|day| WeeklyWindow { weekday: weekday(day), hours: Hours::new(wall(0), wall(1_440)) })
            .collect::<Vec<_>>(),
    );
    prop_oneof![9 => prop::collection::vec(one, 0..12), 1 => always]
}

fn near(first: Date, days: i64) -> Date {
    first.checked_add(days.days()).expect("a date")
}

fn any_overrides(first: Date) -> impl Strategy<Value = Vec<DateOverride>> {
    let hours = prop_oneof![
        1 => Just(OverrideHours::Closed),
        3 => any_hours().prop_map(OverrideHours::Open)
    ];
    prop::collection::btree_map(-3_i64..12, hours, 0..4).prop_map(move |days| {
        days.into_iter().map(|(day, hours)| DateOverride { date: near(first, day), hours }).collect()
    })
}

fn any_travel(first: Date) -> impl Strategy<Value = Vec<Travel>> {
    let stay = (0_i64..8, 0_i64..4, prop::sample::select(&ZONES[..]));
    let stay = stay.prop_map(move |(day, length, zone)| Travel {
        from: near(first, day),
        to: near(first, day + length),
        zone: zone.to_owned(),
    });
    prop::collection::vec(stay, 0..=1)
}

fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    at + SignedDuration::from_mins(minutes)
}

fn any_busy(from: Timestamp, duration: u32) -> impl Strategy<Value = Vec<Busy>> {
    let minutes = prop_oneof![(-200_i64..1_200).prop_map(|quarter| quarter * 15), -2_000_i64..15_000];
    let length = prop_oneof![Just(i64::from(duration)), 0_i64..300];
    let buffers = (0_u32..3, 0_u32..3).prop_map(|(before, after)| (before * 10, after * 10));
    let one = (minutes, length, buffers, prop::option::weighted(0.3, 0_u32..4), 0_i64..2_000);
    let one = one.prop_map(move |(start, length, (before, after), seats, fraction)| {
        // Now and then an external calendar has entries with seconds and fractions of them.
        let fraction = if fraction < 100 { fraction * 777 } else { 0 };
        let start = minutes_after(from, start) + SignedDuration::from_millis(fraction);
        let busy = Busy::new(BusyKind::Booking, start, minutes_after(start, length)).expect("busy");
        let busy = busy.with_buffers(before, after).expect("buffers");
        seats.map_or(busy, |taken| busy.shared(taken))
    });
    prop::collection::vec(one, 0..12)
}

fn any_limits() -> impl Strategy<Value = Limits> {
    let most = || prop::option::weighted(0.3, 0_u32..4);
    let minutes = || prop::option::weighted(0.2, 0_u32..200);
    (most(), most(), most(), minutes(), minutes(), 0_i8..7).prop_map(
        |(day, week, month, day_minutes, week_minutes, start)| {
            let limit = |count, minutes| Limit { count, minutes };
            let least = |a: Option<u32>, b: Option<u32>| b.map(|b| b.max(a.unwrap_or(0)));
            let longest = day.max(week);
            Limits {
                day: limit(day, day_minutes),
                week: limit(least(day, week), least(day_minutes, week_minutes)),
                month: limit(least(longest, month), None),
                year: Limit::default(),
                week_start: weekday(start),
            }
        },
    )
}

fn any_rules() -> impl Strategy<Value = RulesSpec> {
    let step = prop_oneof![Just(15_u32), Just(30), Just(45), Just(60), 5_u32..100];
    let buffer = || prop_oneof![2 => Just(0_u32), 1 => 0_u32..40];
    let figures = (15_u32..150, step, buffer(), buffer(), prop_oneof![Just(0_u32), 0_u32..4_000]);
    (figures, any_limits(), 1_u32..4, 0_u8..4).prop_map(
        |((duration, step_min, before, after, notice_min), limits, seats, bookable)| RulesSpec {
            durations_min: vec![duration],
            step_min,
            buffer_before_min: before,
            buffer_after_min: after,
            notice_min,
            bookable: if bookable == 0 { Bookable::HorizonDays(5) } else { Bookable::Always },
            limits,
            seats,
        },
    )
}

fn any_host(first: Date, from: Timestamp, duration: u32) -> impl Strategy<Value = OneHost> {
    let spec = (prop::sample::select(&ZONES[..]), any_weekly(), any_overrides(first), any_travel(first));
    let spec = spec.prop_map(|(zone, weekly, overrides, travel)| ScheduleSpec {
        zone: zone.to_owned(),
        weekly,
        overrides,
        travel,
    });
    let blackout = (-1_000_i64..12_000, 0_i64..2_000);
    let booked = (-5_000_i64..15_000, 0_u32..90);
    let lists = (
        prop::collection::vec(blackout, 0..3),
        any_busy(from, duration),
        prop::collection::vec(booked, 0..6),
    );
    (spec, lists).prop_map(move |(spec, (blackouts, busy, booked))| OneHost {
        spec,
        blackouts: (blackouts.into_iter())
            .map(|(at, length)| (minutes_after(from, at), minutes_after(from, at + length)))
            .map(|(start, end)| Blackout::new(start, end).expect("a blackout"))
            .collect(),
        busy,
        booked: (booked.into_iter())
            .map(|(at, minutes)| Booked { start: minutes_after(from, at), minutes })
            .collect(),
    })
}

/// Questions about a few days with this many hosts.
pub fn any_input(hosts: std::ops::RangeInclusive<usize>, mode: HostMode) -> impl Strategy<Value = Input> {
    (prop::sample::select(&DAYS[..]), any_rules()).prop_flat_map(move |((year, month, day), rules)| {
        let first = date(year, month, day);
        let from = first.in_tz("UTC").expect("a midnight").timestamp();
        let duration = rules.durations_min[0];
        let hosts = prop::collection::vec(any_host(first, from, duration), hosts.clone());
        (hosts, 0_i64..3_000, 1_440_i64..9_000, -3_000_i64..3_000, Just(rules)).prop_map(
            move |(hosts, shift, length, now, rules)| Input {
                hosts,
                mode,
                rules: Rules::new(rules).expect("rules"),
                now: minutes_after(from, now),
                from: minutes_after(from, shift),
                to: minutes_after(from, shift + length),
            },
        )
    })
}
