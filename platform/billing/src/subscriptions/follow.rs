//! Subscriptions that a provider renews: the platform follows what it tells.

use diesel_async::SimpleAsyncConnection;
use events::{
    Instant, SubscriptionId,
    billing::{SubscriptionEnded, SubscriptionPaused, SubscriptionResumed},
};
use kernel::{Problem, Tx};

use super::{
    Subscription, SubscriptionStatus, SubscriptionStepKind, change, dunning, renew, step,
    store::{facts, latest_order, lock, move_period, next_at, open_order, order_of_period, save, tell},
};
use crate::{
    BillingError, Extras, LineRole, Method, NewLine, NewOrder, NewPayment, OnGone, Order, Period, Settled,
    Status, place, quote, settle,
};

/// How a subscription stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderState {
    /// Its state.
    pub status: SubscriptionStatus,
    /// Where the present period begins.
    pub period_start: Option<Instant>,
    /// Where it ends.
    pub period_end: Option<Instant>,
    /// Whether it ends with the period.
    pub ends_with_period: bool,
    /// Whether nothing is collected for now.
    pub paused: bool,
    /// When that ends by itself.
    pub resumes_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// The moment of this state: an older one never overwrites a newer one.
    pub at: Instant,
}

impl ProviderState {
    /// The state that the platform writes down.
    const fn status(&self) -> SubscriptionStatus {
        match self.status {
            SubscriptionStatus::Ended => SubscriptionStatus::Ended,
            _ if self.ended_at.is_some() => SubscriptionStatus::Ended,
            status if self.paused && status.is_live() => SubscriptionStatus::Paused,
            status => status,
        }
    }
}

/// The provider has made a subscription of its own for this one and renews it from now on. Again: nothing.
///
/// # Errors
/// 404 for an unknown subscription; when the database refuses.
pub async fn bind(
    tx: &mut Tx,
    id: SubscriptionId,
    method: Method,
    reference: &str,
) -> Result<Subscription, Problem> {
    let mut sub = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if sub.reference != reference || sub.provider != method {
        (sub.provider, sub.reference) = (method, reference.to_owned());
        sub.next_at = next_at(&sub, tx.ctx().now(), &tx.ctx().tenant().zone);
        save(tx, &sub).await?;
    }
    Ok(sub)
}

/// Writes down how a subscription stands at its provider. An older state than the one that is written changes nothing.
/// `None`: there is no such subscription.
///
/// # Errors
/// When the database refuses.
pub async fn follow(
    tx: &mut Tx,
    id: SubscriptionId,
    state: &ProviderState,
) -> Result<Option<Subscription>, Problem> {
    follow_as(tx, id, state, "provider").await
}

/// The same, with who wanted it.
pub(super) async fn follow_as(
    tx: &mut Tx,
    id: SubscriptionId,
    state: &ProviderState,
    cause: &str,
) -> Result<Option<Subscription>, Problem> {
    let Some(before) = lock(tx, id).await? else { return Ok(None) };
    if before.provider_at.is_some_and(|known| known > state.at) {
        return Ok(Some(before));
    }
    let before = match state.period_start {
        Some(start) => change::with_period(tx, before, start).await?,
        None => before,
    };
    let Some(sub) = taken(before.clone(), state, tx.ctx().now()) else { return Ok(Some(before)) };
    let mut sub = sub;
    sub.next_at = next_at(&sub, tx.ctx().now(), &tx.ctx().tenant().zone);
    if sub == before {
        return Ok(Some(sub));
    }
    save(tx, &sub).await?;
    announce(tx, &before, &sub, cause).await?;
    Ok(Some(sub))
}

