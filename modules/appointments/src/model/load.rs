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

/// An appointment that counts: whose, from when until when.
pub(crate) type Counted = (MemberId, Instant, Instant);

/// A booking that is to be looked away from, because it is being moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Without {
    booking: BookingId,
    slot: Option<SharedSlotId>,
    start: Instant,
}

impl Without {
    /// This booking.
    pub fn of(booking: &Booking) -> Self {
        Self { booking: booking.id, slot: booking.slot_id, start: booking.starts_at }
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
        let mut own = without.filter(|own| is_alone(own, &facts.seats));
        for entry in &facts.counted {
            // Its own appointment does not count against the limits, once.
            if own.is_some_and(|own| own.start == entry.1) {
                own = None;
                continue;
            }
            load.counted.entry(entry.0).or_default().push(counted(entry));
        }
        for entry in &facts.recent {
            load.recent.entry(entry.0).or_default().push(counted(entry));
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

/// Whether nobody else sits in its slot, so that the slot goes with it.
fn is_alone(own: &Without, seats: &[SharedSlot]) -> bool {
    own.slot.is_none() || seats.iter().any(|slot| Some(slot.id) == own.slot && slot.taken <= 1)
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

fn counted((_, start, end): &Counted) -> Booked {
    let minutes = u32::try_from(end.seconds_since(*start) / 60).unwrap_or(0);
    Booked { start: start.timestamp(), minutes }
}
