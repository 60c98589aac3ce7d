//! The staff calendar: what a stretch of the coaches' time holds. Three round trips, whatever the stretch.

use std::collections::BTreeMap;

use availability::{Blackout as EngineBlackout, Host, HostMode, Request, Rules, RulesSpec, Schedule};
use events::{BookingId, Id, Instant, MemberId};
use futures::try_join;
use kernel::{Ctx, Problem, Tx};
use ledger::calendar::{Taken, busy};
use people::members::{self, Member};

use crate::{
    model::{
        blackouts::{Blackout, of_coach},
        hours::{Window, schedule_of},
        overrides::{OverrideRow, dates_around},
    },
    policy::{BOOKINGS_READ, reach},
    queries::{
        blackouts::blackouts_of,
        calendar::{BookingLine, HoursRow, booking_lines, hours_of},
        offers::window_of,
        schedules::overrides_of,
    },
};

/// A booking, or time that something else takes, of one coach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub coach: MemberId,
    pub what: What,
    pub start: Instant,
    pub end: Instant,
}

/// What takes a coach's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// An appointment.
    Booking(BookingLine),
    /// A slot with several seats: its first booking, and how many have one.
    Seats(BookingLine, usize),
    /// Something of another module, by its kind in the ledger.
    Other(String),
}

/// Open hours of a coach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    pub coach: MemberId,
    pub start: Instant,
    pub end: Instant,
}

/// What a stretch of the coaches' time holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calendar {
    /// All who can be booked and are within reach, also those not asked about.
    pub coaches: Vec<Member>,
    /// Those asked about.
    pub shown: Vec<MemberId>,
    /// In order of their starts.
    pub entries: Vec<Entry>,
    pub blackouts: Vec<Blackout>,
    pub open: Vec<Open>,
}

/// What the calendar holds of `[from, to)`: of one coach, or of everybody within reach.
///
/// # Errors
/// 404 for a coach whom the tenant does not have.
pub(crate) async fn calendar(
    ctx: &Ctx,
    coach: Option<MemberId>,
    range: (Instant, Instant),
) -> Result<Calendar, Problem> {
    let own = reach(ctx);
    ctx.tx(BOOKINGS_READ, async |tx| {
        let mut coaches = members::coaches(tx).await?;
        coaches.retain(|member| own.is_none_or(|own| own == member.id));
        let shown: Vec<MemberId> = coaches
            .iter()
            .map(|member| member.id)
            .filter(|id| coach.is_none_or(|asked| asked == *id))
            .collect();
        if coach.is_some() && shown.is_empty() {
            return Err(Problem::not_found());
        }
        let coach = coach.or(own);
        let taken = busy(tx, &shown, range.0, range.1).await?;
        let read = read(tx, coach, &shown, &taken, range).await?;
        let open = open(tx.ctx(), &shown, &read, range)?;
        let entries = entries(&shown, read.lines, &taken);
        Ok(Calendar { coaches, shown, entries, blackouts: read.blackouts, open })
    })
    .await
}

struct Read {
    lines: Vec<BookingLine>,
    blackouts: Vec<Blackout>,
    hours: Vec<HoursRow>,
    overrides: Vec<OverrideRow>,
}

/// Four questions in one round trip.
async fn read(
    tx: &mut Tx,
    coach: Option<MemberId>,
    shown: &[MemberId],
    taken: &[Taken],
    range: (Instant, Instant),
) -> Result<Read, Problem> {
    let named: Vec<BookingId> =
        taken.iter().filter(|block| block.kind == "booking").map(booking_of).collect();
    let conn: &diesel_async::AsyncPgConnection = tx;
    let (first, last) = dates_around(range);
    let (lines, blackouts, hours, overrides) = try_join!(
        booking_lines(conn, coach.map(|coach| (coach, named.as_slice())), range),
        blackouts_of(conn, shown, range.0, range.1),
        hours_of(conn, shown),
        overrides_of(conn, shown, first, last),
    )?;
    Ok(Read { lines, blackouts, hours, overrides })
}

fn booking_of(block: &Taken) -> BookingId {
    Id::from_uuid(block.source_id)
}

/// Bookings for each coach who takes part, seats of one slot together, and what other modules take.
fn entries(shown: &[MemberId], lines: Vec<BookingLine>, taken: &[Taken]) -> Vec<Entry> {
    let mut others: BTreeMap<BookingId, Vec<MemberId>> = BTreeMap::new();
    let mut found = Vec::new();
    for block in taken {
        match block.kind.as_str() {
            "booking" => others.entry(booking_of(block)).or_default().push(block.coach_id),
            "seats" => {}
            kind => found.push(Entry {
                coach: block.coach_id,
                what: What::Other(kind.to_owned()),
                start: block.starts_at,
                end: block.ends_at,
            }),
        }
    }
    let mut slots: BTreeMap<_, (BookingLine, usize)> = BTreeMap::new();
    for line in lines {
        if let Some(slot) = line.slot_id {
            slots.entry(slot).or_insert((line, 0)).1 += 1;
            continue;
        }
        let (start, end) = (line.starts_at, line.ends_at);
        let mut of = others.remove(&line.id).unwrap_or_default();
        of.push(line.coach_id);
        of.retain(|coach| shown.contains(coach));
        of.sort_unstable();
        of.dedup();
        found.extend(of.into_iter().map(|coach| Entry {
            coach,
            what: What::Booking(line.clone()),
            start,
            end,
        }));
    }
    found.extend(slots.into_values().map(|(line, count)| {
        let (coach, start, end) = (line.coach_id, line.starts_at, line.ends_at);
        Entry { coach, what: What::Seats(line, count), start, end }
    }));
    found.sort_by_key(|entry| (entry.start, entry.end));
    found
}

