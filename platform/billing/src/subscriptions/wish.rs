//! What clients and staff may do with a subscription, and what then happens to it.

use events::{
    ClientId, Instant,
    billing::{SubscriptionEnded, SubscriptionPaused, SubscriptionResumed},
};
use kernel::{FieldError, Problem, Tx};

use super::{
    Every, MayCancel, Subscription, SubscriptionStatus, SubscriptionStepKind, Terms, When, Wish, step,
    store::{facts, move_orders, next_at, save, tell},
};
use crate::rules_of;

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
    there_fits(sub, wish)?;
    until_fits(sub, wish, by, now)?;
    if by == By::Staff || allowed(sub, wish) { Ok(()) } else { Err(Problem::conflict("subscription_rules")) }
}

/// What a provider renews changes with the next period alone, and to periods of the same length: all else would cost there
/// what nobody was shown. It is not paused: its periods go on there, and paid days would be lost.
fn there_fits(sub: &Subscription, wish: &Wish) -> Result<(), Problem> {
    if !sub.is_followed() {
        return Ok(());
    }
    match wish {
        Wish::Pause(_) => Err(Problem::conflict("subscription_there_pause")),
        Wish::Change { terms, when } => {
            let same = terms.every == sub.every && terms.every_count == sub.every_count;
            let fits = same && *when != Some(When::Now);
            if fits { Ok(()) } else { Err(Problem::conflict("subscription_there")) }
        }
        _ => Ok(()),
    }
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
        // Whose trial runs owes nothing.
        Wish::EndWithPeriod => may_end || sub.status == SubscriptionStatus::Trialing,
        Wish::EndNow { refund } => {
            !refund
                && may_end
                && !matches!(sub.status, SubscriptionStatus::Active | SubscriptionStatus::Trialing)
        }
        Wish::Change { terms, when } => rules.change && when.is_none() && keeps_term(sub, terms),
    }
}

/// Whether a change lets a client out of nothing: while a term is to be paid, what comes binds for as long and lets go no
/// sooner.
fn keeps_term(sub: &Subscription, terms: &Terms) -> bool {
    if sub.status == SubscriptionStatus::Trialing {
        return true;
    }
    let same = terms.every == sub.every && terms.every_count == sub.every_count;
    // With periods of another length a new one begins, and none of them is paid before.
    let paid = if same { sub.periods_paid } else { 1 };
    let (now, then) = (bound(&sub.terms(), sub.periods_paid), bound(terms, paid));
    let free = sub.periods.is_some_and(|all| all <= sub.periods_paid);
    free || now == 0 || (then >= now && strict(terms) >= strict(&sub.terms()))
}

/// For about how many days the client is bound from the beginning of the present period, when so many were paid; 0: not at
/// all.
fn bound(terms: &Terms, paid: i32) -> i64 {
    let days = match terms.every {
        Every::Week => 7,
        Every::Month => 30,
        Every::Year => 365,
    };
    let ends = match (terms.rules.cancel, terms.periods) {
        (MayCancel::AnyTime, _) | (MayCancel::AfterTerm, None) => return 0,
        (MayCancel::Never, None) => return i64::MAX,
        (MayCancel::AfterTerm | MayCancel::Never, Some(periods)) => periods,
    };
    // The present period is one of those that are paid.
    i64::from((ends - paid + 1).max(0)) * i64::from(terms.every_count) * days
}

const fn strict(terms: &Terms) -> u8 {
    match terms.rules.cancel {
        MayCancel::AnyTime => 0,
        MayCancel::AfterTerm => 1,
        MayCancel::Never => 2,
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
    // What was handed out for the time to come is used up: time stands still from its end.
    let span = (rules_of(&sub.module).span)(tx, &sub, now).await?;
    let given = span.filter(|_| sub.status.gives()).map_or(now, |(_, end)| end.max(now));
    let from = sub.period_end.map_or(given, |end| given.min(end).max(now));
    (sub.status, sub.paused_at, sub.resumes_at) = (SubscriptionStatus::Paused, Some(from), until);
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    let detail = until.map(|until| until.to_string()).unwrap_or_default();
    step(tx, sub.id, SubscriptionStepKind::Paused, &detail).await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionPaused { of, cause: cause.into(), resumes_at: until }).await?;
    Ok(sub)
}

/// It goes on. What was left of the period when it began to rest is there again, and further periods count from its end.
/// What is handed out whole, such as the credits of a week, is charged whole.
///
/// Invariant: the orders of the period are locked.
pub(super) async fn resume(tx: &mut Tx, mut sub: Subscription, cause: &str) -> Result<Subscription, Problem> {
    let now = tx.ctx().now();
    let span = (rules_of(&sub.module).span)(tx, &sub, now).await?;
    let before = sub.period();
    sub = going_on(sub, span.map_or(now, |(start, _)| start.min(now)));
    if let Some((before, after)) = before.zip(sub.period()) {
        move_orders(tx, before, after).await?;
    }
    sub.next_at = next_at(&sub, now, &tx.ctx().tenant().zone);
    save(tx, &sub).await?;
    step(tx, sub.id, SubscriptionStepKind::Resumed, "").await?;
    let of = facts(tx, &sub).await?;
    tx.emit(&SubscriptionResumed { of, cause: cause.into() }).await?;
    Ok(sub)
}

/// A resting subscription as it is when it goes on, with time that counts again from `from`. The period is as long as it
/// was paid for: both its ends move.
pub(super) fn going_on(mut sub: Subscription, from: Instant) -> Subscription {
    if let Some((paused, period)) = sub.paused_at.zip(sub.period()) {
        let rested = from.seconds_since(paused).max(0);
        let (start, end) = (period.start.plus_seconds(rested), period.end.plus_seconds(rested));
        (sub.period_start, sub.period_end, sub.anchor) = (Some(start), Some(end), Some(end));
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
    step(tx, sub.id, SubscriptionStepKind::Ended, cause).await?;
    if begun {
        let of = facts(tx, &sub).await?;
        tx.emit(&SubscriptionEnded { of, cause: cause.into(), ended_at: at }).await?;
    }
    Ok(sub)
}

#[cfg(test)]
mod tests;
