//! What a provider tells beside money that came: that it is on its way, that it bounced, that something saved is gone.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId};
use kernel::{JobSpec, Problem, Tx};
use serde_json::json;

use crate::{
    EXPIRE_JOB, Method, Order, PAY_MINUTES, StepKind, lock,
    schema::{order_steps, orders, payment_methods},
    step,
};

/// Minutes that an order waits for money that is on its way: the slowest debits take two weeks.
const ON_ITS_WAY: i64 = 14 * 24 * 60;

/// Money of an order is on its way: what the order reserved stays reserved until it comes or bounces. `reference` is what
/// the provider calls it; told again it changes nothing.
///
/// # Errors
/// 404 for an unknown order.
pub async fn payment_processing(tx: &mut Tx, order: OrderId, reference: &str) -> Result<(), Problem> {
    let order = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if !order.status.is_open() || was_told(tx, &order, reference).await? {
        return Ok(());
    }
    let until = tx.ctx().now().plus_minutes(ON_ITS_WAY);
    waits_until(tx, &order, order.expires_at.map_or(until, |at| at.max(until))).await?;
    step(tx, order.id, StepKind::Processing, reference).await?;
    Ok(())
}

/// Money that was on its way to an order does not come. The order waits no longer than one that was placed a moment ago.
///
/// # Errors
/// 404 for an unknown order.
pub async fn payment_bounced(tx: &mut Tx, order: OrderId, reference: &str) -> Result<(), Problem> {
    let order = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if !order.status.is_open() || !was_told(tx, &order, reference).await? {
        return Ok(());
    }
    let now = tx.ctx().now();
    let until = now.max(order.created_at.plus_minutes(PAY_MINUTES));
    if order.expires_at.is_none_or(|at| at > until) {
        waits_until(tx, &order, until).await?;
        tx.enqueue(JobSpec::new(EXPIRE_JOB, json!({})).at(until)).await?;
    }
    Ok(())
}

/// What a client saved is gone at its provider. Answers whether it was known.
///
/// # Errors
/// When the database refuses.
pub async fn method_gone(tx: &mut Tx, method: Method, reference: &str) -> QueryResult<bool> {
    let kept = payment_methods::table
        .filter(payment_methods::provider.eq(method).and(payment_methods::reference.eq(reference)))
        .filter(payment_methods::removed_at.is_null());
    let change = (payment_methods::removed_at.eq(tx.ctx().now()), payment_methods::is_default.eq(false));
    Ok(diesel::update(kept).set(change).execute(&mut **tx).await? > 0)
}

async fn was_told(tx: &mut Tx, order: &Order, reference: &str) -> QueryResult<bool> {
    let told = order_steps::table
        .filter(order_steps::order_id.eq(order.id).and(order_steps::kind.eq(StepKind::Processing)))
        .filter(order_steps::detail.eq(reference));
    Ok(told.count().get_result::<i64>(&mut **tx).await? > 0)
}

async fn waits_until(tx: &mut Tx, order: &Order, until: Instant) -> QueryResult<()> {
    diesel::update(orders::table.find(order.id))
        .set(orders::expires_at.eq(until))
        .execute(&mut **tx)
        .await
        .map(drop)
}
