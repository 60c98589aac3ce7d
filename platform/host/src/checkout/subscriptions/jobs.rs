//! What time brings about, and who is told.

use billing::{
    BILLING_RUN, FORGET_JOB, INSTALMENTS_JOB, TELL_INSTALMENT_JOB,
    subscriptions::{self, END_JOB, STALE_JOB, SUBSCRIPTIONS_JOB, TELL_JOB},
};
use events::{
    OrderId, SubscriptionId,
    billing::{
        SubscriptionChanged, SubscriptionEnded, SubscriptionPaused, SubscriptionPaymentFailed,
        SubscriptionResumed, SubscriptionStarted,
    },
};
use jiff::{Span, tz::TimeZone};
use kernel::{Ctx, JobDef, Problem, Reaction, Schedule, Tx};
use serde::Deserialize;

use super::mails;

const TELL_STARTED: &str = "billing.tell_subscription_started";
const TELL_FAILED: &str = "billing.tell_subscription_failed";
const TELL_PAUSED: &str = "billing.tell_subscription_paused";
const TELL_RESUMED: &str = "billing.tell_subscription_resumed";
const TELL_CHANGED: &str = "billing.tell_subscription_changed";
const TELL_ENDED: &str = "billing.tell_subscription_ended";
const TELL_BUSINESS_PAUSED: &str = "billing.tell_business_paused";
const TELL_BUSINESS_ENDED: &str = "billing.tell_business_ended";
/// Kind of the job that looks for cards that expire.
const CARDS_JOB: &str = "billing.cards";

/// So many are seen to at once.
const BATCH: i64 = 100;

/// Which of these jobs follow which event.
pub const REACTIONS: &[Reaction] = &[
    Reaction { event: "subscription.started", job: TELL_STARTED },
    Reaction { event: "subscription.payment_failed", job: TELL_FAILED },
    Reaction { event: "subscription.paused", job: TELL_PAUSED },
    Reaction { event: "subscription.resumed", job: TELL_RESUMED },
    Reaction { event: "subscription.changed", job: TELL_CHANGED },
    Reaction { event: "subscription.ended", job: TELL_ENDED },
    Reaction { event: "subscription.ended", job: FORGET_JOB },
    Reaction { event: "subscription.paused", job: TELL_BUSINESS_PAUSED },
    Reaction { event: "subscription.ended", job: TELL_BUSINESS_ENDED },
];

/// The safety net under the jobs that are bound to one subscription, and what the calendar brings.
pub const SCHEDULES: &[Schedule] = &[
    Schedule { job: SUBSCRIPTIONS_JOB, every_seconds: 900 },
    Schedule { job: INSTALMENTS_JOB, every_seconds: 900 },
    Schedule { job: CARDS_JOB, every_seconds: 24 * 3600 },
    Schedule { job: FORGET_JOB, every_seconds: 3600 },
];

#[derive(Clone, Debug, Deserialize)]
struct Followed<E> {
    event: E,
}
#[derive(Clone, Debug, Deserialize)]
struct Told {
    subscription: SubscriptionId,
    what: String,
    turn: String,
}
#[derive(Clone, Debug, Deserialize)]
struct Instalment {
    order: OrderId,
    due: i32,
    reminder: i32,
    reason: String,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct OfOrder {
    order: OrderId,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct Nothing {}

/// A job that queues the mail of an event.
macro_rules! tells {
    ($kind:expr, $event:ty, $queue:path) => {
        JobDef::new($kind, |ctx: Ctx, args: Followed<$event>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| $queue(tx, args.event).await).await?)
        })
    };
}

