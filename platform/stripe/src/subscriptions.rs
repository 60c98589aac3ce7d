//! Subscriptions that Stripe renews.
//!
//! A plain plan that begins on Stripe's page is a subscription of Stripe's: one line, the same price each period. What begins
//! in the card form, and with a discount, a trial without a card, a deposit or something bought beside it, the platform
//! renews with what the client saved, which can do all that.

use billing::{
    NewLine, Order, ProviderError, dues, lines, quote,
    subscriptions::{self, Every, ProviderState, Subscription, SubscriptionProvider, Terms, Wish},
};
use kernel::{BoxFuture, Ctx};
use serde_json::{Value, json};

use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, with},
    failure::Failure,
    follow::state_of,
    mirror::Priced,
    model::Subscribed,
    provider::unreadable,
};

impl SubscriptionProvider for Stripe {
    fn act<'a>(
        &'a self,
        ctx: &'a Ctx,
        subscription: &'a Subscription,
        wish: &'a Wish,
    ) -> BoxFuture<'a, Result<ProviderState, ProviderError>> {
        Box::pin(async move { Ok(self.carry_out(ctx, subscription, wish).await?) })
    }
}

impl Stripe {
    /// The subscription that Stripe is to renew, when the order is the first of one.
    pub(crate) async fn renewed(&self, ctx: &Ctx, order: &Order) -> Result<Option<Subscription>, Failure> {
        let Some(id) = order.subscription_id.filter(|_| order.taken_off == 0 && order.total > 0) else {
            return Ok(None);
        };
        let (sub, lines, dues) = ctx
            .read_tx(right(ctx), async |tx| {
                let sub = subscriptions::by_id(tx, id).await?;
                Ok::<_, Failure>((sub, lines(tx, order.id).await?, dues(tx, order.id).await?))
            })
            .await?;
        let plain = |sub: &Subscription| {
            sub.anchor.is_none()
                && sub.reference.is_empty()
                && sub.discount.is_none()
                && sub.periods != Some(1)
                && sub.rules().trial_days == 0
                && lines.len() == 1
                && dues.is_empty()
                && priced(sub).is_some_and(|priced| priced.amount == order.total)
        };
        Ok(sub.filter(plain))
    }

    /// The price of a subscription's period as Stripe knows it.
    pub(crate) async fn price_of(
        &self,
        ctx: &Ctx,
        account: &Account,
        sub: &Subscription,
    ) -> Result<String, Failure> {
        let priced = priced(sub).ok_or_else(|| unreadable("price"))?;
        self.mirrored_price(ctx, account, &priced).await
    }

    async fn carry_out(&self, ctx: &Ctx, sub: &Subscription, wish: &Wish) -> Result<ProviderState, Failure> {
        let account = self.connected(ctx).await?;
        let path = format!("/subscriptions/{}", sub.reference);
        let asked = ctx.now();
        let request = match wish {
            Wish::Pause(until) => {
                let resumes = until.map(|until| until.timestamp().as_second());
                let pause = with(json!({"behavior": "void"}), "resumes_at", resumes);
                Plain::post(path, json!({ "pause_collection": pause }))
            }
            // An empty text takes it away.
            Wish::Resume => Plain::post(path, json!({"pause_collection": ""})),
            Wish::EndWithPeriod => Plain::post(path, json!({"cancel_at_period_end": true})),
            Wish::Keep => {
                let mut form = until(sub, &sub.terms());
                if sub.planned.is_some() {
                    let there = self.read_subscription(&account, &sub.reference).await?;
                    let price = self.price_of(ctx, &account, sub).await?;
                    form = with(form, "items", Some(json!([{"id": there.item, "price": price}])));
                }
                Plain::post(path, form)
            }
            Wish::EndNow { .. } => Plain::delete(path),
            Wish::Change { terms, .. } => {
                let there = self.read_subscription(&account, &sub.reference).await?;
                let priced = priced_as(sub, terms).ok_or_else(|| unreadable("price"))?;
                let price = self.mirrored_price(ctx, &account, &priced).await?;
                let items = json!([{"id": there.item, "price": price}]);
                Plain::post(path, with(until(sub, terms), "items", Some(items)))
            }
        };
        let answer = self.line().ask(&account.caller, &request).await?;
        let there = Subscribed::read(&answer).ok_or_else(|| unreadable("subscription"))?;
        Ok(state_of(&there, asked))
    }
}

/// What counts from the next period on: nothing is charged or given back for this one, and a term ends in its time.
fn until(sub: &Subscription, terms: &Terms) -> Value {
    let ends = sub.anchor.zip(terms.periods).and_then(|(anchor, periods)| {
        let all = i64::from(terms.every_count) * i64::from(periods);
        subscriptions::boundary(anchor, &jiff::tz::TimeZone::UTC, terms.every, 1, all)
    });
    match ends {
        Some(end) => json!({"cancel_at": end.timestamp().as_second(), "proration_behavior": "none"}),
        // It takes any end away.
        None => json!({"cancel_at_period_end": false, "proration_behavior": "none"}),
    }
}

fn priced(sub: &Subscription) -> Option<Priced> {
    let line = NewLine {
        tax: sub.tax(),
        ..NewLine::plain(sub.item.clone(), sub.name.clone(), sub.price, json!({}))
    };
    Some(Priced {
        item: sub.item.clone(),
        name: sub.name.clone(),
        amount: quote(&[line], sub.currency)?.total,
        currency: sub.currency,
        every: Some((every(sub.every), sub.every_count)),
    })
}

fn priced_as(sub: &Subscription, terms: &Terms) -> Option<Priced> {
    let line = NewLine::plain(terms.item.clone(), terms.name.clone(), terms.price, json!({}));
    let line = NewLine { tax: terms.tax.clone(), ..line };
    Some(Priced {
        item: terms.item.clone(),
        name: terms.name.clone(),
        amount: quote(&[line], sub.currency)?.total,
        currency: sub.currency,
        every: Some((every(terms.every), terms.every_count)),
    })
}

const fn every(every: Every) -> &'static str {
    match every {
        Every::Week => "week",
        Every::Month => "month",
        Every::Year => "year",
    }
}
