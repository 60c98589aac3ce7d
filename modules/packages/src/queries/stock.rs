//! Stock and limits: each change is one conditional update beside a CHECK, so that they hold under any race.
//!
//! What has no limited stock is not counted in its row, or all its buyers would wait for each other: they hold the row
//! together (`FOR KEY SHARE`), so that a limit that is set meanwhile (`FOR UPDATE`) waits for them, and counts what clients have
//! then.
//!
//! Lock order: rows of `offer_stock` sorted by offer, each with the client's row after it; then the offers whose
//! `sold_out` turns; all of them before the order counter.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, QueryResult, dsl::sum,
    sql_types as st,
};
use diesel_async::RunQueryDsl;
use events::ClientId;
use futures::try_join;
use kernel::{Tx, prepared};

use crate::{
    model::{Hold, OfferId, can_sell},
    schema::{offer_clients, offer_stock, offers},
};

/// Why something can't be reserved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// None is left.
    #[error("sold out")]
    SoldOut,
    /// The client has as many as one may have.
    #[error("above the limit per client")]
    Limit,
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// Begins to count a new offer.
pub(crate) async fn add_stock(tx: &mut Tx, offer: OfferId, stock: Option<i32>) -> QueryResult<()> {
    let row = (offer_stock::offer_id.eq(offer), offer_stock::stock.eq(stock));
    diesel::insert_into(offer_stock::table).values(row).execute(&mut **tx).await.map(drop)
}

/// Sets how many there are of an offer. Answers whether it is sold out now, or `Err(taken)` when more are taken already.
pub(crate) async fn change_stock(
    tx: &mut Tx,
    offer: OfferId,
    stock: Option<i32>,
) -> QueryResult<Result<bool, i32>> {
    let (before, counted): (Option<i32>, i32) = offer_stock::table
        .find(offer)
        .select((offer_stock::stock, offer_stock::taken))
        .for_update()
        .first(&mut **tx)
        .await?;
    let taken = match (before, stock) {
        (Some(_), _) => counted,
        (None, None) => return Ok(Ok(false)),
        (None, Some(_)) => taken_by_clients(tx, offer).await?,
    };
    if !can_sell(stock, taken, 0) {
        return Ok(Err(taken));
    }
    // Beside no limit nothing is counted.
    let counted = if stock.is_some() { taken } else { 0 };
    let change = (offer_stock::stock.eq(stock), offer_stock::taken.eq(counted));
    let change = diesel::update(offer_stock::table.find(offer)).set(change);
    change.execute(&mut **tx).await?;
    Ok(Ok(stock.is_some_and(|stock| taken >= stock)))
}

/// Takes what is wanted of each offer for a client, or nothing: on a refusal the caller gives its transaction up.
///
/// Invariant: `holds` is sorted by offer.
pub(crate) async fn reserve(tx: &mut Tx, client: ClientId, holds: &[Hold]) -> Result<(), Refused> {
    let mut gone = Vec::new();
    for hold in holds {
        // One round trip: the limit is no part of what is counted.
        let shared: &Tx = tx;
        let (is_last, limit) =
            try_join!(count(shared, *hold), async { Ok(limit_of_client(shared, hold.offer).await?) })?;
        if is_last {
            gone.push(hold.offer);
        }
        reserve_for_client(tx, client, *hold, limit).await?;
    }
    mark_sold_out(tx, gone, true).await?;
    Ok(())
}

/// Counts what is taken where stock is limited. Answers whether it is the last.
async fn count(tx: &Tx, hold: Hold) -> Result<bool, Refused> {
    loop {
        let fits = (offer_stock::taken + hold.count).nullable().le(offer_stock::stock);
        let count = diesel::update(offer_stock::table.find(hold.offer).filter(fits))
            .set(offer_stock::taken.eq(offer_stock::taken + hold.count))
            .returning(offer_stock::taken.nullable().ge(offer_stock::stock).assume_not_null());
        let left: Option<bool> = prepared(count).get_result(&mut &**tx).await.optional()?;
        if let Some(is_last) = left {
            return Ok(is_last);
        }
        match shared_stock(tx, hold.offer).await? {
            None => return Ok(false),
            // A limit that was set between the two looks may leave some.
            Some((stock, taken)) if can_sell(Some(stock), taken, hold.count) => {}
            Some(_) => return Err(Refused::SoldOut),
        }
    }
}