/// The jobs.
#[must_use]
pub fn jobs() -> Vec<JobDef> {
    vec![
        JobDef::new(SUBSCRIPTIONS_JOB, |ctx: Ctx, _: Nothing| async move { Ok(advance(&ctx).await?) }),
        JobDef::new(INSTALMENTS_JOB, |ctx: Ctx, _: Nothing| async move { Ok(instalments(&ctx).await?) }),
        JobDef::new(CARDS_JOB, |ctx: Ctx, _: Nothing| async move { Ok(cards(&ctx).await?) }),
        JobDef::new(FORGET_JOB, |ctx: Ctx, _: Nothing| async move { Ok(forget(&ctx).await?) }),
        JobDef::new(STALE_JOB, |ctx: Ctx, args: OfOrder| async move {
            let back = ctx.tx(BILLING_RUN, async |tx| subscriptions::give_back_stale(tx, args.order).await);
            Ok(back.await?)
        }),
        JobDef::new(END_JOB, |ctx: Ctx, args: OfOrder| async move {
            Ok(Box::pin(subscriptions::end_refunded(&ctx, BILLING_RUN, args.order)).await?)
        }),
        JobDef::new(TELL_JOB, |ctx: Ctx, args: Told| async move {
            let Told { subscription, what, turn } = args;
            let queue = ctx.tx(BILLING_RUN, async |tx| {
                if what == "ending" {
                    mails::staff::ending(tx, subscription, &turn).await?;
                }
                mails::told(tx, subscription, &what, &turn).await
            });
            Ok(queue.await?)
        }),
        JobDef::new(TELL_INSTALMENT_JOB, |ctx: Ctx, args: Instalment| async move {
            let Instalment { order, due, reminder, reason } = args;
            let queue =
                ctx.tx(BILLING_RUN, async |tx| mails::instalment(tx, order, due, reminder, &reason).await);
            Ok(queue.await?)
        }),
        tells!(TELL_STARTED, SubscriptionStarted, mails::started),
        tells!(TELL_FAILED, SubscriptionPaymentFailed, mails::failed),
        tells!(TELL_PAUSED, SubscriptionPaused, mails::paused),
        tells!(TELL_RESUMED, SubscriptionResumed, mails::resumed),
        tells!(TELL_CHANGED, SubscriptionChanged, mails::changed),
        tells!(TELL_ENDED, SubscriptionEnded, mails::ended),
        tells!(TELL_BUSINESS_PAUSED, SubscriptionPaused, mails::staff::paused),
        tells!(TELL_BUSINESS_ENDED, SubscriptionEnded, mails::staff::ended),
    ]
}

async fn advance(ctx: &Ctx) -> Result<(), Problem> {
    while subscriptions::advance_due(ctx, BILLING_RUN, BATCH).await? >= usize::try_from(BATCH).unwrap_or(1) {}
    Ok(())
}

async fn instalments(ctx: &Ctx) -> Result<(), Problem> {
    while billing::collect_dues(ctx, BILLING_RUN, BATCH).await? >= usize::try_from(BATCH).unwrap_or(1) {}
    Ok(())
}

async fn forget(ctx: &Ctx) -> Result<(), Problem> {
    while billing::forget_methods(ctx, BILLING_RUN, BATCH).await? >= usize::try_from(BATCH).unwrap_or(1) {}
    Ok(())
}

/// Tells whose card expires with the next month, by the tenant's calendar, once.
async fn cards(ctx: &Ctx) -> Result<(), Problem> {
    let zone = TimeZone::get(&ctx.tenant().zone).unwrap_or(TimeZone::UTC);
    let today = ctx.now().timestamp().to_zoned(zone).date();
    let next = today.first_of_month().checked_add(Span::new().months(1)).map_err(Problem::internal)?;
    let (year, month) = (i32::from(next.year()), i32::from(next.month()));
    loop {
        let told = ctx
            .tx(BILLING_RUN, async |tx: &mut Tx| {
                let expiring = billing::expiring(tx, year, month, BATCH).await?;
                for card in &expiring {
                    mails::expiring(tx, card).await?;
                }
                Ok::<_, Problem>(expiring.len())
            })
            .await?;
        if i64::try_from(told).unwrap_or(0) < BATCH {
            return Ok(());
        }
    }
}
