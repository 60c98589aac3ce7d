use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use events::{ClientId, LotId};
use kernel::Tx;

use super::{
    CreditError,
    plan::Take,
    post::{Kind, Post, Posting, post},
};
use crate::schema::credit_lots;

/// Writes off what is left in lots that have expired, at most `limit` lots in this transaction. Tells how many; fewer than
/// `limit` means that none is left. Lots that somebody else holds are left for the next run.
///
/// An expired lot counts for nothing even before this ran: the entries are for the history.
///
/// # Errors
/// What the database refuses.
pub async fn expire(tx: &mut Tx, limit: i64) -> Result<usize, CreditError> {
    let now = tx.ctx().now();
    let due: Vec<(LotId, ClientId, i32, String)> = credit_lots::table
        .filter(credit_lots::balance.gt(0))
        .filter(credit_lots::expires_at.le(now))
        .order(credit_lots::id)
        .limit(limit)
        .select((credit_lots::id, credit_lots::client_id, credit_lots::balance, credit_lots::name))
        .for_no_key_update()
        .skip_locked()
        .load(&mut **tx)
        .await?;
    for (lot, client, credits, reason) in &due {
        // A lot may expire more than once, when something is returned to it in between: each time is its own source.
        let time = tx.ctx().new_id::<Posting>().uuid().simple();
        let (source, moves) = (format!("expire/{lot}/{time}"), [Take { lot: *lot, credits: *credits }]);
        let entry = Post {
            client: *client,
            kind: Kind::Expire,
            source: &source,
            reason,
            moves: &moves,
            reverses: None,
        };
        post(tx, entry).await?;
    }
    Ok(due.len())
}
