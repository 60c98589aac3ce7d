use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    PgTextExpressionMethods, QueryDsl, QueryResult, SelectableHelper, dsl,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, SubscriptionId};
use kernel::{Paging, Tx};

use super::{Subscription, SubscriptionStatus};
use crate::{
    Method, Order, SavedFor, SavedMethod, is_by_client,
    schema::{orders, subscriptions as table},
};

/// Which subscriptions of a list are wanted. Empty parts do not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    /// In this state.
    pub status: Option<SubscriptionStatus>,
    /// To this: `pln_…`; empty: to anything.
    pub item: String,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Part of the client's name or e-mail, or of what it is called.
    pub search: String,
}

/// A subscription with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The subscription.
    pub subscription: Subscription,
    /// The client's name, as the latest order has it.
    pub client_name: String,
    /// The client's e-mail.
    pub client_email: String,
}

/// A subscription of this tenant.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<Subscription>> {
    table::table.find(id).select(Subscription::as_select()).first(&mut **tx).await.optional()
}

/// The subscription whose link has this token.
///
/// # Errors
/// When the database refuses.
pub async fn by_token(tx: &mut Tx, token: &str) -> QueryResult<Option<Subscription>> {
    let found = table::table.filter(table::token.eq(token)).select(Subscription::as_select());
    found.first(&mut **tx).await.optional()
}

/// Subscriptions, the newest first. One row more than the limit is read, as [`Paging::cut`] wants it: key
/// `(created_at, id.uuid())`.
///
/// # Errors
/// When the database refuses.
pub async fn list(tx: &mut Tx, filter: &SubscriptionFilter, paging: &Paging) -> QueryResult<Vec<Listed>> {
    let mut query = table::table.select(Subscription::as_select()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(table::status.eq(status));
    }
    if !filter.item.is_empty() {
        query = query.filter(table::item.eq(filter.item.clone()));
    }
    if let Some(client) = filter.client {
        query = query.filter(table::client_id.eq(client));
    }
    let search = filter.search.trim();
    if !search.is_empty() {
        let like = kernel::contains_pattern(search);
        let buyer = orders::client_name.ilike(like.clone()).or(orders::client_email.ilike(like.clone()));
        let of = orders::table.filter(orders::subscription_id.eq(table::id.nullable())).filter(buyer);
        query = query.filter(table::name.ilike(like).or(dsl::exists(of)));
    }
    if let Some(after) = paging.after {
        let tie = table::created_at.lt(after.at).or(table::id.lt(SubscriptionId::from_uuid(after.id)));
        query = query.filter(table::created_at.le(after.at)).filter(tie);
    }
    let rows: Vec<Subscription> = query
        .order((table::created_at.desc(), table::id.desc()))
        .limit(paging.limit + 1)
        .load(&mut **tx)
        .await?;
    with_buyers(tx, rows).await
}

