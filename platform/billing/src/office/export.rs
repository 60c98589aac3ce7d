use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, QueryResult, Queryable, Selectable,
    SelectableHelper,
    sql_types::{BigInt, Bool},
};
use diesel_async::RunQueryDsl;
use events::{OrderId, PaymentId, RefundId};
use kernel::{Cursor, Tx, fixed};

use super::{
    OrderFilter, Span,
    list::{Filtered, Needs, Search, lower, narrowed, strpos},
};
use crate::{
    Method, Order, OrderLine, Payment, PaymentStatus, Refund,
    schema::{disputes, order_discounts, order_lines, orders, payments, refunds},
};

/// What a payment or refund tells of its order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct OrderHead {
    /// Number on the receipt.
    pub number: i64,
    /// The buyer's name as typed.
    pub client_name: String,
    /// The buyer's e-mail.
    pub client_email: String,
}

/// Money of an order that came, and that goes or went back, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Payments that succeeded, and those that the order could not take.
    pub came: i64,
    /// Refunds of them.
    pub back: i64,
    /// What was taken off instalments that were still to come.
    pub lowered: i64,
}

/// Orders in the order in which they were placed, behind a row: key `(order.created_at, order.id.uuid())`.
///
/// # Errors
/// When the database refuses.
pub async fn orders_after(
    tx: &mut Tx,
    filter: &OrderFilter,
    after: Option<Cursor>,
    limit: i64,
) -> QueryResult<Vec<Order>> {
    let query: Filtered<'_, _> = orders::table.select(orders::id).into_boxed();
    let mut query = narrowed!(query, filter, tx.ctx().now());
    if let Some(row) = after {
        let tie = orders::created_at.gt(row.at).or(orders::id.gt(OrderId::from_uuid(row.id)));
        query = query.filter(orders::created_at.ge(row.at)).filter(tie);
    }
    let ids = query.order((orders::created_at.asc(), orders::id.asc())).limit(limit);
    let ids: Vec<OrderId> = ids.load(&mut **tx).await?;
    let found = orders::table.filter(orders::id.eq_any(ids)).select(Order::as_select());
    found.order((orders::created_at.asc(), orders::id.asc())).load(&mut **tx).await
}

/// The lines of orders, by order and position.
///
/// # Errors
/// When the database refuses.
pub async fn lines_of(tx: &mut Tx, ids: &[OrderId]) -> QueryResult<Vec<OrderLine>> {
    let all = order_lines::table.filter(order_lines::order_id.eq_any(ids)).select(OrderLine::as_select());
    all.order((order_lines::order_id, order_lines::position)).load(&mut **tx).await
}

/// The codes that orders were placed with, in the order in which they count.
///
/// # Errors
/// When the database refuses.
pub async fn codes_of(tx: &mut Tx, ids: &[OrderId]) -> QueryResult<HashMap<OrderId, Vec<String>>> {
    let rows: Vec<(OrderId, String)> = order_discounts::table
        .filter(order_discounts::order_id.eq_any(ids))
        .order((order_discounts::order_id, order_discounts::position))
        .select((order_discounts::order_id, order_discounts::code))
        .load(&mut **tx)
        .await?;
    let mut codes: HashMap<OrderId, Vec<String>> = HashMap::new();
    for (order, code) in rows {
        codes.entry(order).or_default().push(code);
    }
    Ok(codes)
}

/// What came for orders and went back of it.
///
/// # Errors
/// When the database refuses.
pub async fn moved(tx: &mut Tx, ids: &[OrderId]) -> QueryResult<HashMap<OrderId, Moved>> {
    let sum = || fixed::<BigInt>("coalesce(sum(amount), 0)::bigint");
    let came: Vec<(OrderId, i64)> = payments::table
        .filter(payments::order_id.eq_any(ids).and(payments::status.ne(PaymentStatus::Failed)))
        .group_by(payments::order_id)
        .select((payments::order_id, sum()))
        .load(&mut **tx)
        .await?;
    let lowered = fixed::<BigInt>("coalesce(sum(lowered), 0)::bigint");
    let back: Vec<(OrderId, i64, i64)> = refunds::table
        .filter(refunds::order_id.eq_any(ids))
        .group_by(refunds::order_id)
        .select((refunds::order_id, sum(), lowered))
        .load(&mut **tx)
        .await?;
    let mut moved: HashMap<OrderId, Moved> = HashMap::new();
    for (order, amount) in came {
        moved.entry(order).or_default().came = amount;
    }
    for (order, amount, lowered) in back {
        let of = moved.entry(order).or_default();
        (of.back, of.lowered) = (amount, lowered);
    }
    Ok(moved)
}

/// Payments of a time with their orders, the oldest first, behind a row: key `(payment.at, payment.id.uuid())`.
///
/// # Errors
/// When the database refuses.
pub async fn payments_after(
    tx: &mut Tx,
    span: Span,
    method: Option<Method>,
    after: Option<Cursor>,
    limit: i64,
) -> QueryResult<Vec<(Payment, OrderHead)>> {
    let mut query = payments::table
        .inner_join(orders::table.on(orders::id.eq(payments::order_id)))
        .select((Payment::as_select(), OrderHead::as_select()))
        .into_boxed();
    if let Some(from) = span.from {
        query = query.filter(payments::at.ge(from));
    }
    if let Some(until) = span.until {
        query = query.filter(payments::at.lt(until));
    }
    if let Some(method) = method {
        query = query.filter(payments::provider.eq(method));
    }
    if let Some(row) = after {
        let tie = payments::at.gt(row.at).or(payments::id.gt(PaymentId::from_uuid(row.id)));
        query = query.filter(payments::at.ge(row.at)).filter(tie);
    }
    query.order((payments::at, payments::id)).limit(limit).load(&mut **tx).await
}

/// Refunds of a time with their orders, the oldest first, behind a row: key `(refund.created_at, refund.id.uuid())`.
///
/// # Errors
/// When the database refuses.
pub async fn refunds_after(
    tx: &mut Tx,
    span: Span,
    method: Option<Method>,
    after: Option<Cursor>,
    limit: i64,
) -> QueryResult<Vec<(Refund, OrderHead)>> {
    let mut query = refunds::table
        .inner_join(orders::table.on(orders::id.eq(refunds::order_id)))
        .select((Refund::as_select(), OrderHead::as_select()))
        .into_boxed();
    if let Some(from) = span.from {
        query = query.filter(refunds::created_at.ge(from));
    }
    if let Some(until) = span.until {
        query = query.filter(refunds::created_at.lt(until));
    }
    if let Some(method) = method {
        query = query.filter(refunds::provider.eq(method));
    }
    if let Some(row) = after {
        let tie = refunds::created_at.gt(row.at).or(refunds::id.gt(RefundId::from_uuid(row.id)));
        query = query.filter(refunds::created_at.ge(row.at)).filter(tie);
    }
    query.order((refunds::created_at, refunds::id)).limit(limit).load(&mut **tx).await
}
