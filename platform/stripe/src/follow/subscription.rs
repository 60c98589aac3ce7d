use billing::{
    Method, NewPayment, OnGone, Period, Settled, Status, by_id, settle,
    subscriptions::{self, ProviderState, SubscriptionStatus},
};
use events::{Instant, OrderId, SubscriptionId};
use kernel::Ctx;
use serde_json::{Value, json};

use super::{Outcome, is_ours, payment::money};
use crate::{
    Stripe,
    account::{Account, right},
    call::{Plain, Trouble},
    failure::Failure,
    model::{Invoice, Subscribed, items},
    provider::unreadable,
};

/// Why the first invoice of a subscription was made.
const FIRST: &str = "subscription_create";

impl Stripe {
    /// A subscription as Stripe sees it now.
    pub(crate) async fn read_subscription(&self, account: &Account, id: &str) -> Result<Subscribed, Failure> {
        let path = format!("/subscriptions/{id}");
        let answer = self.line().ask(&account.caller, &Plain::get(path, Value::Null)).await?;
        Subscribed::read(&answer).ok_or_else(|| unreadable("subscription"))
    }

    async fn read_invoice(&self, account: &Account, id: &str) -> Result<Invoice, Failure> {
        let expand = json!({"expand": ["payments"]});
        let answer = self.line().ask(&account.caller, &Plain::get(format!("/invoices/{id}"), expand)).await?;
        Invoice::read(&answer).ok_or_else(|| unreadable("invoice"))
    }

    /// A subscription with the invoice that it is at: state and payment in one go, whichever was told first.
    pub(crate) async fn follow_subscription(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let asked = ctx.now();
        let there = self.read_subscription(account, id).await?;
        let Some(own) = own(ctx, &there) else { return Ok(Outcome::NotOurs) };
        let invoice = match &there.latest_invoice {
            Some(invoice) => Some(self.read_invoice(account, invoice).await?),
            None => None,
        };
        if is_stray(ctx, own, &there, false).await? {
            return self.give_up_stray(ctx, account, &there, invoice.as_ref()).await;
        }
        self.catch_up(ctx, account, own, &there).await?;
        let outcome = match &invoice {
            Some(invoice) => self.write_invoice(ctx, account, own, &there, invoice).await?,
            None => Outcome::Subscription,
        };
        if matches!(outcome, Outcome::GivenBack(_)) && is_stray(ctx, own, &there, true).await? {
            return self.give_up_stray(ctx, account, &there, None).await.map(|_| outcome);
        }
        self.write_state(ctx, own, &there, asked).await?;
        self.ends_in_time(ctx, account, own, &there).await?;
        Ok(outcome)
    }

    /// An invoice, and the subscription that it is of.
    pub(crate) async fn follow_invoice(
        &self,
        ctx: &Ctx,
        account: &Account,
        id: &str,
    ) -> Result<Outcome, Failure> {
        let asked = ctx.now();
        let invoice = self.read_invoice(account, id).await?;
        let Some(subscription) = &invoice.subscription else { return Ok(Outcome::NotOurs) };
        let there = self.read_subscription(account, subscription).await?;
        let Some(own) = own(ctx, &there) else { return Ok(Outcome::NotOurs) };
        if is_stray(ctx, own, &there, false).await? {
            return self.give_up_stray(ctx, account, &there, Some(&invoice)).await;
        }
        self.catch_up(ctx, account, own, &there).await?;
        let outcome = self.write_invoice(ctx, account, own, &there, &invoice).await?;
        if matches!(outcome, Outcome::GivenBack(_)) && is_stray(ctx, own, &there, true).await? {
            return self.give_up_stray(ctx, account, &there, None).await.map(|_| outcome);
        }
        self.write_state(ctx, own, &there, asked).await?;
        Ok(outcome)
    }

    /// A subscription that nobody wants ends at Stripe at once, and what was paid for it goes back: its order was paid
    /// another way, or cancelled, while the buyer was on Stripe's page.
    async fn give_up_stray(
        &self,
        ctx: &Ctx,
        account: &Account,
        there: &Subscribed,
        invoice: Option<&Invoice>,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::Subscription;
        let order = there.tags.order.parse::<OrderId>().ok();
        if let Some((order, invoice)) = order.zip(invoice.filter(|invoice| invoice.is_paid())) {
            let payment = payment_of(invoice, String::new())?;
            let settled = ctx
                .tx(right(ctx), async |tx| {
                    Ok::<_, Failure>(settle(tx, order, payment, OnGone::GiveBack).await?)
                })
                .await?;
            outcome = Outcome::GivenBack(settled.order().number);
            if let Some(intent) = &invoice.intent {
                // What went back of it meanwhile.
                self.follow_intent(ctx, account, intent).await?;
            }
        }
        if there.ended_at.is_none() && there.status != "canceled" {
            let end = Plain::delete(format!("/subscriptions/{}", there.id));
            match self.line().ask(&account.caller, &end).await {
                // It has ended meanwhile.
                Ok(_) | Err(Trouble::Missing(_) | Trouble::Refused(_)) => {}
                Err(trouble) => return Err(trouble.into()),
            }
        }
        Ok(outcome)
    }