/// The hours of a coach who has any.
fn schedule(ctx: &Ctx, coach: MemberId, read: &Read) -> Result<Option<Schedule>, Problem> {
    let rows: Vec<&HoursRow> = read.hours.iter().filter(|row| row.0 == coach).collect();
    let Some(first) = rows.first() else { return Ok(None) };
    let zone = first.1.as_deref().unwrap_or(&ctx.tenant().zone);
    let windows: Vec<Window> = rows.iter().filter_map(|row| window_of(row)).collect();
    let own = read.overrides.iter().filter(|row| row.coach_id == coach);
    schedule_of(zone, windows.iter(), own).map(Some)
}

/// The open hours of each coach, blackouts taken out, as the engine sees them.
fn open(
    ctx: &Ctx,
    shown: &[MemberId],
    read: &Read,
    (from, to): (Instant, Instant),
) -> Result<Vec<Open>, Problem> {
    let rules = Rules::new(RulesSpec::of(5)).map_err(|errors| Problem::internal(format!("{errors:?}")))?;
    let mut found = Vec::new();
    for coach in shown {
        let Some(schedule) = schedule(ctx, *coach, read)? else { continue };
        let blackouts: Vec<EngineBlackout> = of_coach(&read.blackouts, *coach)?;
        let hosts = [Host { schedule: &schedule, blackouts: &blackouts, busy: &[], booked: &[] }];
        let request = Request {
            hosts: &hosts,
            mode: HostMode::Single,
            rules: &rules,
            duration_min: 5,
            now: ctx.now().timestamp(),
            from: from.timestamp(),
            to: to.timestamp(),
        };
        // Outside of all calendars nothing is open.
        let ranges = availability::free_windows(&request).unwrap_or_default();
        found.extend(ranges.into_iter().map(|range| Open {
            coach: *coach,
            start: Instant::new(range.start),
            end: Instant::new(range.end),
        }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{State, appointment_type::tests::member};

    fn at(minutes: i64) -> Instant {
        "2026-11-24T09:00:00Z".parse::<Instant>().unwrap().plus_minutes(minutes)
    }
    fn line(id: u128, coach: u128, slot: Option<u128>) -> BookingLine {
        BookingLine {
            id: Id::from_uuid(Uuid::from_u128(id)),
            type_id: Id::from_uuid(Uuid::from_u128(1)),
            type_name: "Intro".into(),
            coach_id: member(coach),
            client_name: "Sam".into(),
            state: State::Confirmed,
            starts_at: at(0),
            ends_at: at(30),
            slot_id: slot.map(|slot| Id::from_uuid(Uuid::from_u128(slot))),
        }
    }
    fn taken(kind: &str, id: u128, coach: u128) -> Taken {
        let source_id = Uuid::from_u128(id);
        Taken { coach_id: member(coach), kind: kind.into(), source_id, starts_at: at(-10), ends_at: at(40) }
    }

    #[test]
    fn everyone_who_takes_part_has_the_booking() {
        let blocks = [taken("booking", 7, 1), taken("booking", 7, 2)];
        let all = entries(&[member(1), member(2)], vec![line(7, 1, None)], &blocks);
        assert_eq!(all.iter().map(|entry| entry.coach).collect::<Vec<_>>(), [member(1), member(2)]);
        // Without the buffers that the ledger keeps.
        assert!(all.iter().all(|entry| (entry.start, entry.end) == (at(0), at(30))));
        assert_eq!(entries(&[member(2)], vec![line(7, 1, None)], &blocks[1..]).len(), 1);
    }

    #[test]
    fn seats_of_a_slot_stand_together() {
        let lines = vec![line(1, 1, Some(5)), line(2, 1, Some(5)), line(3, 1, Some(6))];
        let all = entries(&[member(1)], lines, &[taken("seats", 5, 1)]);
        let counts: Vec<usize> =
            all.iter().map(|entry| if let What::Seats(_, count) = entry.what { count } else { 0 }).collect();
        assert_eq!(counts, [2, 1]);
    }

    #[test]
    fn what_other_modules_take_is_shown_by_its_kind() {
        let all = entries(&[member(1)], vec![], &[taken("session", 9, 1)]);
        assert_eq!(all[0].what, What::Other("session".into()));
    }
}
