use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper, sql_types::BigInt,
};
use diesel_async::RunQueryDsl;
use events::{OrderId, PaymentId, RefundId};
use kernel::{Tx, fixed};

use super::Refund;
use crate::{
    Order, Payment, PaymentStatus,
    schema::{orders, payments, refunds},
};

/// The refunds of an order, the oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn refunds(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Refund>> {
    let all = refunds::table.filter(refunds::order_id.eq(order)).select(Refund::as_select());
    all.order((refunds::created_at, refunds::id)).limit(200).load(&mut **tx).await
}

/// What can still be refunded of an order, in minor units: what paid it, less what goes or went back of that.
///
/// # Errors
/// When the database refuses.
pub async fn refundable(tx: &mut Tx, order: OrderId) -> QueryResult<i64> {
    Ok(parts_left(tx, order).await?.iter().map(|(_, left)| left).sum())
}

/// The payments that paid an order, the latest first, with what can still be refunded of each in minor units.
pub(super) async fn parts_left(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<(Payment, i64)>> {
    let paid: Vec<Payment> = payments::table
        .filter(payments::order_id.eq(order))
        .filter(payments::status.eq(PaymentStatus::Succeeded))
        .order((payments::due.desc(), payments::id.desc()))
        .select(Payment::as_select())
        .load(&mut **tx)
        .await?;
    let mut parts = Vec::new();
    for payment in paid {
        let left = payment.amount.saturating_sub(refunded(tx, payment.id).await?);
        parts.push((payment, left));
    }
    Ok(parts)
}

/// How much of a payment goes or went back.
pub(super) async fn refunded(tx: &mut Tx, payment: PaymentId) -> QueryResult<i64> {
    let sum = fixed::<BigInt>("coalesce(sum(amount), 0)::bigint");
    refunds::table.filter(refunds::payment_id.eq(payment)).select(sum).first(&mut **tx).await
}

pub(super) async fn by_source(tx: &mut Tx, source: &str) -> QueryResult<Option<Refund>> {
    let found = refunds::table.filter(refunds::source.eq(source)).select(Refund::as_select());
    found.first(&mut **tx).await.optional()
}

/// A refund with its order and payment, as a provider needs them.
///
/// # Errors
/// When the database refuses.
pub async fn refund_to_ask(tx: &mut Tx, id: RefundId) -> QueryResult<Option<(Order, Payment, Refund)>> {
    let found = refunds::table.find(id).select(Refund::as_select()).first(&mut **tx).await.optional()?;
    let Some(refund): Option<Refund> = found else { return Ok(None) };
    let order = orders::table.find(refund.order_id).select(Order::as_select()).first(&mut **tx).await?;
    let paid = payments::table.find(refund.payment_id).select(Payment::as_select()).first(&mut **tx).await?;
    Ok(Some((order, paid, refund)))
}
