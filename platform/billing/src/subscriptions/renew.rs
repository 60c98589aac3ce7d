//! What time brings about: renewals, the ends of trials, pauses and terms, and what is owed.

use events::{OrderId, SubscriptionId};
use kernel::{Ctx, Permission, Problem, Tx};

use super::{
    Outcome, PeriodDiscount, Subscription, SubscriptionStatus, SubscriptionStepKind, change, collect,
    dunning, ends_by_staff, step,
    store::{buyer, claim, due, lock_orders, next_at, open_order, save, tell},
    time, wish,
};
use crate::{
    BillingError, DiscountKind, Extras, LineRole, Method, NewDiscount, NewLine, NewOrder, Order, Period,
    choose_method, place, spread,
};

/// Minutes after which another run looks at a subscription that this one works on, should it be killed.
const LEASE_MINUTES: i64 = 15;
/// Minutes that the order of a period may be paid at least.
const PAY_MINUTES: i64 = 14 * 24 * 60;

/// Brings up to `most` subscriptions up to date that are due, each by itself. Answers how many were looked at.
///
/// Killed between any two steps, the next run goes on: the order of a period is there or not, and a try to collect it is
/// written down before the provider is asked.
///
/// # Errors
/// What went wrong with one of them first, after all others were seen to.
pub async fn advance_due(ctx: &Ctx, permission: Permission, most: i64) -> Result<usize, Problem> {
    let look = ctx.read_tx(permission, async |tx: &mut Tx| Ok::<_, Problem>(due(tx, most).await?));
    let (ids, mut failed) = (look.await?, None);
    for id in &ids {
        if let Err(problem) = advance(ctx, permission, *id).await {
            failed = failed.or(Some(problem));
        }
    }
    failed.map_or(Ok(ids.len()), Err)
}

async fn advance(ctx: &Ctx, permission: Permission, id: SubscriptionId) -> Result<(), Problem> {
    let Some(order) = ctx.tx(permission, async |tx: &mut Tx| turn(tx, id).await).await? else {
        return Ok(());
    };
    match collect(ctx, permission, order).await? {
        Outcome::Paid | Outcome::Processing | Outcome::Nothing => Ok(()),
        Outcome::Failed { reason, words } => {
            ctx.tx(permission, async |tx: &mut Tx| dunning::failed(tx, id, order, reason, &words).await).await
        }
    }
}

/// The next step of a subscription that is due. Answers the order that is to be collected, if one is.
async fn turn(tx: &mut Tx, id: SubscriptionId) -> Result<Option<OrderId>, Problem> {
    let rests = super::by_id(tx, id).await?.is_some_and(|sub| sub.status == SubscriptionStatus::Paused);
    if rests {
        // Their period moves when it goes on; orders are locked before their subscription.
        lock_orders(tx, id).await?;
    }
    let Some(mut sub) = claim(tx, id).await? else { return Ok(None) };
    let (now, zone) = (tx.ctx().now(), tx.ctx().tenant().zone.clone());
    match sub.status {
        SubscriptionStatus::Incomplete | SubscriptionStatus::Ended => {
            sub.next_at = None;
            save(tx, &sub).await?;
            Ok(None)
        }
        SubscriptionStatus::Paused if sub.rests_unpaid() => {
            sub.next_at = None;
            save(tx, &sub).await?;
            Ok(None)
        }
        SubscriptionStatus::Paused if !rests => Err(Problem::conflict("try_again")),
        SubscriptionStatus::Paused => {
            wish::resume(tx, sub, "time").await?;
            Ok(None)
        }
        _ if sub.owed_since.is_some() => owed(tx, sub).await.map(Some),
        _ if sub.period_end.is_some_and(|end| end > now) => {
            if sub.status == SubscriptionStatus::Trialing && !sub.is_ending() {
                tell(tx, &sub, "trial_ends", "").await?;
            }
            sub.next_at = next_at(&sub, now, &zone);
            save(tx, &sub).await?;
            Ok(None)
        }
        _ if sub.is_ending() => {
            let cause = match sub.ends_with_period {
                true if ends_by_staff(tx, sub.id).await? => "staff",
                true => "client",
                false => "term",
            };
            wish::end(tx, sub, cause).await?;
            Ok(None)
        }
        _ => renew(tx, sub).await,
    }
}

