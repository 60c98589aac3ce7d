//! Clock changes 2020 to 2040 in every zone, and calendar periods.

use availability::local::{after_quiet_hours, calendar_days_after, instant_of, series};
use availability::*;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::gen_input::{wall, weekday};

fn every_day(zone: &str, hours: Hours) -> Schedule {
    let weekly = (0..7).map(|day| WeeklyWindow { weekday: weekday(day), hours }).collect();
    let spec = ScheduleSpec { zone: zone.to_owned(), weekly, ..ScheduleSpec::default() };
    Schedule::new(&spec).unwrap_or_else(|errors| panic!("{zone}: {errors:?}"))
}

fn open(schedule: &Schedule, from: Timestamp, to: Timestamp) -> Vec<OpenRange> {
    let rules = Rules::new(RulesSpec::of(30)).expect("rules");
    let hosts = [Host::new(schedule)];
    windows(&Request {
        hosts: &hosts,
        mode: HostMode::Single,
        rules: &rules,
        duration_min: 30,
        now: Timestamp::MIN,
        from,
        to,
    })
    .expect("windows")
}

fn zone_names() -> Vec<String> {
    jiff::tz::db().available().map(|name| name.to_string()).filter(|name| name != "Etc/Unknown").collect()
}

/// All clock changes of a zone from 2020 to 2040.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let edge = |year| date(year, 1, 1).in_tz("UTC").expect("a midnight").timestamp();
    let all = zone.following(edge(2020)).map(|change| change.timestamp());
    all.take_while(|&at| at < edge(2041)).collect()
}

#[test]
fn windows_keep_their_wall_clock_hours_over_every_change_2020_to_2040() {
    let hours = Hours::new(wall(9 * 60), wall(17 * 60));
    let (mut zones, mut seen, mut by_day) = (0, 0, 0);
    for name in zone_names() {
        let zone = TimeZone::get(&name).expect("a zone");
        let schedule = every_day(&name, hours);
        zones += 1;
        for change in changes(&zone) {
            let day = SignedDuration::from_hours(36);
            for window in open(&schedule, change - day, change + day) {
                let (start, end) = (zone.to_datetime(window.start), zone.to_datetime(window.end));
                // A change by day makes the window itself longer or shorter; the next tests are about those.
                if zone.to_offset(window.start) == zone.to_offset(window.end) {
                    assert_eq!((start.hour(), start.minute()), (9, 0), "{name} {change}");
                    assert_eq!((end.hour(), end.minute()), (17, 0), "{name} {change}");
                    assert_eq!(window.end.duration_since(window.start), SignedDuration::from_hours(8));
                    seen += 1;
                } else {
                    by_day += 1;
                }
            }
        }
    }
    assert!(zones > 300 && seen > 10_000, "{zones} zones, {seen} windows");
    assert!(by_day * 50 < seen, "changes by day are rare: {by_day} of {seen} windows");
}

#[test]
fn days_around_the_clock_leave_no_hole_over_any_change_2020_to_2040() {
    for name in zone_names() {
        let zone = TimeZone::get(&name).expect("a zone");
        let schedule = every_day(&name, Hours::new(wall(0), wall(1_439)));
        for change in changes(&zone) {
            let day = SignedDuration::from_hours(24);
            let found = open(&schedule, change - day, change + day);
            assert_eq!(found.len(), 1, "{name} {change}: {found:?}");
        }
    }
}

#[test]
fn one_day_is_as_long_as_it_really_is_over_every_change_2020_to_2040() {
    for name in zone_names() {
        let zone = TimeZone::get(&name).expect("a zone");
        for change in changes(&zone) {
            let on = zone.to_datetime(change - SignedDuration::from_secs(1)).date();
            let hours = OverrideHours::Open(Hours::new(wall(0), wall(1_440)));
            let overrides = vec![DateOverride { date: on, hours }];
            let spec = ScheduleSpec { zone: name.clone(), overrides, ..ScheduleSpec::default() };
            let schedule = Schedule::new(&spec).expect("a schedule");
            let day = SignedDuration::from_hours(48);
            let found = open(&schedule, change - day, change + day);
            let midnight =
                |date: jiff::civil::Date| date.to_zoned(zone.clone()).expect("a midnight").timestamp();
            let tomorrow = on.tomorrow().expect("a day");
            assert_eq!(
                found,
                [OpenRange { start: midnight(on), end: midnight(tomorrow) }],
                "{name} {change}"
            );
        }
    }
}

