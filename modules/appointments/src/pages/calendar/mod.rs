//! The staff calendar: a day, a week or a month of one coach or of all. Times are those of the business's zone.

mod asked;
mod grid;
mod month;

use kernel::{Ctx, Page, Problem};
use poem::{
    handler,
    web::{Data, Query},
};

use self::asked::{Asked, CalendarQuery, Kind};
use super::views::{CalendarView, Choice};
use crate::{
    model::{timegrid::Axis, when},
    policy::{AVAILABILITY_WRITE, BOOKINGS_WRITE, OWN_AVAILABILITY_WRITE},
    service::calendar::{self, Calendar},
};

/// `/{slug}/studio/calendar`
#[handler]
pub(super) async fn show(Data(ctx): Data<&Ctx>, Query(query): Query<CalendarQuery>) -> Result<Page, Problem> {
    let asked = Asked::of(ctx, &query);
    let zone = when::zone(&ctx.tenant().zone);
    let (first, count) = asked.days();
    let axis = Axis::new(first, count, &zone);
    let range = axis.bounds().ok_or_else(|| Problem::field("date", "out_of_calendar"))?;
    let calendar = calendar::calendar(ctx, asked.coach, range).await?;
    Ok(Page::of(&view(ctx, &asked, &axis, &calendar)))
}

fn view(ctx: &Ctx, asked: &Asked, axis: &Axis, calendar: &Calendar) -> CalendarView {
    let today = when::date_in(ctx.now(), &when::zone(&ctx.tenant().zone));
    let is_month = asked.kind == Kind::Month;
    let choice = |value: String, label: String| Choice { current: value == asked.coach_word, value, label };
    let (previous, next) = (asked.earlier(), asked.later());
    CalendarView {
        kind: asked.kind.word(),
        date: asked.date.to_string(),
        at: asked.title_at(axis),
        until: axis.days.last().map(|day| day.start),
        coach: asked.coach_word.clone(),
        coaches: calendar
            .coaches
            .iter()
            .map(|coach| choice(coach.id.to_string(), coach.name.clone()))
            .collect(),
        day_path: asked.path(Kind::Day, asked.date),
        week_path: asked.path(Kind::Week, asked.date),
        month_path: asked.path(Kind::Month, asked.date),
        previous_path: previous.map(|date| asked.path(asked.kind, date)),
        next_path: next.map(|date| asked.path(asked.kind, date)),
        today_path: asked.path(asked.kind, today),
        back: asked.path(asked.kind, asked.date),
        hours_path: asked.hours_path(),
        all_hours: asked.all_hours,
        book_path: ctx.may(BOOKINGS_WRITE).then(|| asked.with_back("/studio/bookings/new", &[])),
        block_path: may_block(ctx).then(|| asked.with_back("/studio/calendar/block", &[])),
        grid: (!is_month).then(|| grid::grid(ctx, asked, axis, calendar)),
        weeks: if is_month { month::weeks(asked, axis, calendar, today) } else { Vec::new() },
    }
}

/// Whether the acting person may close anybody's time.
pub(super) fn may_block(ctx: &Ctx) -> bool {
    ctx.may(AVAILABILITY_WRITE) || ctx.may(OWN_AVAILABILITY_WRITE)
}
