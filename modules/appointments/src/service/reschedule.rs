//! Moving a booking to another time or coach. Link, price, payment and answers stay.

use events::{Instant, MemberId};
use kernel::{Check, Ctx, Problem, Tx};
use ledger::calendar::{self, Wanted};

use super::{
    cancel::{Claim, find, find_in},
    holds::{free_overdue, over_job},
    place,
    slots::{Scope, facts_of_start, free, offer_of},
    step::{self, How, MOVED},
};
use crate::{
    error::MoveError,
    model::{
        Booking, CoachMode, State,
        load::{Load, Without},
        offer::{Asked, Offer, SlotOut, Verdict, check_range, nearest},
        state::{CancelledBy, Deed},
    },
    policy::{BOOKINGS_WRITE, reach},
    queries::{
        bookings::{booking_save, other_coaches},
        offers::TypeRef,
    },
};

/// How many other slots are shown when one was taken.
const NEAREST: usize = 6;
const DAY: i64 = 1_440;

/// Where a booking is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveInput {
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; empty: the same, or (when anyone may take it) whoever is free. Where several take part it says
    /// nothing: all of them move.
    pub coach: String,
    /// Told to the other side; may be empty.
    pub reason: String,
    /// Staff only: also to a time that is not on offer.
    pub anyway: bool,
}

/// The same, checked.
struct Target {
    start: Instant,
    coach: Option<MemberId>,
    reason: String,
    anyway: bool,
    by: CancelledBy,
}

/// Moves a booking. To where it is already: the same answer, nothing changes.
///
/// # Errors
/// 404 when there is no such booking, 422 with the fields at fault, 409 `too_late_to_move` with `move_until`,
/// `booking_over`, or `slot_taken` with the nearest free slots.
pub(crate) async fn reschedule(ctx: &Ctx, claim: &Claim, input: &MoveInput) -> Result<Booking, Problem> {
    claim.check()?;
    let target = checked(ctx, claim, input)?;
    match attempt(ctx, claim, &target).await {
        // Something held beyond its time may stand in the way.
        Err(MoveError::Taken) if free_overdue(ctx).await > 0 => settled(ctx, claim, &target).await,
        Err(MoveError::Taken) => Err(taken(ctx, claim, &target).await?),
        Err(MoveError::Problem(problem)) => Err(*problem),
        Ok(booking) => Ok(booking),
    }
}

async fn settled(ctx: &Ctx, claim: &Claim, target: &Target) -> Result<Booking, Problem> {
    match attempt(ctx, claim, target).await {
        Err(MoveError::Taken) => Err(taken(ctx, claim, target).await?),
        Err(MoveError::Problem(problem)) => Err(*problem),
        Ok(booking) => Ok(booking),
    }
}

fn checked(ctx: &Ctx, claim: &Claim, input: &MoveInput) -> Result<Target, Problem> {
    let mut check = Check::new();
    let start = input.start.trim().parse::<Instant>();
    check.require(start.is_ok(), "start", "not_an_instant");
    let coach = Some(input.coach.trim()).filter(|coach| !coach.is_empty()).map(str::parse::<MemberId>);
    check.require(!matches!(coach, Some(Err(_))), "coach", "coach_not_offering");
    let reason = check.text("reason", &input.reason, 0, 500);
    check.finish()?;
    let by = claim.by();
    let anyway = input.anyway && by == CancelledBy::Staff;
    let start = start.unwrap_or_else(|_| ctx.now());
    Ok(Target { start, coach: coach.and_then(Result::ok), reason, anyway, by })
}

async fn attempt(ctx: &Ctx, claim: &Claim, target: &Target) -> Result<Booking, MoveError> {
    ctx.tx(claim.changing(BOOKINGS_WRITE), async |tx: &mut Tx| {
        let id = find_in(tx, claim).await?.id;
        let before = step::lock(tx, id).await?.booking;
        let others = other_coaches(tx, id).await?;
        let wanted = target.coach.filter(|coach| others.is_empty() && *coach != before.coach_id);
        let own_time = plans_own_time(tx.ctx(), target.by);
        if own_time && wanted.is_some() {
            return Err(Problem::field("coach", "coach_not_offering").into());
        }
        if before.starts_at == target.start && wanted.is_none() {
            return Ok(before);
        }
        allowed(tx.ctx(), &before, target.by)?;
        let offer = offer_of(tx, &TypeRef::Id(before.type_id)).await?.ok_or_else(Problem::not_found)?;
        let going = Going { offer: offer.settled(!others.is_empty()), before: &before, others, own_time };
        let coach = going.choose(tx, target, wanted).await?;
        let after = going.take(tx, going.moved(tx.ctx(), target, coach)).await?;
        let how = How { kind: MOVED, by: target.by, reason: &target.reason };
        let after = step::go(tx, &before, after, &how).await?;
        if let Some(job) = over_job(&after) {
            tx.enqueue(job).await?;
        }
        Ok(after)
    })
    .await
}

