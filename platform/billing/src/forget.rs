//! What was saved and is not needed any more is forgotten, here and at its provider.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult,
    SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::SavedMethodId;
use kernel::{Ctx, Permission, Problem, Tx};

use crate::{
    BillingError, ProviderError, SavedMethod, Status, installed,
    schema::{orders, payment_methods as table, subscriptions},
    subscriptions::SubscriptionStatus,
};

/// Kind of the job that forgets what was saved for one thing alone that is over. The host runs it.
pub const FORGET_JOB: &str = "billing.forget_methods";
/// Seconds for which money may still come for something that never began.
const LATE: i64 = 24 * 3600;

/// Removes what was saved for one subscription or order alone that is over.
async fn remove_what_is_over(tx: &mut Tx) -> QueryResult<()> {
    let now = tx.ctx().now();
    let late = now.plus_seconds(-LATE);
    let ended = subscriptions::table
        .filter(subscriptions::status.eq(SubscriptionStatus::Ended))
        .filter(subscriptions::anchor.is_not_null().or(subscriptions::ended_at.le(late)))
        .select(subscriptions::id.nullable());
    let paid = [Status::Paid, Status::PartiallyRefunded, Status::Refunded];
    let over = orders::status.eq_any(paid).and(orders::due_now.eq(0)).and(orders::paid_at.le(late));
    let closed = orders::status.eq_any([Status::Cancelled, Status::Expired]).and(orders::closed_at.le(late));
    let over = orders::table
        .filter(over.assume_not_null().or(closed.assume_not_null()))
        .select(orders::id.nullable());
    let alone = table::subscription_id.eq_any(ended).or(table::order_id.eq_any(over));
    diesel::update(table::table.filter(table::removed_at.is_null()).filter(alone))
        .set((table::removed_at.eq(now), table::is_default.eq(false)))
        .execute(&mut **tx)
        .await
        .map(drop)
}

async fn to_forget(tx: &mut Tx, limit: i64) -> QueryResult<Vec<SavedMethod>> {
    table::table
        .filter(table::removed_at.is_not_null().and(table::forgotten_at.is_null()))
        .order((table::removed_at, table::id))
        .limit(limit)
        .select(SavedMethod::as_select())
        .load(&mut **tx)
        .await
}

/// The provider has forgotten what was removed here.
///
/// # Errors
/// When the database refuses.
pub async fn method_forgotten(tx: &mut Tx, id: SavedMethodId) -> QueryResult<()> {
    let removed = table::table.find(id).filter(table::removed_at.is_not_null());
    let change = table::forgotten_at.eq(tx.ctx().now());
    diesel::update(removed).set(change).execute(&mut **tx).await.map(drop)
}

/// Forgets what is not needed any more, at most `limit` of them, and answers how many. What a provider that is away keeps is
/// forgotten by a later run.
///
/// # Errors
/// 502 `payment_away` when a provider can't be reached, after all others were asked.
pub async fn forget_methods(ctx: &Ctx, permission: Permission, limit: i64) -> Result<usize, Problem> {
    let due = ctx
        .tx(permission, async |tx: &mut Tx| {
            remove_what_is_over(tx).await?;
            Ok::<_, Problem>(to_forget(tx, limit).await?)
        })
        .await?;
    let (mut failed, mut forgotten) = (None, 0);
    for saved in due {
        let asked = match installed().of(saved.provider) {
            Ok(provider) => provider.forget(ctx, &saved).await,
            Err(error) => Err(error),
        };
        if let Err(error @ ProviderError::Away(_)) = asked {
            failed = failed.or(Some(Problem::from(BillingError::from(error))));
            continue;
        }
        // Who does not know it, or is not offered any more, keeps nothing that could be taken back.
        ctx.tx(permission, async |tx: &mut Tx| Ok::<_, Problem>(method_forgotten(tx, saved.id).await?))
            .await?;
        forgotten += 1;
    }
    failed.map_or(Ok(forgotten), Err)
}
