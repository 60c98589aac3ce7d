use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper, dsl::not,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, LotId};
use kernel::Tx;

use super::{
    CreditError, Grant, Origin, Returned,
    grant::{Belongs, grant_as},
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
    settle_gone(tx, client, &source, &lots, &back, on_expired).await?;
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
#[derive(Queryable, Selectable)]
#[diesel(table_name = credit_lots, check_for_backend(diesel::pg::Pg))]
struct Target {
    id: LotId,
    name: String,
    expires_at: Option<Instant>,
    pays_for: Vec<String>,
    stream: String,
    revoked_at: Option<Instant>,
    origin: String,
}

/// What becomes of credits that came back to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// They can be spent again.
    Stay,
    /// What they came from was refunded: they go too.
    Revoked,
    /// They expire again at once.
    Expired,
    /// They expire, and a new lot of so many days stands in for them.
    Replaced(i64),
}

impl Target {
    /// Pure. A lot that holds returned credits itself is not replaced: they would live for ever.
    fn fate(&self, ended: &[String], now: Instant, rule: OnExpired) -> Fate {
        if self.revoked_at.is_some() {
            return Fate::Revoked;
        }
        if self.expires_at.is_none_or(|at| at > now) && !ended.contains(&self.stream) {
            return Fate::Stay;
        }
        match rule {
            OnExpired::NewLot { days } if self.origin != Origin::Refund.code() => Fate::Replaced(days),
            OnExpired::NewLot { .. } | OnExpired::StaysExpired => Fate::Expired,
        }
    }
}

/// Locks the lots of a spend in the order of their ids.
async fn lock(tx: &mut Tx, taken: &[Take]) -> QueryResult<Vec<Target>> {
    let ids: Vec<LotId> = taken.iter().map(|take| take.lot).collect();
    credit_lots::table
        .filter(credit_lots::id.eq_any(ids))
        .order(credit_lots::id)
        .select(Target::as_select())
        .for_no_key_update()
        .load(&mut **tx)
        .await
}

/// Credits that came back to lots that are gone: they are taken back or expire again at once, and are replaced where the rule
/// says so.
async fn settle_gone(
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
        let fate = lot.fate(&ended, now, rule);
        let kind = match fate {
            Fate::Stay => continue,
            Fate::Revoked => Kind::Revoke,
            Fate::Expired | Fate::Replaced(_) => Kind::Expire,
        };
        let gone = format!("{}/{source}/{}", kind.code(), lot.id);
        let moves = [*take];
        post(tx, Post { client, kind, source: &gone, reason: &lot.name, moves: &moves, reverses: None })
            .await?;
        if let Fate::Replaced(days) = fate {
            let expires_at = Some(now.plus_minutes(days.clamp(1, 3660) * 24 * 60));
            let replaced = Grant {
                client,
                source: &format!("{source}/{}", lot.id),
                origin: Origin::Refund,
                name: &lot.name,
                credits: take.credits,
                expires_at,
                pays_for: &lot.pays_for,
            };
            grant_as(tx, Belongs { replaces: Some(lot.id), ..Belongs::default() }, replaced).await?;
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

/// Takes back what is unused of grants, for a refund of their order, and of the lots that stand in for them. Credits that are
/// returned to these lots later are taken back too, also when the lots were empty. Sources that granted nothing are left
/// out. Tells how many credits went. Again: nothing.
///
/// # Errors
/// What the database refuses.
pub async fn revoke(tx: &mut Tx, granted_by: &[String], reason: &str) -> Result<i32, CreditError> {
    let of_grants = credit_lots::table.filter(credit_lots::source.eq_any(granted_by)).select(credit_lots::id);
    let ids: Vec<LotId> = of_grants.load(&mut **tx).await?;
    revoke_lots(tx, &ids, reason).await
}

/// The same for the lots that a stream gave since then.
///
/// # Errors
/// What the database refuses.
pub async fn revoke_stream(
    tx: &mut Tx,
    stream: &str,
    since: Instant,
    reason: &str,
) -> Result<i32, CreditError> {
    let of_stream = credit_lots::table
        .filter(credit_lots::stream.eq(stream).and(not(credit_lots::stream.eq(""))))
        .filter(credit_lots::created_at.ge(since));
    let ids: Vec<LotId> = of_stream.select(credit_lots::id).load(&mut **tx).await?;
    revoke_lots(tx, &ids, reason).await
}

async fn revoke_lots(tx: &mut Tx, lots: &[LotId], reason: &str) -> Result<i32, CreditError> {
    // All at once and in one order, as whoever spends locks them.
    let all: Vec<(LotId, ClientId, i32, String)> = credit_lots::table
        .filter(credit_lots::id.nullable().eq_any(lots).or(credit_lots::replaces.eq_any(lots)))
        .filter(credit_lots::revoked_at.is_null())
        .order(credit_lots::id)
        .select((credit_lots::id, credit_lots::client_id, credit_lots::balance, credit_lots::source))
        .for_no_key_update()
        .load(&mut **tx)
        .await?;
    let mut gone = 0;
    for (lot, client, credits, source) in all {
        if credits > 0 {
            let (moves, source) = ([Take { lot, credits }], format!("revoke/{source}"));
            let kind = Kind::Revoke;
            post(tx, Post { client, kind, source: &source, reason, moves: &moves, reverses: None }).await?;
            gone += credits;
        }
        let mark =
            diesel::update(credit_lots::table.find(lot)).set(credit_lots::revoked_at.eq(tx.ctx().now()));
        mark.execute(&mut **tx).await?;
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn what_becomes_of_credits_that_come_back() {
        let lot = |origin: Origin, expires: Option<i64>, revoked: Option<i64>| Target {
            id: "lot_00000000000000000000000000000001".parse().unwrap(),
            name: "Ten classes".into(),
            expires_at: expires.map(at),
            pays_for: Vec::new(),
            stream: "plan/1".into(),
            revoked_at: revoked.map(at),
            origin: origin.code().into(),
        };
        let fate = |lot: Target, ended: bool| {
            let ended: &[String] = if ended { &["plan/1".to_owned()] } else { &[] };
            lot.fate(ended, at(100), OnExpired::NewLot { days: 7 })
        };
        assert_eq!(fate(lot(Origin::Order, None, None), false), Fate::Stay);
        assert_eq!(fate(lot(Origin::Order, Some(101), None), false), Fate::Stay);
        assert_eq!(fate(lot(Origin::Order, Some(100), None), false), Fate::Replaced(7));
        assert_eq!(fate(lot(Origin::Plan, None, None), true), Fate::Replaced(7));
        assert_eq!(fate(lot(Origin::Refund, Some(100), None), false), Fate::Expired, "they live on once");
        assert_eq!(fate(lot(Origin::Order, None, Some(50)), false), Fate::Revoked, "also before it expires");
        assert_eq!(fate(lot(Origin::Order, Some(100), Some(50)), false), Fate::Revoked, "and nothing new");
        let stays = lot(Origin::Order, Some(100), None).fate(&[], at(100), OnExpired::StaysExpired);
        assert_eq!(stays, Fate::Expired);
    }
}
