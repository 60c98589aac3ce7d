use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId, SubscriptionId, billing::SubscriptionFacts};
use kernel::{JobSpec, Tx, fixed};
use serde_json::json;

use super::{SUBSCRIPTIONS_JOB, Subscription, SubscriptionStatus, TELL_JOB, TRIAL_NOTICE_DAYS, time};
use crate::{
    Order, Period, Status,
    schema::{orders, subscriptions as table},
};

/// Locks a subscription until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<Subscription>> {
    let found = table::table.find(id).select(Subscription::as_select()).for_no_key_update();
    found.first(&mut **tx).await.optional()
}

/// Locks a subscription that is due and that nobody else holds.
pub(super) async fn claim(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<Subscription>> {
    let now = tx.ctx().now();
    let due = table::table.find(id).filter(table::next_at.le(now)).select(Subscription::as_select());
    due.for_no_key_update().skip_locked().first(&mut **tx).await.optional()
}

/// Writes a subscription as it is now, and sees to it that it is looked at when it wants to be.
pub(super) async fn save(tx: &mut Tx, sub: &Subscription) -> QueryResult<()> {
    diesel::update(table::table.find(sub.id)).set(sub).execute(&mut **tx).await?;
    let Some(at) = sub.next_at else { return Ok(()) };
    let key = format!("{SUBSCRIPTIONS_JOB}/{}/{at}", sub.id);
    tx.enqueue(JobSpec::new(SUBSCRIPTIONS_JOB, json!({})).at(at).once(key)).await
}

/// Tells the client something that no event tells, once for `turn`.
pub(super) async fn tell(tx: &mut Tx, sub: &Subscription, what: &str, turn: &str) -> QueryResult<()> {
    let args = json!({ "subscription": sub.id, "what": what, "turn": turn });
    let key = format!("{TELL_JOB}/{}/{what}/{turn}", sub.id);
    tx.enqueue(JobSpec::new(TELL_JOB, args).once(key)).await
}

/// Who pays, as the latest order says.
#[derive(Clone, Debug)]
pub(super) struct Buyer {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) bill_to: String,
    pub(super) tax_id: String,
}

