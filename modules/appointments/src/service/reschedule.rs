//! Moving a booking to another time or coach. Link, price, payment and answers stay.

use std::sync::Arc;

use events::{Instant, MemberId};
use kernel::{Check, Ctx, Problem, Tx};
use ledger::calendar::{self, BlockError, Wanted};

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
        Booking,
        load::{Load, Without},
        offer::{Asked, Offer, SlotOut, Verdict, check_range, nearest},
        state::{CancelledBy, Deed},
    },
    policy::BOOKINGS_WRITE,
    queries::{bookings::other_coaches, offers::TypeRef},
};

/// How many other slots are shown when one was taken.
const NEAREST: usize = 6;
const DAY: i64 = 1_440;

/// Where a booking is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveInput {
    /// Start, RFC 3339.
    pub start: String,
    /// Identifier of a coach; empty: the same, or (when anyone may take it) whoever is free.
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
        let same_coach = target.coach.is_none_or(|coach| coach == before.coach_id);
        if before.starts_at == target.start && same_coach {
            return Ok(before);
        }
        allowed(tx.ctx(), &before, target.by)?;
        let offer = offer_of(tx, &TypeRef::Id(before.type_id)).await?.ok_or_else(Problem::not_found)?;
        let coach = choose(tx, &offer, &before, target).await?;
        let after = moved(&offer, &before, target.start, coach);
        let after = take(tx, &offer, &before, after).await?;
        let how = How { kind: MOVED, by: target.by, reason: &target.reason };
        let after = step::go(tx, &before, after, &how).await?;
        if let Some(job) = over_job(&after) {
            tx.enqueue(job).await?;
        }
        Ok(after)
    })
    .await
}

fn allowed(ctx: &Ctx, before: &Booking, by: CancelledBy) -> Result<(), Problem> {
    step::next(ctx, before, Deed::Move(by))?;
    let until = before.terms.move_until(before.starts_at);
    if by == CancelledBy::Client && ctx.now() > until {
        return Err(Problem::conflict("too_late_to_move").with("move_until", until));
    }
    Ok(())
}

/// Who may take it at another time: everybody who takes part; the coach that is asked for; else whoever may by the type.
fn candidates(offer: &Offer, before: &Booking, coach: Option<MemberId>) -> Result<Vec<MemberId>, Problem> {
    if offer.takes_all() {
        return offer.choice(None);
    }
    let fixed = offer.kind.coach_mode == crate::model::CoachMode::Fixed;
    match coach {
        Some(coach) => offer.choice(Some(coach)),
        None if fixed => offer.choice(Some(before.coach_id)),
        None => offer.choice(None),
    }
}

/// Judges the new time with the booking itself looked away from, and says whose it will be.
async fn choose(
    tx: &mut Tx,
    offer: &Arc<Offer>,
    before: &Booking,
    target: &Target,
) -> Result<MemberId, MoveError> {
    let now = tx.ctx().now();
    if target.start <= now {
        return Err(Problem::field("start", "in_the_past").into());
    }
    let of = candidates(offer, before, target.coach)?;
    if target.anyway {
        return Ok(target.coach.unwrap_or(before.coach_id));
    }
    if !offer.kind.active && target.by == CancelledBy::Client {
        return Err(Problem::field("start", "not_offered").into());
    }
    calendar::lock_time(tx, &of).await?;
    let minutes = i32::try_from(before.minutes()).unwrap_or(offer.kind.minutes);
    let scope = Scope { of: &of, minutes, range: (target.start, target.start) };
    let load = Load::new(&facts_of_start(tx, offer, scope).await?, Some(Without::of(before)))?;
    let asked = Asked { of: &of, minutes, load: &load, now };
    match offer.judge(asked, target.start)? {
        Verdict::Closed(code) => return Err(Problem::field("start", code).into()),
        Verdict::Taken => return Err(MoveError::Taken),
        Verdict::Open if offer.takes_all() => return Ok(before.coach_id),
        Verdict::Open => {}
    }
    // The same coach, if free then.
    let own = [before.coach_id];
    let same = Asked { of: &own, ..asked };
    if of.contains(&before.coach_id) && offer.judge(same, target.start)? == Verdict::Open {
        return Ok(before.coach_id);
    }
    offer.assign(asked, target.start)?.ok_or(MoveError::Taken)
}

