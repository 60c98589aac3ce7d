//! Which starts are on offer.

use std::{collections::BTreeMap, sync::Arc};

use diesel_async::AsyncPgConnection;
use events::{Instant, MemberId};
use futures::try_join;
use kernel::{Ctx, Problem, Tx};
use ledger::calendar;
use people::members::{self, Member};

use super::holds::free_overdue;
use crate::{
    model::{
        AppointmentType,
        blackouts::{Blackout, of_coach},
        hours::{Window, schedule_of},
        load::{Counted, Facts, Load, Without},
        offer::{Asked, Offer, OfferCoach, SlotOut, check_range},
        overrides::{OverrideRow, dates_around},
        when,
    },
    policy::TYPES_READ,
    queries::{
        blackouts::blackouts_of,
        offers::{
            CoachRow, TypeRef, counted_bookings, hold_is_over, offer_rows, recent_bookings, shared_slots,
            window_of,
        },
        schedules::overrides_of,
    },
};

/// So far ahead a type's hours on dates and blackouts are read, in minutes. Longer than any horizon.
const AHEAD: i64 = 5 * 366 * 1_440;

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

/// Slots, all of one length.
#[derive(Clone, Debug)]
pub(crate) struct SlotsFound {
    /// How long each takes.
    pub minutes: i32,
    pub slots: Vec<SlotOut>,
}

/// Whose time, how long, from when until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub of: &'a [MemberId],
    pub minutes: i32,
    pub range: (Instant, Instant),
}

/// The slots of an active type, in order.
///
/// # Errors
/// 404 for an unknown type, 422 for a range, length or coach that makes no sense.
pub(crate) async fn slots(ctx: &Ctx, asked: &SlotsAsked) -> Result<SlotsFound, Problem> {
    check_range((asked.from, asked.to))?;
    let (found, is_over) = read(ctx, asked).await?;
    // Whoever looks frees what is held too long; rare, since a job does so too.
    if is_over && free_overdue(ctx).await > 0 { Ok(read(ctx, asked).await?.0) } else { Ok(found) }
}

