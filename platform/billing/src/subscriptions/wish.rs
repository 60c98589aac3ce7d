//! What clients and staff may do with a subscription, and what then happens to it.

use events::{
    ClientId, Instant,
    billing::{SubscriptionEnded, SubscriptionPaused, SubscriptionResumed},
};
use kernel::{FieldError, Problem, Tx};

use super::{
    MayCancel, Subscription, SubscriptionStatus, SubscriptionStepKind, Wish, share, step,
    store::{facts, next_at, order_of_period, save, tell},
};
use crate::{Why, refund, refundable};

/// Who wants something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The client, alone.
    Client(ClientId),
    /// Staff.
    Staff,
}

impl By {
    pub(super) const fn cause(self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Staff => "staff",
        }
    }
}

fn state(sub: &Subscription) -> Problem {
    Problem::conflict("subscription_state").arg("state", sub.status)
}

/// Whether a wish can be carried out with a subscription as it is at `now`, by whom it comes from.
///
/// # Errors
/// 409 `subscription_state` when it makes no sense now, `subscription_rules` when the plan leaves it to staff, 422 at
/// `until` when a pause is too long.
pub fn may(sub: &Subscription, wish: &Wish, by: By, now: Instant) -> Result<(), Problem> {
    use SubscriptionStatus::{Active, Ended, Incomplete, Paused, Trialing};
    let status = sub.status;
    let fits = match wish {
        Wish::Pause(_) => matches!(status, Active | Trialing) && sub.owed_since.is_none(),
        Wish::Resume => status == Paused && !sub.rests_unpaid(),
        Wish::EndWithPeriod => !matches!(status, Ended | Incomplete) && !sub.ends_with_period,
        Wish::EndNow { .. } => status != Ended,
        Wish::Keep => sub.status.is_live() && (sub.ends_with_period || sub.planned.is_some()),
        Wish::Change { terms, .. } => {
            let open = matches!(status, Active | Trialing) && sub.owed_since.is_none() && !sub.is_ending();
            open && terms.item != sub.item
        }
    };
    if !fits {
        return Err(state(sub));
    }
    until_fits(sub, wish, by, now)?;
    if by == By::Staff || allowed(sub, wish) { Ok(()) } else { Err(Problem::conflict("subscription_rules")) }
}

fn until_fits(sub: &Subscription, wish: &Wish, by: By, now: Instant) -> Result<(), Problem> {
    let Wish::Pause(until) = wish else { return Ok(()) };
    if until.is_some_and(|until| until <= now) {
        return Err(Problem::field("until", "in_the_past"));
    }
    let days = sub.rules().pause_days;
    let last = now.plus_minutes(i64::from(days + 1) * 24 * 60);
    match (by, until) {
        (By::Client(_), None) => Err(Problem::field("until", "required")),
        (By::Client(_), Some(until)) if *until > last => {
            Err(Problem::invalid(vec![FieldError::new("until", "pause_too_long").arg("days", days)]))
        }
        _ => Ok(()),
    }
}

/// Whether the plan lets the client do it alone.
fn allowed(sub: &Subscription, wish: &Wish) -> bool {
    let rules = sub.rules();
    let may_end = match rules.cancel {
        MayCancel::AnyTime => true,
        MayCancel::AfterTerm => sub.periods.is_none() || sub.term_is_paid(),
        MayCancel::Never => false,
    };
    match wish {
        Wish::Pause(_) => rules.pause,
        Wish::Resume | Wish::Keep => true,
        // Who has not paid yet, or whose trial runs, owes nothing.
        Wish::EndWithPeriod => may_end,
        Wish::EndNow { refund } => {
            !refund
                && may_end
                && !matches!(sub.status, SubscriptionStatus::Active | SubscriptionStatus::Trialing)
        }
        Wish::Change { when, .. } => rules.change && when.is_none(),
    }
}

/// It rests from now on.
pub(super) async fn pause(
    tx: &mut Tx,
    mut sub: Subscription,
    until: Option<Instant>,
    cause: &str,
) -> Result<Subscription, Problem> {
    let now = tx.ctx().now();
    (sub.status, sub.paused_at, sub.resumes_at) = (SubscriptionStatus::Paused, Some(now), until);
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    let detail = until.map(|until| until.to_string()).unwrap_or_default();
    step(tx, sub.id, SubscriptionStepKind::Paused, &detail).await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionPaused { of, cause: cause.into(), resumes_at: until }).await?;
    Ok(sub)
}

