use diesel::{ExpressionMethods, QueryDsl, QueryResult, sql_types::Bool};
use diesel_async::RunQueryDsl;
use kernel::{Tx, fixed};
use serde::Serialize;

use crate::{
    Method,
    schema::{disputes, orders, refunds},
    waiting,
};

/// How much of what waits for somebody there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Todo {
    /// Disputes to be answered.
    pub disputes: i64,
    /// Refunds to be paid back by hand, and those that a provider refused.
    pub refunds: i64,
    /// Orders with an overdue instalment.
    pub overdue: i64,
    /// Orders that wait for a transfer.
    pub transfers: i64,
}

impl Todo {
    /// Whether there is nothing to do.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.disputes == 0 && self.refunds == 0 && self.overdue == 0 && self.transfers == 0
    }
}

/// What waits for somebody.
///
/// # Errors
/// When the database refuses.
pub async fn todo(tx: &mut Tx) -> QueryResult<Todo> {
    let now = tx.ctx().now();
    let open = fixed::<Bool>("state IN ('open', 'under_review') AND state = 'open'");
    let disputes = disputes::table.filter(open).count().get_result(&mut **tx).await?;
    let owed = fixed::<Bool>("state <> 'done' AND (provider = 'manual' OR state = 'failed')");
    let refunds = refunds::table.filter(owed).count().get_result(&mut **tx).await?;
    let late = orders::table.filter(orders::next_due_at.lt(now));
    let overdue = late.count().get_result(&mut **tx).await?;
    Ok(Todo { disputes, refunds, overdue, transfers: waiting(tx, Method::Manual).await? })
}
