use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::{OrderId, billing::OrderUndone};
use kernel::{Problem, Tx, audit};
use serde_json::json;

use crate::{
    Order, Status, StepKind, discounts, lock, payments, rules_of, schema::orders, step, subscriptions,
};

/// Whether an order can be undone: it is paid, and no money came for it, so that there is nothing to refund. The first order
/// of a free trial is not: its subscription is ended instead.
#[must_use]
pub fn may_undo(order: &Order) -> bool {
    let trial = order.subscription_id.is_some() && order.taken_off == 0;
    order.status == Status::Paid && order.total == 0 && !trial
}

/// Undoes an order that cost nothing, or was paid by vouchers and coupons alone: what was handed out goes back as far as it is
/// unused, vouchers get their part back, and codes are free again, all in this transaction. It counts as refunded. Again:
/// nothing.
///
/// # Errors
/// 404 for an unknown order, 409 `order_undo` when money came for it (refund it) or it is not paid, and what the selling
/// module's rule answers.
pub async fn undo(tx: &mut Tx, id: OrderId, reason: &str) -> Result<Order, Problem> {
    let order = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if order.status == Status::Refunded && order.total == 0 {
        return Ok(order);
    }
    if !may_undo(&order) || payments(tx, id).await?.iter().any(|one| one.amount > 0) {
        return Err(Problem::conflict("order_undo").arg("state", order.status));
    }
    let change = diesel::update(orders::table.find(id)).set(orders::status.eq(Status::Refunded));
    let order: Order = change.returning(Order::as_returning()).get_result(&mut **tx).await?;
    (rules_of(&order.module).undone)(tx, &order).await?;
    subscriptions::order_refunded(tx, &order).await?;
    step(tx, id, StepKind::Undone, reason).await?;
    let codes: Vec<String> = discounts(tx, id).await?.into_iter().map(|one| one.code).collect();
    audit(tx, "order.undone", id, json!({ "number": order.number, "codes": codes, "reason": reason }))
        .await?;
    let event = OrderUndone {
        order: id,
        number: order.number,
        client: order.client_id,
        client_name: order.client_name.clone(),
        client_email: order.client_email.clone(),
        reason: reason.to_owned(),
    };
    tx.emit(&event).await?;
    Ok(order)
}