/// Who pays a subscription.
pub(super) async fn buyer(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Buyer> {
    let columns = (orders::client_name, orders::client_email, orders::bill_to, orders::buyer_tax_id);
    let latest = orders::table.filter(orders::subscription_id.eq(id)).order(orders::created_at.desc());
    let (name, email, bill_to, tax_id) = latest.select(columns).first(&mut **tx).await?;
    Ok(Buyer { name, email, bill_to, tax_id })
}

/// What events tell about a subscription.
pub(super) async fn facts(tx: &mut Tx, sub: &Subscription) -> QueryResult<SubscriptionFacts> {
    let buyer = buyer(tx, sub.id).await?;
    Ok(SubscriptionFacts {
        subscription: sub.id,
        module: sub.module.clone(),
        item: sub.item.clone(),
        name: sub.name.clone(),
        client: sub.client_id,
        client_name: buyer.name,
        client_email: buyer.email,
        status: sub.status.to_string(),
        price: sub.price(),
        period_start: sub.period_start,
        period_end: sub.period_end,
    })
}

/// The order of a subscription that waits for its payment, the newest; of a change too.
pub(super) async fn open_order(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<Order>> {
    let open = fixed::<diesel::sql_types::Bool>("status IN ('draft', 'pending_payment')");
    let found = orders::table.filter(orders::subscription_id.eq(id)).filter(open);
    found.order(orders::created_at.desc()).select(Order::as_select()).first(&mut **tx).await.optional()
}

/// The newest order of a subscription, whatever became of it.
pub(super) async fn latest_order(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<Order>> {
    let all = orders::table.filter(orders::subscription_id.eq(id)).order(orders::created_at.desc());
    all.select(Order::as_select()).first(&mut **tx).await.optional()
}

/// All orders of a subscription that wait for their payment.
pub(super) async fn open_orders(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Vec<OrderId>> {
    let open = fixed::<diesel::sql_types::Bool>("status IN ('draft', 'pending_payment')");
    orders::table.filter(orders::subscription_id.eq(id)).filter(open).select(orders::id).load(&mut **tx).await
}

/// The order that pays a period, whatever became of it, unless it ended unpaid.
pub(super) async fn order_of_period(tx: &mut Tx, period: Period) -> QueryResult<Option<Order>> {
    let gone = [Status::Cancelled, Status::Expired];
    orders::table
        .filter(orders::subscription_id.eq(period.subscription).and(orders::period_start.eq(period.start)))
        .filter(orders::status.ne_all(gone))
        .select(Order::as_select())
        .first(&mut **tx)
        .await
        .optional()
}

/// An order pays another period than it was placed for: the first one begins when it is paid.
pub(super) async fn move_period(tx: &mut Tx, order: OrderId, period: Period) -> QueryResult<()> {
    let change = (orders::period_start.eq(period.start), orders::period_end.eq(period.end));
    diesel::update(orders::table.find(order)).set(change).execute(&mut **tx).await.map(drop)
}

/// The orders of a period move with it: the first, and those of changes.
///
/// Invariant: they are locked.
pub(super) async fn move_orders(tx: &mut Tx, before: Period, after: Period) -> QueryResult<()> {
    let by = after.start.seconds_since(before.start);
    if by == 0 {
        return Ok(());
    }
    type Row = (OrderId, Option<Instant>, Option<Instant>);
    // The last one first: no two have the same beginning at any moment.
    let rows: Vec<Row> = orders::table
        .filter(orders::subscription_id.eq(before.subscription))
        .filter(orders::period_start.ge(before.start).and(orders::period_start.lt(before.end)))
        .filter(orders::status.ne_all([Status::Cancelled, Status::Expired]))
        .order(orders::period_start.desc())
        .select((orders::id, orders::period_start, orders::period_end))
        .load(&mut **tx)
        .await?;
    for (id, start, end) in rows {
        let Some((start, end)) = start.zip(end) else { continue };
        let moved = Period { start: start.plus_seconds(by), end: end.plus_seconds(by), ..before };
        move_period(tx, id, moved).await?;
    }
    Ok(())
}

/// Locks all orders of a subscription, before it is locked itself.
pub(super) async fn lock_orders(tx: &mut Tx, id: SubscriptionId) -> QueryResult<()> {
    let all = orders::table.filter(orders::subscription_id.eq(id)).order(orders::id);
    all.select(orders::id).for_no_key_update().load::<OrderId>(&mut **tx).await.map(drop)
}

/// Subscriptions that are due, at most `limit`.
pub(super) async fn due(tx: &mut Tx, limit: i64) -> QueryResult<Vec<SubscriptionId>> {
    let now = tx.ctx().now();
    let due = table::table.filter(table::next_at.is_not_null()).filter(table::next_at.le(now));
    due.order((table::next_at, table::id)).limit(limit).select(table::id).load(&mut **tx).await
}

/// When the platform is to look at a subscription next, as it stands at `now`.
pub(super) fn next_at(sub: &Subscription, now: Instant, zone_name: &str) -> Option<Instant> {
    let zone = time::zone(zone_name);
    match sub.status {
        SubscriptionStatus::Trialing => {
            let end = sub.period_end?;
            let notice = time::days_later(end, &zone, -TRIAL_NOTICE_DAYS).filter(|notice| *notice > now);
            if sub.is_followed() { notice } else { notice.or(Some(end)) }
        }
        SubscriptionStatus::Active if !sub.is_followed() => sub.period_end,
        SubscriptionStatus::Paused if !sub.is_followed() => sub.resumes_at,
        SubscriptionStatus::PastDue if !sub.is_followed() => sub.next_at,
        _ => None,
    }
}
