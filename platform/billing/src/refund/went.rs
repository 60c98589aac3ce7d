use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{OrderId, RefundId};
use kernel::{Problem, Tx, audit};
use serde_json::json;

use super::{Refund, RefundState, ask::ask};
use crate::{Method, StepKind, is_disputed, lock, schema::refunds, step};

/// Writes down how a refund went. One that is done stays done. Answers whether this changed anything.
///
/// # Errors
/// When the database refuses.
pub async fn refund_went(
    tx: &mut Tx,
    id: RefundId,
    state: RefundState,
    reference: &str,
) -> QueryResult<bool> {
    let open = refunds::table.find(id).filter(refunds::state.ne(RefundState::Done));
    let change =
        (refunds::state.eq(state), refunds::reference.eq(reference), refunds::updated_at.eq(tx.ctx().now()));
    let changed = diesel::update(open.filter(refunds::state.ne(state))).set(change);
    let changed: Option<Refund> =
        changed.returning(Refund::as_returning()).get_result(&mut **tx).await.optional()?;
    let Some(refund) = changed else { return Ok(false) };
    let kind = match state {
        RefundState::Requested => StepKind::RefundRequested,
        RefundState::Done => StepKind::RefundDone,
        RefundState::Failed => StepKind::RefundFailed,
    };
    step(tx, refund.order_id, kind, &refund.amount.to_string()).await?;
    Ok(true)
}

/// Money that was on its way back came back to the business: it is owed again. Again: nothing.
pub(super) async fn bounced(tx: &mut Tx, id: RefundId, words: &str) -> QueryResult<()> {
    let change = (
        refunds::state.eq(RefundState::Failed),
        refunds::reference.eq(words),
        refunds::updated_at.eq(tx.ctx().now()),
    );
    let changed = diesel::update(refunds::table.find(id).filter(refunds::state.ne(RefundState::Failed)));
    let changed = changed.set(change).returning(Refund::as_returning());
    let changed: Option<Refund> = changed.get_result(&mut **tx).await.optional()?;
    if let Some(refund) = changed {
        step(tx, refund.order_id, StepKind::RefundFailed, &refund.amount.to_string()).await?;
    }
    Ok(())
}

/// Staff have paid a refund back by hand, whatever provider refused it or has none. Again: nothing.
///
/// # Errors
/// 404 when the order has no such refund, 409 `refund_by_provider` while its provider is still being asked, 409
/// `refund_disputed` while a bank holds the money and may take it itself.
pub async fn paid_back(tx: &mut Tx, order: OrderId, id: RefundId, note: &str) -> Result<Refund, Problem> {
    let refund = of_order(tx, order, id).await?;
    if refund.state == RefundState::Requested && refund.provider != Method::Manual {
        return Err(Problem::conflict("refund_by_provider"));
    }
    if refund.state != RefundState::Done && is_disputed(tx, refund.payment_id).await? {
        return Err(Problem::conflict("refund_disputed"));
    }
    if refund_went(tx, id, RefundState::Done, note).await? {
        diesel::update(refunds::table.find(id)).set(refunds::by_hand.eq(true)).execute(&mut **tx).await?;
        audit(tx, "refund.paid_back", id, json!({ "order": order, "amount": refund.money() })).await?;
    }
    of_order(tx, order, id).await
}

/// The provider is asked anew for a refund that failed: under the key it had, it would only say once more that it failed.
///
/// # Errors
/// 404 when the order has no such refund, 409 `refund_not_failed` when it did not fail, 409 `refund_disputed` while a bank
/// holds the money.
pub async fn refund_again(tx: &mut Tx, order: OrderId, id: RefundId) -> Result<Refund, Problem> {
    let refund = of_order(tx, order, id).await?;
    if refund.state == RefundState::Failed && is_disputed(tx, refund.payment_id).await? {
        return Err(Problem::conflict("refund_disputed"));
    }
    if refund.state != RefundState::Failed || !refund_went(tx, id, RefundState::Requested, "").await? {
        return Err(Problem::conflict("refund_not_failed"));
    }
    let turn = refund.turn + 1;
    diesel::update(refunds::table.find(id)).set(refunds::turn.eq(turn)).execute(&mut **tx).await?;
    ask(tx, &refund, &turn.to_string()).await?;
    of_order(tx, order, id).await
}

async fn of_order(tx: &mut Tx, order: OrderId, id: RefundId) -> Result<Refund, Problem> {
    lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    let found = refunds::table.find(id).filter(refunds::order_id.eq(order)).select(Refund::as_select());
    found.first(&mut **tx).await.optional()?.ok_or_else(Problem::not_found)
}