/// The subscription with the provider's state. `None`: that state can't follow on this one.
pub(super) fn taken(mut sub: Subscription, state: &ProviderState, now: Instant) -> Option<Subscription> {
    let (begun, status) = (sub.anchor.is_some(), state.status());
    sub.provider_at = Some(state.at);
    if status == SubscriptionStatus::Ended {
        if sub.status == SubscriptionStatus::Ended {
            return Some(sub);
        }
        (sub.status, sub.ended_at) = (status, Some(state.ended_at.unwrap_or(now)));
        (sub.paused_at, sub.resumes_at, sub.planned) = (None, None, None);
        return Some(sub);
    }
    // It begins with the payment of its first order, which may be told later than this.
    if !begun {
        return Some(sub);
    }
    if status != sub.status && !sub.status.may_become(status, begun) {
        return None;
    }
    if let Some((start, end)) = state.period_start.zip(state.period_end).filter(|(start, end)| start < end) {
        (sub.period_start, sub.period_end) = (Some(start), Some(end));
    }
    sub.ends_with_period = state.ends_with_period;
    sub.paused_at = (status == SubscriptionStatus::Paused).then(|| sub.paused_at.unwrap_or(now));
    sub.resumes_at = state.resumes_at.filter(|_| status == SubscriptionStatus::Paused);
    if status.gives() {
        (sub.owed_since, sub.dunned) = (None, 0);
    } else if status == SubscriptionStatus::PastDue {
        sub.owed_since = sub.owed_since.or(Some(now));
    }
    sub.status = status;
    Some(sub)
}

/// Tells what changed.
async fn announce(
    tx: &mut Tx,
    before: &Subscription,
    sub: &Subscription,
    cause: &str,
) -> Result<(), Problem> {
    use SubscriptionStatus::{Ended, Paused};
    let begun = sub.anchor.is_some();
    match (before.status, sub.status) {
        (Ended, Ended) => {}
        (_, Ended) if !begun => step(tx, sub.id, SubscriptionStepKind::NeverBegun, "").await?,
        (_, Ended) => {
            step(tx, sub.id, SubscriptionStepKind::Ended, cause).await?;
            let (of, ended_at) = (facts(tx, sub).await?, sub.ended_at.unwrap_or(tx.ctx().now()));
            tx.emit(&SubscriptionEnded { of, cause: cause.into(), ended_at }).await?;
        }
        (status, Paused) if status != Paused => {
            step(tx, sub.id, SubscriptionStepKind::Paused, "").await?;
            let of = facts(tx, sub).await?;
            tx.emit(&SubscriptionPaused { of, cause: cause.into(), resumes_at: sub.resumes_at }).await?;
        }
        (Paused, status) if status != Paused => {
            step(tx, sub.id, SubscriptionStepKind::Resumed, "").await?;
            let of = facts(tx, sub).await?;
            tx.emit(&SubscriptionResumed { of, cause: cause.into() }).await?;
        }
        _ => {}
    }
    if before.ends_with_period != sub.ends_with_period && sub.status.is_live() {
        let turn = sub.provider_at.unwrap_or(tx.ctx().now()).to_string();
        let (kind, what) = if sub.ends_with_period {
            (SubscriptionStepKind::EndPlanned, "ending")
        } else {
            (SubscriptionStepKind::Kept, "kept")
        };
        step(tx, sub.id, kind, "").await?;
        tell(tx, sub, what, &turn).await?;
    }
    Ok(())
}

/// The provider has collected a period: its order is made, if it is not there, and settled. The same payment again changes
/// nothing, in whatever order it comes with [`follow`].
///
/// # Errors
/// 404 for an unknown subscription, and what [`settle`] answers.
pub async fn period_paid(
    tx: &mut Tx,
    id: SubscriptionId,
    period: Period,
    payment: NewPayment,
) -> Result<Settled, Problem> {
    let order = order_for(tx, id, period, &payment).await?;
    if order.status.was_paid() && payment.amount.is_zero() {
        return Ok(Settled::AlreadyPaid(order));
    }
    let ended = order.status == Status::Cancelled;
    if !order.status.was_paid() && !ended && order.period() != Some(period) {
        move_period(tx, order.id, period).await?;
    }
    settle(tx, order.id, payment, OnGone::GiveBack).await
}