async fn read(ctx: &Ctx, asked: &SlotsAsked) -> Result<(SlotsFound, bool), Problem> {
    ctx.read_tx(TYPES_READ, async |tx| {
        let offer = active_offer(tx, &asked.kind).await?.ok_or_else(Problem::not_found)?;
        let of = offer.choice(asked.coach)?;
        let minutes = offer.length(asked.minutes)?.minutes;
        let scope = Scope { of: &of, minutes, range: (asked.from, asked.to) };
        let (slots, is_over) = free(tx, &offer, scope, None).await?;
        Ok((SlotsFound { minutes, slots }, is_over))
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
    let offer = ctx
        .read_tx(TYPES_READ, async |tx: &mut Tx| active_offer(tx, kind).await?.ok_or_else(Problem::not_found))
        .await?;
    let names = offer.coaches.iter().map(|coach| (coach.id, coach.name.clone())).collect();
    Ok((Offer::clone(&offer), names))
}

/// The starts that these coaches have on offer in a range, for that length (or the first).
///
/// # Errors
/// 422 for a range or a length that makes no sense.
pub(crate) async fn free_of(
    ctx: &Ctx,
    offer: &Offer,
    of: &[MemberId],
    minutes: Option<i64>,
    range: (Instant, Instant),
) -> Result<Vec<SlotOut>, Problem> {
    check_range(range)?;
    let scope = Scope { of, minutes: offer.length(minutes)?.minutes, range };
    let look =
        async || ctx.read_tx(TYPES_READ, async move |tx: &mut Tx| free(tx, offer, scope, None).await).await;
    let (found, is_over): (Vec<SlotOut>, bool) = look().await?;
    if is_over && free_overdue(ctx).await > 0 { Ok(look().await?.0) } else { Ok(found) }
}

/// The starts on offer in a range, as the ledger stands now, and whether a hold that is over still stands in the way.
pub(crate) async fn free(
    tx: &Tx,
    offer: &Offer,
    scope: Scope<'_>,
    without: Option<Without>,
) -> Result<(Vec<SlotOut>, bool), Problem> {
    let now = tx.ctx().now();
    let range = (scope.range.0.max(now), scope.range.1.min(offer.latest(now).plus_seconds(1)));
    if range.1 <= range.0 {
        return Ok((Vec::new(), false));
    }
    let facts = facts(tx, offer, Scope { range, ..scope });
    let over = async { hold_is_over(tx, now).await.map_err(Problem::from) };
    let (facts, is_over) = try_join!(facts, over)?;
    let load = Load::new(&facts, without)?;
    let asked = Asked { of: scope.of, minutes: scope.minutes, load: &load, now };
    Ok((offer.slots(asked, range)?, is_over))
}

/// What is known about these coaches' time around a range, all asked at once. Only what the type needs is asked for.
pub(crate) async fn facts(tx: &Tx, offer: &Offer, scope: Scope<'_>) -> Result<Facts, Problem> {
    let conn: &AsyncPgConnection = tx;
    let (kind, of) = (offer.kind.id, scope.of);
    let (from, to) = offer.reach(scope.range, scope.minutes);
    // Starts of slots that can meet the range.
    let near = (from.plus_minutes(-1_440), to);
    let counted = offer.counted_range(of, scope.range);
    let taken = calendar::busy(tx, of, from, to);
    let seats = async {
        let around = counted.map_or(near, |counted| (counted.0.min(near.0), counted.1.max(near.1)));
        if offer.is_shared() { shared_slots(conn, kind, of, around).await } else { Ok(Vec::new()) }
    };
    let counts = async {
        match counted {
            Some(range) if !offer.is_shared() => counted_bookings(conn, kind, of, range).await,
            _ => Ok(Vec::new()),
        }
    };
    let (taken, seats, mut own) = try_join!(taken, seats, counts)?;
    if let Some((from, to)) = counted {
        let sat = seats.iter().filter(|slot| from <= slot.starts_at && slot.starts_at < to);
        own.extend(sat.map(Counted::of_slot));
        if offer.takes_all() {
            let everybody = |one: Counted| of.iter().map(move |coach| Counted { coach: *coach, ..one });
            own = own.into_iter().flat_map(everybody).collect();
        }
    }
    Ok(Facts { taken, seats, counted: own, recent: Vec::new() })
}

/// The same for one start, and who had how much to do where several may take it.
pub(crate) async fn facts_of_start(tx: &Tx, offer: &Offer, scope: Scope<'_>) -> Result<Facts, Problem> {
    let recent = async {
        if scope.of.len() < 2 || offer.takes_all() {
            return Ok(Vec::new());
        }
        recent_bookings(tx, scope.of, scope.range.0).await.map_err(Problem::from)
    };
    let (facts, recent) = try_join!(facts(tx, offer, scope), recent)?;
    Ok(Facts { recent, ..facts })
}

/// An active type by name, ready for the engine; `None` when there is none.
pub(crate) async fn active_offer(tx: &mut Tx, kind: &TypeRef) -> Result<Option<Arc<Offer>>, Problem> {
    Ok(offer_of(tx, kind).await?.filter(|offer| offer.kind.active))
}

/// A type by name, active or not, ready for the engine; `None` when there is none. All of it is public content, so it is
/// read once for each version of the tenant.
pub(crate) async fn offer_of(tx: &mut Tx, kind: &TypeRef) -> Result<Option<Arc<Offer>>, Problem> {
    let key = kind.key();
    if let Some(offer) = tx.ctx().kept::<Offer>(&key) {
        return Ok(Some(offer));
    }
    let Some((row, rows)) = offer_rows(tx, kind).await? else { return Ok(None) };
    let mut ids: Vec<MemberId> = rows.iter().map(|row| row.0).collect();
    ids.dedup();
    let now = tx.ctx().now();
    let range = (now.plus_minutes(-1_440), now.plus_minutes(AHEAD));
    let (first, last) = dates_around(range);
    let conn: &AsyncPgConnection = tx;
    let (overrides, blackouts) =
        try_join!(overrides_of(conn, &ids, first, last), blackouts_of(conn, &ids, range.0, range.1))?;
    let names = members::list(tx).await?;
    let offer = assemble(tx.ctx(), row, &Rows { windows: &rows, overrides, blackouts, names })?;
    Ok(Some(tx.ctx().keep(&key, offer)))
}

/// What an offer is made of.
struct Rows<'a> {
    windows: &'a [CoachRow],
    overrides: Vec<OverrideRow>,
    blackouts: Vec<Blackout>,
    names: Vec<Member>,
}

/// One schedule a coach, from rows of one window each.
fn assemble(ctx: &Ctx, kind: AppointmentType, rows: &Rows<'_>) -> Result<Offer, Problem> {
    let tenant_zone = &ctx.tenant().zone;
    let mut by_coach: BTreeMap<MemberId, (&str, Vec<Window>)> = BTreeMap::new();
    for row in rows.windows {
        let zone = row.1.as_deref().unwrap_or(tenant_zone);
        by_coach.entry(row.0).or_insert_with(|| (zone, Vec::new())).1.extend(window_of(row));
    }
    let coach = |(id, (zone, windows)): (MemberId, (&str, Vec<Window>))| {
        let own = rows.overrides.iter().filter(|row| row.coach_id == id);
        let name = rows.names.iter().find(|member| member.id == id);
        Ok(OfferCoach {
            id,
            name: name.map(|member| member.name.clone()).unwrap_or_default(),
            schedule: schedule_of(zone, windows.iter(), own)?,
            blackouts: of_coach(&rows.blackouts, id)?,
        })
    };
    let mut coaches = by_coach.into_iter().map(coach).collect::<Result<Vec<_>, Problem>>()?;
    coaches.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Offer::new(kind, coaches, &when::zone(tenant_zone))
}
