//! What is known about coaches' time, as the engine wants it.

use std::collections::BTreeMap;

use availability::{Booked, Busy, BusyKind};
use diesel::{Queryable, Selectable};
use events::{BookingId, Instant, MemberId, SharedSlotId};
use kernel::Problem;
use ledger::calendar::Taken;

use super::Booking;
use crate::schema::shared_slots;

/// Kind of the ledger's blocks of single bookings.
pub(crate) const BOOKING: &str = "booking";
/// Kind of the ledger's blocks of slots with several seats.
pub(crate) const SEATS: &str = "seats";

/// A slot of a type with several seats in which somebody sits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = shared_slots, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SharedSlot {
    pub id: SharedSlotId,
    pub coach_id: MemberId,
    pub starts_at: Instant,
    pub ends_at: Instant,
    /// Seats taken.
    pub taken: i32,
}

/// What keeps time: a booking of its own, or a slot with several seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Booking(BookingId),
    Slot(SharedSlotId),
}

/// An appointment that counts: which, whose, from when until when. One in which several take part is there for each of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub which: Which,
    pub coach: MemberId,
    pub start: Instant,
    pub end: Instant,
}

impl Counted {
    /// A slot in which somebody sits.
    pub fn of_slot(slot: &SharedSlot) -> Self {
        Self { which: Which::Slot(slot.id), coach: slot.coach_id, start: slot.starts_at, end: slot.ends_at }
    }
    fn booked(&self) -> Booked {
        let minutes = u32::try_from(self.end.seconds_since(self.start) / 60).unwrap_or(0);
        Booked { start: self.start.timestamp(), minutes }
    }
}

/// A booking that is to be looked away from, because it is being moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Without {
    booking: BookingId,
    slot: Option<SharedSlotId>,
}

impl Without {
    /// This booking.
    pub fn of(booking: &Booking) -> Self {
        Self { booking: booking.id, slot: booking.slot_id }
    }
    /// Whether it alone is what counts there: it itself, or its slot when nobody else sits in it.
    fn is_all_of(self, which: Which, seats: &[SharedSlot]) -> bool {
        match which {
            Which::Booking(booking) => booking == self.booking,
            Which::Slot(id) => {
                self.slot == Some(id) && seats.iter().any(|slot| slot.id == id && slot.taken <= 1)
            }
        }
    }
}

/// What the ledger and the lists of bookings say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Blocks of the ledger.
    pub taken: Vec<Taken>,
    /// Slots of the asked type with several seats.
    pub seats: Vec<SharedSlot>,
    /// Appointments of the asked type that count against its limits.
    pub counted: Vec<Counted>,
    /// Appointments of all types, for sharing the work fairly.
    pub recent: Vec<Counted>,
}

/// The same by coach, as the engine wants it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Load {
    busy: BTreeMap<MemberId, Vec<Busy>>,
    counted: BTreeMap<MemberId, Vec<Booked>>,
    recent: BTreeMap<MemberId, Vec<Booked>>,
}

impl Load {
    /// Puts the facts in order.
    ///
    /// # Errors
    /// 500 when a block has no length; the database makes that impossible.
    pub fn new(facts: &Facts, without: Option<Without>) -> Result<Self, Problem> {
        let mut load = Self::default();
        for block in &facts.taken {
            if let Some(busy) = busy(block, &facts.seats, without)? {
                load.busy.entry(block.coach_id).or_default().push(busy);
            }
        }
        // Whoever's time it is listed under: its own appointment counts nowhere.
        let others = |entry: &&Counted| !without.is_some_and(|own| own.is_all_of(entry.which, &facts.seats));
        for entry in facts.counted.iter().filter(others) {
            load.counted.entry(entry.coach).or_default().push(entry.booked());
        }
        for entry in facts.recent.iter().filter(others) {
            load.recent.entry(entry.coach).or_default().push(entry.booked());
        }
        Ok(load)
    }
    /// Taken time of a coach.
    pub fn busy_of(&self, coach: MemberId) -> &[Busy] {
        self.busy.get(&coach).map_or(&[], Vec::as_slice)
    }
    /// What counts against a coach's limits.
    pub fn counted_of(&self, coach: MemberId) -> &[Booked] {
        self.counted.get(&coach).map_or(&[], Vec::as_slice)
    }
    /// What a coach had and has to do.
    pub fn recent_of(&self, coach: MemberId) -> &[Booked] {
        self.recent.get(&coach).map_or(&[], Vec::as_slice)
    }
}

