use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::RefundId;
use kernel::{Problem, Tx};

use super::{
    Refund, RefundCause, RefundState,
    ask::{Asked, follow, publish, write},
    read::{by_source, parts_left, refunded},
    went::{bounced, refund_went},
};
use crate::{
    Method, Payment, PaymentStatus, lock, rules_of,
    schema::{payments, refunds},
};

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
            RefundState::Failed => bounced(tx, known.id, &seen.reference).await?,
            // A refund that bounced stays owed, whatever older news says.
            RefundState::Requested | RefundState::Done
                if known.state == RefundState::Failed && known.reference == seen.reference => {}
            RefundState::Requested | RefundState::Done => {
                refund_went(tx, known.id, seen.state, &seen.reference).await?;
            }
        }
        return Ok(Some(known));
    }
    let left = paid.amount.saturating_sub(refunded(tx, paid.id).await?);
    let amount = seen.amount.min(left);
    if amount <= 0 || seen.state == RefundState::Failed {
        return Ok(None);
    }
    let of_order: i64 = parts_left(tx, order.id).await?.iter().map(|(_, left)| left).sum();
    let pays = paid.status == PaymentStatus::Succeeded;
    let order = if pays { follow(tx, order, of_order - amount).await? } else { order };
    let source = source_of(seen);
    let new = write(tx, &paid, amount, &source, (seen.cause, ""), Asked::Done(&seen.reference)).await?;
    if pays {
        (rules_of(&order.module).refunded)(tx, &order, &new.made).await?;
    }
    publish(tx, &order, &new.made, new.so_far).await?;
    Ok(Some(new.made))
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
