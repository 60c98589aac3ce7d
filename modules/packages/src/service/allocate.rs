//! Weekly credits of plans: exactly once for each client and week, however late, often or many at once this runs.

use billing::subscriptions::{self, Ends, Giving, Subscription};
use events::{ClientId, Instant, SubscriptionId};
use jiff::civil::Date;
use kernel::{Ctx, Problem, Tx};
use ledger::credits::{self, CreditRules, Grant, Granted, OnExpired, Origin};
use serde::Deserialize;

use crate::{
    model::{SoldPlan, Week, Weeks},
    policy::CREDITS_WRITE,
    queries,
};

/// What the sources of write-offs say: more than the cap was carried; the plan is over.
const CAPPED: &str = "cap";
const ENDED: &str = "ended";
/// Subscriptions that are looked up at once.
const BATCH: usize = 500;

/// A plan that gives credits now.
#[derive(Clone, Debug)]
struct Plan {
    id: SubscriptionId,
    client: ClientId,
    name: String,
    sold: SoldPlan,
    /// Since when it gives without a pause.
    since: Instant,
    /// When it ends, if that is known.
    ends: Option<Ends>,
}

/// A plan whose terms can't be read.
struct Unreadable {
    client: ClientId,
    why: String,
}

impl Plan {
    fn stream(&self) -> String {
        stream(self.id)
    }
    /// How many weeks it gives still, when so many were given. The first week, which has mostly begun, comes whole; the broken
    /// one at the end is what is missing of it then.
    fn left(&self, given: i64) -> usize {
        self.ends.map_or(usize::MAX, |ends| usize::try_from(ends.weeks - given).unwrap_or(0))
    }
    /// When credits of a week expire that are not carried: with the week, or with the plan.
    fn expiry(&self, week: &Week) -> Instant {
        self.ends.map_or(week.end, |ends| week.end.min(ends.at))
    }
    fn source(&self, week: &Week) -> String {
        format!("plan-week/{}/{}", self.id, week.first)
    }
}

/// The stream of a subscription's lots.
pub(super) fn stream(id: SubscriptionId) -> String {
    format!("plan/{id}")
}

fn subscription_of(stream: &str) -> Option<SubscriptionId> {
    stream.strip_prefix("plan/")?.parse().ok()
}

/// The first date of the week that a source gave credits for.
pub(crate) fn week_of_source(source: &str) -> Option<Date> {
    source.strip_prefix("plan-week/")?.split_once('/')?.1.parse().ok()
}

/// Why credits of a plan expired before their time, by the source of what wrote them off: above the cap, or with the plan.
pub(crate) fn early_end(source: &str) -> Option<&'static str> {
    let mut parts = source.strip_prefix("expire/plan/")?.split('/').skip(1);
    match parts.next()? {
        CAPPED => Some(CAPPED),
        ENDED => Some(ENDED),
        _ => None,
    }
}

/// The module's part in what happens to credits.
#[must_use]
pub fn credit_rules() -> CreditRules {
    CreditRules {
        due: |tx, client| Box::pin(allocate(tx, client)),
        on_expired: |tx| Box::pin(on_expired(tx)),
        ended: |tx, streams| Box::pin(ended(tx, streams)),
        names: Vec::new(),
    }
}

async fn on_expired(tx: &mut Tx) -> Result<OnExpired, Problem> {
    Ok(match queries::settings(tx).await?.return_days {
        days if days > 0 => OnExpired::NewLot { days: days.into() },
        _ => OnExpired::StaysExpired,
    })
}

/// Streams whose subscription is over.
async fn ended(tx: &mut Tx, streams: &[String]) -> Result<Vec<String>, Problem> {
    let ids: Vec<SubscriptionId> = streams.iter().filter_map(|one| subscription_of(one)).collect();
    let over = subscriptions::over_among(tx, &ids).await?;
    Ok(over.into_iter().map(stream).collect())
}

/// Gives a client the credits of this week, of each plan, and writes off those of plans that are over. Again: nothing.
pub(crate) async fn allocate(tx: &mut Tx, client: ClientId) -> Result<(), Problem> {
    let (plans, unreadable) = plans(tx, Some(client)).await?;
    if let Some(error) = unreadable.into_iter().next() {
        return Err(Problem::internal(error.why));
    }
    let open: Vec<String> =
        credits::open_streams(tx, Some(client)).await?.into_iter().map(|(_, stream)| stream).collect();
    if plans.is_empty() && open.is_empty() {
        return Ok(());
    }
    let weeks = weeks(tx).await?;
    let due = due(tx, &weeks, plans).await?;
    let over = ended(tx, &open).await?;
    if due.is_empty() && over.is_empty() {
        return Ok(());
    }
    // All at once and in one order: bit by bit, two that do this would wait for each other.
    credits::lock_all(tx, client).await?;
    for (plan, weeks) in &due {
        for week in weeks {
            give(tx, plan, week).await?;
        }
    }
    for stream in &over {
        credits::cut(tx, client, stream, 0, None, ENDED).await?;
    }
    Ok(())
}

/// Gives one week, and lets what is carried into it expire above the cap.
async fn give(tx: &mut Tx, plan: &Plan, week: &Week) -> Result<(), Problem> {
    let (sold, stream) = (&plan.sold, plan.stream());
    let grant = Grant {
        client: plan.client,
        source: &plan.source(week),
        origin: Origin::Plan,
        name: &plan.name,
        credits: sold.credits_per_week,
        expires_at: sold.rollover_cap.is_none().then_some(plan.expiry(week)),
        pays_for: &sold.pays_for,
    };
    let given = credits::grant_next(tx, &stream, grant).await?;
    if let (Granted::Granted(lot), Some(cap)) = (given, sold.rollover_cap) {
        credits::cut(tx, plan.client, &stream, cap, Some(lot), CAPPED).await?;
    }
    Ok(())
}