    /// Periods that were paid while nobody told of it, longer ago than Stripe keeps its events: each is an order too.
    async fn catch_up(
        &self,
        ctx: &Ctx,
        account: &Account,
        own: SubscriptionId,
        there: &Subscribed,
    ) -> Result<(), Failure> {
        let known = ctx
            .read_tx(right(ctx), async |tx| Ok::<_, Failure>(subscriptions::by_id(tx, own).await?))
            .await?
            .and_then(|sub| sub.period_end);
        let Some(known) = known.filter(|end| there.start.is_some_and(|start| start > *end)) else {
            return Ok(());
        };
        let query =
            json!({"subscription": there.id, "status": "paid", "limit": 100, "expand": ["data.payments"]});
        let page = self.line().ask(&account.caller, &Plain::get("/invoices", query)).await?;
        // The oldest first, as they were paid.
        for invoice in items(&page, "/data").iter().rev().filter_map(Invoice::read) {
            if invoice.period.is_some_and(|(start, _)| start >= known) {
                self.write_invoice(ctx, account, own, there, &invoice).await?;
            }
        }
        Ok(())
    }

    async fn write_invoice(
        &self,
        ctx: &Ctx,
        account: &Account,
        own: SubscriptionId,
        there: &Subscribed,
        invoice: &Invoice,
    ) -> Result<Outcome, Failure> {
        if invoice.is_paid() {
            return Box::pin(self.write_paid(ctx, account, own, there, invoice)).await;
        }
        let failed = invoice.status == "open" && invoice.attempts > 0;
        if failed && matches!(there.status.as_str(), "past_due" | "unpaid" | "incomplete") {
            let (at, attempts) = (ctx.now(), i32::try_from(invoice.attempts).unwrap_or(i32::MAX));
            ctx.tx(right(ctx), async |tx| {
                subscriptions::payment_failed(tx, own, "declined", attempts, at).await?;
                Ok::<_, Failure>(())
            })
            .await?;
        }
        Ok(Outcome::Subscription)
    }

    async fn write_paid(
        &self,
        ctx: &Ctx,
        account: &Account,
        own: SubscriptionId,
        there: &Subscribed,
        invoice: &Invoice,
    ) -> Result<Outcome, Failure> {
        let Some((start, end)) = invoice.period.or_else(|| there.start.zip(there.end)) else {
            return Ok(Outcome::Subscription);
        };
        let intent = match &invoice.intent {
            Some(intent) => Some(self.read_intent(account, intent).await?),
            None => None,
        };
        let label =
            intent.as_ref().and_then(|intent| intent.charge.as_ref()).map(|charge| charge.label.clone());
        let payment = payment_of(invoice, label.unwrap_or_default())?;
        let period = Period { subscription: own, start, end };
        // By itself: an order is locked before its subscription.
        ctx.tx(right(ctx), async |tx| {
            subscriptions::bind(tx, own, Method::Stripe, &there.id).await?;
            Ok::<_, Failure>(())
        })
        .await?;
        let settled = ctx
            .tx(right(ctx), async |tx| {
                Ok::<_, Failure>(subscriptions::period_paid(tx, own, period, payment).await?)
            })
            .await?;
        let number = settled.order().number;
        let saved = intent.and_then(|intent| intent.method).filter(|method| method.customer.is_some());
        if let Some(saved) = saved.filter(|_| invoice.reason == FIRST && matches!(settled, Settled::Paid(_)))
        {
            // What it was bought with it is renewed with.
            self.keep_saved(ctx, &saved).await?;
            self.pays_with(ctx, account, own, &saved.id).await?;
        }
        if let Some(intent) = &invoice.intent {
            // What went back of it meanwhile.
            self.follow_intent(ctx, account, intent).await?;
        }
        Ok(match settled {
            Settled::GivenBack(..) => Outcome::GivenBack(number),
            _ => Outcome::Paid(number),
        })
    }

    async fn write_state(
        &self,
        ctx: &Ctx,
        own: SubscriptionId,
        there: &Subscribed,
        asked: Instant,
    ) -> Result<(), Failure> {
        let state = state_of(there, asked);
        ctx.tx(right(ctx), async |tx| {
            if there.status != "incomplete_expired" {
                subscriptions::bind(tx, own, Method::Stripe, &there.id).await?;
            }
            subscriptions::follow(tx, own, &state).await?;
            Ok(())
        })
        .await
    }

