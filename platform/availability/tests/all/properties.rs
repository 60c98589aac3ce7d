//! What must hold for every question.

use availability::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::gen_input::{Input, ZONES, any_input, wall};

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

fn end_of(input: &Input, slot: &Slot) -> Timestamp {
    slot.start + minutes(input.duration_min())
}

/// Windows cut in two at some minute, so that the halves touch or overlap.
fn split(input: &Input, cut: u16, overlap: u16) -> Input {
    let mut input = input.clone();
    for host in &mut input.hosts {
        host.spec.weekly = host.spec.weekly.iter().flat_map(|window| cut_one(window, cut, overlap)).collect();
    }
    input
}

fn cut_one(window: &WeeklyWindow, cut: u16, overlap: u16) -> Vec<WeeklyWindow> {
    let (start, end) = (window.hours.start.minutes(), window.hours.end.minutes());
    let with = |start, end| WeeklyWindow { hours: Hours::new(wall(start), wall(end)), ..*window };
    let second = cut.saturating_sub(overlap).max(start);
    // A half that would end at 23:59 means midnight, and one that is empty is no window.
    let sound = start < cut && cut < end && cut != 1_439 && second < end;
    if sound { vec![with(second, end), with(start, cut)] } else { vec![*window] }
}

/// A window that crosses midnight as two: up to midnight, and the rest on the next day.
fn split_at_midnight(input: &Input) -> Input {
    let mut input = input.clone();
    for host in &mut input.hosts {
        host.spec.weekly = (host.spec.weekly.iter())
            .flat_map(|window| {
                let Hours { start, end } = window.hours;
                if end >= start || end == WallTime::MIDNIGHT {
                    return vec![*window];
                }
                let evening = WeeklyWindow { hours: Hours::new(start, WallTime::END_OF_DAY), ..*window };
                let morning = Hours::new(WallTime::MIDNIGHT, end);
                vec![evening, WeeklyWindow { weekday: window.weekday.next(), hours: morning }]
            })
            .collect();
    }
    input
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_slot_meets_busy_time(input in any_input(1..=1, HostMode::Single)) {
        let rules = input.rules.spec();
        for slot in input.slots() {
            let blocked = (
                slot.start - minutes(rules.buffer_before_min),
                end_of(&input, &slot) + minutes(rules.buffer_after_min),
            );
            for busy in &input.hosts[0].busy {
                let joined = busy.seats_taken().is_some()
                    && (busy.start(), busy.end()) == (slot.start, end_of(&input, &slot));
                let (before, after) = busy.buffers_min();
                let (start, end) = (busy.start() - minutes(before), busy.end() + minutes(after));
                let meets = start < end && start < blocked.1 && blocked.0 < end;
                prop_assert!(joined || !meets, "{slot:?} meets {busy:?}");
            }
        }
    }

    #[test]
    fn every_slot_lies_in_one_window_and_the_range(input in any_input(1..=3, HostMode::Any)) {
        let open = input.ask(|request| windows(request).expect("windows"));
        let slots = input.slots();
        prop_assert!(slots.is_sorted_by(|a, b| a.start < b.start), "in order, each once");
        for slot in slots {
            let end = end_of(&input, &slot);
            prop_assert!(input.from <= slot.start && slot.start < input.to);
            prop_assert!(slot.start >= input.now + minutes(input.rules.spec().notice_min));
            prop_assert!(slot.seats_left > 0);
            prop_assert!(open.iter().any(|window| window.start <= slot.start && end <= window.end));
        }
    }

    #[test]
    fn a_collective_slot_lies_in_a_window_of_everybody(input in any_input(2..=3, HostMode::All)) {
        for slot in input.slots() {
            for host in &input.hosts {
                let alone = Input { hosts: vec![host.clone()], mode: HostMode::Single, ..input.clone() };
                let open = alone.ask(|request| windows(request).expect("windows"));
                let end = end_of(&input, &slot);
                prop_assert!(open.iter().any(|window| window.start <= slot.start && end <= window.end));
            }
        }
    }

    #[test]
    fn splitting_windows_changes_nothing(
        input in any_input(1..=1, HostMode::Single),
        cut in prop_oneof![1_u16..1_440, 90_u16..200],
        overlap in prop_oneof![Just(0_u16), 0_u16..200],
    ) {
        let parts = split(&input, cut, overlap);
        prop_assert_eq!(input.slots(), parts.slots());
        let open = |input: &Input| input.ask(|request| windows(request).expect("windows"));
        prop_assert_eq!(open(&input), open(&parts));
    }

    #[test]
    fn merging_windows_changes_nothing(input in any_input(1..=1, HostMode::Single), again in 0_usize..12) {
        let mut doubled = input.clone();
        let spec = &mut doubled.hosts[0].spec;
        let copy = spec.weekly.get(again).copied();
        spec.weekly.extend(copy);
        spec.weekly.reverse();
        prop_assert_eq!(input.slots(), doubled.slots());
    }

    #[test]
    fn midnight_is_no_border(input in any_input(1..=1, HostMode::Single)) {
        // Overrides and travel are about dates: there it does matter on which date a window begins.
        let mut input = input;
        input.hosts[0].spec.overrides.clear();
        input.hosts[0].spec.travel.clear();
        prop_assert_eq!(input.slots(), split_at_midnight(&input).slots());
    }

    #[test]
    fn a_range_is_the_sum_of_its_parts(input in any_input(1..=3, HostMode::Any), at in 0_i64..9_000) {
        let middle = (input.from + SignedDuration::from_mins(at)).min(input.to);
        let mut parts = Input { to: middle, ..input.clone() }.slots();
        parts.extend(Input { from: middle, ..input.clone() }.slots());
        prop_assert_eq!(input.slots(), parts);
    }

    #[test]
    fn busy_time_takes_slots_away_and_moves_none(input in any_input(1..=1, HostMode::Single)) {
        // Who joins an appointment is not limited, so with limits a busy interval can open its own start.
        let mut input = input;
        let spec = RulesSpec { limits: Limits::default(), ..input.rules.spec().clone() };
        input.rules = Rules::new(spec).expect("rules");
        let mut free = input.clone();
        free.hosts[0].busy.clear();
        let all: Vec<Timestamp> = free.slots().iter().map(|slot| slot.start).collect();
        prop_assert!(input.slots().iter().all(|slot| all.contains(&slot.start)));
    }

    #[test]
    fn any_is_the_union_of_the_hosts(input in any_input(1..=3, HostMode::Any)) {
        let mut starts: Vec<Timestamp> = Vec::new();
        for host in &input.hosts {
            let alone = Input { hosts: vec![host.clone()], mode: HostMode::Single, ..input.clone() };
            starts.extend(alone.slots().iter().map(|slot| slot.start));
        }
        starts.sort_unstable();
        starts.dedup();
        let together: Vec<Timestamp> = input.slots().iter().map(|slot| slot.start).collect();
        prop_assert_eq!(together, starts);
    }

    #[test]
    fn free_time_is_open_and_clear_of_busy_time(input in any_input(1..=1, HostMode::Single)) {
        let open = input.ask(|request| windows(request).expect("windows"));
        let free = input.ask(|request| free_windows(request).expect("free windows"));
        for range in &free {
            prop_assert!(input.from <= range.start && range.end <= input.to && range.start < range.end);
            prop_assert!(open.iter().any(|window| window.start <= range.start && range.end <= window.end));
            for busy in &input.hosts[0].busy {
                prop_assert!(busy.start() == busy.end() || busy.end() <= range.start || range.end <= busy.start());
            }
        }
    }

    #[test]
    fn the_viewer_changes_no_instant(zone in prop::sample::select(&ZONES[..]), seed in 0_u8..3) {
        let tz = ["America/New_York", "Europe/Berlin", "Pacific/Chatham"][usize::from(seed)];
        let question = |viewer: &str| serde_json::json!({
            "schedule": {"tz": tz, "weekly": [{"days": [0, 3, 6], "start": "22:00", "end": "04:00"}]},
            "length_min": 45, "step_min": 30, "viewer_tz": viewer,
            "query": {"from": "2024-03-28T00:00:00Z", "to": "2024-04-08T00:00:00Z"},
        });
        let ask = |viewer: &str| cases::answer(&question(viewer).to_string()).expect("an answer");
        let (here, there) = (ask("UTC"), ask(zone));
        prop_assert_eq!(&here["slots_utc"], &there["slots_utc"]);
        let instants = |answer: &serde_json::Value, key: &str| -> Vec<Timestamp> {
            let list = answer[key].as_array().expect("a list");
            list.iter().map(|at| at.as_str().expect("a text").parse().expect("an instant")).collect()
        };
        prop_assert!(!instants(&there, "slots_utc").is_empty());
        prop_assert_eq!(instants(&there, "slots_viewer_local"), instants(&there, "slots_utc"));
    }
}