async fn with_buyers(tx: &mut Tx, rows: Vec<Subscription>) -> QueryResult<Vec<Listed>> {
    let ids: Vec<SubscriptionId> = rows.iter().map(|row| row.id).collect();
    let buyers: Vec<(Option<SubscriptionId>, String, String)> = orders::table
        .filter(orders::subscription_id.eq_any(ids))
        .distinct_on(orders::subscription_id)
        .order((orders::subscription_id, orders::created_at.desc()))
        .select((orders::subscription_id, orders::client_name, orders::client_email))
        .load(&mut **tx)
        .await?;
    let listed = |subscription: Subscription| {
        let buyer = buyers.iter().find(|buyer| buyer.0 == Some(subscription.id));
        let (client_name, client_email) =
            buyer.map(|buyer| (buyer.1.clone(), buyer.2.clone())).unwrap_or_default();
        Listed { subscription, client_name, client_email }
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// A client's subscriptions that began, and those that wait for their first payment, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn of_client(tx: &mut Tx, client: ClientId) -> QueryResult<Vec<Subscription>> {
    let never = table::status.eq(SubscriptionStatus::Ended).and(table::anchor.is_null());
    table::table
        .filter(table::client_id.eq(client))
        .filter(dsl::not(never))
        .order((table::created_at.desc(), table::id.desc()))
        .limit(100)
        .select(Subscription::as_select())
        .load(&mut **tx)
        .await
}

/// The subscriptions of a client that a module sold and that give what they promise at a moment: on trial or paid, within
/// the period.
///
/// # Errors
/// When the database refuses.
pub async fn entitled(
    tx: &mut Tx,
    client: ClientId,
    module: &str,
    at: Instant,
) -> QueryResult<Vec<Subscription>> {
    table::table
        .filter(table::client_id.eq(client).and(table::module.eq(module)))
        .filter(table::status.eq_any([SubscriptionStatus::Trialing, SubscriptionStatus::Active]))
        .filter(table::period_start.le(at).and(table::period_end.gt(at)))
        .order((table::created_at, table::id))
        .select(Subscription::as_select())
        .load(&mut **tx)
        .await
}

/// Whether a client ever had something that a module sells: a subscription to it that began.
///
/// # Errors
/// When the database refuses.
pub async fn had(tx: &mut Tx, client: ClientId, module: &str, item: &str) -> QueryResult<bool> {
    let begun = table::table
        .filter(table::client_id.eq(client).and(table::module.eq(module)))
        .filter(table::item.eq(item).and(table::anchor.is_not_null()));
    diesel::select(dsl::exists(begun)).get_result(&mut **tx).await
}

/// The orders of a subscription, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn orders_of(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Vec<Order>> {
    let all = orders::table.filter(orders::subscription_id.eq(id)).select(Order::as_select());
    all.order((orders::created_at.desc(), orders::id.desc())).limit(200).load(&mut **tx).await
}

/// What is or was subscribed to, with the name it has now: the choices of a filter.
///
/// # Errors
/// When the database refuses.
pub async fn items(tx: &mut Tx) -> QueryResult<Vec<(String, String)>> {
    let all = table::table.distinct_on(table::item).order((table::item, table::created_at.desc()));
    let mut rows: Vec<(String, String)> =
        all.limit(200).select((table::item, table::name)).load(&mut **tx).await?;
    rows.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(rows)
}

/// Who pays a subscription: name and e-mail, as its latest order has them.
///
/// # Errors
/// When the database refuses.
pub async fn payer(tx: &mut Tx, id: SubscriptionId) -> QueryResult<(String, String)> {
    let buyer = super::store::buyer(tx, id).await?;
    Ok((buyer.name, buyer.email))
}

/// Something to pay with was saved. What was saved for one subscription alone is what that is paid with; a client's own is
/// what their running subscriptions are paid with that they began signed in and without a way to pay. What was bought with
/// something else stays with that: [`super::use_method`].
///
/// # Errors
/// When the database refuses.
pub async fn pay_with(tx: &mut Tx, saved: &SavedMethod) -> QueryResult<()> {
    let live = [
        SubscriptionStatus::Trialing,
        SubscriptionStatus::Active,
        SubscriptionStatus::PastDue,
        SubscriptionStatus::Paused,
    ];
    let own = table::table.filter(table::client_id.eq(saved.client_id).and(table::status.eq_any(live)));
    let other = own.filter(table::reference.eq("").and(table::provider.ne(saved.provider)));
    let all: Vec<(SubscriptionId, Method)> =
        other.order(table::id).select((table::id, table::provider)).load(&mut **tx).await?;
    for (id, provider) in all {
        let alone = SavedFor::Subscription(id);
        let without = saved.saved_for() == SavedFor::Client && provider == Method::Free;
        if saved.saved_for() != alone && !(without && is_by_client(tx, alone).await?) {
            continue;
        }
        let change = table::provider.eq(saved.provider);
        diesel::update(table::table.find(id)).set(change).execute(&mut **tx).await?;
        super::step(tx, id, super::SubscriptionStepKind::WayChanged, saved.provider.code()).await?;
    }
    Ok(())
}
