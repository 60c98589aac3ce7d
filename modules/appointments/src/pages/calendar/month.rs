//! A month as weeks of days.

use jiff::civil::Date;

use super::asked::{Asked, Kind};
use crate::{
    model::timegrid::{Axis, AxisDay},
    pages::views::{Item, MonthDay},
    service::calendar::{Calendar, Entry, What},
};

/// What a day names; more are behind a link to the day.
const NAMED: usize = 4;

/// The weeks of a month, from Monday to Sunday, with the ends of the months around it.
pub(super) fn weeks(asked: &Asked, axis: &Axis, calendar: &Calendar, today: Date) -> Vec<Vec<MonthDay>> {
    let month = asked.date.first_of_month();
    let days: Vec<MonthDay> = axis.days.iter().map(|day| cell(asked, day, calendar, today, month)).collect();
    days.chunks(7).map(<[MonthDay]>::to_vec).collect()
}

fn cell(asked: &Asked, day: &AxisDay, calendar: &Calendar, today: Date, month: Date) -> MonthDay {
    // In order of their starts: found without looking at all of them for each day.
    let first = calendar.entries.partition_point(|entry| entry.start < day.start);
    let of_day: Vec<&Entry> =
        calendar.entries.iter().skip(first).take_while(|entry| entry.start < day.end).collect();
    let closed = calendar.blackouts.iter().any(|blackout| day.meets(blackout.starts_at, blackout.ends_at));
    MonthDay {
        day: day.date.day(),
        at: day.start,
        path: asked.path(Kind::Day, day.date),
        outside: day.date.first_of_month() != month,
        today: day.date == today,
        closed,
        count: of_day.len(),
        more: of_day.len().saturating_sub(NAMED),
        items: of_day.into_iter().take(NAMED).map(item).collect(),
    }
}

fn item(entry: &Entry) -> Item {
    let item = Item::new(entry.start, entry.end);
    match &entry.what {
        What::Booking(line) => Item {
            kind: "booking",
            title: line.client_name.clone(),
            state: Some(line.state),
            path: Some(format!("/studio/bookings/{}", line.id)),
            ..item
        },
        What::Seats(line, count) => {
            Item { kind: "seats", title: line.type_name.clone(), seats: Some(*count), ..item }
        }
        What::Other(kind) => Item { kind: "other", text: kind.clone(), ..item },
    }
}
