//! What others need to know of many subscriptions at once.

use std::collections::HashMap;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, SubscriptionId};
use kernel::Tx;
use serde_json::Value;

use super::{Subscription, SubscriptionStatus, SubscriptionStepKind};
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
    /// When it ends, if that is known: with the present period.
    pub ends: Option<Ends>,
}

/// The end of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// When.
    pub at: Instant,
    /// For how many weeks it gives altogether, pauses left out; one that has begun counts.
    pub weeks: i64,
}

/// Seconds of half a day: no change of clocks is longer.
const HALF_DAY: i64 = 12 * 3600;
/// Seconds of a week.
const WEEK: i64 = 7 * 24 * 3600;

/// For how many weeks something gives that lasts so many seconds: an hour more or less by a change of clocks is no week.
fn weeks_in(seconds: i64) -> i64 {
    (seconds - HALF_DAY).div_euclid(WEEK) + 1
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
    let mut query = subscriptions::table
        .filter(subscriptions::module.eq(module))
        .filter(subscriptions::status.eq_any([SubscriptionStatus::Trialing, SubscriptionStatus::Active]))
        .filter(subscriptions::period_start.le(at).and(subscriptions::period_end.gt(at)))
        .select(Subscription::as_select())
        .into_boxed();
    if let Some(client) = client {
        query = query.filter(subscriptions::client_id.eq(client));
    }
    let rows: Vec<Subscription> = query.order(subscriptions::id).load(&mut **tx).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut told = told(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let giving = |row: Subscription| {
        let told = told.remove(&row.id).unwrap_or_default();
        let since = told.since.or(row.period_start).unwrap_or(at).min(at);
        let end = row.period_end.filter(|_| row.is_ending());
        let ends = end.map(|end| {
            let all = end.seconds_since(told.begun.unwrap_or(since)) - told.rested;
            Ends { at: end, weeks: weeks_in(all) }
        });
        Giving { id: row.id, client: row.client_id, name: row.name, detail: row.detail, since, ends }
    };
    Ok(rows.into_iter().map(giving).collect())
}

/// What a timeline says of when something was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    begun: Option<Instant>,
    /// Since when without a pause.
    since: Option<Instant>,
    /// Seconds of all pauses that are over.
    rested: i64,
    resting: Option<Instant>,
}

impl Told {
    /// Goes on to the next step.
    fn then(mut self, kind: SubscriptionStepKind, at: Instant) -> Self {
        use SubscriptionStepKind::{Paused, PausedUnpaid, Resumed, Started, TrialStarted};
        match kind {
            Started | TrialStarted => (self.begun, self.since) = (self.begun.or(Some(at)), Some(at)),
            Paused | PausedUnpaid => self.resting = self.resting.or(Some(at)),
            Resumed => {
                self.rested += self.resting.take().map_or(0, |from| at.seconds_since(from));
                self.since = Some(at);
            }
            _ => {}
        }
        self
    }
}

/// When these subscriptions gave what they promise, as far as their timelines say.
///
/// # Errors
/// When the database refuses the statement.
async fn told(tx: &mut Tx, ids: &[SubscriptionId]) -> QueryResult<HashMap<SubscriptionId, Told>> {
    use SubscriptionStepKind::{Paused, PausedUnpaid, Resumed, Started, TrialStarted};
    let rows: Vec<(SubscriptionId, SubscriptionStepKind, Instant)> = steps::table
        .filter(steps::subscription_id.eq_any(ids))
        .filter(steps::kind.eq_any([Started, TrialStarted, Paused, PausedUnpaid, Resumed]))
        .order((steps::subscription_id, steps::at, steps::seq))
        .select((steps::subscription_id, steps::kind, steps::at))
        .load(&mut **tx)
        .await?;
    let mut all: HashMap<SubscriptionId, Told> = HashMap::new();
    for (id, kind, at) in rows {
        let told = all.entry(id).or_default();
        *told = told.then(kind, at);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{SubscriptionStepKind as Kind, *};

    fn day(day: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(day * 24 * 3600).unwrap())
    }

    #[test]
    fn weeks_that_have_begun_count_and_clocks_do_not() {
        let (day, hour) = (24 * 3600, 3600);
        assert_eq!(weeks_in(42 * day), 6);
        assert_eq!(
            (weeks_in(42 * day + hour), weeks_in(42 * day - hour)),
            (6, 6),
            "clocks change on the way"
        );
        assert_eq!((weeks_in(43 * day), weeks_in(28 * day), weeks_in(31 * day)), (7, 4, 5));
    }
    #[test]
    fn pauses_are_left_out() {
        let steps = [
            (Kind::Started, 2),
            (Kind::Paused, 10),
            (Kind::Resumed, 15),
            (Kind::Renewed, 16),
            (Kind::Paused, 20),
        ];
        let told = steps.iter().fold(Told::default(), |told, (kind, at)| told.then(*kind, day(*at)));
        assert_eq!((told.begun, told.since, told.rested), (Some(day(2)), Some(day(15)), 5 * 24 * 3600));
        assert_eq!(told.then(Kind::Resumed, day(21)).rested, 6 * 24 * 3600);
    }
}