/// Coaches plan their own time, not that of others.
fn plans_own_time(ctx: &Ctx, by: CancelledBy) -> bool {
    by == CancelledBy::Staff && reach(ctx).is_some()
}

fn allowed(ctx: &Ctx, before: &Booking, by: CancelledBy) -> Result<(), Problem> {
    step::next(ctx, before, Deed::Move(by))?;
    let until = before.terms.move_until(before.starts_at);
    if by == CancelledBy::Client && ctx.now() > until {
        return Err(Problem::conflict("too_late_to_move").with("move_until", until));
    }
    Ok(())
}

/// A booking on its way to another time.
struct Going<'a> {
    /// Its type, settled for it (see [`Offer::settled`]).
    offer: Offer,
    before: &'a Booking,
    /// Coaches who take part besides the first.
    others: Vec<MemberId>,
    /// Whoever moves it may not give it to another coach.
    own_time: bool,
}

impl Going<'_> {
    /// Everybody who takes part.
    fn everybody(&self) -> Vec<MemberId> {
        std::iter::once(self.before.coach_id).chain(self.others.iter().copied()).collect()
    }
    /// Who may take it at another time: all who take part; the other coach that is asked for; else whoever may by the type.
    /// Nobody when who should does not offer the type any more.
    fn candidates(&self, wanted: Option<MemberId>) -> Result<Vec<MemberId>, Problem> {
        let is_any = self.offer.kind.coach_mode == CoachMode::Any && !self.own_time;
        if wanted.is_some() || (self.others.is_empty() && is_any) {
            return self.offer.choice(wanted);
        }
        let own = self.everybody();
        let all_offer = own.iter().all(|coach| self.offer.is_by(*coach));
        Ok(if all_offer { own } else { Vec::new() })
    }
    /// Judges the new time with the booking itself looked away from, and says whose it will be.
    async fn choose(
        &self,
        tx: &mut Tx,
        target: &Target,
        wanted: Option<MemberId>,
    ) -> Result<MemberId, MoveError> {
        if target.start <= tx.ctx().now() {
            return Err(Problem::field("start", "in_the_past").into());
        }
        let of = self.candidates(wanted)?;
        // All that this can touch, at once: locked bit by bit, two moves would wait for each other.
        let mut touched = self.everybody();
        touched.extend(if target.anyway { wanted.as_slice() } else { &of });
        calendar::lock_time(tx, &touched).await?;
        if target.anyway {
            return Ok(wanted.unwrap_or(self.before.coach_id));
        }
        if !self.offer.kind.active && target.by == CancelledBy::Client {
            return Err(Problem::field("start", "not_offered").into());
        }
        self.free(tx, target.start, &of).await
    }
    /// Who of these is free then: its own coach rather than another.
    async fn free(&self, tx: &Tx, start: Instant, of: &[MemberId]) -> Result<MemberId, MoveError> {
        let (offer, before) = (&self.offer, self.before);
        let minutes = i32::try_from(before.minutes()).unwrap_or(offer.kind.minutes);
        let scope = Scope { of, minutes, range: (start, start) };
        let load = Load::new(&facts_of_start(tx, offer, scope).await?, Some(Without::of(before)))?;
        let asked = Asked { of, minutes, load: &load, now: tx.ctx().now() };
        match offer.judge(asked, start)? {
            Verdict::Closed(code) => return Err(Problem::field("start", code).into()),
            Verdict::Taken => return Err(MoveError::Taken),
            Verdict::Open if offer.takes_all() => return Ok(before.coach_id),
            Verdict::Open => {}
        }
        let own = [before.coach_id];
        let same = Asked { of: &own, ..asked };
        if of.contains(&before.coach_id) && offer.judge(same, start)? == Verdict::Open {
            return Ok(before.coach_id);
        }
        offer.assign(asked, start)?.ok_or(MoveError::Taken)
    }
    /// The booking as it will be.
    fn moved(&self, ctx: &Ctx, target: &Target, coach: MemberId) -> Booking {
        let before = self.before;
        let shift = target.start.seconds_since(before.starts_at);
        let name = self.offer.coaches.iter().find(|one| one.id == coach).map(|one| one.name.clone());
        // What is not certain yet can be given up at any time: only then does its client leave something by going.
        let terms = if target.by == CancelledBy::Client && before.state == State::Confirmed {
            before.terms.moved_by_client(before.starts_at, ctx.now())
        } else {
            before.terms.clone()
        };
        Booking {
            starts_at: target.start,
            ends_at: before.ends_at.plus_seconds(shift),
            blocked_from: before.blocked_from.plus_seconds(shift),
            blocked_to: before.blocked_to.plus_seconds(shift),
            coach_id: coach,
            coach_name: name.unwrap_or_else(|| before.coach_name.clone()),
            sequence: before.sequence + 1,
            slot_id: None,
            terms,
            ..before.clone()
        }
    }
    /// Takes the new time and lets the old one go. Whoever's time that is, is locked.
    async fn take(&self, tx: &mut Tx, mut after: Booking) -> Result<Booking, MoveError> {
        let before = self.before;
        if let Some(old) = before.slot_id {
            // The seat that is left must not stand in the way of the new one, nor the row name a slot that is gone.
            booking_save(tx, &Booking { slot_id: None, ..before.clone() }).await?;
            place::free(tx, before.source(), Some(old)).await?;
            let mut coaches = vec![after.coach_id];
            coaches.extend(&self.others);
            let taken = place::take(tx, &self.offer, &mut after, &coaches).await?;
            return if taken { Ok(after) } else { Err(MoveError::Taken) };
        }
        let mut from = vec![(before.coach_id, after.coach_id)];
        from.extend(self.others.iter().map(|other| (*other, *other)));
        for (old, new) in from {
            let to = Wanted { coach: new, from: after.blocked_from, to: after.blocked_to };
            calendar::move_block(tx, before.source(), old, to).await?;
        }
        Ok(after)
    }
}

