//! Lots of one source that come again and again: the weeks of a plan.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult,
    dsl::{count_star, max, not},
};
use diesel_async::RunQueryDsl;
use events::{ClientId, LotId};
use kernel::Tx;

use super::{
    CreditError, Grant, Granted,
    grant::{Belongs, grant_as},
    plan::{Take, plan_cut},
    post::{Kind, Post, Posting, post},
    spend::{Pays, lock_open},
};
use crate::schema::credit_lots;

/// Gives a client the next lot of a stream (`plan/sub_…`). The sources of a stream sort by their time. The same source again
/// gives nothing.
///
/// Of several at once only one gives: the others wait for it and then find the source used.
///
/// # Errors
/// As [`super::grant`].
pub async fn grant_next(tx: &mut Tx, stream: &str, grant: Grant<'_>) -> Result<Granted, CreditError> {
    grant_as(tx, Belongs { stream, ..Belongs::default() }, grant).await
}

/// How far a stream has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSoFar {
    /// The stream.
    pub stream: String,
    /// Its last source.
    pub last: String,
    /// How many lots it gave.
    pub lots: i64,
}

/// How far each of these streams has come that gave something.
///
/// # Errors
/// When the database refuses the statement.
pub async fn so_far(tx: &mut Tx, streams: &[String]) -> QueryResult<Vec<StreamSoFar>> {
    let rows: Vec<(String, Option<String>, i64)> = credit_lots::table
        .filter(credit_lots::stream.ne("").and(credit_lots::stream.eq_any(streams)))
        .group_by(credit_lots::stream)
        .select((credit_lots::stream, max(credit_lots::source), count_star()))
        .load(&mut **tx)
        .await?;
    let so_far =
        |(stream, last, lots): (_, Option<String>, _)| Some(StreamSoFar { stream, last: last?, lots });
    Ok(rows.into_iter().filter_map(so_far).collect())
}

/// The streams that hold something, with whose they are: of one client, or of all.
///
/// # Errors
/// When the database refuses the statement.
pub async fn open_streams(tx: &mut Tx, client: Option<ClientId>) -> QueryResult<Vec<(ClientId, String)>> {
    let mut open = credit_lots::table
        .filter(credit_lots::balance.gt(0).and(not(credit_lots::stream.eq(""))))
        .select((credit_lots::client_id, credit_lots::stream))
        .distinct()
        .into_boxed();
    if let Some(client) = client {
        open = open.filter(credit_lots::client_id.eq(client));
    }
    open.load(&mut **tx).await
}

/// Locks all that a client holds until the transaction ends, in the order of all locks: before several lots are touched.
///
/// # Errors
/// When the database refuses the statement.
pub async fn lock_all(tx: &mut Tx, client: ClientId) -> QueryResult<()> {
    lock_open(tx, client, Pays::Anything).await.map(drop)
}

/// Lets expire what a stream holds above `keep` in other lots than `except`, the oldest first. `tag` is a part of the
/// source. Tells how many credits.
///
/// # Errors
/// What the database refuses.
pub async fn cut(
    tx: &mut Tx,
    client: ClientId,
    stream: &str,
    keep: i32,
    except: Option<LotId>,
    tag: &str,
) -> Result<i32, CreditError> {
    let open: Vec<(LotId, i32, String, String)> = credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .filter(credit_lots::stream.eq(stream))
        .order(credit_lots::id)
        .select((credit_lots::id, credit_lots::balance, credit_lots::source, credit_lots::name))
        .for_no_key_update()
        .load(&mut **tx)
        .await?;
    let mut open: Vec<_> = open.into_iter().filter(|(lot, ..)| Some(*lot) != except).collect();
    open.sort_by(|one, other| one.2.cmp(&other.2));
    let held: Vec<Take> =
        open.iter().map(|(lot, credits, ..)| Take { lot: *lot, credits: *credits }).collect();
    let gone = plan_cut(&held, keep);
    let Some((.., name)) = open.as_slice().first().filter(|_| !gone.is_empty()) else { return Ok(0) };
    let time = tx.ctx().new_id::<Posting>().uuid().simple();
    let source = format!("expire/{stream}/{tag}/{time}");
    let entry =
        Post { client, kind: Kind::Expire, source: &source, reason: name, moves: &gone, reverses: None };
    post(tx, entry).await?;
    Ok(gone.iter().map(|take| take.credits).sum())
}
