//! Times one month of half-hour slots against 200 busy intervals. Prints one line a schedule:
//! `NAME microseconds slots`.

use std::hint::black_box;
use std::time::Instant;

use availability::{
    Busy, BusyKind, Host, HostMode, Hours, Request, Rules, RulesSpec, Schedule, ScheduleSpec, WallTime,
    WeeklyWindow, slots,
};
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};

type Failure = Box<dyn std::error::Error>;

const ROUNDS: u32 = 2_000;

fn schedule(first: u16, last: u16) -> Result<Schedule, Failure> {
    let time = |minutes| WallTime::from_minutes(minutes).ok_or("not a time of the day");
    let hours = Hours::new(time(first)?, time(last)?);
    let days = Weekday::Monday.cycle_forward().take(7);
    let weekly = days.map(|weekday| WeeklyWindow { weekday, hours }).collect();
    let spec = ScheduleSpec { zone: "Europe/Berlin".to_owned(), weekly, ..ScheduleSpec::default() };
    Schedule::new(&spec).map_err(|errors| format!("{errors:?}").into())
}

/// 200 intervals over the month, in no order.
fn busy(from: Timestamp) -> Result<Vec<Busy>, Failure> {
    let place = |n: i64| SignedDuration::from_mins((n * 7_919) % (31 * 1_440));
    (0..200)
        .map(|n| {
            let start = from + place(n);
            let busy = Busy::new(BusyKind::Booking, start, start + SignedDuration::from_mins(25))?;
            Ok(busy.with_buffers(5, 10)?)
        })
        .collect()
}

/// The median of single runs, in microseconds, and the number of slots.
fn time(request: &Request<'_>) -> Result<(f64, usize), Failure> {
    let mut times = Vec::new();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        count = black_box(slots(black_box(request))?).len();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let median = times.get(times.len() / 2).ok_or("nothing was timed")?;
    Ok((median.as_secs_f64() * 1e6, count))
}

fn main() -> Result<(), Failure> {
    let from: Timestamp = "2026-10-01T00:00:00Z".parse()?;
    let to: Timestamp = "2026-11-01T00:00:00Z".parse()?;
    let busy = busy(from)?;
    let spec = RulesSpec { buffer_before_min: 5, buffer_after_min: 10, notice_min: 60, ..RulesSpec::of(30) };
    let rules = Rules::new(spec).map_err(|errors| format!("{errors:?}"))?;
    for (name, first, last) in [("day_09_17", 540, 1_020), ("around_the_clock", 0, 1_440)] {
        let schedule = schedule(first, last)?;
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
        let (micros, count) = time(&request)?;
        println!("{name} {micros:.1} us a month, {count} slots, {} busy intervals", busy.len());
    }
    Ok(())
}
