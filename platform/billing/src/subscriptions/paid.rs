//! What follows for a subscription from the end of an order: paid, cancelled, expired.

use events::{
    OrderId,
    billing::{SubscriptionRenewed, SubscriptionResumed, SubscriptionStarted},
};
use kernel::{JobSpec, Problem, Tx};
use serde_json::json;

use super::{
    STALE_JOB, Subscription, SubscriptionStatus, SubscriptionStepKind, change, step,
    store::{facts, lock, move_period, next_at, save},
    time,
};
use crate::{BillingError, Method, Order, Period, Why, refund, refundable};

/// An order is paid: if it is one of a subscription, that begins, goes on or changes.
///
/// Invariant: the order is locked.
pub(crate) async fn order_paid(tx: &mut Tx, order: &Order) -> Result<(), BillingError> {
    let Some(id) = order.subscription_id else { return Ok(()) };
    let Some(sub) = lock(tx, id).await? else { return Ok(()) };
    let planned = sub.planned().filter(|planned| planned.order == Some(order.id));
    if let Some(planned) = planned {
        return change::paid(tx, sub, order, planned).await;
    }
    if sub.anchor.is_none() {
        return begin(tx, sub, order).await;
    }
    let over = sub.status == SubscriptionStatus::Ended;
    let covered = sub.period_end.zip(order.period_start).is_some_and(|(end, start)| start < end);
    if over || (covered && !sub.is_followed()) {
        return stale(tx, order).await;
    }
    renewed(tx, sub, order).await
}

/// The first order is paid.
async fn begin(tx: &mut Tx, mut sub: Subscription, order: &Order) -> Result<(), BillingError> {
    let (now, zone) = (tx.ctx().now(), time::zone(&tx.ctx().tenant().zone));
    let days = sub.rules().trial_days;
    let trial = days > 0;
    let first = match order.period() {
        Some(period) if sub.is_followed() => Some(period),
        _ if trial => {
            time::days_later(now, &zone, days).map(|end| Period { subscription: sub.id, start: now, end })
        }
        _ => {
            let end = time::boundary(now, &zone, sub.every, sub.every_count, 1);
            end.map(|end| Period { subscription: sub.id, start: now, end })
        }
    };
    let first = first.ok_or(BillingError::Total)?;
    if order.period() != Some(first) {
        move_period(tx, order.id, first).await?;
    }
    sub.status = if trial { SubscriptionStatus::Trialing } else { SubscriptionStatus::Active };
    sub.anchor = Some(if trial { first.end } else { first.start });
    (sub.period_start, sub.period_end) = (Some(first.start), Some(first.end));
    sub.periods_paid = i32::from(!trial);
    sub.ended_at = None;
    take_way(&mut sub, order);
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    let kind = if trial { SubscriptionStepKind::TrialStarted } else { SubscriptionStepKind::Started };
    step(tx, sub.id, kind, &order.number.to_string()).await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionStarted { of, order: order.id }).await?;
    Ok(())
}

/// A further period is paid.
async fn renewed(tx: &mut Tx, mut sub: Subscription, order: &Order) -> Result<(), BillingError> {
    let (now, zone) = (tx.ctx().now(), time::zone(&tx.ctx().tenant().zone));
    let rested = sub.status == SubscriptionStatus::Paused;
    let mut period = order.period().ok_or(BillingError::Total)?;
    if rested && !sub.is_followed() {
        // What was not given is not paid for: the period begins now.
        let end = time::boundary(now, &zone, sub.every, sub.every_count, 1).ok_or(BillingError::Total)?;
        period = Period { start: now, end, ..period };
        sub.anchor = Some(now);
        move_period(tx, order.id, period).await?;
    }
    sub.status = SubscriptionStatus::Active;
    (sub.period_start, sub.period_end) = (Some(period.start), Some(period.end));
    sub.periods_paid += 1;
    sub.discount = sub.discount.take().and_then(super::PeriodDiscount::after_one);
    (sub.owed_since, sub.dunned, sub.paused_at, sub.resumes_at) = (None, 0, None, None);
    take_way(&mut sub, order);
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::Renewed, &order.number.to_string()).await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionRenewed { of: of.clone(), order: order.id, periods_paid: sub.periods_paid }).await?;
    if rested {
        step(tx, sub.id, SubscriptionStepKind::Resumed, "").await?;
        tx.emit(&SubscriptionResumed { of, cause: "paid".into() }).await?;
    }
    Ok(())
}

/// The way that was paid with is the way from now on.
fn take_way(sub: &mut Subscription, order: &Order) {
    if order.provider != Method::Free && !sub.is_followed() {
        sub.provider = order.provider;
    }
}

/// Money for something that is not wanted any more: a job gives it back, once this transaction is through.
pub(super) async fn stale(tx: &mut Tx, order: &Order) -> Result<(), BillingError> {
    let key = format!("{STALE_JOB}/{}", order.id);
    tx.enqueue(JobSpec::new(STALE_JOB, json!({ "order": order.id })).once(key)).await?;
    Ok(())
}

/// Gives back what came for a change or period that is not wanted any more. Again: nothing.
///
/// # Errors
/// When the database refuses.
pub async fn give_back_stale(tx: &mut Tx, order: OrderId) -> Result<(), Problem> {
    let left = refundable(tx, order).await?;
    if left > 0 {
        refund(tx, order, left, &format!("subscription/{order}/stale"), Why::Unavailable).await?;
    }
    Ok(())
}

/// An order ended unpaid: a subscription that waited for it as its first never begins, a change that waited for it is
/// dropped.
///
/// Invariant: the order is locked.
pub(crate) async fn order_closed(tx: &mut Tx, order: &Order) -> Result<(), BillingError> {
    let Some(id) = order.subscription_id else { return Ok(()) };
    let Some(mut sub) = lock(tx, id).await? else { return Ok(()) };
    if sub.status == SubscriptionStatus::Incomplete {
        sub.status = SubscriptionStatus::Ended;
        (sub.ended_at, sub.next_at) = (Some(tx.ctx().now()), None);
        save(tx, &sub).await?;
        step(tx, id, SubscriptionStepKind::NeverBegun, "").await?;
    } else if let Some(planned) = sub.planned().filter(|planned| planned.order == Some(order.id)) {
        sub.planned = None;
        save(tx, &sub).await?;
        step(tx, id, SubscriptionStepKind::ChangeDropped, &planned.terms.name).await?;
    }
    Ok(())
}