/// The weeks that each of these plans owes now; who is owed nothing is left out.
async fn due(tx: &mut Tx, weeks: &Weeks, plans: Vec<Plan>) -> Result<Vec<(Plan, Vec<Week>)>, Problem> {
    let now = tx.ctx().now();
    let streams: Vec<String> = plans.iter().map(Plan::stream).collect();
    let so_far = credits::so_far(tx, &streams).await?;
    let owed = |plan: Plan| {
        let so_far = so_far.iter().find(|one| one.stream == plan.stream());
        let last = so_far.and_then(|one| week_of_source(&one.last));
        let mut weeks = weeks.due(now, plan.since, last, plan.sold.rollover_cap.is_some());
        weeks.truncate(plan.left(so_far.map_or(0, |one| one.lots)));
        (!weeks.is_empty()).then_some((plan, weeks))
    };
    Ok(plans.into_iter().filter_map(owed).collect())
}

async fn weeks(tx: &mut Tx) -> Result<Weeks, Problem> {
    let settings = queries::settings(tx).await?;
    Ok(Weeks::new(&tx.ctx().tenant().zone, settings.first_weekday))
}

/// The week whose credits a plan gives at once; `None`: it gives none.
pub(super) async fn span(
    tx: &mut Tx,
    sub: &Subscription,
    at: Instant,
) -> Result<Option<(Instant, Instant)>, Problem> {
    let gives = SoldPlan::deserialize(&sub.detail).is_ok_and(|sold| sold.credits_per_week > 0);
    if !gives {
        return Ok(None);
    }
    let week = weeks(tx).await?.of(at);
    Ok(Some((week.start, week.end)))
}

/// The plans that give credits now: of one client, or of all. Sorted, so that all lock in one order.
async fn plans(tx: &mut Tx, client: Option<ClientId>) -> Result<(Vec<Plan>, Vec<Unreadable>), Problem> {
    let now = tx.ctx().now();
    let (mut plans, mut unreadable) = (Vec::new(), Vec::new());
    for one in subscriptions::giving(tx, crate::ID, client, now).await? {
        match plan_of(one) {
            Ok(plan) => plans.extend(plan),
            Err(error) => unreadable.push(error),
        }
    }
    Ok((plans, unreadable))
}

/// What a subscription gives each week; none when it was sold without terms of a plan, or gives nothing. What can't be read
/// is an error of its client's alone.
fn plan_of(one: Giving) -> Result<Option<Plan>, Unreadable> {
    if one.detail.get("plan").is_none() {
        return Ok(None);
    }
    let sold = SoldPlan::deserialize(&one.detail).map_err(|error| Unreadable {
        client: one.client,
        why: format!("what {} remembers can't be read: {error}", one.id),
    })?;
    let plan =
        Plan { id: one.id, client: one.client, name: one.name, sold, since: one.since, ends: one.ends };
    Ok((plan.sold.credits_per_week > 0).then_some(plan))
}

/// The same for one client, as a use case of its own.
pub(crate) async fn allocate_client(ctx: &Ctx, client: ClientId) -> Result<(), Problem> {
    ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| allocate(tx, client).await).await
}

/// The same for everybody who is owed something: each client in a transaction of their own.
pub(crate) async fn allocate_all(ctx: &Ctx) -> Result<(), Problem> {
    let owed: Vec<ClientId> = ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| owed(tx).await).await?;
    let mut refused = None;
    for client in owed {
        // One that can't be served keeps nobody else waiting.
        if let Err(problem) = allocate_client(ctx, client).await {
            refused = Some(problem);
        }
    }
    refused.map_or(Ok(()), Err)
}

/// Clients to whom something is owed, or whose plan is over while its credits are still there.
async fn owed(tx: &mut Tx) -> Result<Vec<ClientId>, Problem> {
    let ((all, unreadable), weeks) = (plans(tx, None).await?, weeks(tx).await?);
    // What can't be read is told of by the client's own turn, and keeps nobody else waiting.
    let mut clients: Vec<ClientId> = unreadable.into_iter().map(|one| one.client).collect();
    for some in all.chunks(BATCH) {
        clients.extend(due(tx, &weeks, some.to_vec()).await?.into_iter().map(|(plan, _)| plan.client));
    }
    let open = credits::open_streams(tx, None).await?;
    for some in open.chunks(BATCH) {
        let streams: Vec<String> = some.iter().map(|(_, stream)| stream.clone()).collect();
        let over = ended(tx, &streams).await?;
        clients.extend(some.iter().filter(|(_, stream)| over.contains(stream)).map(|(client, _)| *client));
    }
    clients.sort_unstable();
    clients.dedup();
    Ok(clients)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_say_their_week_and_streams_their_subscription() {
        let id: SubscriptionId = "sub_00000000000000000000000000000007".parse().unwrap();
        assert_eq!(subscription_of(&stream(id)), Some(id));
        assert_eq!(subscription_of("gift/1"), None);
        assert_eq!(
            week_of_source(&format!("plan-week/{id}/2026-11-16")),
            Some("2026-11-16".parse().unwrap())
        );
        assert_eq!(week_of_source("order-line/oln_1/0"), None);
        let gone = |tag: &str| early_end(&format!("expire/{}/{tag}/0123", stream(id)));
        assert_eq!((gone("cap"), gone("ended"), gone("x")), (Some("cap"), Some("ended"), None));
        assert_eq!(early_end("expire/lot_1/0123"), None);
    }
}
