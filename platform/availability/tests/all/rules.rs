//! Bad input as typed errors, seats, limits and the choice of a coach.

use availability::*;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use crate::gen_input::{Input, OneHost, wall, weekday};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn hours(start: u16, end: u16) -> Hours {
    Hours::new(wall(start * 60), wall(end * 60))
}

fn open_on(day: i8) -> ScheduleSpec {
    let weekly = vec![WeeklyWindow { weekday: weekday(day), hours: hours(9, 12) }];
    ScheduleSpec { zone: "UTC".to_owned(), weekly, ..ScheduleSpec::default() }
}

fn host(busy: Vec<Busy>, booked: Vec<Booked>) -> OneHost {
    OneHost { spec: open_on(0), blackouts: Vec::new(), busy, booked }
}

/// Monday 2024-05-06, 09:00 to 12:00 UTC.
fn monday(hosts: Vec<OneHost>, mode: HostMode, rules: RulesSpec) -> Input {
    Input {
        hosts,
        mode,
        rules: Rules::new(rules).expect("rules"),
        now: Timestamp::MIN,
        from: at("2024-05-06T00:00:00Z"),
        to: at("2024-05-07T00:00:00Z"),
    }
}

fn shown(input: &Input) -> Vec<(String, u32)> {
    let text = |slot: Slot| (slot.start.strftime("%H:%M").to_string(), slot.seats_left);
    input.slots().into_iter().map(text).collect()
}

fn expect(input: &Input, want: &[(&str, u32)]) {
    let want: Vec<(String, u32)> = want.iter().map(|&(at, seats)| (at.to_owned(), seats)).collect();
    assert_eq!(shown(input), want);
}

fn booking(from: &str, to: &str) -> Busy {
    Busy::new(BusyKind::Booking, at(from), at(to)).expect("busy")
}

#[test]
fn everything_wrong_with_a_schedule_is_reported() {
    let mut spec = open_on(0);
    spec.zone = "Mars/Olympus".to_owned();
    spec.weekly.push(WeeklyWindow { weekday: weekday(1), hours: hours(9, 9) });
    spec.weekly.push(WeeklyWindow { weekday: weekday(1), hours: hours(24, 3) });
    let on = |day, hours| DateOverride { date: date(2024, 5, day), hours };
    spec.overrides = vec![
        on(6, OverrideHours::Open(hours(9, 20))),
        on(6, OverrideHours::Open(hours(10, 11))),
        on(6, OverrideHours::Open(hours(12, 13))),
        on(7, OverrideHours::Closed),
        on(7, OverrideHours::Open(hours(12, 13))),
        on(8, OverrideHours::Open(hours(9, 10))),
        on(8, OverrideHours::Open(hours(10, 11))),
    ];
    let stay = |from, to, zone: &str| Travel {
        from: date(2024, 6, from),
        to: date(2024, 6, to),
        zone: zone.to_owned(),
    };
    spec.travel =
        vec![stay(5, 9, "Asia/Tokyo"), stay(9, 12, "UTC"), stay(20, 19, "UTC"), stay(25, 26, "+01:00")];
    let errors = Schedule::new(&spec).expect_err("wrong in many ways");
    let fields: std::collections::BTreeSet<&str> = errors.iter().map(ScheduleError::field).collect();
    let want = [
        "/overrides/1",
        "/overrides/2",
        "/overrides/3",
        "/travel/1",
        "/travel/2/to",
        "/travel/3/zone",
        "/weekly/1/end",
        "/weekly/2/start",
        "/zone",
    ];
    assert_eq!((errors.len(), fields), (9, want.into()));
    let third = ScheduleError::OverlappingOverride { field: "/overrides/2".to_owned(), other: 0 };
    assert!(errors.contains(&third));
}

