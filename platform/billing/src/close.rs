use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, OptionalExtension, QueryDsl, SelectableHelper,
    sql_types::Bool,
};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::{Tx, fixed};

use crate::{BillingError, Order, Status, StepKind, schema::orders, step, subscriptions, tries::close_ended};

/// Written out, so that the partial index on unpaid orders serves it.
const OPEN: &str = "status IN ('draft', 'pending_payment')";

/// Ends orders that wait for money, as [`Status::Cancelled`] or [`Status::Expired`], and answers those that this call
/// ended: what they reserved is to be freed by the caller, in the same transaction.
///
/// # Errors
/// [`BillingError::State`] when `to` is not an end, and what the database refuses.
pub(crate) async fn close(tx: &mut Tx, ids: &[OrderId], to: Status) -> Result<Vec<Order>, BillingError> {
    let kind = match to {
        Status::Cancelled => StepKind::Cancelled,
        Status::Expired => StepKind::Expired,
        _ => return Err(BillingError::State { from: Status::PendingPayment, to }),
    };
    let now = tx.ctx().now();
    let open: Vec<Status> = Status::ALL.iter().copied().filter(|status| status.is_open()).collect();
    let change =
        diesel::update(orders::table.filter(orders::id.eq_any(ids)).filter(orders::status.eq_any(open)))
            .set((orders::status.eq(to), orders::closed_at.eq(now)))
            .returning(Order::as_returning());
    let closed: Vec<Order> = change.get_results(&mut **tx).await?;
    for order in &closed {
        step(tx, order.id, kind, "").await?;
        subscriptions::order_closed(tx, order).await?;
    }
    let ended: Vec<OrderId> = closed.iter().map(|order| order.id).collect();
    close_ended(tx, &ended).await?;
    Ok(closed)
}

/// Orders whose time to pay is over, of one module or all, at most `limit`.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn overdue(
    tx: &mut Tx,
    module: Option<&str>,
    limit: i64,
) -> Result<Vec<OrderId>, BillingError> {
    let now = tx.ctx().now();
    let of_module =
        module.is_none().into_sql::<Bool>().or(orders::module.eq(module.unwrap_or_default().to_owned()));
    Ok(orders::table
        .filter(fixed::<Bool>(OPEN))
        .filter(orders::expires_at.le(now))
        .filter(of_module)
        .order(orders::id)
        .limit(limit)
        .select(orders::id)
        .load(&mut **tx)
        .await?)
}

/// Locks an order if its time to pay is over and nobody else holds it; tells whether.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn lock_overdue(tx: &mut Tx, id: OrderId) -> Result<bool, BillingError> {
    let now = tx.ctx().now();
    let due = orders::table
        .find(id)
        .filter(fixed::<Bool>(OPEN))
        .filter(orders::expires_at.le(now))
        .select(orders::id)
        .for_no_key_update()
        .skip_locked();
    Ok(due.first::<OrderId>(&mut **tx).await.optional()?.is_some())
}
