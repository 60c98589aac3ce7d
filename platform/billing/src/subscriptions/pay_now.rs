use events::SubscriptionId;
use kernel::{Problem, Tx};

use super::{
    SubscriptionStatus, renew,
    store::{lock, open_order},
};
use crate::Order;

/// The order that brings a subscription on: the one that waits, or a new one when the subscription rests unpaid and its
/// order has ended. `None`: nothing is owed.
///
/// # Errors
/// 404 for an unknown subscription; when the database refuses.
pub async fn order_to_pay(tx: &mut Tx, id: SubscriptionId) -> Result<Option<Order>, Problem> {
    let now = tx.ctx().now();
    let waiting = open_order(tx, id).await?.filter(|order| order.may_be_paid(now));
    if waiting.is_some() {
        return Ok(waiting);
    }
    let sub = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    let owes = sub.status == SubscriptionStatus::PastDue || sub.rests_unpaid();
    if !owes || sub.is_followed() {
        return Ok(None);
    }
    // Somebody may have been quicker.
    if let Some(order) = open_order(tx, id).await? {
        if order.may_be_paid(now) {
            return Ok(Some(order));
        }
        // Its time is over, and the job that ends it has not come yet.
        return Err(Problem::conflict("try_again"));
    }
    Ok(Some(renew::place_period(tx, &sub).await?))
}
