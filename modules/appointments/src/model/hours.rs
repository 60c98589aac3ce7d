//! A coach's weekly windows: read from texts, checked, and turned into what the engine wants.

use availability::{Hours, Schedule, ScheduleSpec, WallTime, WeeklyWindow};
use diesel::{Insertable, Queryable, Selectable};
use events::MemberId;
use jiff::civil::Weekday;
use kernel::{Check, FieldError, Problem};

use super::overrides::OverrideRow;
use crate::schema::schedule_windows;

/// The most windows of one coach.
pub(crate) const MAX_WINDOWS: usize = 70;
const DAY: i32 = 1_440;

/// A weekly window as it is kept: minutes after midnight on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedule_windows, check_for_backend(diesel::pg::Pg))]
pub(crate) struct Window {
    pub coach_id: MemberId,
    /// 1 (Monday) to 7.
    pub weekday: i16,
    pub opens: i16,
    /// Not after `opens`: on the next day.
    pub closes: i16,
}

/// A weekly window as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WindowInput {
    /// 1 (Monday) to 7.
    pub weekday: i64,
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`; `24:00` is the end of the day.
    pub closes: String,
}

/// Checks windows of one coach; they come back in order.
///
/// # Errors
/// 422 at `windows/{index}/{field}`.
pub(crate) fn check(coach: MemberId, windows: &[WindowInput]) -> Result<Vec<Window>, Problem> {
    let mut check = Check::new();
    check.require(windows.len() <= MAX_WINDOWS, "windows", "too_many");
    let mut good: Vec<(usize, Window)> = Vec::new();
    for (index, typed) in windows.iter().take(MAX_WINDOWS).enumerate() {
        match read(coach, typed) {
            Ok(window) => good.push((index, window)),
            Err((field, code)) => check.wrong(FieldError::new(format!("windows/{index}/{field}"), code)),
        }
    }
    good.sort_by_key(|(_, window)| *window);
    for (before, after) in good.iter().zip(good.iter().skip(1)) {
        let ends = last_minute(before.1.opens, before.1.closes);
        let meets = before.1.weekday == after.1.weekday && i32::from(after.1.opens) < ends;
        check.require(!meets, &format!("windows/{}/opens", after.0), "overlap");
    }
    check.finish()?;
    Ok(good.into_iter().map(|(_, window)| window).collect())
}

fn read(coach: MemberId, typed: &WindowInput) -> Result<Window, (&'static str, &'static str)> {
    let weekday = i16::try_from(typed.weekday).ok().filter(|day| (1..=7).contains(day));
    let weekday = weekday.ok_or(("weekday", "out_of_range_weekday"))?;
    let (opens, closes) = read_hours(&typed.opens, &typed.closes)?;
    Ok(Window { coach_id: coach, weekday, opens, closes })
}

/// Two times as minutes after midnight, or the field at fault and its code.
pub(super) fn read_hours(opens: &str, closes: &str) -> Result<(i16, i16), (&'static str, &'static str)> {
    let time = |text: &str| WallTime::parse(text.trim()).and_then(|time| i16::try_from(time.minutes()).ok());
    let opens = time(opens).filter(|minutes| i32::from(*minutes) < DAY).ok_or(("opens", "not_a_time"))?;
    let closes = time(closes).ok_or(("closes", "not_a_time"))?;
    if opens == closes { Err(("closes", "zero_length")) } else { Ok((opens, closes)) }
}

/// End in minutes after the first day's midnight; past 1440 when it lies on the next day.
pub(super) fn last_minute(opens: i16, closes: i16) -> i32 {
    let (opens, closes) = (i32::from(opens), i32::from(closes));
    if closes <= opens { closes + DAY } else { closes }
}

/// Minutes after midnight as `HH:MM`.
pub(crate) fn clock(minutes: i16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The engine's schedule of one coach: weekly windows, and other hours on dates. A window's source in an explanation is a
/// position in these rows.
///
/// # Errors
/// 500 when what is stored is no schedule; the checks above make that impossible.
pub(crate) fn schedule_of<'a>(
    zone: &str,
    windows: impl Iterator<Item = &'a Window>,
    overrides: impl Iterator<Item = &'a OverrideRow>,
) -> Result<Schedule, Problem> {
    let spec = ScheduleSpec {
        zone: zone.to_owned(),
        weekly: windows.filter_map(weekly).collect(),
        overrides: overrides.filter_map(OverrideRow::engine).collect(),
        travel: Vec::new(),
    };
    Schedule::new(&spec).map_err(|errors| Problem::internal(format!("schedule: {errors:?}")))
}

fn weekly(window: &Window) -> Option<WeeklyWindow> {
    let time = |minutes: i16| WallTime::from_minutes(u16::try_from(minutes).ok()?);
    let weekday = Weekday::from_monday_one_offset(i8::try_from(window.weekday).ok()?).ok()?;
    Some(WeeklyWindow { weekday, hours: Hours::new(time(window.opens)?, time(window.closes)?) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::appointment_type::tests::member;

    fn typed(weekday: i64, opens: &str, closes: &str) -> WindowInput {
        WindowInput { weekday, opens: opens.into(), closes: closes.into() }
    }

    fn wrong(windows: &[WindowInput]) -> Vec<(String, &'static str)> {
        let problem = check(member(1), windows).unwrap_err();
        problem.fields.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn several_a_day_in_any_order() {
        let windows = [typed(2, "14:00", "24:00"), typed(1, "09:00", "12:00"), typed(2, "09:30", "14:00")];
        let kept = check(member(1), &windows).unwrap();
        assert_eq!(
            kept.iter().map(|w| (w.weekday, w.opens)).collect::<Vec<_>>(),
            [(1, 540), (2, 570), (2, 840)]
        );
        assert!(schedule_of("Europe/London", kept.iter(), [].iter()).is_ok());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let found = wrong(&[
            typed(8, "09:00", "10:00"),
            typed(1, "9", "10:00"),
            typed(1, "10:00", "10:00"),
            typed(1, "24:00", "x"),
        ]);
        let expected = [
            ("windows/0/weekday", "out_of_range_weekday"),
            ("windows/1/opens", "not_a_time"),
            ("windows/2/closes", "zero_length"),
            ("windows/3/opens", "not_a_time"),
        ];
        assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(
            wrong(&[typed(3, "09:00", "12:00"), typed(3, "11:00", "13:00")]),
            [("windows/1/opens".to_owned(), "overlap")]
        );
        assert_eq!(
            wrong(&[typed(3, "22:00", "02:00"), typed(3, "23:00", "23:30")]),
            [("windows/1/opens".to_owned(), "overlap")]
        );
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_makes_a_schedule(days in prop::collection::vec((0_i64..9, 0_i16..1500, 0_i16..1500), 0..12)) {
            let windows: Vec<_> = days.iter().map(|(day, from, to)| typed(*day, &clock(*from), &clock(*to))).collect();
            if let Ok(kept) = check(member(1), &windows) {
                prop_assert_eq!(kept.len(), windows.len());
                prop_assert!(schedule_of("Europe/Berlin", kept.iter(), [].iter()).is_ok());
            }
        }
    }
}
