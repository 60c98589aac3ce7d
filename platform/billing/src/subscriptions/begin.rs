use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency};
use kernel::{Problem, Tx};

use super::{PeriodDiscount, Subscription, SubscriptionStatus, SubscriptionStepKind, Terms, step, time};
use crate::{
    Method, Period, max_price,
    schema::{subscription_places as places, subscriptions as table},
};

/// A subscription to be placed, together with its first order.
#[derive(Clone, Debug)]
pub struct NewSubscription<'a> {
    /// The module that sells it.
    pub module: &'a str,
    /// Who buys.
    pub client: ClientId,
    /// The tenant's currency.
    pub currency: Currency,
    /// How it is to be paid.
    pub method: Method,
    /// What is subscribed to. With trial days the first order is to cost nothing.
    pub terms: Terms,
    /// How many of the same a client may have at once, those that wait for their first payment included; at least 1.
    pub most: i32,
    /// A discount on the periods after the first; that of the first stands in its order.
    pub discount: Option<PeriodDiscount>,
}

/// Places a subscription that waits for its first order, and answers the period that this order pays. The caller places
/// the order in the same transaction, with this period. When it is paid, the period begins at that moment.
///
/// # Errors
/// 422 at `offer` when the terms make no sense, 409 `subscription_running` when the client has as many of the same as may be
/// had at once, and what the database refuses.
pub async fn place(tx: &mut Tx, new: NewSubscription<'_>) -> Result<(Subscription, Period), Problem> {
    let terms = &new.terms;
    let fits = (1..=52).contains(&terms.every_count)
        && (0..=max_price(new.currency)).contains(&terms.price)
        && terms.periods.is_none_or(|periods| (1..=120).contains(&periods))
        && (0..=365).contains(&terms.rules.trial_days);
    if !fits {
        return Err(Problem::field("offer", "offer_price"));
    }
    let (ctx, id) = (tx.ctx().clone(), tx.ctx().new_id::<events::kinds::Subscription>());
    let row = (
        (
            table::id.eq(id),
            table::token.eq(ctx.new_token()),
            table::module.eq(new.module),
            table::client_id.eq(new.client),
            table::currency.eq(new.currency),
            table::discount.eq(new.discount),
            table::status.eq(SubscriptionStatus::Incomplete),
            table::provider.eq(new.method),
            table::created_at.eq(ctx.now()),
        ),
        (
            table::item.eq(&terms.item),
            table::name.eq(&terms.name),
            table::price.eq(terms.price),
            table::tax.eq(terms.tax.clone()),
            table::every.eq(terms.every),
            table::every_count.eq(terms.every_count),
            table::periods.eq(terms.periods),
            table::rules.eq(terms.rules.clone()),
            table::detail.eq(&terms.detail),
        ),
    );
    // Its trigger gives it a place: whoever comes second waits there for the first one, and has a later place.
    let made = diesel::insert_into(table::table).values(row).returning(Subscription::as_returning());
    let made: Subscription = made.get_result(&mut **tx).await?;
    let place = places::table.filter(places::subscription_id.eq(id)).select(places::place);
    if place.first::<i32>(&mut **tx).await? >= new.most.max(1) {
        return Err(Problem::conflict("subscription_running"));
    }
    step(tx, id, SubscriptionStepKind::Placed, "").await?;
    let period = first_period(tx, &made)?;
    Ok((made, period))
}

/// The first period, were it to begin now: the trial, or a whole one.
pub(super) fn first_period(tx: &Tx, sub: &Subscription) -> Result<Period, Problem> {
    let (now, zone) = (tx.ctx().now(), time::zone(&tx.ctx().tenant().zone));
    let end = match sub.rules().trial_days {
        0 => time::boundary(now, &zone, sub.every, sub.every_count, 1),
        days => time::days_later(now, &zone, days),
    };
    let end = end.ok_or_else(|| Problem::internal("a period beyond time"))?;
    Ok(Period { subscription: sub.id, start: now, end })
}