    /// A term of so many periods ends at Stripe too.
    async fn ends_in_time(
        &self,
        ctx: &Ctx,
        account: &Account,
        own: SubscriptionId,
        there: &Subscribed,
    ) -> Result<(), Failure> {
        let sub = ctx
            .read_tx(right(ctx), async |tx| Ok::<_, Failure>(subscriptions::by_id(tx, own).await?))
            .await?;
        let Some((sub, start)) = sub.zip(there.start).filter(|_| there.ended_at.is_none()) else {
            return Ok(());
        };
        let Some(periods) = sub.periods.filter(|_| sub.periods_paid <= 1) else { return Ok(()) };
        let every = i64::from(sub.every_count) * i64::from(periods);
        let utc = jiff::tz::TimeZone::UTC;
        let Some(end) = subscriptions::boundary(start, &utc, sub.every, 1, every) else { return Ok(()) };
        let form = json!({"cancel_at": end.timestamp().as_second(), "proration_behavior": "none"});
        let key = format!("term/{own}/{}", there.id);
        self.line()
            .once(&account.caller, &Plain::post(format!("/subscriptions/{}", there.id), form), &key)
            .await?;
        Ok(())
    }
}

/// An invoice's payment.
fn payment_of(invoice: &Invoice, label: String) -> Result<NewPayment, Failure> {
    let reference = invoice.intent.clone().unwrap_or_else(|| invoice.id.clone());
    let amount = money(invoice.paid, &invoice.currency)?;
    Ok(NewPayment { label, ..NewPayment::of(Method::Stripe, reference, amount) })
}

/// Whether Stripe would renew what began without it, or by another subscription of Stripe's, or never will begin: its order
/// was cancelled, or took no money (`refused`).
async fn is_stray(
    ctx: &Ctx,
    own: SubscriptionId,
    there: &Subscribed,
    refused: bool,
) -> Result<bool, Failure> {
    let found = ctx.read_tx(right(ctx), async |tx| {
        let Some(sub) = subscriptions::by_id(tx, own).await? else { return Ok::<_, Failure>(None) };
        let order = match there.tags.order.parse::<OrderId>() {
            Ok(order) => by_id(tx, order).await?,
            Err(_) => None,
        };
        Ok(Some((sub, order)))
    });
    let Some((sub, order)) = found.await? else { return Ok(false) };
    let cancelled = order.is_some_and(|order| order.status == Status::Cancelled);
    Ok(if sub.anchor.is_some() { sub.reference != there.id } else { cancelled || refused })
}

/// The subscription of this tenant's that it carries the name of.
fn own(ctx: &Ctx, there: &Subscribed) -> Option<SubscriptionId> {
    is_ours(ctx, &there.tags).then(|| there.tags.subscription.parse().ok()).flatten()
}

/// Stripe's state in our words, as it was when Stripe was asked.
pub(crate) fn state_of(there: &Subscribed, asked: Instant) -> ProviderState {
    let status = match there.status.as_str() {
        "trialing" => SubscriptionStatus::Trialing,
        "active" | "paused" => SubscriptionStatus::Active,
        "past_due" | "unpaid" => SubscriptionStatus::PastDue,
        "canceled" | "incomplete_expired" => SubscriptionStatus::Ended,
        _ => SubscriptionStatus::Incomplete,
    };
    let ended_at = there.ended_at.or((status == SubscriptionStatus::Ended).then_some(asked));
    ProviderState {
        status,
        period_start: there.start,
        period_end: there.end,
        ends_with_period: there.ends_with_period,
        paused: there.paused,
        resumes_at: there.resumes_at,
        ended_at: ended_at.filter(|_| status == SubscriptionStatus::Ended),
        at: asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_stripes_has_one_of_ours() {
        let asked: Instant = "2026-11-23T08:00:00Z".parse().unwrap();
        let of = |status: &str| {
            let there = Subscribed::read(&json!({"id": "sub_1", "status": status})).unwrap();
            state_of(&there, asked)
        };
        for (theirs, ours) in [
            ("incomplete", SubscriptionStatus::Incomplete),
            ("incomplete_expired", SubscriptionStatus::Ended),
            ("trialing", SubscriptionStatus::Trialing),
            ("active", SubscriptionStatus::Active),
            ("past_due", SubscriptionStatus::PastDue),
            ("unpaid", SubscriptionStatus::PastDue),
            ("canceled", SubscriptionStatus::Ended),
            ("paused", SubscriptionStatus::Active),
        ] {
            let state = of(theirs);
            assert_eq!(state.status, ours, "{theirs}");
            assert_eq!(state.ended_at.is_some(), ours == SubscriptionStatus::Ended, "{theirs}");
            assert_eq!(state.paused, theirs == "paused");
        }
    }
}