/// Stock and what is taken of it; `None`: it is not limited, and stays so until this transaction ends.
async fn shared_stock(tx: &Tx, offer: OfferId) -> QueryResult<Option<(i32, i32)>> {
    let row = offer_stock::table.find(offer).select((offer_stock::stock, offer_stock::taken)).for_key_share();
    let (stock, taken): (Option<i32>, i32) = row.first(&mut &**tx).await?;
    Ok(stock.map(|stock| (stock, taken)))
}

/// What clients have of an offer.
///
/// Invariant: its row is locked, so nobody changes what they have.
async fn taken_by_clients(tx: &mut Tx, offer: OfferId) -> QueryResult<i32> {
    let of = offer_clients::table.filter(offer_clients::offer_id.eq(offer));
    let taken: Option<i64> = of.select(sum(offer_clients::taken)).first(&mut **tx).await?;
    // More than can be counted is more than any limit.
    Ok(taken.unwrap_or_default().try_into().unwrap_or(i32::MAX))
}

/// How many of an offer a client may have; `None`: any number.
async fn limit_of_client(tx: &Tx, offer: OfferId) -> QueryResult<Option<i32>> {
    offers::table.find(offer).select(offers::per_client).first(&mut &**tx).await
}

async fn reserve_for_client(
    tx: &mut Tx,
    client: ClientId,
    hold: Hold,
    limit: Option<i32>,
) -> Result<(), Refused> {
    if !can_sell(limit, 0, hold.count) {
        return Err(Refused::Limit);
    }
    let counted = diesel::sql_query(
        "INSERT INTO offer_clients (offer_id, client_id, allowed, taken) VALUES ($1, $2, $3, $4) \
         ON CONFLICT ON CONSTRAINT offer_clients_pkey DO UPDATE \
         SET taken = offer_clients.taken + excluded.taken, allowed = excluded.allowed \
         WHERE excluded.allowed IS NULL OR offer_clients.taken + excluded.taken <= excluded.allowed",
    )
    .bind::<st::Uuid, _>(hold.offer)
    .bind::<st::Uuid, _>(client)
    .bind::<st::Nullable<st::Integer>, _>(limit)
    .bind::<st::Integer, _>(hold.count);
    let counted = prepared(counted).execute(&mut **tx).await?;
    if counted == 1 { Ok(()) } else { Err(Refused::Limit) }
}

/// Gives back what orders had taken: by client and offer, in the order of the offers.
pub(crate) async fn release(tx: &mut Tx, taken: &[(ClientId, Hold)]) -> QueryResult<()> {
    let mut by_offer: BTreeMap<OfferId, Vec<(ClientId, i32)>> = BTreeMap::new();
    for (client, hold) in taken {
        by_offer.entry(hold.offer).or_default().push((*client, hold.count));
    }
    let mut back = Vec::new();
    for (offer, clients) in by_offer {
        let count: i32 = clients.iter().map(|(_, count)| count).sum();
        if uncount(tx, offer, count).await? {
            back.push(offer);
        }
        for (client, count) in clients {
            diesel::update(offer_clients::table.find((offer, client)))
                .set(offer_clients::taken.eq(offer_clients::taken - count))
                .execute(&mut **tx)
                .await?;
        }
    }
    mark_sold_out(tx, back, false).await
}

/// Counts what comes back where stock is limited. Answers whether it was sold out, and is not any more.
async fn uncount(tx: &mut Tx, offer: OfferId, count: i32) -> QueryResult<bool> {
    loop {
        let counted = offer_stock::table.find(offer).filter(offer_stock::stock.is_not_null());
        let left: Option<(i32, Option<i32>)> = diesel::update(counted)
            .set(offer_stock::taken.eq(offer_stock::taken - count))
            .returning((offer_stock::taken, offer_stock::stock))
            .get_result(&mut **tx)
            .await
            .optional()?;
        if let Some((taken, stock)) = left {
            return Ok(stock.is_some_and(|stock| taken < stock && taken + count >= stock));
        }
        // A limit that was set between the two looks has counted what comes back.
        if shared_stock(tx, offer).await?.is_none() {
            return Ok(false);
        }
    }
}

/// Turns the flag where it is not so already, so that the public page changes only then.
async fn mark_sold_out(tx: &mut Tx, ids: Vec<OfferId>, sold_out: bool) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let turned =
        diesel::update(offers::table.filter(offers::id.eq_any(ids)).filter(offers::sold_out.ne(sold_out)));
    turned.set(offers::sold_out.eq(sold_out)).execute(&mut **tx).await.map(drop)
}