/// 409 with the free slots nearest to the wanted one.
async fn taken(ctx: &Ctx, claim: &Claim, target: &Target) -> Result<Problem, Problem> {
    let range = (target.start.plus_minutes(-3 * DAY), target.start.plus_minutes(21 * DAY));
    let free = move_slots(ctx, claim, range).await?.slots;
    let free: Vec<Instant> =
        free.into_iter().map(|slot| slot.start).filter(|at| *at != target.start).collect();
    Ok(Problem::conflict("slot_taken").with("nearest", nearest(&free, target.start, NEAREST)))
}

/// To where a booking can be moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveSlots {
    /// Starts on offer, in order; its own one is not among them.
    pub slots: Vec<SlotOut>,
    /// Whether nothing is on offer for it at any time: its type is off, or its coach does not offer it any more.
    pub is_closed: bool,
    /// Whether several coaches take part, so that there is none to choose.
    pub is_together: bool,
}

/// The starts to which a booking can be moved.
///
/// # Errors
/// 404 when there is no such booking, 422 for a range that makes no sense.
pub(crate) async fn move_slots(
    ctx: &Ctx,
    claim: &Claim,
    range: (Instant, Instant),
) -> Result<MoveSlots, Problem> {
    check_range(range)?;
    let booking = find(ctx, claim).await?;
    let (booking, by) = (&booking, claim.by());
    let minutes = i32::try_from(booking.minutes()).map_err(Problem::internal)?;
    let mut found: MoveSlots = ctx
        .read_tx(claim.reading(), async move |tx: &mut Tx| {
            let others = other_coaches(tx, booking.id).await?;
            let is_together = !others.is_empty();
            let offer = offer_of(tx, &TypeRef::Id(booking.type_id)).await?.ok_or_else(Problem::not_found)?;
            let going = Going {
                offer: offer.settled(is_together),
                before: booking,
                others,
                own_time: plans_own_time(tx.ctx(), by),
            };
            let of = going.candidates(None)?;
            if of.is_empty() || (by == CancelledBy::Client && !offer.kind.active) {
                return Ok::<_, Problem>(MoveSlots { is_closed: true, is_together, ..MoveSlots::default() });
            }
            let scope = Scope { of: &of, minutes, range };
            let (slots, _) = free(tx, &going.offer, scope, Some(Without::of(booking))).await?;
            Ok(MoveSlots { slots, is_closed: false, is_together })
        })
        .await?;
    found.slots.retain(|slot| slot.start != booking.starts_at);
    Ok(found)
}
