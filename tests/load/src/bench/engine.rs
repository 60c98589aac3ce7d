use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use availability::{
    Busy, BusyKind, Host, HostMode, Hours, Request, Rules, RulesSpec, Schedule, ScheduleSpec, WallTime,
    WeeklyWindow, slots,
};
use jiff::{SignedDuration, Timestamp, civil::Weekday};

use crate::figures::{Line, percentile, shown};

const ROUNDS: usize = 4_000;

/// One month of half-hour slots against 200 busy intervals.
pub(super) fn run() -> Result<Vec<Line>> {
    let from: Timestamp = "2026-10-01T00:00:00Z".parse()?;
    let to: Timestamp = "2026-11-01T00:00:00Z".parse()?;
    let busy = busy(from)?;
    let spec = RulesSpec { buffer_before_min: 5, buffer_after_min: 10, notice_min: 60, ..RulesSpec::of(30) };
    let rules = Rules::new(spec).map_err(|errors| anyhow!("{errors:?}"))?;
    let schedule = working_hours()?;
    let hosts = [Host { busy: &busy, ..Host::new(&schedule) }];
    let request = Request {
        hosts: &hosts,
        mode: HostMode::Single,
        rules: &rules,
        duration_min: 30,
        now: from,
        from,
        to,
    };
    let (mut times, mut found) = (Vec::with_capacity(ROUNDS), 0);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        found = black_box(slots(black_box(&request)).map_err(|error| anyhow!("{error:?}"))?).len();
        times.push(began.elapsed());
    }
    let (median, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    let detail = format!(
        "{found} slots of a month from nine to five, {} busy intervals, p99 {}",
        busy.len(),
        shown(p99)
    );
    Ok(vec![Line::time("engine", median, Duration::from_micros(50)).with(detail)])
}

fn working_hours() -> Result<Schedule> {
    let time = |minutes| WallTime::from_minutes(minutes).context("not a time of the day");
    let hours = Hours::new(time(540)?, time(1_020)?);
    let weekly =
        Weekday::Monday.cycle_forward().take(7).map(|weekday| WeeklyWindow { weekday, hours }).collect();
    let spec = ScheduleSpec { zone: "Europe/Berlin".to_owned(), weekly, ..ScheduleSpec::default() };
    Schedule::new(&spec).map_err(|errors| anyhow!("{errors:?}"))
}

/// 200 intervals over the month, in no order.
fn busy(from: Timestamp) -> Result<Vec<Busy>> {
    let place = |n: i64| SignedDuration::from_mins((n * 7_919) % (31 * 1_440));
    let one = |n| {
        let start = from + place(n);
        let busy = Busy::new(BusyKind::Booking, start, start + SignedDuration::from_mins(25));
        busy.and_then(|busy| busy.with_buffers(5, 10)).map_err(|error| anyhow!("{error:?}"))
    };
    (0..200).map(one).collect()
}
