use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, LotId};
use kernel::Tx;

use super::{
    CreditError, Grant, Origin, Returned, grant,
    plan::{Take, plan_refund},
    post::{Kind, Post, Posted, post, posted, returned},
    rules::rules,
};
use crate::schema::credit_lots;

/// What becomes of credits that are returned to a lot which has expired meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExpired {
    /// They go back and stay expired.
    StaysExpired,
    /// They go back, and are replaced by a new lot that lives so many days.
    NewLot {
        /// Days from now, at least 1.
        days: i64,
    },
}

/// Returns `credits` of what a spend took (all of it when `None`), each to its own lot. `source` names the return, exactly
/// once, and `reason` tells the client why; a spend can be returned in parts, never above what it took.
///
/// # Errors
/// [`CreditError::UnknownSource`] without such a spend, [`CreditError::Amount`] when more is returned than is left of it.
pub async fn refund(
    tx: &mut Tx,
    spent_by: &str,
    source: &str,
    reason: &str,
    credits: Option<i32>,
    on_expired: OnExpired,
) -> Result<Returned, CreditError> {
    let spent =
        posted(tx, Kind::Spend, &format!("spend/{spent_by}")).await?.ok_or(CreditError::UnknownSource)?;
    let source = format!("refund/{source}");
    let lots = lock(tx, &spent.moves).await?;
    if posted(tx, Kind::Refund, &source).await?.is_some() {
        return Ok(Returned::AlreadyReturned);
    }
    let (id, client) = (spent.id, spent.client);
    let left = still_out(tx, spent).await?;
    let most: i32 = left.iter().map(|take| take.credits).sum();
    let wanted = credits.unwrap_or(most);
    if wanted < 1 || wanted > most {
        return Err(CreditError::Amount);
    }
    let back = plan_refund(&left, wanted);
    let entry =
        Post { client, kind: Kind::Refund, source: &source, reason, moves: &back, reverses: Some(id) };
    if !post(tx, entry).await? {
        return Ok(Returned::AlreadyReturned);
    }
    settle_expired(tx, client, &source, &lots, &back, on_expired).await?;
    Ok(Returned::Returned(back))
}

/// Returns `credits` of what a spend took (all of it when `None`) by the business's rule for lots that have expired
/// meanwhile. Else as [`refund`].
///
/// # Errors
/// As [`refund`].
pub async fn give_back(
    tx: &mut Tx,
    spent_by: &str,
    source: &str,
    reason: &str,
    credits: Option<i32>,
) -> Result<Returned, CreditError> {
    let rule = (rules().on_expired)(tx).await.map_err(CreditError::rule)?;
    refund(tx, spent_by, source, reason, credits, rule).await
}

/// What of a spend has not been returned yet.
async fn still_out(tx: &mut Tx, spent: Posted) -> QueryResult<Vec<Take>> {
    let mut left = spent.moves;
    for (lot, credits) in returned(tx, spent.id).await? {
        if let Some(take) = left.iter_mut().find(|take| take.lot == lot) {
            take.credits -= credits;
        }
    }
    left.retain(|take| take.credits > 0);
    Ok(left)
}

/// A lot as a return looks at it.
struct Target {
    id: LotId,
    name: String,
    expires_at: Option<Instant>,
    pays_for: Vec<String>,
    stream: String,
}

/// Locks the lots of a spend in the order of their ids.
async fn lock(tx: &mut Tx, taken: &[Take]) -> QueryResult<Vec<Target>> {
    let ids: Vec<LotId> = taken.iter().map(|take| take.lot).collect();
    let rows: Vec<(LotId, String, Option<Instant>, Vec<String>, String)> = credit_lots::table
        .filter(credit_lots::id.eq_any(ids))
        .order(credit_lots::id)
        .select((
            credit_lots::id,
            credit_lots::name,
            credit_lots::expires_at,
            credit_lots::pays_for,
            credit_lots::stream,
        ))
        .for_no_key_update()
        .load(&mut **tx)
        .await?;
    let target = |(id, name, expires_at, pays_for, stream)| Target { id, name, expires_at, pays_for, stream };
    Ok(rows.into_iter().map(target).collect())
}

/// Credits that came back to expired lots expire again at once, and are replaced where the rule says so.
async fn settle_expired(
    tx: &mut Tx,
    client: ClientId,
    source: &str,
    lots: &[Target],
    back: &[Take],
    rule: OnExpired,
) -> Result<(), CreditError> {
    let now = tx.ctx().now();
    let ended = ended(tx, lots).await?;
    for take in back {
        let Some(lot) = lots.iter().find(|lot| lot.id == take.lot) else { continue };
        if lot.expires_at.is_none_or(|at| at > now) && !ended.contains(&lot.stream) {
            continue;
        }
        let expiry = format!("expire/{source}/{}", lot.id);
        let entry = Post {
            client,
            kind: Kind::Expire,
            source: &expiry,
            reason: &lot.name,
            moves: &[*take],
            reverses: None,
        };
        post(tx, entry).await?;
        if let OnExpired::NewLot { days } = rule {
            let replaced = Grant {
                client,
                source: &format!("{source}/{}", lot.id),
                origin: Origin::Refund,
                name: &lot.name,
                credits: take.credits,
                expires_at: Some(now.plus_minutes(days.clamp(1, 3660) * 24 * 60)),
                pays_for: &lot.pays_for,
            };
            grant(tx, replaced).await?;
        }
    }
    Ok(())
}

/// The streams of these lots that have ended.
async fn ended(tx: &mut Tx, lots: &[Target]) -> Result<Vec<String>, CreditError> {
    let streams: Vec<String> =
        lots.iter().map(|lot| lot.stream.clone()).filter(|stream| !stream.is_empty()).collect();
    if streams.is_empty() {
        return Ok(streams);
    }
    (rules().ended)(tx, &streams).await.map_err(CreditError::rule)
}

/// Takes back what is unused of a grant, for a refund of its order. Tells how many credits that were.
///
/// # Errors
/// [`CreditError::UnknownSource`] when nothing was granted for the source.
pub async fn revoke(tx: &mut Tx, granted_by: &str, reason: &str) -> Result<Returned, CreditError> {
    let lot: Option<(LotId, ClientId, i32)> = credit_lots::table
        .filter(credit_lots::source.eq(granted_by))
        .select((credit_lots::id, credit_lots::client_id, credit_lots::balance))
        .for_no_key_update()
        .first(&mut **tx)
        .await
        .optional()?;
    let (lot, client, credits) = lot.ok_or(CreditError::UnknownSource)?;
    if credits == 0 {
        return Ok(Returned::AlreadyReturned);
    }
    let (moves, source) = ([Take { lot, credits }], format!("revoke/{granted_by}"));
    let entry = Post { client, kind: Kind::Revoke, source: &source, reason, moves: &moves, reverses: None };
    Ok(if post(tx, entry).await? { Returned::Returned(moves.to_vec()) } else { Returned::AlreadyReturned })
}
