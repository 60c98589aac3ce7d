use diesel::{ExpressionMethods, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{ClientId, Currency};
use kernel::{Problem, Tx};

use super::{PeriodDiscount, Subscription, SubscriptionStatus, SubscriptionStepKind, Terms, step, time};
use crate::{Method, Period, max_price, schema::subscriptions as table};

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
    /// A discount on the periods after the first; that of the first stands in its order.
    pub discount: Option<PeriodDiscount>,
}

/// Places a subscription that waits for its first order, and answers the period that this order pays. The caller places
/// the order in the same transaction, with this period. When it is paid, the period begins at that moment.
///
/// # Errors
/// 422 at `offer` when the terms make no sense, and what the database refuses.
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
            table::discount.eq(new.discount.and_then(|discount| serde_json::to_value(discount).ok())),
            table::status.eq(SubscriptionStatus::Incomplete),
            table::provider.eq(new.method),
            table::created_at.eq(ctx.now()),
        ),
        (
            table::item.eq(&terms.item),
            table::name.eq(&terms.name),
            table::price.eq(terms.price),
            table::tax.eq(terms.tax.as_ref().and_then(|tax| serde_json::to_value(tax).ok())),
            table::every.eq(terms.every),
            table::every_count.eq(terms.every_count),
            table::periods.eq(terms.periods),
            table::rules.eq(serde_json::to_value(&terms.rules).unwrap_or_default()),
            table::detail.eq(&terms.detail),
        ),
    );
    let made = diesel::insert_into(table::table).values(row).returning(Subscription::as_returning());
    let made: Subscription = made.get_result(&mut **tx).await?;
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
