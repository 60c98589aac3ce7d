use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::RefundId;
use kernel::{JobSpec, Problem, Tx, audit};
use serde_json::json;

use super::{
    Refund, RefundCause, RefundState,
    ask::{Asked, Credited, follow, publish, write},
    read::{by_source, parts_left, refunded},
    went::{bounced, refund_went},
};
use crate::{
    Method, Order, Payment, PaymentStatus, StepKind, lock, rules_of,
    schema::{order_steps, payments, refunds},
    step, subscriptions,
};

/// The job that tells the business that a refund went back twice; the host does it.
pub const TELL_TWICE_JOB: &str = "billing.tell_refunded_twice";

/// A refund as a provider tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSeen {
    /// Who tells.
    pub method: Method,
    /// What the provider calls the payment.
    pub payment: String,
    /// What the provider calls the refund.
    pub reference: String,
    /// The refund of ours that it carries out, when the provider knows.
    pub own: Option<RefundId>,
    /// Minor units.
    pub amount: i64,
    /// How far it has got.
    pub state: RefundState,
    /// Why: given back in the provider's pages, or taken by the cardholder's bank.
    pub cause: RefundCause,
}

/// Writes down what became of a refund at its provider: one that we asked for, or one that somebody made there. The latter
/// is money that went back all the same: the order's state follows and the selling module's rule runs. Again: nothing.
/// `None`: the payment is not known (yet), or all of it went back already.
///
/// # Errors
/// What the selling module's rule answers.
pub async fn refund_seen(tx: &mut Tx, seen: &RefundSeen) -> Result<Option<Refund>, Problem> {
    let paid: Option<Payment> = payments::table
        .filter(payments::provider.eq(seen.method).and(payments::reference.eq(&seen.payment)))
        .filter(payments::status.ne(PaymentStatus::Failed))
        .select(Payment::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    let Some(paid) = paid else { return Ok(None) };
    let order = lock(tx, paid.order_id).await?.ok_or_else(Problem::not_found)?;
    if let Some(known) = known(tx, &paid, seen).await? {
        match seen.state {
            // One that was asked for anew, or paid back by hand, has nothing to do any more with the one that failed.
            RefundState::Failed if known.reference == seen.reference || is_first(&known) => {
                bounced(tx, known.id, &seen.reference).await?;
            }
            RefundState::Failed => {}
            // A refund that bounced stays owed, whatever older news says.
            RefundState::Requested | RefundState::Done
                if known.state == RefundState::Failed && known.reference == seen.reference => {}
            RefundState::Done if known.by_hand && known.provider != Method::Manual => {
                told_twice(tx, &known, &seen.reference).await?;
            }
            RefundState::Requested | RefundState::Done => {
                refund_went(tx, known.id, seen.state, &seen.reference).await?;
            }
        }
        return Ok(Some(known));
    }
    if seen.state == RefundState::Failed {
        return Ok(None);
    }
    let source = source_of(seen);
    let back = Back { source: &source, reference: &seen.reference, cause: seen.cause };
    went_back(tx, order, &paid, seen.amount, back).await
}

/// Money that went back and that nobody here asked for.
#[derive(Clone, Copy)]
pub(super) struct Back<'a> {
    pub(super) source: &'a str,
    pub(super) reference: &'a str,
    pub(super) cause: RefundCause,
}

/// Writes down that so much of a payment went back, as far as it is not spoken for: the order's state follows, and the selling
/// module's rule runs. `None`: all of it went back already.
///
/// Invariant: the order is locked.
pub(super) async fn went_back(
    tx: &mut Tx,
    order: Order,
    paid: &Payment,
    amount: i64,
    back: Back<'_>,
) -> Result<Option<Refund>, Problem> {
    let left = paid.amount.saturating_sub(refunded(tx, paid.id).await?);
    let amount = amount.min(left);
    if amount <= 0 {
        return Ok(None);
    }
    let of_order: i64 = parts_left(tx, order.id).await?.iter().map(|(_, left)| left).sum();
    let pays = paid.status == PaymentStatus::Succeeded;
    let order = if pays { follow(tx, order, of_order - amount).await? } else { order };
    let done = Asked::Done(back.reference);
    let new = write(tx, paid, Credited::money(amount), back.source, (back.cause, ""), done).await?;
    if pays {
        (rules_of(&order.module).refunded)(tx, &order, &new.made).await?;
        subscriptions::order_refunded(tx, &order).await?;
    }
    publish(tx, &order, &new.made, new.so_far).await?;
    Ok(Some(new.made))
}

/// Tells the business, once, that money which was paid back by hand went back at the provider too.
async fn told_twice(tx: &mut Tx, known: &Refund, reference: &str) -> Result<(), Problem> {
    let before = order_steps::table.filter(order_steps::order_id.eq(known.order_id));
    let before = before.filter(order_steps::kind.eq(StepKind::RefundTwice));
    let before = before.filter(order_steps::detail.eq(reference));
    if diesel::select(diesel::dsl::exists(before)).get_result(&mut **tx).await? {
        return Ok(());
    }
    step(tx, known.order_id, StepKind::RefundTwice, reference).await?;
    let detail = json!({ "order": known.order_id, "amount": known.money(), "reference": reference });
    audit(tx, "refund.twice", known.id, detail).await?;
    let key = format!("{TELL_TWICE_JOB}/{}/{reference}", known.id);
    Ok(tx.enqueue(JobSpec::new(TELL_TWICE_JOB, json!({ "refund": known.id })).once(key)).await?)
}

/// Whether the provider has not answered yet that was asked for the first time.
fn is_first(known: &Refund) -> bool {
    known.turn == 0 && known.state == RefundState::Requested
}

fn source_of(seen: &RefundSeen) -> String {
    format!("{}/{}", seen.method, seen.reference)
}

async fn known(tx: &mut Tx, paid: &Payment, seen: &RefundSeen) -> Result<Option<Refund>, Problem> {
    let of_payment = refunds::table.filter(refunds::payment_id.eq(paid.id)).select(Refund::as_select());
    let all: Vec<Refund> = of_payment.load(&mut **tx).await?;
    let named = all.into_iter().find(|one| Some(one.id) == seen.own || one.reference == seen.reference);
    match named {
        Some(refund) => Ok(Some(refund)),
        None => Ok(by_source(tx, &source_of(seen)).await?),
    }
}