fn moved(offer: &Offer, before: &Booking, start: Instant, coach: MemberId) -> Booking {
    let shift = start.seconds_since(before.starts_at);
    let name = offer.coaches.iter().find(|one| one.id == coach).map(|one| one.name.clone());
    Booking {
        starts_at: start,
        ends_at: before.ends_at.plus_seconds(shift),
        blocked_from: before.blocked_from.plus_seconds(shift),
        blocked_to: before.blocked_to.plus_seconds(shift),
        coach_id: coach,
        coach_name: name.unwrap_or_else(|| before.coach_name.clone()),
        sequence: before.sequence + 1,
        slot_id: None,
        ..before.clone()
    }
}

/// Takes the new time and lets the old one go.
async fn take(
    tx: &mut Tx,
    offer: &Offer,
    before: &Booking,
    mut after: Booking,
) -> Result<Booking, MoveError> {
    let others = other_coaches(tx, before.id).await?;
    let mut all: Vec<MemberId> = vec![before.coach_id, after.coach_id];
    all.extend(&others);
    calendar::lock_time(tx, &all).await?;
    if let Some(old) = before.slot_id {
        // The seat that is left must not stand in the way of the new one, nor the row name a slot that is gone.
        crate::queries::bookings::booking_save(tx, &Booking { slot_id: None, ..before.clone() }).await?;
        place::free(tx, before.source(), Some(old)).await?;
        let mut coaches = vec![after.coach_id];
        coaches.extend(others);
        return if place::take(tx, offer, &mut after, &coaches).await? {
            Ok(after)
        } else {
            Err(MoveError::Taken)
        };
    }
    let mut from = vec![(before.coach_id, after.coach_id)];
    from.extend(others.iter().map(|other| (*other, *other)));
    for (old, new) in from {
        let to = Wanted { coach: new, from: after.blocked_from, to: after.blocked_to };
        match calendar::move_block(tx, before.source(), old, to).await {
            Ok(()) => {}
            Err(BlockError::Taken) => return Err(MoveError::Taken),
            Err(error) => return Err(Problem::internal(error).into()),
        }
    }
    Ok(after)
}

/// 409 with the free slots nearest to the wanted one.
async fn taken(ctx: &Ctx, claim: &Claim, target: &Target) -> Result<Problem, Problem> {
    let range = (target.start.plus_minutes(-3 * DAY), target.start.plus_minutes(21 * DAY));
    let free = move_slots(ctx, claim, range).await?;
    let free: Vec<Instant> =
        free.into_iter().map(|slot| slot.start).filter(|at| *at != target.start).collect();
    Ok(Problem::conflict("slot_taken").with("nearest", nearest(&free, target.start, NEAREST)))
}

/// The starts to which a booking can be moved, in order; its own one is not among them.
///
/// # Errors
/// 404 when there is no such booking, 422 for a range that makes no sense.
pub(crate) async fn move_slots(
    ctx: &Ctx,
    claim: &Claim,
    range: (Instant, Instant),
) -> Result<Vec<SlotOut>, Problem> {
    check_range(range)?;
    let booking = find(ctx, claim).await?;
    let minutes = i32::try_from(booking.minutes()).map_err(Problem::internal)?;
    let booking = &booking;
    let slots: Vec<SlotOut> = ctx
        .read_tx(claim.reading(), async move |tx: &mut Tx| {
            let offer = offer_of(tx, &TypeRef::Id(booking.type_id)).await?.ok_or_else(Problem::not_found)?;
            let of = candidates(&offer, booking, None)?;
            let scope = Scope { of: &of, minutes, range };
            Ok::<_, Problem>(free(tx, &offer, scope, Some(Without::of(booking))).await?.0)
        })
        .await?;
    Ok(slots.into_iter().filter(|slot| slot.start != booking.starts_at).collect())
}
