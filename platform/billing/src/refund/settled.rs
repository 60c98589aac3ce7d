//! Refunds that others decide: a bank that takes the money itself, or a provider that has not answered yet.

use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{Instant, PaymentId};
use kernel::{Problem, Tx};

use super::{
    Refund, RefundCause, RefundState,
    ask::ask,
    seen::{Back, went_back},
    went::refund_went,
};
use crate::{Dispute, Method, Order, Payment, schema::refunds};

/// Refunds of a payment that are not done yet, the oldest first.
async fn open_of(tx: &mut Tx, payment: PaymentId) -> QueryResult<Vec<Refund>> {
    let open = refunds::table.filter(refunds::payment_id.eq(payment));
    let open = open.filter(refunds::state.ne(RefundState::Done)).select(Refund::as_select());
    open.order((refunds::created_at, refunds::id)).load(&mut **tx).await
}

/// A bank took money of a payment: what was owed of it is settled with that, and only the rest is a refund of its own.
///
/// Invariant: the order is locked.
pub(crate) async fn taken_by_bank(
    tx: &mut Tx,
    order: Order,
    paid: &Payment,
    dispute: &Dispute,
) -> Result<(), Problem> {
    let mut rest = dispute.amount;
    for refund in open_of(tx, paid.id).await? {
        if refund.amount <= rest && refund_went(tx, refund.id, RefundState::Done, &dispute.reference).await? {
            rest -= refund.amount;
        }
    }
    let source = format!("{}/{}", dispute.provider, dispute.reference);
    let back = Back { source: &source, reference: &dispute.reference, cause: RefundCause::Dispute };
    went_back(tx, order, paid, rest, back).await?;
    Ok(())
}

/// The bank decided for the business: the provider is asked for the refunds that waited for it.
pub(crate) async fn ask_what_waits(tx: &mut Tx, payment: PaymentId) -> QueryResult<()> {
    for refund in open_of(tx, payment).await? {
        if refund.state == RefundState::Requested && refund.provider != Method::Manual {
            ask(tx, &refund, "dispute").await?;
        }
    }
    Ok(())
}

/// The provider is asked once more for refunds that it has not answered since `before`: the job that was to ask has used up
/// its tries. Answers how many.
///
/// # Errors
/// When the database refuses.
pub async fn ask_what_is_late(tx: &mut Tx, before: Instant, limit: i64) -> QueryResult<usize> {
    let late: Vec<Refund> = refunds::table
        .filter(refunds::state.eq(RefundState::Requested))
        .filter(refunds::provider.ne(Method::Manual))
        .filter(refunds::updated_at.lt(before))
        .order((refunds::created_at, refunds::id))
        .limit(limit)
        .select(Refund::as_select())
        .load(&mut **tx)
        .await?;
    let hour = tx.ctx().now().timestamp().as_second().div_euclid(3600);
    for refund in &late {
        ask(tx, refund, &format!("late/{hour}")).await?;
    }
    Ok(late.len())
}
