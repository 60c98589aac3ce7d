//! Every zone, every clock change from 2020 to 2040: hours stay where the wall clock says.

use anyhow::{Context as _, Result, anyhow};
use availability::{
    Host, HostMode, Hours, Request, Rules, RulesSpec, Schedule, ScheduleSpec, WallTime, WeeklyWindow, slots,
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Time, Weekday, date, time},
    tz::TimeZone,
};

use crate::figures::Line;

/// Half-hour slots from nine to five, on each day of the week around each change.
const FIRST: Time = time(9, 0, 0, 0);
const LAST: Time = time(16, 30, 0, 0);
const A_DAY: usize = 16;

/// Looks at the days around each change of each zone's clock.
pub(super) fn run() -> Result<Vec<Line>> {
    let rules = Rules::new(RulesSpec::of(30)).map_err(|errors| anyhow!("{errors:?}"))?;
    let (mut zones, mut changes, mut wrong) = (0, 0, Vec::new());
    for name in jiff::tz::db().available() {
        let zone = TimeZone::get(name.as_str())?;
        let Ok(schedule) = nine_to_five(name.as_str()) else { continue };
        zones += 1;
        let (begin, end) =
            (date(2020, 1, 1).in_tz("UTC")?.timestamp(), date(2041, 1, 1).in_tz("UTC")?.timestamp());
        for change in zone.following(begin).take_while(|change| change.timestamp() < end) {
            changes += 1;
            wrong.extend(around(&zone, name.as_str(), &schedule, &rules, change.timestamp())?);
        }
    }
    // Without changes nothing is shown.
    let ok = wrong.is_empty() && zones > 300 && changes > 1_000;
    let line = Line::new("clock-changes", format!("{}_wrong", wrong.len()), "=0_wrong", ok);
    let first: Vec<_> = wrong.iter().take(3).collect();
    Ok(vec![line.with(format!("{changes} changes in {zones} zones, 2020 to 2040 {first:?}"))])
}

/// What is not as the wall clock says within three days of a change.
fn around(
    zone: &TimeZone,
    name: &str,
    schedule: &Schedule,
    rules: &Rules,
    change: Timestamp,
) -> Result<Vec<String>> {
    let day = change.to_zoned(zone.clone()).date();
    let (first, last) = (day.yesterday()?, day.tomorrow()?);
    let from = first.to_zoned(zone.clone())?.timestamp() - SignedDuration::from_hours(1);
    let to = last.tomorrow()?.to_zoned(zone.clone())?.timestamp() + SignedDuration::from_hours(1);
    let hosts = [Host::new(schedule)];
    let request =
        Request { hosts: &hosts, mode: HostMode::Single, rules, duration_min: 30, now: from, from, to };
    let found = slots(&request).map_err(|error| anyhow!("{name} {change}: {error:?}"))?;
    let mut wrong = Vec::new();
    let mut of_day = std::collections::BTreeMap::<_, usize>::new();
    for slot in &found {
        let local = slot.start.to_zoned(zone.clone());
        *of_day.entry(local.date()).or_default() += 1;
        let on_the_half_hour = local.minute() % 30 == 0 && local.second() == 0;
        if !(FIRST..=LAST).contains(&local.time()) || !on_the_half_hour {
            wrong.push(format!("{name}: a slot at {local}"));
        }
    }
    // A change in the middle of the hours, or a date that a zone leaves out, changes their number; no other does.
    for there in [first, last] {
        let nine = there.to_datetime(FIRST).to_zoned(zone.clone())?;
        let five = there.to_datetime(time(17, 0, 0, 0)).to_zoned(zone.clone())?;
        let whole =
            nine.datetime().time() == FIRST && nine.duration_until(&five) == SignedDuration::from_hours(8);
        let count = of_day.get(&there).copied().unwrap_or_default();
        if whole && count != A_DAY {
            wrong.push(format!("{name}: {count} slots on {there}"));
        }
    }
    Ok(wrong)
}

fn nine_to_five(zone: &str) -> Result<Schedule> {
    let time = |minutes| WallTime::from_minutes(minutes).context("not a time of the day");
    let hours = Hours::new(time(540)?, time(1_020)?);
    let weekly =
        Weekday::Monday.cycle_forward().take(7).map(|weekday| WeeklyWindow { weekday, hours }).collect();
    let spec = ScheduleSpec { zone: zone.to_owned(), weekly, ..ScheduleSpec::default() };
    Schedule::new(&spec).map_err(|errors| anyhow!("{errors:?}"))
}
