//! What a subscription is paid with: what it was bought with, until its client chooses something else for it.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, SelectableHelper, upsert::on_constraint,
};
use diesel_async::RunQueryDsl;
use events::SubscriptionId;
use kernel::{Problem, Tx};

use super::{SubscriptionStatus, SubscriptionStepKind, step, store::lock};
use crate::{
    SavedFor, SavedMethod, is_by_client, method_of,
    schema::{payment_methods as methods, subscription_ways as table, subscriptions},
};

/// What was chosen for a subscription; `None`: nothing was, or it was removed since.
pub(crate) async fn chosen(tx: &mut Tx, id: SubscriptionId) -> QueryResult<Option<SavedMethod>> {
    let way = table::table.find(id).select(table::method_id).into_boxed();
    methods::table
        .filter(methods::id.eq_any(way))
        .filter(methods::removed_at.is_null())
        .select(SavedMethod::as_select())
        .first(&mut **tx)
        .await
        .optional()
}

/// Pays a subscription with something that was saved, from now on. What else its client pays for stays as it is. One that a
/// provider renews is to be told there afterwards, with [`crate::PaymentProvider::prefer`].
///
/// # Errors
/// 404 for an unknown subscription, 409 `subscription_state` when it is over, `method_alone` when what was saved is not for
/// it: somebody else's, for another thing alone, or a client's own for what they did not buy signed in.
pub async fn use_method(tx: &mut Tx, id: SubscriptionId, saved: &SavedMethod) -> Result<(), Problem> {
    let sub = lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    if sub.status == SubscriptionStatus::Ended {
        return Err(Problem::conflict("subscription_state").arg("state", sub.status));
    }
    let alone = SavedFor::Subscription(id);
    let fits = match saved.saved_for() {
        SavedFor::Client => is_by_client(tx, alone).await?,
        of => of == alone,
    };
    if !fits || saved.client_id != sub.client_id {
        return Err(Problem::conflict("method_alone"));
    }
    let before = method_of(tx, &sub).await?.map(|before| before.id);
    let row = (table::method_id.eq(saved.id), table::at.eq(tx.ctx().now()));
    diesel::insert_into(table::table)
        .values((table::subscription_id.eq(id), row))
        .on_conflict(on_constraint("subscription_ways_pkey"))
        .do_update()
        .set(row)
        .execute(&mut **tx)
        .await?;
    if saved.saved_for() == SavedFor::Client {
        // What others saved for it meanwhile is not used any more.
        let others =
            methods::table.filter(methods::subscription_id.eq(id)).filter(methods::removed_at.is_null());
        diesel::update(others).set(methods::removed_at.eq(tx.ctx().now())).execute(&mut **tx).await?;
    }
    if !sub.is_followed() && sub.provider != saved.provider {
        let change = subscriptions::provider.eq(saved.provider);
        diesel::update(subscriptions::table.find(id)).set(change).execute(&mut **tx).await?;
    }
    if sub.anchor.is_some() && before != Some(saved.id) {
        step(tx, id, SubscriptionStepKind::WayChanged, saved.provider.code()).await?;
    }
    Ok(())
}
