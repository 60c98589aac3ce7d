use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult,
    Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, LotId};
use kernel::{Cursor, Paging, Tx};
use serde::Serialize;

use super::{Origin, plan::Why, post::TransactionId, spend::Pays};
use crate::schema::{credit_entries, credit_lots, credit_transactions};

/// What a client can spend now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Credits in lots that have not expired.
    pub credits: i64,
    /// When the next of them expire.
    pub next_expiry: Option<Instant>,
    /// How many expire then.
    pub expiring: i64,
}

impl Balance {
    fn of(open: &[(i32, Option<Instant>)]) -> Self {
        let next_expiry = open.iter().filter_map(|(_, at)| *at).min();
        let first = open.iter().filter(|(_, at)| at.is_some() && *at == next_expiry);
        Self {
            credits: open.iter().map(|(credits, _)| i64::from(*credits)).sum(),
            next_expiry,
            expiring: first.map(|(credits, _)| i64::from(*credits)).sum(),
        }
    }
}

/// A lot of credits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = credit_lots, check_for_backend(diesel::pg::Pg))]
pub struct Lot {
    /// The lot.
    pub id: LotId,
    /// Whose it is.
    pub client_id: ClientId,
    /// What made it.
    pub source: String,
    /// `order`, `plan`, `staff` or `refund`.
    pub origin: String,
    /// Name of what was bought.
    pub name: String,
    /// What it pays for, as keys; empty: everything.
    pub pays_for: Vec<String>,
    /// What is left.
    pub balance: i32,
    /// When that expires.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// A client who holds credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who.
    pub client: ClientId,
    /// What they can spend.
    pub balance: Balance,
}

/// What a movement took from or put into one lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The lot.
    pub lot: LotId,
    /// Its source.
    pub source: String,
    /// What it came from: `order`, `plan`, `staff` or `refund`.
    pub origin: String,
    /// Name of what was bought.
    pub name: String,
    /// Credits that came (+) or went (-).
    pub credits: i32,
    /// When the lot expires.
    pub expires_at: Option<Instant>,
    /// Why this lot and no other, when it paid.
    pub why: Why,
}

/// One line of a client's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// Tells movements of the same moment apart.
    pub id: uuid::Uuid,
    /// When.
    pub at: Instant,
    /// `grant`, `spend`, `refund`, `expire`, `revoke` or `take`.
    pub kind: String,
    /// What caused it, with its kind in front: `spend/booking/bkg_…`.
    pub source: String,
    /// For what.
    pub reason: String,
    /// The member of staff who did it; empty: the client, or the platform by itself.
    pub actor: String,
    /// Credits that came (+) or went (-).
    pub amount: i64,
    /// The same by lot, in the order in which they were taken.
    pub parts: Vec<Part>,
}

/// What a client can spend at the present moment, on whatever. Call [`super::due`] first.
///
/// # Errors
/// When the database refuses the statement.
pub async fn balance(tx: &mut Tx, client: ClientId) -> QueryResult<Balance> {
    balance_of(tx, client, Pays::Anything).await
}

/// What a client can spend on one thing at the present moment. Call [`super::due`] first.
///
/// # Errors
/// When the database refuses the statement.
pub async fn balance_for(tx: &mut Tx, client: ClientId, key: &str) -> QueryResult<Balance> {
    balance_of(tx, client, Pays::For(key)).await
}

/// The same, only of lots that were made for it: those that pay for everything don't count.
///
/// # Errors
/// When the database refuses the statement.
pub async fn balance_made_for(tx: &mut Tx, client: ClientId, key: &str) -> QueryResult<Balance> {
    balance_of(tx, client, Pays::Only(key)).await
}

async fn balance_of(tx: &mut Tx, client: ClientId, pays: Pays<'_>) -> QueryResult<Balance> {
    let now = tx.ctx().now();
    let open: Vec<(i32, Option<Instant>, Vec<String>)> = credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .select((credit_lots::balance, credit_lots::expires_at, credit_lots::pays_for))
        .load(&mut **tx)
        .await?;
    let fitting = open.into_iter().filter(|(.., keys)| pays.fit(keys));
    Ok(Balance::of(&fitting.map(|(credits, at, _)| (credits, at)).collect::<Vec<_>>()))
}