/// It goes on. What was left of the period when it began to rest is there again, and further periods count from its end.
pub(super) async fn resume(tx: &mut Tx, mut sub: Subscription, cause: &str) -> Result<Subscription, Problem> {
    let now = tx.ctx().now();
    sub = going_on(sub, now);
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::Resumed, "").await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionResumed { of, cause: cause.into() }).await?;
    Ok(sub)
}

/// A resting subscription as it is when it goes on at `now`.
pub(super) fn going_on(mut sub: Subscription, now: Instant) -> Subscription {
    if let Some((paused, end)) = sub.paused_at.zip(sub.period_end) {
        let end = end.plus_seconds(now.seconds_since(paused).max(0));
        (sub.period_end, sub.anchor) = (Some(end), Some(end));
    }
    let trial = sub.periods_paid == 0;
    sub.status = if trial { SubscriptionStatus::Trialing } else { SubscriptionStatus::Active };
    (sub.paused_at, sub.resumes_at) = (None, None);
    sub
}

/// It is to end with the period. What is owed or rests unpaid ends at once: there is no paid period to wait for.
pub(super) async fn end_with_period(
    tx: &mut Tx,
    mut sub: Subscription,
    cause: &str,
) -> Result<Subscription, Problem> {
    if sub.owed_since.is_some() || sub.period_end.is_none_or(|end| end <= tx.ctx().now()) {
        return end(tx, sub, cause).await;
    }
    (sub.ends_with_period, sub.planned) = (true, None);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::EndPlanned, "").await?;
    let turn = tx.ctx().now().to_string();
    tell(tx, &sub, "ending", &turn).await?;
    Ok(sub)
}

/// It is not to end, and not to change, after all.
pub(super) async fn keep(tx: &mut Tx, mut sub: Subscription) -> Result<Subscription, Problem> {
    let was_ending = sub.ends_with_period;
    (sub.ends_with_period, sub.planned) = (false, None);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::Kept, "").await?;
    if was_ending {
        let turn = tx.ctx().now().to_string();
        tell(tx, &sub, "kept", &turn).await?;
    }
    Ok(sub)
}

/// It is over. Its open orders were cancelled before.
pub(super) async fn end(tx: &mut Tx, mut sub: Subscription, cause: &str) -> Result<Subscription, Problem> {
    let now = tx.ctx().now();
    if sub.status == SubscriptionStatus::Ended {
        return Ok(sub);
    }
    let begun = sub.anchor.is_some();
    // A job that comes late does not make it last longer.
    let at = sub.period_end.filter(|end| *end < now && sub.owed_since.is_none()).unwrap_or(now);
    (sub.status, sub.ended_at) = (SubscriptionStatus::Ended, Some(at));
    (sub.paused_at, sub.resumes_at, sub.next_at, sub.planned) = (None, None, None, None);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::Ended, "").await?;
    if begun {
        let of = facts(tx, &sub).await?;
        tx.emit(&SubscriptionEnded { of, cause: cause.into(), ended_at: at }).await?;
    }
    Ok(sub)
}

/// Gives back what is left of the paid period, once.
pub(super) async fn refund_rest(tx: &mut Tx, sub: &Subscription, why: &str) -> Result<(), Problem> {
    let now = tx.ctx().now();
    let Some(period) = sub.period().filter(|period| period.end > now) else { return Ok(()) };
    let Some(order) = order_of_period(tx, period).await?.filter(|order| order.status.was_paid()) else {
        return Ok(());
    };
    let from = sub.paused_at.unwrap_or(now);
    let (left, whole) = (period.end.seconds_since(from), period.end.seconds_since(period.start));
    let amount = share(order.total, left, whole).min(refundable(tx, order.id).await?);
    if amount > 0 {
        let source = format!("subscription/{}/rest", sub.id);
        refund(tx, order.id, amount, &source, Why::Staff(why)).await?;
        step(tx, sub.id, SubscriptionStepKind::RestRefunded, &amount.to_string()).await?;
    }
    Ok(())
}
