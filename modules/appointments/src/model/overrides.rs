//! Other hours on a date, or none: read from texts, checked, and turned into what the engine wants.

use availability::{DateOverride, Hours, OverrideHours, WallTime};
use diesel::{Insertable, Queryable, Selectable};
use events::{Instant, MemberId};
use jiff::ToSpan;
use kernel::{Check, FieldError, Problem};

use super::{
    day::Day,
    hours::{last_minute, read_hours},
    when::date_in,
};
use crate::schema::schedule_overrides;

/// The most windows on one date.
pub(crate) const MAX_HOURS: usize = 10;
/// Days before and after a range whose hours can reach into it: windows that never close are followed so far.
const REACH_DAYS: i64 = 27;
/// Stands for both times of a closed date.
const CLOSED: i16 = -1;

/// Hours of one date as they are kept: minutes after midnight on the wall clock.
///
/// Invariant: all rows of a date together replace its weekly windows; a closed date has one row, with both at -1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = schedule_overrides, check_for_backend(diesel::pg::Pg))]
pub(crate) struct OverrideRow {
    pub coach_id: MemberId,
    pub date: Day,
    pub opens: i16,
    /// Not after `opens`: on the next day.
    pub closes: i16,
}

impl OverrideRow {
    /// The row that closes a date.
    pub fn closed(coach_id: MemberId, date: Day) -> Self {
        Self { coach_id, date, opens: CLOSED, closes: CLOSED }
    }
    /// Whether the date has no hours at all.
    pub fn is_closed(&self) -> bool {
        self.opens == CLOSED
    }
    /// As the engine wants it.
    pub fn engine(&self) -> Option<DateOverride> {
        let time = |minutes: i16| WallTime::from_minutes(u16::try_from(minutes).ok()?);
        let hours = if self.is_closed() {
            OverrideHours::Closed
        } else {
            OverrideHours::Open(Hours::new(time(self.opens)?, time(self.closes)?))
        };
        Some(DateOverride { date: self.date.0, hours })
    }
}

/// Hours of a date as somebody typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HoursInput {
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`; `24:00` is the end of the day.
    pub closes: String,
}

/// Checks the hours of one date; none closes it. They come back in order.
///
/// # Errors
/// 422 at `hours/{index}/{field}`.
pub(crate) fn check(coach: MemberId, date: Day, hours: &[HoursInput]) -> Result<Vec<OverrideRow>, Problem> {
    if hours.is_empty() {
        return Ok(vec![OverrideRow::closed(coach, date)]);
    }
    let mut check = Check::new();
    check.require(hours.len() <= MAX_HOURS, "hours", "too_many");
    let mut good: Vec<(usize, OverrideRow)> = Vec::new();
    for (index, typed) in hours.iter().take(MAX_HOURS).enumerate() {
        match read_hours(&typed.opens, &typed.closes) {
            Ok((opens, closes)) => good.push((index, OverrideRow { coach_id: coach, date, opens, closes })),
            Err((field, code)) => check.wrong(FieldError::new(format!("hours/{index}/{field}"), code)),
        }
    }
    good.sort_by_key(|(_, row)| *row);
    let mut reached = 0;
    for (index, row) in &good {
        check.require(i32::from(row.opens) >= reached, &format!("hours/{index}/opens"), "overlap");
        reached = reached.max(last_minute(row.opens, row.closes));
    }
    check.finish()?;
    Ok(good.into_iter().map(|(_, row)| row).collect())
}

/// The dates whose overrides can matter to a range of instants, in whatever zone.
pub(crate) fn dates_around((from, to): (Instant, Instant)) -> (Day, Day) {
    let utc = jiff::tz::TimeZone::UTC;
    let near = REACH_DAYS.days();
    let (first, last) = (date_in(from, &utc), date_in(to, &utc));
    (Day(first.saturating_sub(near)), Day(last.saturating_add(near)))
}

#[cfg(test)]
mod tests {
    use availability::Schedule;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{appointment_type::tests::member, hours::clock, hours::schedule_of};

    const DATE: Day = Day(jiff::civil::date(2026, 12, 24));

    fn typed(opens: &str, closes: &str) -> HoursInput {
        HoursInput { opens: opens.into(), closes: closes.into() }
    }
    fn wrong(hours: &[HoursInput]) -> Vec<(String, &'static str)> {
        let problem = check(member(1), DATE, hours).unwrap_err();
        problem.fields.into_iter().map(|error| (error.field, error.code)).collect()
    }
    fn made(rows: &[OverrideRow]) -> Schedule {
        schedule_of("Europe/London", [].iter(), rows.iter()).unwrap()
    }

    #[test]
    fn none_closes_the_date() {
        let rows = check(member(1), DATE, &[]).unwrap();
        assert_eq!(rows, [OverrideRow::closed(member(1), DATE)]);
        assert_eq!(rows[0].engine().unwrap().hours, OverrideHours::Closed);
        made(&rows);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(
            wrong(&[typed("09:00", "09:00"), typed("9", "10:00"), typed("10:00", "")]),
            [
                ("hours/0/closes", "zero_length"),
                ("hours/1/opens", "not_a_time"),
                ("hours/2/closes", "not_a_time")
            ]
            .map(|(field, code)| (field.to_owned(), code))
        );
        // A long window reaches over the short one that follows it into the third.
        let three = [typed("20:00", "06:00"), typed("21:00", "21:30"), typed("23:00", "23:30")];
        assert_eq!(wrong(&three).len(), 2);
        assert_eq!(wrong(&vec![typed("09:00", "09:05"); 11])[0], ("hours".to_owned(), "too_many"));
    }

    #[test]
    fn windows_that_touch_are_fine() {
        let rows = check(member(1), DATE, &[typed("13:00", "24:00"), typed("09:00", "13:00")]).unwrap();
        assert_eq!(rows.iter().map(|row| row.opens).collect::<Vec<_>>(), [540, 780]);
        made(&rows);
    }

    #[test]
    fn dates_around_hold_every_zone() {
        let range = ("2026-12-01T00:00:00Z".parse().unwrap(), "2026-12-31T23:00:00Z".parse().unwrap());
        let (first, last) = dates_around(range);
        assert_eq!((first.to_string().as_str(), last.to_string().as_str()), ("2026-11-04", "2027-01-27"));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_makes_a_schedule(hours in prop::collection::vec((0_i16..1500, 0_i16..1500), 0..6)) {
            let typed: Vec<_> = hours.iter().map(|(from, to)| typed(&clock(*from), &clock(*to))).collect();
            if let Ok(rows) = check(member(1), DATE, &typed) {
                prop_assert_eq!(rows.len(), typed.len().max(1));
                prop_assert!(schedule_of("Europe/Berlin", [].iter(), rows.iter()).is_ok());
            }
        }

        #[test]
        fn whatever_overlaps_is_refused(from in 0_i16..1300, length in 2_i16..120, into in 1_i16..120) {
            prop_assume!(into < length);
            let hours = [typed(&clock(from), &clock(from + length)), typed(&clock(from + into), &clock(from + into + 10))];
            prop_assert!(check(member(1), DATE, &hours).is_err());
        }
    }
}
