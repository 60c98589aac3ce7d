//! A day or a week as columns of hours. Pure but for who asks and when.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use kernel::Ctx;

use super::{
    asked::{Asked, Kind},
    may_block,
};
use crate::{
    model::{
        state::{CancelledBy, Deed, Turn},
        timegrid::{Axis, AxisDay, Row, lanes},
        when,
    },
    pages::views::{Cell, Column, Grid, Item, Place, RowLabel},
    policy::BOOKINGS_WRITE,
    service::calendar::{Calendar, Entry, What},
};

/// Hours that are always shown, in minutes of the wall clock.
const DAYTIME: (i64, i64) = (7 * 60, 20 * 60);
/// What is shorter is drawn so long, so that one can read and hit it.
const LEAST: i64 = 25;
/// What is shorter has room for one line.
const SHORT: i64 = 40;

/// The columns of a view.
pub(super) fn grid(ctx: &Ctx, asked: &Asked, axis: &Axis, calendar: &Calendar) -> Grid {
    let (top, bottom) = shown(asked, axis, calendar);
    let rows: Vec<Row> =
        axis.rows.iter().copied().filter(|row| row.from >= top && row.to <= bottom).collect();
    let mut draw = Draw {
        ctx,
        asked,
        calendar,
        top,
        bottom,
        rows: &rows,
        named: axis.rows.iter().any(|row| row.again),
        places: Places::default(),
    };
    let mut columns = Vec::new();
    for day in &axis.days {
        // A day of several coaches has a column for each.
        if asked.kind == Kind::Day && calendar.shown.len() > 1 {
            columns.extend(calendar.shown.iter().map(|coach| draw.column(day, &[*coach], true)));
        } else {
            columns.push(draw.column(day, &calendar.shown, false));
        }
    }
    let labels = rows.iter().map(|row| RowLabel {
        place: draw.places.name(row.from - top, row.to - row.from, (0, 1)),
        at: epoch().plus_minutes(row.wall),
        again: row.again,
    });
    let labels = labels.collect();
    let places = draw.places.into_list();
    Grid { count: columns.len(), length: bottom - top, places, labels, columns, top }
}

/// A moment whose clock in UTC shows midnight.
fn epoch() -> Instant {
    Instant::new(jiff::Timestamp::UNIX_EPOCH)
}

/// The part of the axis that is shown: daytime, and whatever is open or booked.
fn shown(asked: &Asked, axis: &Axis, calendar: &Calendar) -> (i64, i64) {
    if asked.all_hours {
        return (0, axis.total);
    }
    let wall =
        |minutes: i64| axis.rows.iter().find(|row| row.wall >= minutes && !row.again).map(|row| row.from);
    let (mut first, mut last) = (wall(DAYTIME.0).unwrap_or(0), wall(DAYTIME.1).unwrap_or(axis.total));
    let booked = calendar.entries.iter().map(|entry| (entry.start, entry.end));
    let open = calendar.open.iter().map(|open| (open.start, open.end));
    let all: Vec<(Instant, Instant)> = booked.chain(open).collect();
    for day in &axis.days {
        for (start, end) in all.iter().filter(|(start, end)| day.meets(*start, *end)) {
            first = first.min(day.from(*start));
            last = last.max(day.to(*end));
        }
    }
    let top = axis.rows.iter().rev().find(|row| row.from <= first).map_or(0, |row| row.from);
    let bottom = axis.rows.iter().find(|row| row.to >= last).map_or(axis.total, |row| row.to);
    (top, bottom)
}

/// Places on the page, each distinct one once.
#[derive(Default)]
struct Places(BTreeMap<(i64, i64, usize, usize), usize>);

impl Places {
    fn name(&mut self, from: i64, minutes: i64, (lane, lanes): (usize, usize)) -> String {
        let next = self.0.len();
        let number = *self.0.entry((from, minutes, lane, lanes)).or_insert(next);
        format!("at{number}")
    }
    fn into_list(self) -> Vec<Place> {
        let place = |((from, minutes, lane, lanes), number)| Place {
            name: format!("at{number}"),
            from,
            minutes,
            lane,
            lanes,
        };
        self.0.into_iter().map(place).collect()
    }
}

