//! Explanations and slots cannot disagree.

use std::collections::BTreeMap;

use availability::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::gen_input::{Input, any_input, wall, weekday};

/// Every minute of the range is explained, each with a question of its own.
fn every_minute_agrees(input: &Input) {
    let offered: BTreeMap<Timestamp, u32> =
        input.slots().into_iter().map(|slot| (slot.start, slot.seats_left)).collect();
    let mut open = 0;
    let length = input.to.duration_since(input.from).as_mins();
    let minutes = (0..length).map(|minute| input.from + SignedDuration::from_mins(minute));
    let answers = input.ask(|request| {
        let answer = |at| (at, explain(request, at).expect("an explanation"));
        minutes.map(answer).collect::<Vec<_>>()
    });
    for (at, answer) in answers {
        let seats = offered.get(&at).copied();
        assert_eq!(
            (answer.is_open(), answer.seats_left),
            (seats.is_some(), seats.unwrap_or(0)),
            "{answer:?}"
        );
        let hosts_say: Vec<bool> = answer.hosts.iter().map(|host| host.is_open).collect();
        let together = match input.mode {
            HostMode::All => hosts_say.iter().all(|&open| open),
            _ => hosts_say.iter().any(|&open| open),
        };
        assert_eq!(together, answer.is_open(), "the reasons say otherwise: {answer:?}");
        for host in &answer.hosts {
            assert_eq!(host.is_open, host.closed_by.is_empty());
            assert!(!host.is_open || host.opened_by.is_some());
        }
        open += u32::from(answer.is_open());
    }
    assert_eq!(usize::try_from(open).expect("a count"), offered.len());
}

fn a_week(input: Input) -> Input {
    Input { to: input.from + SignedDuration::from_hours(7 * 24), ..input }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_minute_of_a_random_week(input in any_input(1..=1, HostMode::Single)) {
        every_minute_agrees(&a_week(input));
    }

    #[test]
    fn every_minute_of_a_random_week_of_any_host(input in any_input(1..=3, HostMode::Any)) {
        every_minute_agrees(&a_week(input));
    }

    #[test]
    fn every_minute_of_a_random_week_of_all_hosts(input in any_input(2..=3, HostMode::All)) {
        every_minute_agrees(&a_week(input));
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// UTC, Mondays 09:00 to 12:00, an hour each half hour, with one of everything that closes a start.
fn monday() -> Input {
    let hours = Hours::new(wall(540), wall(720));
    let spec = ScheduleSpec {
        zone: "UTC".to_owned(),
        weekly: vec![WeeklyWindow { weekday: weekday(0), hours }],
        overrides: vec![DateOverride { date: jiff::civil::date(2024, 5, 20), hours: OverrideHours::Closed }],
        travel: Vec::new(),
    };
    let busy = Busy::new(BusyKind::Session, at("2024-05-06T10:00:00Z"), at("2024-05-06T10:15:00Z"));
    let busy = busy.and_then(|busy| busy.with_buffers(0, 15)).expect("busy");
    let blackout = Blackout::new(at("2024-05-27T00:00:00Z"), at("2024-05-28T00:00:00Z")).expect("a blackout");
    let rules = RulesSpec {
        step_min: 30,
        buffer_after_min: 5,
        notice_min: 60,
        bookable: Bookable::HorizonDays(40),
        limits: Limits { day: Limit { count: Some(1), minutes: None }, ..Limits::default() },
        ..RulesSpec::of(60)
    };
    Input {
        hosts: vec![crate::gen_input::OneHost {
            spec,
            blackouts: vec![blackout],
            busy: vec![busy],
            booked: vec![Booked { start: at("2024-05-13T10:00:00Z"), minutes: 60 }],
        }],
        mode: HostMode::Single,
        rules: Rules::new(rules).expect("rules"),
        now: at("2024-05-06T07:50:00Z"),
        from: at("2024-05-06T00:00:00Z"),
        to: at("2024-05-07T00:00:00Z"),
    }
}

fn closings(start: &str) -> Vec<Closing> {
    let answer = monday().ask(|request| explain(request, at(start)).expect("an explanation"));
    answer.hosts.into_iter().flat_map(|host| host.closed_by).collect()
}

#[test]
fn each_rule_is_named() {
    let busy = |part| {
        let (start, end) = (at("2024-05-06T10:00:00Z"), at("2024-05-06T10:15:00Z"));
        Closing::Busy { index: 0, kind: BusyKind::Session, part, start, end }
    };
    assert_eq!(closings("2024-05-06T11:00:00Z"), []);
    assert_eq!(closings("2024-05-06T10:00:00Z"), [busy(BusyPart::Time)]);
    assert_eq!(
        closings("2024-05-06T09:00:00Z"),
        [busy(BusyPart::OwnBuffer)],
        "ends at ten and needs five minutes more"
    );
    assert_eq!(closings("2024-05-06T10:30:00Z"), [], "the session's own buffer ends here");
    let early = closings("2024-05-06T08:00:00Z");
    assert_eq!(early, [Closing::OutsideHours, Closing::Notice { earliest: at("2024-05-06T08:50:00Z") }]);
    assert_eq!(closings("2024-05-06T07:00:00Z").get(1), Some(&Closing::Past));
    let latest = at("2024-06-15T07:50:00Z");
    assert_eq!(closings("2024-06-17T09:00:00Z"), [Closing::Horizon { latest }]);
    let date = jiff::civil::date(2024, 5, 20);
    assert_eq!(closings("2024-05-20T09:00:00Z"), [Closing::Override { date, closed: true }]);
    assert!(matches!(closings("2024-05-27T09:00:00Z")[..], [Closing::Blackout { index: 0, .. }]));
    let limit = closings("2024-05-13T09:00:00Z");
    assert!(matches!(
        limit[..],
        [Closing::Limit { period: Period::Day, measure: Measure::Count, used: 1, most: 1, .. }]
    ));
    assert_eq!(
        closings("2024-05-06T11:30:00Z"),
        [Closing::TooShort { window_end: at("2024-05-06T12:00:00Z") }]
    );
    let off =
        Closing::OffGrid { previous: at("2024-05-06T10:30:00Z"), next: Some(at("2024-05-06T11:00:00Z")) };
    assert_eq!(closings("2024-05-06T10:40:00Z"), [off]);
    assert_eq!(closings("2024-05-06T10:59:59.5Z"), [off]);
}

#[test]
fn the_buffer_of_a_booking_is_told_from_the_booking() {
    let mut input = monday();
    input.rules = Rules::new(RulesSpec { step_min: 5, ..RulesSpec::of(60) }).expect("rules");
    let answer = input.ask(|request| explain(request, at("2024-05-06T10:20:00Z")).expect("an explanation"));
    assert!(matches!(answer.hosts[0].closed_by[..], [Closing::Busy { part: BusyPart::ItsBuffer, .. }]));
}

#[test]
fn the_window_that_opens_is_named() {
    let answer =
        monday().ask(|request| explain(request, at("2024-05-06T11:00:00Z")).expect("an explanation"));
    let opening = answer.hosts[0].opened_by.expect("a window");
    assert_eq!(opening.window_start, at("2024-05-06T09:00:00Z"));
    assert_eq!(opening.source, Some(WindowSource::Weekly { index: 0 }));
}