#[test]
fn wrong_rules_and_questions_are_refused() {
    let wrong = RulesSpec {
        durations_min: vec![60, 0],
        step_min: 0,
        seats: 0,
        bookable: Bookable::Between { from: at("2024-05-02T00:00:00Z"), to: at("2024-05-01T00:00:00Z") },
        ..RulesSpec::of(60)
    };
    let errors = Rules::new(wrong).expect_err("wrong rules");
    let fields: Vec<&str> = errors.iter().map(RulesError::field).collect();
    assert_eq!(fields, ["/durations_min", "/step_min", "/seats", "/bookable/to"]);
    let day = Limit { count: Some(3), minutes: None };
    let month = Limit { count: Some(2), minutes: None };
    let limits = Limits { day, month, ..Limits::default() };
    let errors = Rules::new(RulesSpec { limits, ..RulesSpec::of(60) }).expect_err("wrong limits");
    assert_eq!(errors, [RulesError::LimitBelowShorterPeriod { field: "/limits/month" }]);

    let ask = |change: fn(&mut Request<'_>)| {
        monday(vec![host(vec![], vec![]), host(vec![], vec![])], HostMode::Any, RulesSpec::of(60)).ask(
            |request| {
                let mut request = *request;
                change(&mut request);
                slots(&request).expect_err("a wrong question")
            },
        )
    };
    assert_eq!(ask(|request| request.mode = HostMode::Single), RequestError::NotSingle);
    assert_eq!(ask(|request| request.hosts = &[]), RequestError::Hosts);
    assert_eq!(ask(|request| request.duration_min = 45), RequestError::WrongDuration);
    assert_eq!(ask(|request| request.to = Timestamp::UNIX_EPOCH), RequestError::EndBeforeStart);
    assert_eq!(ask(|request| request.from = Timestamp::MIN), RequestError::OutOfCalendar);
    let too_long =
        |request: &mut Request<'_>| request.to = request.from + SignedDuration::from_hours(401 * 24);
    assert_eq!(ask(too_long), RequestError::RangeTooLong);
    let (start, end) = (at("2024-05-02T00:00:00Z"), at("2024-05-01T00:00:00Z"));
    assert_eq!(Busy::new(BusyKind::External, start, end), Err(BusyError::EndBeforeStart));
    assert_eq!(Blackout::new(start, end), Err(BusyError::EndBeforeStart));
}

#[test]
fn the_longer_duration_needs_the_longer_window() {
    let rules = RulesSpec { durations_min: vec![60, 120], ..RulesSpec::of(60) };
    let input = monday(vec![host(vec![], vec![])], HostMode::Single, rules);
    let starts = |duration_min: u32| {
        input.ask(|request| slots(&Request { duration_min, ..*request }).expect("slots").len())
    };
    assert_eq!((starts(60), starts(120)), (3, 2));
}

#[test]
fn a_group_fills_up_before_it_closes() {
    let rules = || RulesSpec { seats: 3, buffer_before_min: 30, step_min: 30, ..RulesSpec::of(60) };
    let group = booking("2024-05-06T10:00:00Z", "2024-05-06T11:00:00Z");
    let group = group.with_buffers(30, 0).expect("buffers");
    let taken = |seats: &[u32]| {
        let busy = seats.iter().map(|&taken| group.shared(taken)).collect();
        monday(vec![host(busy, vec![])], HostMode::Single, rules())
    };
    expect(&taken(&[2]), &[("10:00", 1)]);
    expect(&taken(&[1, 1]), &[("10:00", 1)]);
    expect(&taken(&[2, 1]), &[]);
    let longer = booking("2024-05-06T10:00:00Z", "2024-05-06T11:30:00Z");
    let longer = longer.with_buffers(30, 0).expect("buffers").shared(1);
    expect(&monday(vec![host(vec![longer], vec![])], HostMode::Single, rules()), &[]);
}

#[test]
fn who_joins_a_group_takes_no_more_of_the_day() {
    let group = booking("2024-05-06T10:00:00Z", "2024-05-06T11:00:00Z").shared(1);
    let booked = vec![Booked { start: group.start(), minutes: 60 }];
    let limits = Limits { day: Limit { count: Some(1), minutes: None }, ..Limits::default() };
    let rules = RulesSpec { seats: 4, limits, ..RulesSpec::of(60) };
    expect(&monday(vec![host(vec![group], booked)], HostMode::Single, rules), &[("10:00", 3)]);
}

#[test]
fn seats_of_several_hosts() {
    let group = booking("2024-05-06T09:00:00Z", "2024-05-06T10:00:00Z").shared(1);
    let blocked = booking("2024-05-06T11:00:00Z", "2024-05-06T11:01:00Z");
    let hosts = || vec![host(vec![group], vec![]), host(vec![blocked], vec![])];
    let rules = || RulesSpec { seats: 2, ..RulesSpec::of(60) };
    expect(&monday(hosts(), HostMode::Any, rules()), &[("09:00", 3), ("10:00", 4), ("11:00", 2)]);
    expect(&monday(hosts(), HostMode::All, rules()), &[("09:00", 1), ("10:00", 2)]);
}