struct Draw<'a> {
    ctx: &'a Ctx,
    asked: &'a Asked,
    calendar: &'a Calendar,
    top: i64,
    bottom: i64,
    rows: &'a [Row],
    named: bool,
    places: Places,
}

impl Draw<'_> {
    fn column(&mut self, day: &AxisDay, of: &[MemberId], named: bool) -> Column {
        let items = self.items(day, of);
        let coach = if let [only] = of { Some(*only) } else { None };
        let taken: Vec<(i64, i64)> = items.iter().map(|(bounds, _)| *bounds).collect();
        let cells = self.cells(day, coach, &taken);
        let open: Vec<(i64, i64)> = self
            .calendar
            .open
            .iter()
            .filter(|open| of.contains(&open.coach) && day.meets(open.start, open.end))
            .map(|open| (day.from(open.start), day.to(open.end)))
            .collect();
        let today = when::date_in(self.ctx.now(), &when::zone(&self.ctx.tenant().zone));
        let spans: Vec<String> = day
            .spans
            .iter()
            .map(|span| format!("{},{},{}", span.from, span.minutes, span.start.timestamp().as_second() / 60))
            .collect();
        Column {
            at: day.start,
            coach: coach.map(|coach| coach.to_string()).unwrap_or_default(),
            coach_name: named.then(|| coach.map(|coach| self.name_of(coach)).unwrap_or_default()),
            today: day.date == today,
            path: self.asked.path(Kind::Day, day.date),
            spans: spans.join(";"),
            open: open.into_iter().filter_map(|bounds| self.stripe(bounds)).collect(),
            missing: day
                .missing(self.rows_end())
                .into_iter()
                .filter_map(|bounds| self.stripe(bounds))
                .collect(),
            cells,
            items: items.into_iter().map(|(_, item)| item).collect(),
        }
    }
    fn rows_end(&self) -> i64 {
        self.bottom
    }
    /// The name of a place, clipped to what is shown.
    fn stripe(&mut self, (from, to): (i64, i64)) -> Option<String> {
        let (from, to) = (from.max(self.top), to.min(self.bottom));
        (from < to).then(|| self.places.name(from - self.top, to - from, (0, 1)))
    }
    /// Everything that takes time, with its bounds on the axis, in order.
    fn items(&mut self, day: &AxisDay, of: &[MemberId]) -> Vec<((i64, i64), Item)> {
        let bounds = |start, end| {
            let from = day.from(start).max(self.top);
            (from, day.to(end).min(self.bottom).max(from + LEAST))
        };
        let entries = self.calendar.entries.iter();
        let entries = entries.filter(|entry| of.contains(&entry.coach) && day.meets(entry.start, entry.end));
        let mut found: Vec<((i64, i64), Item)> =
            entries.map(|entry| (bounds(entry.start, entry.end), self.item(entry, of.len() > 1))).collect();
        let closed = self.calendar.blackouts.iter().filter(|blackout| {
            day.meets(blackout.starts_at, blackout.ends_at) && of.iter().any(|coach| blackout.is_of(*coach))
        });
        found.extend(closed.map(|blackout| {
            let coach = blackout.coach_id.filter(|_| of.len() > 1).map(|coach| self.name_of(coach));
            let item = Item {
                kind: "blackout",
                title: blackout.reason.clone(),
                coach_name: coach,
                path: Some("/studio/availability/blackouts".into()),
                ..Item::new(blackout.starts_at, blackout.ends_at)
            };
            (bounds(blackout.starts_at, blackout.ends_at), item)
        }));
        found.retain(|((from, _), _)| *from < self.bottom);
        found.sort_by_key(|((from, to), _)| (*from, *to));
        let placed = lanes(&found.iter().map(|(bounds, _)| *bounds).collect::<Vec<_>>());
        for (((from, to), item), lane) in found.iter_mut().zip(placed) {
            item.place = self.places.name(*from - self.top, *to - *from, lane);
            item.short = *to - *from < SHORT;
            item.named = self.named;
        }
        found
    }
    fn item(&self, entry: &Entry, several: bool) -> Item {
        let coach_name = several.then(|| self.name_of(entry.coach));
        let item = Item { coach_name, ..Item::new(entry.start, entry.end) };
        match &entry.what {
            What::Booking(line) => {
                let path = format!("/studio/bookings/{}", line.id);
                let movable = self.ctx.may(BOOKINGS_WRITE)
                    && line.starts_at > self.ctx.now()
                    && matches!(line.state.after(Deed::Move(CancelledBy::Staff), false), Turn::To(_));
                Item {
                    kind: "booking",
                    title: line.client_name.clone(),
                    text: line.type_name.clone(),
                    state: Some(line.state),
                    move_path: movable.then(|| format!("{path}/move")),
                    coach: entry.coach.to_string(),
                    path: Some(path),
                    ..item
                }
            }
            What::Seats(line, count) => Item {
                kind: "seats",
                title: line.type_name.clone(),
                seats: Some(*count),
                path: Some(format!(
                    "/studio/bookings?view=all&slot={}",
                    line.slot_id.map(|slot| slot.to_string()).unwrap_or_default()
                )),
                ..item
            },
            What::Other(kind) => Item { kind: "other", text: kind.clone(), ..item },
        }
    }
    fn name_of(&self, coach: MemberId) -> String {
        let found = self.calendar.coaches.iter().find(|member| member.id == coach);
        found.map(|member| member.name.clone()).unwrap_or_default()
    }
    /// What is free of the hours to come, each piece a link to book or block it.
    fn cells(&mut self, day: &AxisDay, coach: Option<MemberId>, taken: &[(i64, i64)]) -> Vec<Cell> {
        let may = self.ctx.may(BOOKINGS_WRITE) || may_block(self.ctx);
        let mut cells = Vec::new();
        let pieces = self.rows.iter().filter(|_| may).flat_map(|row| free_pieces((row.from, row.to), taken));
        for (from, to) in pieces.collect::<Vec<_>>() {
            let Some((start, end)) = day.at(from).zip(day.at(to - 1)) else { continue };
            let start = start.max(quarter(self.ctx.now()));
            if start > end {
                continue;
            }
            let coach = coach.map(|coach| coach.to_string()).unwrap_or_default();
            let more = [("start", start.to_string()), ("coach", coach)];
            let more: Vec<(&str, &str)> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
            cells.push(Cell {
                place: self.places.name(from - self.top, to - from, (0, 1)),
                at: start,
                path: self.asked.with_back("/studio/bookings/new", &more),
            });
        }
        cells
    }
}

