//! What others need to know of many subscriptions at once.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, dsl::max};
use diesel_async::RunQueryDsl;
use events::{Instant, SubscriptionId};
use kernel::Tx;

use super::{SubscriptionStatus, SubscriptionStepKind};
use crate::schema::{subscription_steps as steps, subscriptions};

/// Those of these subscriptions that are over: ended, or about to be, their last period having run out.
///
/// # Errors
/// When the database refuses the statement.
pub async fn over_among(tx: &mut Tx, ids: &[SubscriptionId]) -> QueryResult<Vec<SubscriptionId>> {
    let now = tx.ctx().now();
    type Row = (SubscriptionId, SubscriptionStatus, bool, Option<i32>, i32, Option<Instant>);
    let rows: Vec<Row> = subscriptions::table
        .filter(subscriptions::id.eq_any(ids))
        .select((
            subscriptions::id,
            subscriptions::status,
            subscriptions::ends_with_period,
            subscriptions::periods,
            subscriptions::periods_paid,
            subscriptions::period_end,
        ))
        .load(&mut **tx)
        .await?;
    let over = |(_, status, ends, periods, paid, end): &Row| {
        let last = *ends || periods.is_some_and(|periods| *paid >= periods);
        *status == SubscriptionStatus::Ended || (last && end.is_some_and(|end| end <= now))
    };
    Ok(rows.into_iter().filter(over).map(|(id, ..)| id).collect())
}

/// Since when each of these subscriptions has given what it promises without a pause, as far as its timeline says.
///
/// # Errors
/// When the database refuses the statement.
pub async fn giving_since(
    tx: &mut Tx,
    ids: &[SubscriptionId],
) -> QueryResult<Vec<(SubscriptionId, Instant)>> {
    use SubscriptionStepKind::{Resumed, Started, TrialStarted};
    let rows: Vec<(SubscriptionId, Option<Instant>)> = steps::table
        .filter(steps::subscription_id.eq_any(ids))
        .filter(steps::kind.eq_any([Started, TrialStarted, Resumed]))
        .group_by(steps::subscription_id)
        .select((steps::subscription_id, max(steps::at)))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}
