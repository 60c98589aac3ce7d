use std::collections::HashSet;

use diesel::{ExpressionMethods, QueryDsl, QueryResult, sql_types::Bool};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::{Tx, fixed};

use crate::schema::{disputes, refunds};

/// Which of some orders need somebody beyond their own state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// A payment of them is disputed.
    pub disputed: HashSet<OrderId>,
    /// Money of them is to be paid back by hand, or its provider refused.
    pub refund_owed: HashSet<OrderId>,
}

/// Which of these orders need somebody.
///
/// # Errors
/// When the database refuses.
pub async fn flags(tx: &mut Tx, ids: &[OrderId]) -> QueryResult<Flags> {
    let open = fixed::<Bool>("state IN ('open', 'under_review')");
    let disputed: Vec<OrderId> = disputes::table
        .filter(open)
        .filter(disputes::order_id.eq_any(ids))
        .select(disputes::order_id)
        .load(&mut **tx)
        .await?;
    let owed = fixed::<Bool>("state <> 'done' AND (provider = 'manual' OR state = 'failed')");
    let refund_owed: Vec<OrderId> = refunds::table
        .filter(owed)
        .filter(refunds::order_id.eq_any(ids))
        .select(refunds::order_id)
        .load(&mut **tx)
        .await?;
    Ok(Flags { disputed: disputed.into_iter().collect(), refund_owed: refund_owed.into_iter().collect() })
}