/// The next quarter of an hour.
fn quarter(now: Instant) -> Instant {
    now.plus_seconds((-now.timestamp().as_second()).rem_euclid(900))
}

/// The pieces of an hour around what takes time, without those too small to hit. `taken` is in order of its beginnings.
fn free_pieces((from, to): (i64, i64), taken: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let (mut pieces, mut free_from) = (Vec::new(), from);
    for (start, end) in taken.iter().filter(|(start, end)| *start < to && *end > from) {
        pieces.push((free_from, *start));
        free_from = free_from.max(*end);
    }
    pieces.push((free_from, to));
    pieces.retain(|(start, end)| end - start >= LEAST);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn free_time_lies_around_what_is_taken() {
        let hour = (600, 660);
        assert_eq!(free_pieces(hour, &[]), [hour]);
        assert_eq!(free_pieces(hour, &[(600, 630)]), [(630, 660)]);
        assert_eq!(free_pieces(hour, &[(540, 625), (540, 630)]), [(630, 660)]);
        assert_eq!(free_pieces(hour, &[(610, 630)]), [(630, 660)], "ten minutes are too small to hit");
        assert_eq!(free_pieces(hour, &[(590, 700)]), []);
        assert_eq!(free_pieces(hour, &[(660, 700)]), [hour]);
    }

    proptest! {
        #[test]
        fn free_pieces_meet_nothing(mut taken in prop::collection::vec((0_i64..120, 25_i64..90), 0..6)) {
            taken.iter_mut().for_each(|(from, to)| *to += *from);
            taken.sort_unstable();
            for (from, to) in free_pieces((30, 90), &taken) {
                prop_assert!(30 <= from && to <= 90 && to - from >= LEAST);
                prop_assert!(taken.iter().all(|(start, end)| *end <= from || *start >= to));
            }
        }
    }
}
