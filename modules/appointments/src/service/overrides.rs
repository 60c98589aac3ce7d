//! Other hours on dates, or none.

use std::collections::BTreeMap;

use events::MemberId;
use kernel::{Check, Ctx, FieldError, Problem, Tx, audit};
use people::members;
use serde_json::json;

use super::schedules::{require, write_permission};
use crate::{
    error::schedule_problem,
    model::{
        day::Day,
        overrides::{self, HoursInput, OverrideRow},
        when::date_in,
    },
    policy::AVAILABILITY_READ,
    queries::schedules::{override_dates, override_replace, overrides_of, schedule_exists, schedule_lock},
};

/// The most dates of one coach with other hours.
const MAX_DATES: i64 = 1_000;
/// The longest list that can be asked for at once, in days.
const MAX_RANGE_DAYS: i64 = 400;
/// How many years ahead a date may lie.
const MAX_YEARS: i16 = 5;

/// What holds on one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OverriddenDate {
    pub date: Day,
    /// None: closed.
    pub hours: Vec<OverrideRow>,
}

impl OverriddenDate {
    fn of(date: Day, rows: Vec<OverrideRow>) -> Self {
        Self { date, hours: rows.into_iter().filter(|row| !row.is_closed()).collect() }
    }
}

/// The dates of a coach in `[from, to]` that have other hours, in order.
///
/// # Errors
/// 404 for a coach whom the tenant does not have, 422 for a range that makes no sense.
pub(crate) async fn list(
    ctx: &Ctx,
    coach: MemberId,
    (from, to): (Day, Day),
) -> Result<Vec<OverriddenDate>, Problem> {
    check_range(from, to)?;
    let rows: Vec<OverrideRow> = ctx
        .tx(AVAILABILITY_READ, async |tx: &mut Tx| {
            members::by_id(tx, coach).await?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>(overrides_of(tx, &[coach], from, to).await?)
        })
        .await?;
    let mut dates: BTreeMap<Day, Vec<OverrideRow>> = BTreeMap::new();
    for row in rows {
        dates.entry(row.date).or_default().push(row);
    }
    Ok(dates.into_iter().map(|(date, rows)| OverriddenDate::of(date, rows)).collect())
}

fn check_range(from: Day, to: Day) -> Result<(), Problem> {
    if to < from {
        return Err(Problem::field("to", "end_before_start"));
    }
    let days = from.0.until((jiff::Unit::Day, to.0)).map_or(i64::MAX, |span| span.get_days().into());
    if days > MAX_RANGE_DAYS {
        let error = FieldError::new("to", "range_too_long").arg("days", MAX_RANGE_DAYS);
        return Err(Problem::invalid(vec![error]));
    }
    Ok(())
}

/// Gives a date other hours than its weekday has; none: it is closed. Bookings that were made stay.
///
/// # Errors
/// 422 with the fields at fault, 403 for somebody else's hours without the right to them.
pub(crate) async fn put(
    ctx: &Ctx,
    coach: MemberId,
    date: Day,
    hours: &[HoursInput],
) -> Result<OverriddenDate, Problem> {
    let permission = write_permission(ctx, coach);
    require(ctx, permission)?;
    check_date(ctx, date)?;
    let rows = overrides::check(coach, date, hours)?;
    ctx.tx(permission, async |tx: &mut Tx| {
        members::by_id(tx, coach).await?.ok_or_else(Problem::not_found)?;
        schedule_lock(tx, coach).await.map_err(schedule_problem)?;
        let before = override_replace(tx, coach, date, &rows).await?;
        if before == 0 && override_dates(tx, coach).await? > MAX_DATES {
            return Err(Problem::field("date", "too_many"));
        }
        let closed = rows.iter().all(OverrideRow::is_closed);
        audit(tx, "override.put", coach, json!({ "date": date, "closed": closed })).await?;
        Ok(())
    })
    .await?;
    Ok(OverriddenDate::of(date, rows))
}

fn check_date(ctx: &Ctx, date: Day) -> Result<(), Problem> {
    // The coach's zone may be a day behind the clock in UTC.
    let today = date_in(ctx.now(), &jiff::tz::TimeZone::UTC);
    let mut check = Check::new();
    check.require(date.0 >= today.yesterday().unwrap_or(today), "date", "in_the_past");
    check.require(date.0.year() <= today.year() + MAX_YEARS, "date", "too_far_ahead");
    check.finish()
}

/// Gives a date its usual hours again. Doing it twice changes nothing.
///
/// # Errors
/// 404 for a coach whom the tenant does not have, 403 for somebody else's hours without the right to them.
pub(crate) async fn remove(ctx: &Ctx, coach: MemberId, date: Day) -> Result<(), Problem> {
    let permission = write_permission(ctx, coach);
    require(ctx, permission)?;
    ctx.tx(permission, async |tx: &mut Tx| {
        members::by_id(tx, coach).await?.ok_or_else(Problem::not_found)?;
        if schedule_exists(tx, coach).await? {
            schedule_lock(tx, coach).await?;
            if override_replace(tx, coach, date, &[]).await? > 0 {
                audit(tx, "override.removed", coach, json!({ "date": date })).await?;
            }
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_bounded() {
        let day = |text: &str| Day(text.parse().unwrap());
        let code = |from, to| check_range(day(from), day(to)).map_err(|problem| problem.fields[0].code);
        assert_eq!(code("2026-11-01", "2026-11-01"), Ok(()));
        assert_eq!(code("2026-11-02", "2026-11-01"), Err("end_before_start"));
        assert_eq!(code("2026-11-02", "2028-11-01"), Err("range_too_long"));
        assert_eq!(code("1000-01-01", "9999-12-31"), Err("range_too_long"));
    }
}
