use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, QueryDsl, SelectableHelper, sql_types::Bool,
};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::Tx;

use crate::{BillingError, Order, Status, StepKind, schema::orders, step};

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
    }
    Ok(closed)
}

/// Orders whose time to pay is over, of one module or all, at most `limit`, locked. Those that somebody else holds are left
/// out.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn overdue(
    tx: &mut Tx,
    module: Option<&str>,
    limit: i64,
) -> Result<Vec<OrderId>, BillingError> {
    let now = tx.ctx().now();
    // Written out, so that the partial index on unpaid orders serves it.
    let open = diesel::dsl::sql::<Bool>("status IN ('draft', 'pending_payment')");
    let of_module =
        module.is_none().into_sql::<Bool>().or(orders::module.eq(module.unwrap_or_default().to_owned()));
    Ok(orders::table
        .filter(open)
        .filter(orders::expires_at.le(now))
        .filter(of_module)
        .order(orders::id)
        .limit(limit)
        .select(orders::id)
        .for_no_key_update()
        .skip_locked()
        .load(&mut **tx)
        .await?)
}
