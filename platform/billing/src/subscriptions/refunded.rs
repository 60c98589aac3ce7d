//! What follows for a subscription when all that was paid for its present period goes back.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::{Ctx, JobSpec, Permission, Problem, Tx};
use serde_json::json;

use super::{By, END_JOB, Subscription, Wish, by_id, carry_out};
use crate::{LineRole, Order, Status, lines, lines_back, schema::orders};

/// The subscription whose present period an order pays, as long as that is not over; the difference that a changed plan cost
/// is not one. `None`: it pays none.
///
/// # Errors
/// When the database refuses.
pub async fn pays_present(tx: &mut Tx, order: &Order) -> QueryResult<Option<Subscription>> {
    let Some(id) = order.subscription_id.filter(|_| order.paid_at.is_some()) else { return Ok(None) };
    let Some(sub) = by_id(tx, id).await? else { return Ok(None) };
    let runs = sub.status.is_live() && sub.period_end.is_some_and(|end| end > tx.ctx().now());
    let begins_with_it = order.period_start.is_some() && order.period_start == sub.period_start;
    let of_plan = begins_with_it || lines(tx, order.id).await?.iter().any(|line| line.role == LineRole::Item);
    if !runs || !of_plan {
        return Ok(None);
    }
    // A pause moves the period, and an order of another plan may have begun it anew: the latest counts.
    let paid: Vec<Order> = orders::table
        .filter(orders::subscription_id.eq(id))
        .filter(orders::paid_at.is_not_null())
        .filter(orders::period_start.gt(order.period_start))
        .select(Order::as_select())
        .load(&mut **tx)
        .await?;
    for later in &paid {
        let begins = later.period_start == sub.period_start;
        if begins || lines(tx, later.id).await?.iter().any(|line| line.role == LineRole::Item) {
            return Ok(None);
        }
    }
    Ok(Some(sub))
}

/// Whether all that an order was paid for its plan went or goes back: with the whole order, or by its line.
async fn is_back(tx: &mut Tx, order: &Order) -> QueryResult<bool> {
    if order.status == Status::Refunded {
        return Ok(true);
    }
    let lines = lines_back(tx, order.id).await?;
    Ok(lines.iter().any(|one| one.line.role == LineRole::Item && one.is_whole()))
}

/// Money of an order goes back. If it is all that was paid for the present period of a subscription, nothing more is charged
/// for that: a job ends it, since a provider may have to be asked.
///
/// Invariant: the order is locked.
pub(crate) async fn order_refunded(tx: &mut Tx, order: &Order) -> QueryResult<()> {
    if order.subscription_id.is_some()
        && is_back(tx, order).await?
        && pays_present(tx, order).await?.is_some()
    {
        let key = format!("{END_JOB}/{}", order.id);
        tx.enqueue(JobSpec::new(END_JOB, json!({ "order": order.id })).once(key)).await?;
    }
    Ok(())
}

/// Ends the subscription whose present period was refunded. Again, or when it has gone on meanwhile: nothing.
///
/// # Errors
/// What its provider refuses, 502 `payment_away`.
pub async fn end_refunded(ctx: &Ctx, permission: Permission, order: OrderId) -> Result<(), Problem> {
    let found = ctx.tx(permission, async |tx: &mut Tx| {
        let order = crate::by_id(tx, order).await?.ok_or_else(Problem::not_found)?;
        let back = is_back(tx, &order).await?;
        Ok::<_, Problem>(if back { pays_present(tx, &order).await? } else { None })
    });
    let Some(sub) = found.await? else { return Ok(()) };
    let wish = Wish::EndNow { refund: false };
    match carry_out(ctx, permission, sub.id, &wish, By::Staff, "").await {
        Err(problem) if problem.code == "subscription_state" => Ok(()),
        done => done.map(drop),
    }
}
