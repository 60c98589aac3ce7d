use billing::{Order, OrderRules, Status};
use kernel::{Ctx, Problem, Tx};

use super::grant::{grant_what_is_missing, handed_out, receipt, revoke};
use crate::{
    model::{Hold, Sold, holds_of},
    policy::{CREDITS_WRITE, ORDERS_CREATE},
    queries,
};

/// So many orders are looked up, or lots written off, at once.
const BATCH: i64 = 100;

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

/// The safety net under the jobs that are bound to one order, and the write-off of credits that expired.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<(), Problem> {
    release_overdue(ctx).await?;
    grant_what_is_missing(ctx).await?;
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
        release: |tx, order| Box::pin(free(tx, order)),
        refunded: |tx, order, _| Box::pin(take_back(tx, order)),
        prolongs: true,
        receipt,
        card: |ctx, _, lines| Box::pin(handed_out(ctx, lines)),
        ..OrderRules::none(crate::ID)
    }
}

/// Late money still buys what is left: it is reserved again.
async fn reclaim(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let wanted = holds(tx, order).await?;
    Ok(queries::reserve(tx, order.client_id, &wanted).await?)
}

/// Frees what an ended order had reserved.
async fn free(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    let taken: Vec<_> = holds(tx, order).await?.into_iter().map(|hold| (order.client_id, hold)).collect();
    Ok(queries::release(tx, &taken).await?)
}

/// When all of the money goes back, so does what can be taken back: the places, and the credits that are left.
async fn take_back(tx: &mut Tx, order: &Order) -> Result<(), Problem> {
    if order.status != Status::Refunded {
        return Ok(());
    }
    free(tx, order).await?;
    revoke(tx, order).await
}

/// What an order reserves, sorted by offer.
async fn holds(tx: &mut Tx, order: &Order) -> Result<Vec<Hold>, Problem> {
    let lines = billing::lines(tx, order.id).await?;
    let mut sold = Vec::new();
    for line in lines.into_iter().filter(|line| line.module == crate::ID) {
        sold.push(serde_json::from_value::<Sold>(line.detail).map_err(Problem::internal)?);
    }
    Ok(holds_of(&sold))
}
