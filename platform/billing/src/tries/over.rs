//! What is still open at a provider of an order that needs no money any more: a buyer must not pay it in another tab.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::{Ctx, JobSpec, Permission, Problem, Tx};
use serde_json::json;

use super::{Try, TryState, tries};
use crate::{BillingError, Method, NewPayment, by_id, installed, next_due, schema::payment_tries as table};

/// Kind of the job that ends at the providers what nobody is to pay any more: `{"order": "ord_…"}`. The host runs it.
pub const CLOSE_TRIES_JOB: &str = "billing.close_tries";

/// What is open of an order at providers that keep pages of their own.
async fn open_elsewhere(tx: &Tx, order: OrderId) -> QueryResult<Vec<Try>> {
    table::table
        .filter(table::order_id.eq(order))
        .filter(table::state.eq(TryState::Open))
        .filter(table::provider.eq(Method::Stripe))
        .filter(table::reference.ne(""))
        .select(Try::as_select())
        .load(&mut &**tx)
        .await
}

/// An order took a payment: others that are open are ended by a job. The one that paid is open here for a moment still,
/// under its own name or that of the page it was made on.
pub(crate) async fn close_after(tx: &Tx, order: OrderId, payment: &NewPayment) -> QueryResult<()> {
    let mut open = open_elsewhere(tx, order).await?;
    if payment.method == Method::Stripe {
        let named =
            open.iter().position(|one| one.reference == payment.reference).or(open.len().checked_sub(1));
        named.map(|paid| open.swap_remove(paid));
    }
    if open.is_empty() { Ok(()) } else { enqueue(tx, order, "paid").await }
}

/// An order asks for less than it did: what is open for more is ended by a job.
pub(crate) async fn close_lowered(tx: &mut Tx, order: OrderId) -> QueryResult<()> {
    if open_elsewhere(tx, order).await?.is_empty() { Ok(()) } else { enqueue(tx, order, "lowered").await }
}

/// Orders ended unpaid.
pub(crate) async fn close_ended(tx: &mut Tx, orders: &[OrderId]) -> QueryResult<()> {
    for order in orders {
        if !open_elsewhere(tx, *order).await?.is_empty() {
            enqueue(tx, *order, "ended").await?;
        }
    }
    Ok(())
}

async fn enqueue(tx: &Tx, order: OrderId, why: &str) -> QueryResult<()> {
    let key = format!("{CLOSE_TRIES_JOB}/{order}/{why}/{}", tx.ctx().now());
    tx.enqueue(JobSpec::new(CLOSE_TRIES_JOB, json!({ "order": order })).once(key)).await
}

/// Ends at the providers what is open there for an order and not to be paid any more. Whoever paid it in the meantime gets
/// the money back, or has paid the order. Again: nothing.
///
/// # Errors
/// 502 `payment_away` when a provider can't be reached, after all others were asked.
pub async fn close_tries(ctx: &Ctx, permission: Permission, order: OrderId) -> Result<(), Problem> {
    let look = ctx.read_tx(permission, async |tx: &mut Tx| over(tx, order).await);
    let mut failed = None;
    for turn in look.await? {
        let provider = installed().of(turn.provider).map_err(BillingError::from)?;
        if let Err(error) = provider.close(ctx, &turn).await {
            failed = failed.or(Some(Problem::from(error)));
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Tries of an order that are open and for nothing that is to be paid now.
async fn over(tx: &mut Tx, id: OrderId) -> Result<Vec<Try>, Problem> {
    let Some(order) = by_id(tx, id).await? else { return Ok(Vec::new()) };
    let waits = (order.due_now > 0 || order.waits_for_card()) && order.may_be_paid(tx.ctx().now());
    let due = next_due(tx, id).await?.map_or(0, |due| due.position);
    let wanted = |one: &Try| waits && one.due == due && one.amount == order.due_now;
    let mut all = tries(tx, id).await?;
    all.retain(|one| one.state == TryState::Open && !one.reference.is_empty() && !wanted(one));
    Ok(all)
}