/// What each of these clients can spend at the present moment; who has nothing is left out.
///
/// # Errors
/// When the database refuses the statement.
pub async fn balances(tx: &mut Tx, clients: &[ClientId]) -> QueryResult<Vec<Held>> {
    let now = tx.ctx().now();
    let open: Vec<(ClientId, i32, Option<Instant>)> = credit_lots::table
        .filter(credit_lots::client_id.eq_any(clients).and(credit_lots::balance.gt(0)))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .select((credit_lots::client_id, credit_lots::balance, credit_lots::expires_at))
        .load(&mut **tx)
        .await?;
    let held = |client: &ClientId| {
        let own: Vec<_> =
            open.iter().filter(|(of, ..)| of == client).map(|(_, credits, at)| (*credits, *at)).collect();
        (!own.is_empty()).then(|| Held { client: *client, balance: Balance::of(&own) })
    };
    Ok(clients.iter().filter_map(held).collect())
}

/// Clients who hold credits, those who came last first. One more than the limit is read, as [`Paging::cut`] wants it, with
/// [`Held::key`].
///
/// # Errors
/// When the database refuses the statement.
pub async fn holders(tx: &mut Tx, paging: &Paging) -> QueryResult<Vec<Held>> {
    let now = tx.ctx().now();
    let mut query = credit_lots::table
        .filter(credit_lots::balance.gt(0))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .select(credit_lots::client_id)
        .distinct()
        .into_boxed();
    if let Some(Cursor { id, .. }) = paging.after {
        query = query.filter(credit_lots::client_id.lt(ClientId::from_uuid(id)));
    }
    let clients: Vec<ClientId> =
        query.order(credit_lots::client_id.desc()).limit(paging.limit + 1).load(&mut **tx).await?;
    balances(tx, &clients).await
}

impl Held {
    /// Its place in the list of [`holders`].
    #[must_use]
    pub fn key(&self) -> (Instant, uuid::Uuid) {
        (Instant::new(jiff::Timestamp::UNIX_EPOCH), self.client.uuid())
    }
}

/// A client's lots that can be spent now, in the order in which they will be (PostgreSQL sorts *never* last). Call
/// [`super::due`] first.
///
/// # Errors
/// When the database refuses the statement.
pub async fn lots(tx: &mut Tx, client: ClientId) -> QueryResult<Vec<Lot>> {
    let now = tx.ctx().now();
    credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .order((credit_lots::expires_at.asc(), credit_lots::created_at, credit_lots::id))
        .limit(200)
        .select(Lot::as_select())
        .load(&mut **tx)
        .await
}

/// Lots that clients bought and of which something is left, which expire after the present moment and until `until`: those
/// that expire first first, behind `after`, at most `limit`.
///
/// # Errors
/// When the database refuses the statement.
pub async fn bought_expiring(
    tx: &mut Tx,
    after: Option<(Instant, LotId)>,
    until: Instant,
    limit: i64,
) -> QueryResult<Vec<Lot>> {
    let mut query = credit_lots::table
        .filter(credit_lots::balance.gt(0).and(credit_lots::origin.eq(Origin::Order.code())))
        .filter(credit_lots::expires_at.gt(tx.ctx().now()).and(credit_lots::expires_at.le(until)))
        .into_boxed();
    if let Some((at, id)) = after {
        let tie = credit_lots::expires_at.gt(at).or(credit_lots::id.gt(id).nullable());
        query = query.filter(credit_lots::expires_at.ge(at).and(tie));
    }
    let ordered = query.order((credit_lots::expires_at, credit_lots::id)).limit(limit);
    ordered.select(Lot::as_select()).load(&mut **tx).await
}

/// The lots that were made for these sources.
///
/// # Errors
/// When the database refuses the statement.
pub async fn lots_of_sources(tx: &mut Tx, sources: &[String]) -> QueryResult<Vec<Lot>> {
    let found = credit_lots::table.filter(credit_lots::source.eq_any(sources)).select(Lot::as_select());
    found.order(credit_lots::created_at).load(&mut **tx).await
}

/// What the lot of a source gave, and what of it can still be used; of lots that stand in for it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotUse {
    /// The source.
    pub source: String,
    /// Credits that it gave.
    pub given: i64,
    /// Credits that can be spent now.
    pub unused: i64,
}

