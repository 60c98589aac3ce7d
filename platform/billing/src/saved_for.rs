//! For what something saved may be used: whoever types an e-mail into a checkout is not yet the client who has it.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, OrderId, SubscriptionId};
use kernel::{Actor, Ctx, Tx};
use serde::Serialize;

use crate::{
    Method, Order, SavedMethod, saved_methods,
    schema::{orders, payment_methods as table},
    subscriptions::{Subscription, chosen_for},
};

/// For what something that was saved may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedFor {
    /// For all that its client bought or buys, signed in.
    Client,
    /// For one subscription alone.
    Subscription(SubscriptionId),
    /// For the instalments of one order alone.
    Order(OrderId),
}

impl SavedFor {
    /// An order by itself, or the subscription that it is of.
    #[must_use]
    pub const fn alone(order: &Order) -> Self {
        match order.subscription_id {
            Some(id) => Self::Subscription(id),
            None => Self::Order(order.id),
        }
    }
    /// As addresses and providers name it: empty, `sub_…` or `ord_…`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Client => String::new(),
            Self::Subscription(id) => id.to_string(),
            Self::Order(id) => id.to_string(),
        }
    }
    /// Reads what [`SavedFor::name`] wrote.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Client);
        }
        name.parse().map(Self::Subscription).or_else(|_| name.parse().map(Self::Order)).ok()
    }
}

/// Whether the acting person is this client, signed in. Staff, links and jobs are not.
pub(crate) fn is_acting(ctx: &Ctx, client: ClientId) -> bool {
    matches!(ctx.actor(), Actor::Client { client: Some(own), .. } if *own == client)
}

/// Whether an order or subscription was placed by its client, signed in. A client by themselves: always.
///
/// # Errors
/// When the database refuses.
pub async fn is_by_client(tx: &mut Tx, of: SavedFor) -> QueryResult<bool> {
    let found = match of {
        SavedFor::Client => Some(true),
        SavedFor::Subscription(id) => {
            // Its first order was placed with it; the later ones the platform or a provider placed.
            let first = orders::table.filter(orders::subscription_id.eq(id)).order(orders::number);
            first.select(orders::by_client).first(&mut **tx).await.optional()?
        }
        SavedFor::Order(id) => {
            orders::table.find(id).select(orders::by_client).first(&mut **tx).await.optional()?
        }
    };
    Ok(found.unwrap_or(false))
}

/// For what the thing is saved that an order is paid with, by its client, signed in, or by anybody else.
///
/// # Errors
/// When the database refuses.
pub async fn saves_for(tx: &mut Tx, order: &Order, by_client: bool) -> QueryResult<SavedFor> {
    let alone = SavedFor::alone(order);
    let own = by_client && is_by_client(tx, alone).await?;
    Ok(if own { SavedFor::Client } else { alone })
}

/// What was saved for this: the client's own, or what is for one thing alone; what is used first, then the newest.
///
/// # Errors
/// When the database refuses.
pub async fn saved_for(tx: &mut Tx, client: ClientId, of: SavedFor) -> QueryResult<Vec<SavedMethod>> {
    let kept = table::table.filter(table::client_id.eq(client).and(table::removed_at.is_null())).into_boxed();
    let kept = match of {
        SavedFor::Client => return saved_methods(tx, client).await,
        SavedFor::Subscription(id) => kept.filter(table::subscription_id.eq(id)),
        SavedFor::Order(id) => kept.filter(table::order_id.eq(id)),
    };
    let all = kept.order((table::created_at.desc(), table::id.desc()));
    all.limit(50).select(SavedMethod::as_select()).load(&mut **tx).await
}

/// All that was saved for single things that are a client's, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn saved_alone(tx: &mut Tx, client: ClientId) -> QueryResult<Vec<SavedMethod>> {
    let kept = table::table.filter(table::client_id.eq(client).and(table::removed_at.is_null()));
    let alone = kept.filter(table::subscription_id.is_not_null().or(table::order_id.is_not_null()));
    let all = alone.order((table::created_at.desc(), table::id.desc()));
    all.limit(50).select(SavedMethod::as_select()).load(&mut **tx).await
}

/// What an order is collected with when nobody is there to pay it.
///
/// Invariant: an order or subscription that its client did not place, signed in, is never collected with what they saved.
///
/// # Errors
/// When the database refuses.
pub async fn method_for(tx: &mut Tx, order: &Order) -> QueryResult<Option<SavedMethod>> {
    used_for(tx, order.client_id, SavedFor::alone(order), order.provider).await
}

/// What a subscription is collected with.
///
/// # Errors
/// When the database refuses.
pub async fn method_of(tx: &mut Tx, sub: &Subscription) -> QueryResult<Option<SavedMethod>> {
    used_for(tx, sub.client_id, SavedFor::Subscription(sub.id), sub.provider).await
}

/// What was saved for it alone; else what was chosen for it; else what its client uses when they choose nothing.
async fn used_for(
    tx: &mut Tx,
    client: ClientId,
    alone: SavedFor,
    provider: Method,
) -> QueryResult<Option<SavedMethod>> {
    let mut all = saved_for(tx, client, alone).await?;
    if is_by_client(tx, alone).await? {
        if let SavedFor::Subscription(id) = alone {
            all.extend(chosen_for(tx, id).await?);
        }
        all.extend(saved_methods(tx, client).await?);
    }
    Ok(all.into_iter().find(|saved| saved.provider == provider))
}

#[cfg(test)]
mod tests {
    use events::Id;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_are_read_again() {
        let id = Uuid::from_u128(7);
        for of in
            [SavedFor::Client, SavedFor::Subscription(Id::from_uuid(id)), SavedFor::Order(Id::from_uuid(id))]
        {
            assert_eq!(SavedFor::read(&of.name()), Some(of));
        }
        assert_eq!(SavedFor::read("cli_nonsense"), None);
    }
}