/// The order that a provider's payment is for, placed if there is none.
///
/// Invariant: the subscription is locked afterwards only when the order was placed here: nobody else waits for that one.
async fn order_for(
    tx: &mut Tx,
    id: SubscriptionId,
    period: Period,
    payment: &NewPayment,
) -> Result<Order, Problem> {
    let sub = super::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    if let Some(order) = wanted(tx, &sub, period).await? {
        return Ok(order);
    }
    // Whoever comes second waits here, and then finds the order; its lock comes before that of the subscription.
    tx.batch_execute("SAVEPOINT period").await?;
    let sub = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    match wanted(tx, &sub, period).await? {
        Some(order) => {
            tx.batch_execute("ROLLBACK TO SAVEPOINT period").await?;
            Ok(order)
        }
        None => {
            let sub = change::with_period(tx, sub, period.start).await?;
            place_paid(tx, &sub, period, payment).await
        }
    }
}

/// The order of a period: the first order, while none has begun, also when it has ended unpaid. Then whether it takes the
/// money is its own matter.
async fn wanted(tx: &mut Tx, sub: &Subscription, period: Period) -> Result<Option<Order>, Problem> {
    if let Some(order) = order_of_period(tx, period).await? {
        return Ok(Some(order));
    }
    if sub.anchor.is_some() {
        return Ok(None);
    }
    match open_order(tx, sub.id).await? {
        Some(order) => Ok(Some(order)),
        None => Ok(latest_order(tx, sub.id).await?),
    }
}

/// Places the order of a period that the provider has collected, over the amount that it collected.
async fn place_paid(
    tx: &mut Tx,
    sub: &Subscription,
    period: Period,
    payment: &NewPayment,
) -> Result<Order, Problem> {
    let (lines, _) = renew::lines_of(sub);
    let as_agreed = quote(&lines, sub.currency).is_some_and(|sums| sums.total == payment.amount.amount);
    if as_agreed {
        return Ok(renew::place_order(tx, sub, period, payment.method).await?);
    }
    let (buyer, key, back) = (super::store::buyer(tx, sub.id).await?, tx.ctx().new_token(), sub.own_path());
    // The provider's own sum: changes, taxes and discounts that were made there.
    let tax = sub.tax().map(|tax| crate::Tax { inclusive: true, ..tax });
    let line = NewLine::plain(sub.item.clone(), sub.name.clone(), payment.amount.amount, sub.detail.clone());
    let lines = [NewLine { tax, role: LineRole::Item, ..line }];
    let new = NewOrder {
        module: &sub.module,
        client: sub.client_id,
        client_name: &buyer.name,
        client_email: &buyer.email,
        currency: sub.currency,
        method: payment.method,
        form_key: &key,
        expires_at: None,
        lines: &lines,
        return_path: Some(&back),
        extras: Extras {
            period: Some(period),
            bill_to: &buyer.bill_to,
            buyer_tax_id: &buyer.tax_id,
            ..Extras::default()
        },
    };
    place(tx, new).await.map_err(|error: BillingError| error.into())
}

/// The provider could not collect a period, at `at`, after so many `attempts`. The client is told of each attempt once,
/// however often it is told here, and four times at most; an older failure than the state that is written changes nothing.
///
/// # Errors
/// When the database refuses.
pub async fn payment_failed(
    tx: &mut Tx,
    id: SubscriptionId,
    reason: &str,
    attempts: i32,
    at: Instant,
) -> Result<(), Problem> {
    let Some(mut sub) = lock(tx, id).await? else { return Ok(()) };
    let old = sub.provider_at.is_some_and(|known| known > at) && sub.status.gives();
    let known = sub.dunned >= attempts.clamp(1, 4);
    if old || known || !sub.status.is_live() || sub.status == SubscriptionStatus::Paused {
        return Ok(());
    }
    // Attempts of which nobody told count all the same.
    sub.dunned = attempts.clamp(1, 4) - 1;
    dunning::remind(tx, sub, None, reason, "").await
}

#[cfg(test)]
mod tests;