/// A period is owed already: its order is collected once more, or made anew when it ended.
async fn owed(tx: &mut Tx, mut sub: Subscription) -> Result<OrderId, Problem> {
    sub.next_at = Some(tx.ctx().now().plus_minutes(LEASE_MINUTES));
    save(tx, &sub).await?;
    match open_order(tx, sub.id).await? {
        Some(order) => Ok(order.id),
        None => Ok(place_period(tx, &sub).await?.id),
    }
}

/// A period is over and the next begins: its order is placed.
async fn renew(tx: &mut Tx, mut sub: Subscription) -> Result<Option<OrderId>, Problem> {
    let now = tx.ctx().now();
    if let Some(planned) = sub.planned() {
        match planned.order {
            None => sub = change::at_end(tx, sub, planned.terms).await?,
            // It was not paid in time, and the period it was for is over.
            Some(_) => {
                sub.planned = None;
                step(tx, sub.id, SubscriptionStepKind::ChangeDropped, &planned.terms.name).await?;
            }
        }
    }
    sub.owed_since = Some(now);
    sub.next_at = Some(now.plus_minutes(LEASE_MINUTES));
    save(tx, &sub).await?;
    let order = place_period(tx, &sub).await?;
    if order.status.was_paid() {
        return Ok(None);
    }
    step(tx, sub.id, SubscriptionStepKind::Owed, &order.number.to_string()).await?;
    Ok(Some(order.id))
}

/// The period that is to be paid now: the one after the present period, or, when that is over too, the one that has begun.
///
/// Decision: a run that comes late charges the period that it falls into and no other. Nobody pays for periods in which the
/// platform did not look after them, and no two are ever charged at once.
pub(super) fn period_to_pay(sub: &Subscription, now: events::Instant, zone: &str) -> Option<Period> {
    let (anchor, end) = (sub.anchor?, sub.period_end?);
    let from = if sub.rests_unpaid() { now } else { end.max(now) };
    let zone = time::zone(zone);
    let (start, until) = if sub.rests_unpaid() {
        (now, time::boundary(now, &zone, sub.every, sub.every_count, 1)?)
    } else {
        time::period_at(anchor, &zone, sub.every, sub.every_count, from)?
    };
    Some(Period { subscription: sub.id, start: start.max(end), end: until })
}

/// Places the order of the period that is to be paid now. One that costs nothing is paid at once, and the subscription
/// goes on.
pub(super) async fn place_period(tx: &mut Tx, sub: &Subscription) -> Result<Order, Problem> {
    let (now, zone) = (tx.ctx().now(), tx.ctx().tenant().zone.clone());
    let period = period_to_pay(sub, now, &zone).ok_or_else(|| Problem::internal("a period beyond time"))?;
    // After a trial that asked for no way to pay, the order offers the first there is.
    let method = match sub.provider {
        Method::Free if sub.price > 0 => choose_method(tx, sub.price, "").await?.0,
        method => method,
    };
    Ok(place_order(tx, sub, period, method).await?)
}

/// Places the order of a period.
pub(super) async fn place_order(
    tx: &mut Tx,
    sub: &Subscription,
    period: Period,
    method: Method,
) -> Result<Order, BillingError> {
    let (lines, discounts) = lines_of(sub);
    let (buyer, key) = (buyer(tx, sub.id).await?, tx.ctx().new_token());
    let back = sub.own_path();
    let new = NewOrder {
        module: &sub.module,
        client: sub.client_id,
        client_name: &buyer.name,
        client_email: &buyer.email,
        currency: sub.currency,
        method,
        form_key: &key,
        expires_at: Some(period.end.max(tx.ctx().now().plus_minutes(PAY_MINUTES))),
        lines: &lines,
        return_path: Some(&back),
        extras: Extras {
            discounts: &discounts,
            period: Some(period),
            bill_to: &buyer.bill_to,
            buyer_tax_id: &buyer.tax_id,
            ..Extras::default()
        },
    };
    place(tx, new).await
}

/// The line of a period, with the discount that still lasts.
pub(super) fn lines_of(sub: &Subscription) -> (Vec<NewLine>, Vec<NewDiscount>) {
    let line = NewLine::plain(sub.item.clone(), sub.name.clone(), sub.price, sub.detail.clone());
    let mut lines = vec![NewLine { tax: sub.tax(), role: LineRole::Item, ..line }];
    let Some(discount) = sub.discount() else { return (lines, Vec::new()) };
    let amount = spread(discount.off(sub.price), &mut lines, |_| true);
    if amount == 0 {
        return (lines, Vec::new());
    }
    let PeriodDiscount { name, code, .. } = discount;
    (lines, vec![NewDiscount { kind: DiscountKind::Coupon, code, name, amount }])
}
