//! What the books say of a provider, for whoever holds them against the provider's own.

use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, Queryable};
use diesel_async::RunQueryDsl;
use events::{Currency, Instant, OrderId};
use kernel::Tx;

use crate::{
    Method, PaymentStatus, RefundState,
    schema::{orders, payments, refunds},
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

/// Refunds by a provider that are done, chosen as those of [`booked_payments`].
///
/// # Errors
/// When the database refuses.
pub async fn booked_refunds(
    tx: &mut Tx,
    method: Method,
    (since, until): (Instant, Instant),
    references: &[String],
) -> QueryResult<Vec<Booked>> {
    refunds::table
        .inner_join(orders::table.on(orders::id.eq(refunds::order_id)))
        .filter(refunds::provider.eq(method).and(refunds::state.eq(RefundState::Done)))
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
