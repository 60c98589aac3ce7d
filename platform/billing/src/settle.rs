use diesel_async::SimpleAsyncConnection;
use events::OrderId;
use kernel::{Problem, Tx, audit};
use serde_json::json;

use crate::{
    DueState, MarkPaid, Method, NewPayment, Order, Refund, RefundCause, Status, StepKind, close, dues, lock,
    mark_paid, pay, refund::give_back, rules_of, step,
};

/// What is done with money for an order that can't take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGone {
    /// Nothing is written, and the caller is told why: for staff, who can decide what to do with the money.
    Refuse,
    /// It is written down and goes back in full: for money that a provider has already taken.
    GiveBack,
}

/// What became of money that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The order is paid now.
    Paid(Order),
    /// This very payment is known: it paid the order, or went back. Nothing happened.
    AlreadyPaid(Order),
    /// The order can't take the money; it goes back.
    GivenBack(Order, Refund),
}

impl Settled {
    /// The order, whatever happened.
    #[must_use]
    pub const fn order(&self) -> &Order {
        match self {
            Self::Paid(order) | Self::AlreadyPaid(order) | Self::GivenBack(order, _) => order,
        }
    }
}

/// THE place where money meets an order: it becomes paid, in this transaction, with [`events::billing::OrderPaid`].
///
/// Money that comes after the order expired still pays it when the selling module's rule can keep the promise. Money that
/// an order can't take (it was cancelled, what it was for is gone, or it was paid already by another payment) never
/// disappears: with [`OnGone::GiveBack`] it is written down and refunded in full.
///
/// # Errors
/// 404 for an unknown order; 409 when the amount is not the order's, and why the order can't take the money with
/// [`OnGone::Refuse`].
pub async fn settle(
    tx: &mut Tx,
    id: OrderId,
    payment: NewPayment,
    on_gone: OnGone,
) -> Result<Settled, Problem> {
    let order = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if order.status.was_paid() {
        if payment.due > 0 {
            return instalment(tx, order, payment, on_gone).await;
        }
        // Staff who say so once more bring no further money.
        if payment.method == Method::Manual || on_gone == OnGone::Refuse {
            return Ok(Settled::AlreadyPaid(order));
        }
        return back(tx, order, &payment, RefundCause::Twice).await;
    }
    if !order.status.is_open() && pay::is_returned(tx, id, &payment).await? {
        return Ok(Settled::AlreadyPaid(order));
    }
    if let Some(problem) = gone(tx, &order).await? {
        return match on_gone {
            OnGone::Refuse => Err(problem),
            OnGone::GiveBack => back(tx, order, &payment, RefundCause::Late).await,
        };
    }
    match mark_paid(tx, order, payment).await? {
        MarkPaid::AlreadyPaid(order) => Ok(Settled::AlreadyPaid(order)),
        MarkPaid::Paid(order) => {
            let detail = json!({ "method": order.provider, "total": order.total() });
            audit(tx, "order.paid", order.id, detail).await?;
            Ok(Settled::Paid(order))
        }
    }
}

/// Money for a later instalment. One that is paid or not owed any more takes none: it goes back.
async fn instalment(
    tx: &mut Tx,
    order: Order,
    payment: NewPayment,
    on_gone: OnGone,
) -> Result<Settled, Problem> {
    let all = dues::dues(tx, order.id).await?;
    let due = all.into_iter().find(|due| due.position == payment.due).ok_or_else(Problem::not_found)?;
    let gives_back = payment.method != Method::Manual && on_gone == OnGone::GiveBack;
    let cause = match due.state {
        // Asked for before it was lowered: it goes back, and what is left is asked for anew.
        DueState::Open if gives_back && due.lowered > 0 && payment.amount.amount != due.amount() => {
            RefundCause::Late
        }
        DueState::Open => {
            return Ok(if pay::mark_due_paid(tx, &due, &payment).await? {
                let detail =
                    json!({ "method": payment.method, "amount": payment.amount, "instalment": due.position });
                audit(tx, "order.instalment_paid", order.id, detail).await?;
                let order = lock(tx, order.id).await?.ok_or_else(Problem::not_found)?;
                Settled::Paid(order)
            } else {
                Settled::AlreadyPaid(order)
            });
        }
        DueState::Paid => RefundCause::Twice,
        DueState::Void => RefundCause::Late,
    };
    if gives_back { back(tx, order, &payment, cause).await } else { Ok(Settled::AlreadyPaid(order)) }
}

/// Why an unpaid order can't take money any more; `None`: it can, and what it needs is reserved.
pub(crate) async fn gone(tx: &mut Tx, order: &Order) -> Result<Option<Problem>, Problem> {
    match order.status {
        Status::Expired => {
            // The rule may have taken a part before it finds the rest gone.
            tx.batch_execute("SAVEPOINT reclaim").await?;
            match (rules_of(&order.module).reclaim)(tx, order).await {
                Ok(()) => Ok(None),
                Err(problem) if problem.status.is_client_error() => {
                    tx.batch_execute("ROLLBACK TO SAVEPOINT reclaim").await?;
                    Ok(Some(problem))
                }
                Err(problem) => Err(problem),
            }
        }
        status if status.may_become(Status::Paid) => Ok(None),
        status => Ok(Some(Problem::conflict("order_state").arg("state", status))),
    }
}

async fn back(
    tx: &mut Tx,
    order: Order,
    payment: &NewPayment,
    cause: RefundCause,
) -> Result<Settled, Problem> {
    let Some(written) = pay::record_returned(tx, order.id, payment).await? else {
        return Ok(Settled::AlreadyPaid(order));
    };
    step(tx, order.id, StepKind::PaymentReturned, &written.amount.to_string()).await?;
    let refund = give_back(tx, &order, &written, cause).await?;
    Ok(Settled::GivenBack(order, refund))
}

/// Gives an order up that waits for its payment, and frees what it reserved. One that has ended stays as it is.
///
/// # Errors
/// 409 when it is paid, and what the selling module's rule answers.
pub async fn cancel(tx: &mut Tx, order: &Order) -> Result<Order, Problem> {
    if let Some(ended) = close(tx, &[order.id], Status::Cancelled).await?.pop() {
        (rules_of(&ended.module).release)(tx, &ended).await?;
        audit(tx, "order.cancelled", ended.id, json!({ "number": ended.number })).await?;
        return Ok(ended);
    }
    let now = lock(tx, order.id).await?.ok_or_else(Problem::not_found)?;
    match now.status {
        Status::Cancelled | Status::Expired => Ok(now),
        status => Err(Problem::conflict("order_state").arg("state", status)),
    }
}
