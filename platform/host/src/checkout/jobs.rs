//! What time brings about, what providers are asked, and who is told.

use billing::{
    AWAITING_JOB, BILLING_RUN, CLOSE_TRIES_JOB, EXPIRE_JOB, ProviderError, REFUND_JOB, RefundState,
    Refunding, TELL_TWICE_JOB,
};
use events::{
    OrderId, RefundId,
    billing::{DisputeClosed, DisputeOpened, OrderPaid, OrderRefunded, OrderUndone},
};
use kernel::{Ctx, JobDef, JobError, Problem, Reaction, Schedule};
use serde::Deserialize;

use super::mails;

const TELL_PAID: &str = "billing.tell_paid";
const TELL_REFUNDED: &str = "billing.tell_refunded";
const TELL_UNDONE: &str = "billing.tell_undone";
const TELL_DISPUTED: &str = "billing.tell_disputed";
const TELL_DISPUTE_ENDED: &str = "billing.tell_dispute_ended";

/// Seconds after which the provider is asked once more for a refund that it has not answered.
const LATE: i64 = 6 * 3600;
/// So many orders are looked up at once.
const BATCH: i64 = 100;
/// What is kept of a provider's words, in characters.
const WORDS: usize = 500;

/// Which of these jobs follow which event.
pub const REACTIONS: &[Reaction] = &[
    Reaction { event: "order.paid", job: TELL_PAID },
    Reaction { event: "order.refunded", job: TELL_REFUNDED },
    Reaction { event: "order.undone", job: TELL_UNDONE },
    Reaction { event: "dispute.opened", job: TELL_DISPUTED },
    Reaction { event: "dispute.closed", job: TELL_DISPUTE_ENDED },
];

/// The safety net under the jobs that are bound to one order.
pub const SCHEDULES: &[Schedule] = &[Schedule { job: EXPIRE_JOB, every_seconds: 3600 }];

#[derive(Clone, Debug, Deserialize)]
struct Followed<E> {
    event: E,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct OfOrder {
    order: OrderId,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct OfRefund {
    refund: RefundId,
}
#[derive(Clone, Copy, Debug, Deserialize)]
struct Nothing {}

/// The jobs.
#[must_use]
pub fn jobs() -> Vec<JobDef> {
    vec![
        JobDef::new(EXPIRE_JOB, |ctx: Ctx, _: Nothing| async move { Ok(expire(&ctx).await?) }),
        JobDef::new(AWAITING_JOB, |ctx: Ctx, args: OfOrder| async move {
            let queue = ctx.tx(BILLING_RUN, async |tx| mails::queue_awaiting(tx, args.order).await);
            Ok(queue.await?)
        }),
        JobDef::new(TELL_PAID, |ctx: Ctx, args: Followed<OrderPaid>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_paid(tx, args.event.order).await).await?)
        }),
        JobDef::new(TELL_REFUNDED, |ctx: Ctx, args: Followed<OrderRefunded>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_refunded(tx, args.event.refund).await).await?)
        }),
        JobDef::new(TELL_UNDONE, |ctx: Ctx, args: Followed<OrderUndone>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_undone(tx, &args.event).await).await?)
        }),
        JobDef::new(TELL_DISPUTED, |ctx: Ctx, args: Followed<DisputeOpened>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_disputed(tx, &args.event).await).await?)
        }),
        JobDef::new(TELL_DISPUTE_ENDED, |ctx: Ctx, args: Followed<DisputeClosed>| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_dispute_ended(tx, &args.event).await).await?)
        }),
        JobDef::new(CLOSE_TRIES_JOB, |ctx: Ctx, args: OfOrder| async move {
            Ok(billing::close_tries(&ctx, BILLING_RUN, args.order).await?)
        }),
        JobDef::new(TELL_TWICE_JOB, |ctx: Ctx, args: OfRefund| async move {
            Ok(ctx.tx(BILLING_RUN, async |tx| mails::queue_twice(tx, args.refund).await).await?)
        }),
        JobDef::new(REFUND_JOB, |ctx: Ctx, args: OfRefund| async move { refund(&ctx, args.refund).await }),
    ]
}

async fn expire(ctx: &Ctx) -> Result<(), Problem> {
    loop {
        let ended = billing::sweep(ctx, BILLING_RUN, None, BATCH).await.whole()?;
        if i64::try_from(ended).unwrap_or(0) < BATCH {
            break;
        }
    }
    let before = ctx.now().plus_seconds(-LATE);
    ctx.tx(BILLING_RUN, async |tx| Ok::<_, Problem>(billing::ask_what_is_late(tx, before, BATCH).await?))
        .await?;
    Ok(())
}

/// Asks the provider for a refund, with no transaction open, and writes down how it went. What the provider refuses is
/// shown in the studio at once; what may succeed later is tried again, and waits for as long as a bank holds the money.
async fn refund(ctx: &Ctx, id: RefundId) -> Result<(), JobError> {
    let found = ctx.tx(BILLING_RUN, async |tx| {
        let Some(found) = billing::refund_to_ask(tx, id).await? else { return Ok(None) };
        let disputed = billing::is_disputed(tx, found.1.id).await?;
        Ok::<_, Problem>(Some((found, disputed)))
    });
    let Some(((order, payment, refund), disputed)) = found.await? else {
        return Err(JobError::Fail("there is no such refund".into()));
    };
    if refund.state == RefundState::Done || disputed {
        return Ok(());
    }
    match billing::installed().refund(ctx, &order, &payment, &refund).await {
        Ok(Refunding::ByHand) => Ok(()),
        Ok(Refunding::Done(reference)) => went(ctx, id, RefundState::Done, &reference).await,
        // The money may be on its way: until the provider has answered, nobody is to pay it by hand.
        Err(ProviderError::Away(why)) => Err(JobError::Retry(why)),
        Err(error @ (ProviderError::NotOffered | ProviderError::Refused(_))) => {
            went(ctx, id, RefundState::Failed, &error.to_string()).await?;
            Err(JobError::Fail(error.to_string()))
        }
    }
}

async fn went(ctx: &Ctx, id: RefundId, state: RefundState, words: &str) -> Result<(), JobError> {
    let words: String = words.chars().take(WORDS).collect();
    let write =
        ctx.tx(BILLING_RUN, async |tx| Ok::<_, Problem>(billing::refund_went(tx, id, state, &words).await?));
    write.await?;
    Ok(())
}
