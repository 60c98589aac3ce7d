use events::SubscriptionId;
use kernel::{Ctx, Permission, Problem, Tx, audit};
use serde_json::json;

use super::{
    By, Outcome, ProviderState, Subscription, Wish, change, collect, follow, rest,
    store::{lock, lock_orders, open_orders},
    wish,
};
use crate::{BillingError, Order, cancel, installed};

/// What became of a wish.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The subscription as it is now.
    pub subscription: Subscription,
    /// An order that is to be paid before the wish comes true.
    pub order: Option<Order>,
}

/// Carries out what a client or staff want with a subscription. One that a provider renews is changed there first; what it
/// answers is followed. For a change that costs something an order is placed and collected if it can be; else it is
/// answered, to be paid.
///
/// # Errors
/// 404 for another client's subscription, what [`super::may`] refuses, 502 `payment_away`.
pub async fn carry_out(
    ctx: &Ctx,
    permission: Permission,
    id: SubscriptionId,
    wish: &Wish,
    by: By,
    reason: &str,
) -> Result<Carried, Problem> {
    let sub = ctx.tx(permission, async |tx: &mut Tx| allowed(tx, id, wish, by).await).await?;
    let state = if sub.is_followed() { Some(ask(ctx, &sub, wish).await?) } else { None };
    let carried = ctx
        .tx(permission, async |tx: &mut Tx| {
            let carried = match &state {
                Some(state) => Box::pin(followed(tx, &sub, wish, state, by, reason)).await?,
                None => Box::pin(apply(tx, id, wish, by, reason)).await?,
            };
            audit(tx, action(wish), id, json!({ "reason": reason })).await?;
            Ok::<_, Problem>(carried)
        })
        .await?;
    match &carried.order {
        None => Ok(carried),
        Some(order) => collected(ctx, permission, id, order.clone()).await,
    }
}

async fn allowed(tx: &mut Tx, id: SubscriptionId, wish: &Wish, by: By) -> Result<Subscription, Problem> {
    let sub = super::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    if let By::Client(client) = by
        && client != sub.client_id
    {
        return Err(Problem::not_found());
    }
    let now = tx.ctx().now();
    wish::may(&sub, wish, by, now)?;
    if let (Wish::Change { terms, .. }, true) = (wish, sub.is_followed()) {
        change::is_there(tx, &sub, terms).await?;
    }
    Ok(sub)
}

async fn ask(ctx: &Ctx, sub: &Subscription, wish: &Wish) -> Result<ProviderState, Problem> {
    let provider = installed().of(sub.provider).map_err(BillingError::from)?;
    let provider = provider.subscriptions().ok_or_else(|| Problem::conflict("subscription_provider"))?;
    Ok(provider.act(ctx, sub, wish).await.map_err(BillingError::from)?)
}

/// The provider has carried it out.
async fn followed(
    tx: &mut Tx,
    sub: &Subscription,
    wish: &Wish,
    state: &ProviderState,
    by: By,
    reason: &str,
) -> Result<Carried, Problem> {
    if *wish == (Wish::EndNow { refund: true }) {
        lock_orders(tx, sub.id).await?;
        rest::refund_rest(tx, sub, reason).await?;
    }
    if let Wish::Change { terms, .. } = wish {
        change::planned_there(tx, sub.id, (**terms).clone()).await?;
    }
    if *wish == Wish::Keep && sub.planned.is_some() {
        change::kept_there(tx, sub.id).await?;
    }
    let now = follow::follow_as(tx, sub.id, state, by.cause()).await?;
    Ok(Carried { subscription: now.ok_or_else(Problem::not_found)?, order: None })
}

async fn apply(
    tx: &mut Tx,
    id: SubscriptionId,
    wish: &Wish,
    by: By,
    reason: &str,
) -> Result<Carried, Problem> {
    // Orders before their subscription. What waits for its payment is not wanted any more.
    if !matches!(wish, Wish::Resume) {
        give_up_orders(tx, id, wish).await?;
    }
    lock_orders(tx, id).await?;
    let mut sub = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    let now = tx.ctx().now();
    wish::may(&sub, wish, by, now).or_else(|problem| {
        let never_begun = sub.anchor.is_none() && matches!(wish, Wish::EndNow { .. });
        let dropped = *wish == Wish::Keep && sub.status.is_live();
        if never_begun || dropped { Ok(()) } else { Err(problem) }
    })?;
    let mut order = None;
    sub = match wish {
        Wish::Pause(until) => wish::pause(tx, sub, *until, by.cause()).await?,
        Wish::Resume => wish::resume(tx, sub, by.cause()).await?,
        Wish::EndWithPeriod => wish::end_with_period(tx, sub, by.cause()).await?,
        Wish::EndNow { refund } => {
            if *refund {
                rest::refund_rest(tx, &sub, reason).await?;
            }
            wish::end(tx, sub, by.cause()).await?
        }
        Wish::Keep => wish::keep(tx, sub).await?,
        Wish::Change { terms, when } => {
            let changed = change::apply(tx, sub, (**terms).clone(), *when, reason).await?;
            order = changed.1;
            changed.0
        }
    };
    Ok(Carried { subscription: sub, order })
}

/// Cancels the open orders that a wish makes useless: of a change always, of a period when the subscription is to end.
async fn give_up_orders(tx: &mut Tx, id: SubscriptionId, wish: &Wish) -> Result<(), Problem> {
    let ends = matches!(wish, Wish::EndNow { .. } | Wish::EndWithPeriod);
    let of_change = super::by_id(tx, id).await?.and_then(|sub| sub.planned()?.order);
    for open in open_orders(tx, id).await? {
        if (ends || Some(open) == of_change)
            && let Some(order) = crate::lock(tx, open).await?
            && order.status.is_open()
        {
            cancel(tx, &order).await?;
        }
    }
    Ok(())
}

/// Collects an order of a change, if it can be.
async fn collected(
    ctx: &Ctx,
    permission: Permission,
    id: SubscriptionId,
    order: Order,
) -> Result<Carried, Problem> {
    let outcome = collect(ctx, permission, order.id).await;
    let load =
        ctx.tx(permission, async |tx: &mut Tx| super::by_id(tx, id).await?.ok_or_else(Problem::not_found));
    let subscription = load.await?;
    match outcome {
        Ok(Outcome::Paid | Outcome::Nothing | Outcome::Processing) => {
            Ok(Carried { subscription, order: None })
        }
        // The buyer pays on the order's page; a provider that is away may be back by then.
        Ok(Outcome::Failed { .. }) | Err(_) => Ok(Carried { subscription, order: Some(order) }),
    }
}

const fn action(wish: &Wish) -> &'static str {
    match wish {
        Wish::Pause(_) => "subscription.paused",
        Wish::Resume => "subscription.resumed",
        Wish::EndWithPeriod => "subscription.end_planned",
        Wish::EndNow { .. } => "subscription.ended",
        Wish::Keep => "subscription.kept",
        Wish::Change { .. } => "subscription.change_asked",
    }
}