/// A block as busy time; `None`: it is the one to look away from.
fn busy(block: &Taken, seats: &[SharedSlot], without: Option<Without>) -> Result<Option<Busy>, Problem> {
    let span = |kind, from: Instant, to: Instant| {
        Busy::new(kind, from.timestamp(), to.timestamp()).map_err(Problem::internal)
    };
    if block.kind == BOOKING {
        let is_own = without.is_some_and(|own| own.booking.uuid() == block.source_id);
        return if is_own {
            Ok(None)
        } else {
            span(BusyKind::Booking, block.starts_at, block.ends_at).map(Some)
        };
    }
    let shared = seats.iter().find(|slot| block.kind == SEATS && slot.id.uuid() == block.source_id);
    let Some(slot) = shared else {
        let kind = if block.kind == SEATS { BusyKind::Booking } else { BusyKind::Session };
        return span(kind, block.starts_at, block.ends_at).map(Some);
    };
    let own = i32::from(without.is_some_and(|own| own.slot == Some(slot.id)));
    let taken = u32::try_from(slot.taken - own).unwrap_or(0);
    if taken == 0 {
        return Ok(None);
    }
    let minutes = |from: Instant, to: Instant| u32::try_from(to.seconds_since(from) / 60).unwrap_or(0);
    let (before, after) = (minutes(block.starts_at, slot.starts_at), minutes(slot.ends_at, block.ends_at));
    let shared = span(BusyKind::Booking, slot.starts_at, slot.ends_at)?.with_buffers(before, after);
    shared.map(|busy| Some(busy.shared(taken))).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use events::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const COACHES: u128 = 3;

    fn id<K>(number: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn at(hours: i64) -> Instant {
        "2026-11-23T00:00:00Z".parse::<Instant>().unwrap().plus_minutes(hours * 60)
    }

    fn entry(booking: u128, coach: u128, start: i64) -> Counted {
        Counted { which: Which::Booking(id(booking)), coach: id(coach), start: at(start), end: at(start + 1) }
    }

    fn without(booking: u128, slot: Option<u128>) -> Without {
        Without { booking: id(booking), slot: slot.map(id) }
    }

    fn counts(load: &Load) -> Vec<Vec<Booked>> {
        (0..COACHES).map(|coach| load.counted_of(id(coach)).to_vec()).collect()
    }

    #[test]
    fn a_slot_goes_with_the_last_who_sits_in_it() {
        let of = |taken| {
            let slot = SharedSlot { id: id(7), coach_id: id(0), starts_at: at(9), ends_at: at(10), taken };
            let counted = vec![Counted::of_slot(&slot), Counted { coach: id(1), ..Counted::of_slot(&slot) }];
            Facts { seats: vec![slot], counted, ..Facts::default() }
        };
        let left = |taken, slot| {
            counts(&Load::new(&of(taken), Some(without(1, slot))).unwrap())
                .iter()
                .map(Vec::len)
                .sum::<usize>()
        };
        assert_eq!((left(1, Some(7)), left(2, Some(7)), left(1, Some(8)), left(1, None)), (0, 2, 2, 2));
    }

    proptest! {
        /// Many bookings at the same few hours, some of them listed under several coaches: looking away from one is as if
        /// it did not exist, and changes nothing else.
        #[test]
        fn looking_away_from_a_booking_takes_it_out_and_nothing_else(
            all in proptest::collection::vec((0..6_u128, 0..COACHES, 0..3_i64), 0..24),
            moved in 0..6_u128,
        ) {
            let facts = |kept: &dyn Fn(u128) -> bool| {
                let kept = all.iter().filter(|one| kept(one.0)).map(|one| entry(one.0, one.1, one.2));
                let counted: Vec<Counted> = kept.collect();
                Facts { recent: counted.clone(), counted, ..Facts::default() }
            };
            let looked_away = Load::new(&facts(&|_| true), Some(without(moved, None))).unwrap();
            let never_there = Load::new(&facts(&|booking| booking != moved), None).unwrap();
            prop_assert_eq!(counts(&looked_away), counts(&never_there));
            for coach in 0..COACHES {
                prop_assert_eq!(looked_away.recent_of(id(coach)), never_there.recent_of(id(coach)));
            }
        }
    }
}
