//! What others need to know of many subscriptions at once.

use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, dsl::max};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, SubscriptionId};
use kernel::Tx;
use serde_json::Value;

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

/// A subscription that gives what it promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Giving {
    /// Which.
    pub id: SubscriptionId,
    /// Whose.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// What the module remembers of the moment of sale.
    pub detail: Value,
    /// Since when it has given without a pause.
    pub since: Instant,
}

/// The subscriptions that a module sold and that give what they promise at a moment: on trial or paid, within the period.
/// Those of one client, or all.
///
/// # Errors
/// When the database refuses a statement.
pub async fn giving(
    tx: &mut Tx,
    module: &str,
    client: Option<ClientId>,
    at: Instant,
) -> QueryResult<Vec<Giving>> {
    type Row = (SubscriptionId, ClientId, String, Value, Option<Instant>);
    let mut query = subscriptions::table
        .filter(subscriptions::module.eq(module))
        .filter(subscriptions::status.eq_any([SubscriptionStatus::Trialing, SubscriptionStatus::Active]))
        .filter(subscriptions::period_start.le(at).and(subscriptions::period_end.gt(at)))
        .select((
            subscriptions::id,
            subscriptions::client_id,
            subscriptions::name,
            subscriptions::detail,
            subscriptions::period_start,
        ))
        .into_boxed();
    if let Some(client) = client {
        query = query.filter(subscriptions::client_id.eq(client));
    }
    let rows: Vec<Row> = query.order(subscriptions::id).load(&mut **tx).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<SubscriptionId> = rows.iter().map(|(id, ..)| *id).collect();
    let since: HashMap<SubscriptionId, Instant> = giving_since(tx, &ids).await?.into_iter().collect();
    let giving = |(id, client, name, detail, start): Row| {
        let since = since.get(&id).copied().or(start).unwrap_or(at).min(at);
        Giving { id, client, name, detail, since }
    };
    Ok(rows.into_iter().map(giving).collect())
}

/// Since when each of these subscriptions has given what it promises without a pause, as far as its timeline says.
///
/// # Errors
/// When the database refuses the statement.
async fn giving_since(tx: &mut Tx, ids: &[SubscriptionId]) -> QueryResult<Vec<(SubscriptionId, Instant)>> {
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