#[test]
fn minutes_are_limited_to_the_last_one() {
    let limits = |most| Limits { day: Limit { count: None, minutes: Some(most) }, ..Limits::default() };
    let booked = || vec![Booked { start: at("2024-05-06T20:00:00Z"), minutes: 60 }];
    let slots_with = |most| {
        let rules = RulesSpec { limits: limits(most), ..RulesSpec::of(60) };
        monday(vec![host(vec![], booked())], HostMode::Single, rules).slots().len()
    };
    assert_eq!((slots_with(119), slots_with(120)), (0, 3));
}

#[test]
fn the_appointments_to_be_known_are_those_of_the_limited_periods() {
    let one = Limit { count: Some(1), minutes: None };
    let home = jiff::tz::TimeZone::get("America/New_York").expect("a zone");
    let needed =
        |limits: Limits| limits.counted_range(&home, at("2024-05-02T03:30:00Z"), at("2024-05-09T12:00:00Z"));
    assert_eq!(needed(Limits::default()), None);
    let week = Limits { week: one, ..Limits::default() };
    assert_eq!(needed(week), Some((at("2024-04-29T04:00:00Z"), at("2024-05-13T04:00:00Z"))));
    let day_and_month = Limits { day: one, month: one, ..Limits::default() };
    assert_eq!(needed(day_and_month), Some((at("2024-05-01T04:00:00Z"), at("2024-06-01T04:00:00Z"))));
}

#[test]
fn a_fixed_range_holds_its_starts() {
    let bookable = Bookable::Between { from: at("2024-05-06T10:00:00Z"), to: at("2024-05-06T11:00:00Z") };
    let input =
        monday(vec![host(vec![], vec![])], HostMode::Single, RulesSpec { bookable, ..RulesSpec::of(60) });
    expect(&input, &[("10:00", 1)]);
}

#[test]
fn notice_and_horizon_hold_to_the_second() {
    let with = |now: &str, rules: RulesSpec| {
        let input = monday(vec![host(vec![], vec![])], HostMode::Single, rules);
        shown(&Input { now: at(now), ..input }).into_iter().map(|(start, _)| start).collect::<Vec<_>>()
    };
    let horizon = || RulesSpec { bookable: Bookable::HorizonDays(2), ..RulesSpec::of(60) };
    assert_eq!(with("2024-05-04T10:00:00Z", horizon()), ["09:00", "10:00"]);
    assert_eq!(with("2024-05-04T09:59:59.999Z", horizon()), ["09:00"]);
    let notice = || RulesSpec { notice_min: 60, ..RulesSpec::of(60) };
    assert_eq!(with("2024-05-06T09:00:00Z", notice()), ["10:00", "11:00"]);
    assert_eq!(with("2024-05-06T09:00:00.001Z", notice()), ["11:00"]);
    assert_eq!(with("2024-05-06T10:00:00Z", RulesSpec::of(60)), ["10:00", "11:00"], "now is not the past");
}

#[test]
fn the_coach_with_the_quietest_week_is_chosen() {
    let booked = |starts: &[&str]| {
        starts.iter().map(|start| Booked { start: at(start), minutes: 60 }).collect::<Vec<_>>()
    };
    let choose = |hosts: Vec<Vec<Booked>>| {
        let hosts = hosts.into_iter().map(|booked| host(vec![], booked)).collect();
        let input = monday(hosts, HostMode::Any, RulesSpec::of(60));
        input.ask(|request| assign(request, at("2024-05-06T10:00:00Z")).expect("a choice"))
    };
    let (this_week, before, long_before) =
        ("2024-05-08T09:00:00Z", "2024-05-03T09:00:00Z", "2024-04-01T09:00:00Z");
    assert_eq!(choose(vec![booked(&[this_week]), booked(&[before, before])]), Some(1), "fewer this week");
    assert_eq!(choose(vec![booked(&[before]), booked(&[long_before])]), Some(1), "longer ago");
    assert_eq!(choose(vec![booked(&[before]), booked(&[])]), Some(1), "never");
    assert_eq!(choose(vec![booked(&[]), booked(&[])]), Some(0), "the first of equals");
    let busy = vec![booking("2024-05-06T10:30:00Z", "2024-05-06T10:31:00Z")];
    let hosts = vec![host(busy.clone(), vec![]), host(vec![], booked(&[this_week]))];
    let input = monday(hosts, HostMode::Any, RulesSpec::of(60));
    let choice = input.ask(|request| assign(request, at("2024-05-06T10:00:00Z")).expect("a choice"));
    assert_eq!(choice, Some(1), "the quiet one is not free");
    let input = monday(vec![host(busy, vec![])], HostMode::Any, RulesSpec::of(60));
    assert_eq!(input.ask(|request| assign(request, at("2024-05-06T10:00:00Z"))), Ok(None));
}
