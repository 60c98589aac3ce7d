//! What the books say of a provider, for whoever holds them against the provider's own.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, Queryable,
    dsl::{exists, not},
    sql_types::BigInt,
};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, OrderId};
use kernel::{Tx, fixed};

use crate::{
    DisputeState, Method, PaymentStatus, RefundState,
    schema::{disputes, orders, payments, refunds},
};

/// Money that came in or went back by a provider.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Booked {
    /// Of which order.
    pub order: OrderId,
    /// Its number.
    pub number: i64,
    /// What the provider calls the payment or refund; empty: nothing.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: Currency,
    /// When it was written down.
    pub at: Instant,
}

/// Payments by a provider that were written down from `since` until before `until`, or that it calls so.
///
/// # Errors
/// When the database refuses.
pub async fn booked_payments(
    tx: &mut Tx,
    method: Method,
    (since, until): (Instant, Instant),
    references: &[String],
) -> QueryResult<Vec<Booked>> {
    payments::table
        .inner_join(orders::table.on(orders::id.eq(payments::order_id)))
        .filter(payments::provider.eq(method).and(payments::status.ne(PaymentStatus::Failed)))
        .filter(payments::at.ge(since).and(payments::at.lt(until)).or(payments::reference.eq_any(references)))
        .order((payments::at, payments::id))
        .select((
            orders::id,
            orders::number,
            payments::reference,
            payments::amount,
            payments::currency,
            payments::at,
        ))
        .load(&mut **tx)
        .await
}

/// Refunds that a provider carried out, chosen as those of [`booked_payments`]. What staff paid back themselves, and what a
/// bank took, is not among them.
///
/// # Errors
/// When the database refuses.
pub async fn booked_refunds(
    tx: &mut Tx,
    method: Method,
    (since, until): (Instant, Instant),
    references: &[String],
) -> QueryResult<Vec<Booked>> {
    let of_dispute = disputes::table
        .filter(disputes::provider.eq(refunds::provider).and(disputes::reference.eq(refunds::reference)));
    refunds::table
        .inner_join(orders::table.on(orders::id.eq(refunds::order_id)))
        .filter(refunds::provider.eq(method).and(refunds::state.eq(RefundState::Done)))
        .filter(refunds::by_hand.eq(false).and(refunds::amount.gt(0)).and(not(exists(of_dispute))))
        .filter(
            refunds::updated_at
                .ge(since)
                .and(refunds::updated_at.lt(until))
                .or(refunds::reference.eq_any(references)),
        )
        .order((refunds::updated_at, refunds::id))
        .select((
            orders::id,
            orders::number,
            refunds::reference,
            refunds::amount,
            refunds::currency,
            refunds::updated_at,
        ))
        .load(&mut **tx)
        .await
}

/// Money of a provider's payments that banks hold or took, chosen as that of [`booked_payments`]: what is written down as gone
/// of those that are lost, and all of those that are not decided. Disputes that were won moved nothing.
///
/// # Errors
/// When the database refuses.
pub async fn booked_disputes(
    tx: &mut Tx,
    method: Method,
    (since, until): (Instant, Instant),
    references: &[String],
) -> QueryResult<Vec<Booked>> {
    let rows: Vec<(OrderId, i64, String, i64, Currency, Instant, DisputeState)> = disputes::table
        .inner_join(orders::table.on(orders::id.eq(disputes::order_id)))
        .filter(disputes::provider.eq(method).and(disputes::state.ne(DisputeState::Won)))
        .filter(
            disputes::updated_at
                .ge(since)
                .and(disputes::updated_at.lt(until))
                .or(disputes::reference.eq_any(references)),
        )
        .order((disputes::updated_at, disputes::id))
        .select((
            orders::id,
            orders::number,
            disputes::reference,
            disputes::amount,
            disputes::currency,
            disputes::updated_at,
            disputes::state,
        ))
        .load(&mut **tx)
        .await?;
    let mut booked = Vec::new();
    for (order, number, reference, held, currency, at, state) in rows {
        let amount = if state == DisputeState::Lost { taken(tx, method, &reference).await? } else { held };
        booked.push(Booked { order, number, reference, amount, currency, at });
    }
    Ok(booked)
}

/// What is written down as gone by a dispute.
async fn taken(tx: &mut Tx, method: Method, reference: &str) -> QueryResult<i64> {
    let sum = fixed::<BigInt>("coalesce(sum(amount), 0)::bigint");
    let gone = refunds::table.filter(refunds::provider.eq(method).and(refunds::reference.eq(reference)));
    gone.filter(refunds::state.eq(RefundState::Done)).select(sum).first(&mut **tx).await
}
