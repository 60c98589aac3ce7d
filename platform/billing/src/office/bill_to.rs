use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use events::OrderId;
use kernel::{Check, Problem, Tx, audit};
use serde_json::json;

use crate::{Order, lock, schema::orders};

/// So many days after it was placed a buyer may still say who an order's invoice is for.
pub const BILL_TO_DAYS: i64 = 30;

/// Who an invoice is for, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillTo {
    /// Company and address, at most 500 characters; empty: name and e-mail of the buyer.
    pub bill_to: String,
    /// Their tax number, at most 60 characters; empty: none.
    pub tax_id: String,
}

/// Whether the buyer may still say who the invoice of an order is for.
#[must_use]
pub fn may_bill_to(order: &Order, now: events::Instant) -> bool {
    let ended = matches!(order.status, crate::Status::Cancelled | crate::Status::Expired);
    !ended && order.total > 0 && now < order.created_at.plus_minutes(BILL_TO_DAYS * 24 * 60)
}

/// Writes down who the invoice of an order is for. The same again: nothing.
///
/// # Errors
/// 404 for an unknown order, 422 at `bill_to` and `buyer_tax_id`.
pub async fn set_bill_to(tx: &mut Tx, order: OrderId, input: &BillTo) -> Result<Order, Problem> {
    let mut check = Check::new();
    let bill_to = check.text("bill_to", &input.bill_to, 0, 500);
    let tax_id = check.line("buyer_tax_id", &input.tax_id, 0, 60);
    check.finish()?;
    let before = lock(tx, order).await?.ok_or_else(Problem::not_found)?;
    if before.bill_to == bill_to && before.buyer_tax_id == tax_id {
        return Ok(before);
    }
    let change = (orders::bill_to.eq(&bill_to), orders::buyer_tax_id.eq(&tax_id));
    let change = diesel::update(orders::table.find(order)).set(change).returning(Order::as_returning());
    let after = change.get_result(&mut **tx).await?;
    let detail = json!({ "before": { "bill_to": before.bill_to, "tax_id": before.buyer_tax_id } });
    audit(tx, "order.invoice_details_changed", order, detail).await?;
    Ok(after)
}