/// How much of what these sources gave is unused.
///
/// # Errors
/// When the database refuses a statement.
pub async fn uses(tx: &mut Tx, sources: &[String]) -> QueryResult<Vec<LotUse>> {
    let now = tx.ctx().now();
    let own: Vec<(LotId, String)> = credit_lots::table
        .filter(credit_lots::source.eq_any(sources))
        .select((credit_lots::id, credit_lots::source))
        .load(&mut **tx)
        .await?;
    let ids: Vec<LotId> = own.iter().map(|(id, _)| *id).collect();
    let open: Vec<(LotId, Option<LotId>, i32)> = credit_lots::table
        .filter(credit_lots::id.nullable().eq_any(&ids).or(credit_lots::replaces.eq_any(&ids)))
        .filter(credit_lots::balance.gt(0))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .select((credit_lots::id, credit_lots::replaces, credit_lots::balance))
        .load(&mut **tx)
        .await?;
    // The other side of what came into a lot: what was taken back later is above zero there.
    let issued: Vec<(LotId, i32)> = credit_entries::table
        .filter(credit_entries::lot_id.eq_any(&ids))
        .filter(credit_entries::account.eq("issued").and(credit_entries::amount.lt(0)))
        .select((credit_entries::lot_id, credit_entries::amount))
        .load(&mut **tx)
        .await?;
    let of = |(id, source): (LotId, String)| {
        let held = open.iter().filter(|(lot, replaces, _)| *lot == id || *replaces == Some(id));
        let came = issued.iter().filter(|(lot, _)| *lot == id);
        LotUse {
            source,
            given: came.map(|(_, amount)| -i64::from(*amount)).sum(),
            unused: held.map(|(.., credits)| i64::from(*credits)).sum(),
        }
    };
    Ok(own.into_iter().map(of).collect())
}

/// A transaction as the history reads it.
type Row = (TransactionId, Instant, String, String, String, String);

/// What happened to a client's credits, the newest first. One row more than the limit is read, as [`Paging::cut`] wants it.
///
/// # Errors
/// When the database refuses the statement.
pub async fn history(tx: &mut Tx, client: ClientId, paging: &Paging) -> QueryResult<Vec<Movement>> {
    let mut query = credit_transactions::table.filter(credit_transactions::client_id.eq(client)).into_boxed();
    if let Some(after) = paging.after {
        let tie = credit_transactions::at
            .lt(after.at)
            .or(credit_transactions::id.lt(TransactionId::from_uuid(after.id)));
        query = query.filter(credit_transactions::at.le(after.at)).filter(tie);
    }
    let rows: Vec<Row> = query
        .order((credit_transactions::at.desc(), credit_transactions::id.desc()))
        .limit(paging.limit + 1)
        .select((
            credit_transactions::id,
            credit_transactions::at,
            credit_transactions::kind,
            credit_transactions::source,
            credit_transactions::reason,
            credit_transactions::actor,
        ))
        .load(&mut **tx)
        .await?;
    let ids: Vec<TransactionId> = rows.iter().map(|(id, ..)| *id).collect();
    let parts = parts(tx, &ids).await?;
    let movement = |(id, at, kind, source, reason, actor): Row| {
        let parts: Vec<Part> =
            parts.iter().filter(|(of, _)| *of == id).map(|(_, part)| part.clone()).collect();
        let amount = parts.iter().map(|part| i64::from(part.credits)).sum();
        Movement { id: id.uuid(), at, kind, source, reason, actor, amount, parts }
    };
    Ok(rows.into_iter().map(movement).collect())
}

/// Which lots paid for what `source` took, and why those. Empty when it took nothing.
///
/// # Errors
/// When the database refuses the statement.
pub async fn explain(tx: &mut Tx, source: &str) -> QueryResult<Vec<Part>> {
    let ids: Vec<TransactionId> = credit_transactions::table
        .filter(credit_transactions::source.eq(format!("spend/{source}")))
        .select(credit_transactions::id)
        .load(&mut **tx)
        .await?;
    Ok(parts(tx, &ids).await?.into_iter().map(|(_, part)| part).collect())
}

/// What transactions moved in clients' hands, by lot, in the order it was written.
async fn parts(tx: &mut Tx, ids: &[TransactionId]) -> QueryResult<Vec<(TransactionId, Part)>> {
    type Joined = (TransactionId, LotId, i32, String, String, String, Option<Instant>, Vec<String>);
    let rows: Vec<Joined> = credit_entries::table
        .inner_join(credit_lots::table.on(credit_lots::id.eq(credit_entries::lot_id)))
        .filter(credit_entries::transaction_id.eq_any(ids))
        .filter(credit_entries::account.eq("held"))
        .order((credit_entries::transaction_id, credit_entries::position))
        .select((
            credit_entries::transaction_id,
            credit_entries::lot_id,
            credit_entries::amount,
            credit_lots::source,
            credit_lots::origin,
            credit_lots::name,
            credit_lots::expires_at,
            credit_lots::pays_for,
        ))
        .load(&mut **tx)
        .await?;
    let part = |(of, lot, credits, source, origin, name, expires_at, pays_for): Joined| {
        let why = Why::of(expires_at, &pays_for);
        (of, Part { lot, source, origin, name, credits, expires_at, why })
    };
    Ok(rows.into_iter().map(part).collect())
}
