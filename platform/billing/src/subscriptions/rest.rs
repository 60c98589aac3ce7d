//! Money of a period that goes back: what is left of it, or the difference to a cheaper plan.

use kernel::{Problem, Tx};

use super::{Subscription, SubscriptionStepKind, list::orders_of, share, step, store::order_of_period};
use crate::{BillingError, LineRole, NewLine, Period, Why, lines, quote, refund, refundable};

/// Gives back what is left of the paid period, once.
///
/// Invariant: the orders of the subscription are locked.
pub(super) async fn refund_rest(tx: &mut Tx, sub: &Subscription, why: &str) -> Result<(), Problem> {
    // While it rests, time stands still.
    let from = sub.paused_at.unwrap_or(tx.ctx().now());
    let Some(period) = sub.period().filter(|period| period.end > from) else { return Ok(()) };
    let (left, whole) = (period.end.seconds_since(from), period.end.seconds_since(period.start));
    let rest = share(worth(tx, sub, period).await?, left.min(whole), whole);
    let back = give_back(tx, sub, rest, &format!("subscription/{}/rest", sub.id), why).await?;
    if back > 0 {
        step(tx, sub.id, SubscriptionStepKind::RestRefunded, &back.to_string()).await?;
    }
    Ok(())
}

/// What a whole period is worth, with tax: what was paid for it; after a change what it costs now, since what was paid
/// before was set off.
async fn worth(tx: &mut Tx, sub: &Subscription, period: Period) -> Result<i64, Problem> {
    if let Some(order) = order_of_period(tx, period).await? {
        let lines = lines(tx, order.id).await?;
        let own = lines.iter().find(|line| line.item == sub.item && line.role == LineRole::Item);
        if let Some(line) = own {
            return Ok(line.payable());
        }
    }
    let line = NewLine::plain(sub.item.clone(), sub.name.clone(), sub.price, sub.detail.clone());
    let sums = quote(&[NewLine { tax: sub.tax(), ..line }], sub.currency);
    Ok(sums.ok_or_else(|| Problem::from(BillingError::Total))?.total)
}

/// Gives an amount back, of the newest orders first: a change was paid by one, what it was set off against by another.
/// Answers how much went back, which is never more than came in.
///
/// Invariant: the orders of the subscription are locked.
pub(super) async fn give_back(
    tx: &mut Tx,
    sub: &Subscription,
    amount: i64,
    source: &str,
    why: &str,
) -> Result<i64, Problem> {
    let mut left = amount;
    for order in orders_of(tx, sub.id).await? {
        if left <= 0 {
            break;
        }
        let part = left.min(refundable(tx, order.id).await?);
        if part > 0 {
            refund(tx, order.id, part, &format!("{source}/{}", order.number), Why::Staff(why)).await?;
            left -= part;
        }
    }
    Ok(amount - left.max(0))
}
