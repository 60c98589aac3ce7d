//! Orders of nothing that wait for a card: a free trial begins once there is something to pay with when it ends.

use events::OrderId;
use kernel::{Problem, Tx, audit};
use serde_json::json;

use crate::{
    MarkPaid, NewPayment, NewSaved, Order, lock, mark_paid, save_method, settle::gone,
    subscriptions::use_method,
};

/// What became of something that was saved for an order.
#[derive(Clone, Debug)]
pub enum CardTaken {
    /// The order is complete with it, and what it is for begins.
    Begun(Order),
    /// The order was complete before; nothing happened.
    Known(Order),
    /// The order can't be completed any more: nothing was kept, and the provider may forget what was saved.
    Gone(Order),
}

impl CardTaken {
    /// The order, whatever happened.
    #[must_use]
    pub const fn order(&self) -> &Order {
        match self {
            Self::Begun(order) | Self::Known(order) | Self::Gone(order) => order,
        }
    }
}

/// THE place where something saved meets an order that waits for it: the order is complete, in this transaction, and its
/// subscription is paid with that from then on. `reference` is what the provider calls the saving. Told again, by the way
/// back, an event or the poller, it changes nothing.
///
/// A card that comes after the order expired still completes it when the selling module's rule can keep the promise.
///
/// # Errors
/// 404 for an unknown order, and what [`save_method`] answers.
pub async fn card_saved(
    tx: &mut Tx,
    id: OrderId,
    new: NewSaved,
    reference: &str,
) -> Result<CardTaken, Problem> {
    let order = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if order.status.was_paid() || order.total > 0 {
        return Ok(CardTaken::Known(order));
    }
    if gone(tx, &order).await?.is_some() {
        return Ok(CardTaken::Gone(order));
    }
    let saved = save_method(tx, new).await?;
    let due = order.due();
    let order = match mark_paid(tx, order, NewPayment::of(saved.provider, reference, due)).await? {
        MarkPaid::AlreadyPaid(order) => return Ok(CardTaken::Known(order)),
        MarkPaid::Paid(order) => order,
    };
    if let Some(subscription) = order.subscription_id {
        use_method(tx, subscription, &saved).await?;
    }
    audit(tx, "order.card_saved", id, json!({ "method": saved.provider })).await?;
    Ok(CardTaken::Begun(order))
}
