use billing::{Method, ORDERS_WRITE, Order, StepKind};
use events::OrderId;
use kernel::{Ctx, Problem, audit};
use serde_json::json;

use crate::checkout::mails;

/// A mail is not sent again within so many minutes: a form sent twice is one mail.
const PAUSE_MINUTES: i64 = 1;

/// Staff send the buyer the receipt once more, or how to pay when the order still waits for a transfer.
///
/// # Errors
/// 409 `order_state` when there is neither to send.
pub(crate) async fn resend(ctx: &Ctx, id: OrderId) -> Result<Order, Problem> {
    ctx.tx(ORDERS_WRITE, async |tx| {
        // Locked, so that the second of two sees the step of the first.
        let order = billing::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
        let waits = order.status.is_open() && order.provider == Method::Manual;
        if !order.status.was_paid() && !waits {
            return Err(Problem::conflict("order_state").arg("state", order.status));
        }
        let soon = tx.ctx().now().plus_minutes(-PAUSE_MINUTES);
        let steps = billing::steps(tx, id).await?;
        if steps.iter().any(|step| step.kind == StepKind::ReceiptSent && step.at > soon) {
            return Ok(order);
        }
        let turn = tx.ctx().new_token();
        mails::queue_again(tx, &order, &turn).await?;
        billing::step(tx, id, StepKind::ReceiptSent, "").await?;
        audit(tx, "order.mail_sent_again", id, json!({ "number": order.number })).await?;
        Ok(order)
    })
    .await
}
