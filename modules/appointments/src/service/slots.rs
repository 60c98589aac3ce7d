//! Which starts are on offer.

use std::collections::BTreeMap;

use events::{Instant, MemberId};
use kernel::{Ctx, Problem, Tx};
use ledger::calendar;
use people::members;

use crate::{
    model::{
        hours::{Window, schedule},
        offer::{Load, Offer, OfferCoach, SlotOut, check_range},
    },
    policy::TYPES_READ,
    queries::offers::{CoachRow, TypeRef, offer_rows, window_of},
};

/// A question for slots.
#[derive(Clone, Debug)]
pub(crate) struct SlotsAsked {
    pub kind: TypeRef,
    /// `None`: any who offers it.
    pub coach: Option<MemberId>,
    /// How long; `None`: the first of the type's lengths.
    pub minutes: Option<i64>,
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
}

/// The slots of an active type, in order.
///
/// # Errors
/// 404 for an unknown type, 422 for a range or coach that makes no sense.
pub(crate) async fn slots(ctx: &Ctx, asked: &SlotsAsked) -> Result<(Offer, Vec<SlotOut>), Problem> {
    check_range((asked.from, asked.to))?;
    ctx.tx(TYPES_READ, async |tx| {
        let offer = active_offer(tx, &asked.kind).await?.ok_or_else(Problem::not_found)?;
        let of = offer.choice(asked.coach)?;
        let found = free(tx, &offer, &of, (asked.from, asked.to)).await?;
        Ok((offer, found))
    })
    .await
}

/// An active type with everything the engine needs, and the names of its coaches, for pages that ask several times.
///
/// # Errors
/// 404 for an unknown type.
pub(crate) async fn offer_with_coaches(
    ctx: &Ctx,
    kind: &TypeRef,
) -> Result<(Offer, Vec<(MemberId, String)>), Problem> {
    ctx.tx(TYPES_READ, async |tx: &mut Tx| {
        let offer = active_offer(tx, kind).await?.ok_or_else(Problem::not_found)?;
        let all = members::coaches(tx).await?;
        let of_type =
            all.into_iter().filter(|member| offer.coaches.iter().any(|coach| coach.id == member.id));
        let names = of_type.map(|member| (member.id, member.name)).collect();
        Ok((offer, names))
    })
    .await
}

/// The starts that these coaches have on offer in a range.
///
/// # Errors
/// 422 for a range that makes no sense.
pub(crate) async fn free_of(
    ctx: &Ctx,
    offer: &Offer,
    of: &[MemberId],
    minutes: Option<i64>,
    range: (Instant, Instant),
) -> Result<Vec<SlotOut>, Problem> {
    check_range(range)?;
    let _ = minutes;
    ctx.tx(TYPES_READ, async |tx: &mut Tx| free(tx, offer, of, range).await).await
}

/// The starts on offer in a range, as the ledger stands now.
pub(crate) async fn free(
    tx: &mut Tx,
    offer: &Offer,
    of: &[MemberId],
    range: (Instant, Instant),
) -> Result<Vec<SlotOut>, Problem> {
    let now = tx.ctx().now();
    let range = (range.0.max(now), range.1.min(offer.latest(now).plus_seconds(1)));
    if range.1 <= range.0 {
        return Ok(Vec::new());
    }
    let load = load(tx, offer, of, range).await?;
    offer.slots(of, &load, now, range)
}

/// What is taken of these coaches' time around a range.
pub(crate) async fn load(
    tx: &mut Tx,
    offer: &Offer,
    of: &[MemberId],
    range: (Instant, Instant),
) -> Result<Load, Problem> {
    let (from, to) = offer.reach(range);
    Load::new(&calendar::busy(tx, of, from, to).await?, &[])
}

/// An active type by name, ready for the engine; `None` when there is none.
pub(crate) async fn active_offer(tx: &mut Tx, kind: &TypeRef) -> Result<Option<Offer>, Problem> {
    let Some((row, rows)) = offer_rows(tx, kind).await?.filter(|(row, _)| row.active) else {
        return Ok(None);
    };
    let zone = tx.ctx().tenant().zone.clone();
    Ok(Some(Offer::new(row, coaches(&rows, &zone)?)?))
}

/// One schedule a coach, from rows of one window each.
fn coaches(rows: &[CoachRow], tenant_zone: &str) -> Result<Vec<OfferCoach>, Problem> {
    let mut by_coach: BTreeMap<MemberId, (String, Vec<Window>)> = BTreeMap::new();
    for row in rows {
        let zone = row.1.as_deref().unwrap_or(tenant_zone);
        let entry = by_coach.entry(row.0).or_insert_with(|| (zone.to_owned(), Vec::new()));
        entry.1.extend(window_of(row));
    }
    let made = by_coach.into_iter().map(|(id, (zone, windows))| {
        let schedule = schedule(&zone, windows.iter())?;
        Ok(OfferCoach { id, schedule })
    });
    made.collect()
}
