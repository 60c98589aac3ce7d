use billing::{Order, Status};
use events::ClientId;
use kernel::{Ctx, Problem, Tx};

use super::grant::grant_what_is_missing;
use crate::{
    model::{Hold, Sold, holds_of},
    policy::{CREDITS_WRITE, ORDERS_CREATE},
    queries,
};

/// So many orders or lots in one transaction.
const BATCH: i64 = 100;

/// Ends orders that were not paid in time and frees what they had reserved. Tells how many.
pub(crate) async fn release_overdue(ctx: &Ctx) -> Result<usize, Problem> {
    let mut all = 0;
    loop {
        let ended = ctx
            .tx(ORDERS_CREATE, async |tx| {
                let due = billing::overdue(tx, crate::ID, BATCH).await?;
                let ended = billing::close(tx, &due, Status::Expired).await?;
                free(tx, &ended).await?;
                Ok::<_, Problem>(ended.len())
            })
            .await?;
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

/// Frees what ended orders had reserved.
pub(super) async fn free(tx: &mut Tx, orders: &[Order]) -> Result<(), Problem> {
    let mut taken: Vec<(ClientId, Hold)> = Vec::new();
    for order in orders {
        taken.extend(holds(tx, order).await?.into_iter().map(|hold| (order.client_id, hold)));
    }
    Ok(queries::release(tx, &taken).await?)
}

/// What an order reserves, sorted by offer.
pub(super) async fn holds(tx: &mut Tx, order: &Order) -> Result<Vec<Hold>, Problem> {
    let lines = billing::lines(tx, order.id).await?;
    let mut sold = Vec::new();
    for line in lines.into_iter().filter(|line| line.module == crate::ID) {
        sold.push(serde_json::from_value::<Sold>(line.detail).map_err(Problem::internal)?);
    }
    Ok(holds_of(&sold))
}
