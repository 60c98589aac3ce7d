use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, LotId};
use kernel::{Paging, Tx};
use serde::Serialize;

use super::post::TransactionId;
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

/// A lot of credits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = credit_lots, check_for_backend(diesel::pg::Pg))]
pub struct Lot {
    /// The lot.
    pub id: LotId,
    /// Whose it is.
    pub client_id: ClientId,
    /// `order`, `plan`, `staff` or `refund`.
    pub origin: String,
    /// Name of what was bought.
    pub name: String,
    /// What is left.
    pub balance: i32,
    /// When that expires.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// One line of a client's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// Tells movements of the same moment apart.
    pub id: uuid::Uuid,
    /// When.
    pub at: Instant,
    /// `grant`, `spend`, `refund`, `expire` or `revoke`.
    pub kind: String,
    /// For what.
    pub reason: String,
    /// Credits that came (+) or went (-).
    pub amount: i64,
}

/// What a client can spend at the present moment.
///
/// # Errors
/// When the database refuses the statement.
pub async fn balance(tx: &mut Tx, client: ClientId) -> QueryResult<Balance> {
    let now = tx.ctx().now();
    let open: Vec<(i32, Option<Instant>)> = credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .filter(credit_lots::expires_at.is_null().or(credit_lots::expires_at.gt(now)))
        .select((credit_lots::balance, credit_lots::expires_at))
        .load(&mut **tx)
        .await?;
    let next_expiry = open.iter().filter_map(|(_, at)| *at).min();
    let sum =
        |lots: &mut dyn Iterator<Item = &(i32, Option<Instant>)>| lots.map(|(n, _)| i64::from(*n)).sum();
    Ok(Balance {
        credits: sum(&mut open.iter()),
        next_expiry,
        expiring: sum(&mut open.iter().filter(|(_, at)| at.is_some() && *at == next_expiry)),
    })
}

/// A client's lots that can be spent now, in the order in which they will be (PostgreSQL sorts *never* last).
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

/// The lots that were made for these sources.
///
/// # Errors
/// When the database refuses the statement.
pub async fn lots_of_sources(tx: &mut Tx, sources: &[String]) -> QueryResult<Vec<Lot>> {
    let found = credit_lots::table.filter(credit_lots::source.eq_any(sources)).select(Lot::as_select());
    found.order(credit_lots::created_at).load(&mut **tx).await
}

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
    let rows: Vec<(TransactionId, Instant, String, String)> = query
        .order((credit_transactions::at.desc(), credit_transactions::id.desc()))
        .limit(paging.limit + 1)
        .select((
            credit_transactions::id,
            credit_transactions::at,
            credit_transactions::kind,
            credit_transactions::reason,
        ))
        .load(&mut **tx)
        .await?;
    let ids: Vec<TransactionId> = rows.iter().map(|(id, ..)| *id).collect();
    let moved: Vec<(TransactionId, i32)> = credit_entries::table
        .filter(credit_entries::transaction_id.eq_any(ids))
        .filter(credit_entries::account.eq("held"))
        .select((credit_entries::transaction_id, credit_entries::amount))
        .load(&mut **tx)
        .await?;
    let movement = |(id, at, kind, reason): (TransactionId, Instant, String, String)| {
        let amount = moved.iter().filter(|(of, _)| *of == id).map(|(_, amount)| i64::from(*amount)).sum();
        Movement { id: id.uuid(), at, kind, reason, amount }
    };
    Ok(rows.into_iter().map(movement).collect())
}
