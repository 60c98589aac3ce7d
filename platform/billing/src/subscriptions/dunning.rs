//! What is owed: the client is told at once, after three, five and seven days, and then the subscription rests.

use events::{
    Instant, OrderId, SubscriptionId,
    billing::{SubscriptionPaused, SubscriptionPaymentFailed},
};
use kernel::{Problem, Tx};

use super::{
    DUNNING_DAYS, Subscription, SubscriptionStatus, SubscriptionStepKind, step,
    store::{facts, lock, save},
};

const DAY: i64 = 24 * 3600;

/// When the next try is, after the client was told `told` times that a period is owed since `since`; `None`: there is
/// none. A run that comes late leaves a day between two mails.
pub(super) fn next_try(since: Instant, told: i32, now: Instant) -> Option<Instant> {
    let days = *DUNNING_DAYS.get(usize::try_from(told).ok()?)?;
    Some(since.plus_seconds(days * DAY).max(now.plus_seconds(DAY)))
}

/// A try to collect a period failed, or there is nothing to collect it with.
pub(super) async fn failed(
    tx: &mut Tx,
    id: SubscriptionId,
    order: OrderId,
    reason: &str,
    words: &str,
) -> Result<(), Problem> {
    let Some(order) = crate::lock(tx, order).await? else { return Ok(()) };
    let Some(sub) = lock(tx, id).await? else { return Ok(()) };
    let owes =
        !order.status.was_paid() && sub.owed_since.is_some() && sub.status != SubscriptionStatus::Paused;
    if owes && sub.status.is_live() { remind(tx, sub, Some(order.id), reason, words).await } else { Ok(()) }
}

/// Tells the client once more, and lets the subscription rest after the last time.
pub(super) async fn remind(
    tx: &mut Tx,
    mut sub: Subscription,
    order: Option<OrderId>,
    reason: &str,
    words: &str,
) -> Result<(), Problem> {
    let now = tx.ctx().now();
    let since = *sub.owed_since.get_or_insert(now);
    let reminder = (sub.dunned + 1).min(4);
    let next = next_try(since, reminder, now);
    sub.dunned = reminder;
    let rests = next.is_none() && !sub.is_followed();
    if rests {
        (sub.status, sub.paused_at, sub.resumes_at) = (SubscriptionStatus::Paused, Some(now), None);
    } else {
        sub.status = SubscriptionStatus::PastDue;
    }
    sub.next_at = next.filter(|_| !sub.is_followed());
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::PaymentFailed, words).await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionPaymentFailed { of: of.clone(), order, reminder, reason: reason.into() }).await?;
    if rests {
        step(tx, sub.id, SubscriptionStepKind::PausedUnpaid, "").await?;
        tx.emit(&SubscriptionPaused { of, cause: "unpaid".into(), resumes_at: None }).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::new(jiff::Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn the_days_are_kept_when_the_job_is_in_time() {
        let days: Vec<_> = (1..=4)
            .map(|told| next_try(at(0), told, at(0)).map(|at| at.seconds_since(self::at(0)) / DAY))
            .collect();
        assert_eq!(days, [Some(3), Some(5), Some(7), None]);
    }
    proptest! {
        #[test]
        fn late_runs_never_tell_twice_a_day(told in 1..4_i32, late in 0..4_000_000_i64) {
            let now = at(late);
            prop_assert!(next_try(at(0), told, now).unwrap().seconds_since(now) >= DAY);
        }
    }
}
