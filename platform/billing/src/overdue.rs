use events::OrderId;
use kernel::{Ctx, Permission, Problem, Tx};

use crate::{
    Status,
    close::{close, lock_overdue, overdue},
    rules_of,
};

/// How many orders were ended, and what went wrong with others.
#[derive(Debug, Default)]
pub struct Swept {
    /// Ended by this call.
    pub ended: usize,
    /// Why one or more could not be ended: the first reason.
    pub failed: Option<Problem>,
}

impl Swept {
    /// How many were ended, for whoever is to try again after a failure.
    ///
    /// # Errors
    /// What went wrong, although others may have been ended.
    pub fn whole(self) -> Result<usize, Problem> {
        self.failed.map_or(Ok(self.ended), Err)
    }
}

/// Ends orders that were not paid in time, at most `most` of them, and frees what they reserved. With `module` only those
/// it sold: for a module that wants back on demand what overdue orders still hold.
///
/// Invariant: each order ends in a transaction of its own. What one reserved is never locked while waiting for what
/// another reserved, so this waits for nobody in a circle; and one that can't be ended stands in no other's way.
pub async fn sweep(ctx: &Ctx, permission: Permission, module: Option<&str>, most: i64) -> Swept {
    let look = async |tx: &mut Tx| Ok::<_, Problem>(overdue(tx, module, most).await?);
    let due: Vec<OrderId> = match ctx.read_tx(permission, look).await {
        Ok(due) => due,
        Err(problem) => return Swept { ended: 0, failed: Some(problem) },
    };
    let mut swept = Swept::default();
    for id in due {
        match ctx.tx(permission, async |tx: &mut Tx| expire(tx, id).await).await {
            Ok(ended) => swept.ended += usize::from(ended),
            Err(problem) => swept.failed = swept.failed.or(Some(problem)),
        }
    }
    swept
}

/// Ends one order if its time to pay is over. One that somebody else is changing is left to them.
async fn expire(tx: &mut Tx, id: OrderId) -> Result<bool, Problem> {
    if !lock_overdue(tx, id).await? {
        return Ok(false);
    }
    let Some(ended) = close(tx, &[id], Status::Expired).await?.pop() else { return Ok(false) };
    (rules_of(&ended.module).release)(tx, &ended).await?;
    Ok(true)
}
