use billing::{LineRole, Order, OrderRules, Status, StepKind, step};
use kernel::{Ctx, Problem, Tx};

use super::{
    allocate::stream,
    checkout::{self, sold_lines},
    files,
    grant::{
        forfeit, grant_what_is_missing, grant_with_payment, handed_out, receipt, revoke, sold, taken_back,
        unused, yours,
    },
};
use crate::{
    model::{Sold, holds_of},
    policy::{CREDITS_WRITE, ORDERS_CREATE},
    queries,
};

/// So many orders are looked up, or lots written off, at once.
const BATCH: i64 = 100;

/// What the timeline calls the codes of an order that were freed.
const CODES: &str = "codes";

/// Ends orders that were not paid in time and frees what they had reserved. Tells how many.
pub(crate) async fn release_overdue(ctx: &Ctx) -> Result<usize, Problem> {
    let mut all = 0;
    loop {
        let ended = billing::sweep(ctx, ORDERS_CREATE, Some(crate::ID), BATCH).await.whole()?;
        all += ended;
        if i64::try_from(ended).unwrap_or(0) < BATCH {
            return Ok(all);
        }
    }
}

/// The safety net under the jobs that are bound to one order, and the write-off of credits that expired. Each is done whatever
/// becomes of the others; what went wrong first is told.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<(), Problem> {
    let released = release_overdue(ctx).await.map(drop);
    let granted = grant_what_is_missing(ctx).await;
    let expired = write_off(ctx).await;
    let cleared = files::clear(ctx).await;
    released.and(granted).and(expired).and(cleared)
}

/// Writes off credits that expired.
async fn write_off(ctx: &Ctx) -> Result<(), Problem> {
    loop {
        let expired = ctx
            .tx(CREDITS_WRITE, async |tx| Ok::<_, Problem>(ledger::credits::expire(tx, BATCH).await?))
            .await?;
        if i64::try_from(expired).unwrap_or(0) < BATCH {
            return Ok(());
        }
    }
}

/// The module's part in what happens to its orders.
#[must_use]
pub fn order_rules() -> OrderRules {
    OrderRules {
        reclaim: |tx, order| Box::pin(reclaim(tx, order)),
        paid: |tx, order, lines| Box::pin(grant_with_payment(tx, order, lines)),
        release: |tx, order| Box::pin(let_go(tx, order)),
        refunded: |tx, order, _| Box::pin(take_back(tx, order)),
        undone: |tx, order| Box::pin(take_back(tx, order)),
        unused: |tx, lines| Box::pin(unused(tx, lines)),
        forfeit: |tx, order, lines| Box::pin(forfeit(tx, order, lines)),
        prolongs: true,
        receipt,
        card: |ctx, order, lines| Box::pin(handed_out(ctx, order, lines)),
        buyer: |ctx, order, lines| Box::pin(yours(ctx, order, lines)),
        plans: |tx, sub| Box::pin(checkout::other_plans(tx, sub)),
        chosen: |tx, sub, terms| Box::pin(checkout::take_place(tx, sub, terms)),
        span: |tx, sub, at| Box::pin(super::allocate::span(tx, sub, at)),
        ..OrderRules::none(crate::ID)
    }
}

/// Late money still buys what is left: it is reserved again, and codes are used again.
async fn reclaim(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    checkout::has_place(tx, order).await?;
    let sold = sold_lines(tx, order).await?;
    queries::reserve(tx, order.client_id, &holds_of(&sold)).await?;
    for line in &sold {
        checkout::take(tx, order, &line.codes).await?;
    }
    Ok(())
}

/// Frees what an ended order had reserved, and its codes.
async fn let_go(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let sold = sold_lines(tx, order).await?;
    free(tx, order, &sold).await?;
    for line in &sold {
        checkout::free(tx, order, &line.codes).await?;
    }
    Ok(())
}

async fn free(tx: &mut Tx, order: &Order, sold: &[Sold]) -> Result<(), Problem> {
    let taken: Vec<_> = holds_of(sold).into_iter().map(|hold| (order.client_id, hold)).collect();
    Ok(queries::release(tx, &taken).await?)
}

/// When all of the money of a line goes back, so does what can be taken back: the places, the credits and vouchers that are
/// left. With all of the order's money go the rest of its lines, and its codes are free again. Each once: the timeline says
/// what was taken back.
async fn take_back(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let whole = order.status == Status::Refunded;
    let before = taken_back(tx, order.id).await?;
    let mut back = billing::lines_back(tx, order.id).await?;
    back.retain(|one| one.line.module == crate::ID && !before.contains(&one.line.id.to_string()));
    back.retain(|one| whole || one.is_whole());
    let sold = back.iter().map(|one| sold(&one.line)).collect::<Result<Vec<_>, _>>()?;
    free(tx, order, &sold).await?;
    if whole && !before.iter().any(|detail| detail == CODES) {
        for line in sold_lines(tx, order).await? {
            checkout::free(tx, order, &line.codes).await?;
        }
        step(tx, order.id, StepKind::TakenBack, CODES).await?;
    }
    for one in &back {
        revoke(tx, order, &one.line).await?;
        step(tx, order.id, StepKind::TakenBack, &one.line.id.to_string()).await?;
    }
    if whole || back.iter().any(|one| one.line.role == LineRole::Item) {
        stop_plan(tx, order).await?;
    }
    Ok(())
}

/// What was paid for a plan's present period goes back: so do the weekly credits of that period. Billing ends the plan.
async fn stop_plan(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let Some(sub) = billing::subscriptions::pays_present(tx, order).await? else { return Ok(()) };
    let since = order.period_start.unwrap_or(sub.created_at);
    ledger::credits::revoke_stream(tx, &stream(sub.id), since, &order.number.to_string()).await?;
    Ok(())
}