#[test]
fn the_grid_of_hours_that_never_close_does_not_depend_on_the_range() {
    let schedule = every_day("Europe/Berlin", Hours::new(wall(0), wall(1_440)));
    let rules = Rules::new(RulesSpec { step_min: 50, ..RulesSpec::of(50) }).expect("rules");
    let hosts = [Host::new(&schedule)];
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let starts = |from: &str, to: &str| -> Vec<Timestamp> {
        let request = Request {
            hosts: &hosts,
            mode: HostMode::Single,
            rules: &rules,
            duration_min: 50,
            now: Timestamp::MIN,
            from: at(from),
            to: at(to),
        };
        slots(&request).expect("slots").iter().map(|slot| slot.start).collect()
    };
    let month = starts("2024-03-01T00:00:00Z", "2024-04-10T00:00:00Z");
    assert!(month.contains(&at("2024-03-31T22:00:00Z")), "Monday 00:00 in Berlin begins a grid");
    for day in 1..=30 {
        let (from, to) = (format!("2024-03-{day:02}T07:00:00Z"), format!("2024-03-{:02}T03:00:00Z", day + 1));
        let same = month.iter().copied().filter(|&start| at(&from) <= start && start < at(&to));
        assert_eq!(starts(&from, &to), same.collect::<Vec<_>>());
    }
}

#[test]
fn a_cut_inside_a_gap_changes_nothing() {
    let night = |cuts: &[u16]| {
        let weekly = cuts.windows(2).map(|pair| WeeklyWindow {
            weekday: weekday(6),
            hours: Hours::new(wall(pair[0]), wall(pair[1])),
        });
        let zone = "America/New_York".to_owned();
        let spec = ScheduleSpec { zone, weekly: weekly.collect(), ..ScheduleSpec::default() };
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let schedule = Schedule::new(&spec).expect("a schedule");
        open(&schedule, at("2023-03-12T00:00:00Z"), at("2023-03-13T00:00:00Z"))
    };
    // 01:00 to 03:00 with the hour from two missing; 02:30 alone would be read as 03:30.
    let whole = night(&[60, 180]);
    assert_eq!(whole[0].end.duration_since(whole[0].start), SignedDuration::from_hours(1));
    assert_eq!(night(&[60, 150, 180]), whole);
    assert_eq!(night(&[60, 125, 150, 175, 180]), whole);
}

#[test]
fn a_move_across_zones_merges_in_instants() {
    let mut spec = ScheduleSpec { zone: "Europe/London".to_owned(), ..ScheduleSpec::default() };
    let all_day = Hours::new(wall(0), wall(1_440));
    spec.weekly = (0..7).map(|day| WeeklyWindow { weekday: weekday(day), hours: all_day }).collect();
    let (from, to) = (date(2024, 6, 10), date(2024, 6, 12));
    spec.travel.push(Travel { from, to, zone: "America/New_York".to_owned() });
    let schedule = Schedule::new(&spec).expect("a schedule");
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let found = open(&schedule, at("2024-06-09T00:00:00Z"), at("2024-06-14T00:00:00Z"));
    assert_eq!(found.len(), 2, "five hours are missing on the way out, five overlap on the way back");
    assert_eq!(found[0].end, at("2024-06-09T23:00:00Z"));
    assert_eq!(found[1].start, at("2024-06-10T04:00:00Z"));
}

#[test]
fn series_and_reminders_keep_to_the_clock() {
    let zone = TimeZone::get("America/New_York").expect("a zone");
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    let first = date(2024, 3, 3).at(2, 30, 0, 0);
    let want = ["2024-03-03T07:30:00Z", "2024-03-10T07:30:00Z", "2024-03-17T06:30:00Z"].map(at);
    assert_eq!(series(&zone, first, 7, 3), want);
    let start = instant_of(&zone, date(2024, 3, 10).at(14, 0, 0, 0));
    assert_eq!(calendar_days_after(&zone, start, -1), at("2024-03-09T19:00:00Z"));
    let quiet = |due: &str| after_quiet_hours(&zone, at(due), wall(22 * 60), wall(7 * 60));
    assert_eq!(quiet("2024-03-10T11:00:00Z"), at("2024-03-10T11:00:00Z"), "quiet hours are over");
    assert_eq!(quiet("2024-03-10T03:00:00Z"), at("2024-03-10T11:00:00Z"), "22:00 sharp is quiet");
    let lunch = |due: &str| after_quiet_hours(&zone, at(due), wall(12 * 60), wall(13 * 60));
    assert_eq!(lunch("2024-06-10T16:30:00Z"), at("2024-06-10T17:00:00Z"));
    assert_eq!(lunch("2024-06-10T15:30:00Z"), at("2024-06-10T15:30:00Z"));
}
