//! What clients saved to pay with, and which of it pays what.

use billing::{
    BillingError, Method, ORDER_LINK, OWN_SUBSCRIPTIONS, SavedFor, SavedMethod, ToSave,
    subscriptions::{self, By},
};
use events::{ClientId, SavedMethodId, SubscriptionId};
use kernel::{Actor, Ctx, Problem, Tx, audit};
use people::clients;
use serde_json::json;

use super::{Who, found, me};

/// What the client who acts saved to pay with, then what was saved for single things of theirs with the names of these,
/// and whether they can save something here.
pub(in crate::checkout::subscriptions) async fn methods(
    ctx: &Ctx,
) -> Result<(Vec<(SavedMethod, String)>, bool), Problem> {
    let saved = ctx
        .tx(OWN_SUBSCRIPTIONS, async |tx| {
            let Some(client) = clients::of_actor(tx).await? else { return Ok::<_, Problem>(None) };
            let own = billing::saved_methods(tx, client.id).await?;
            let mut all: Vec<_> = own.into_iter().map(|saved| (saved, String::new())).collect();
            for saved in billing::saved_alone(tx, client.id).await? {
                let name = name_of(tx, saved.saved_for()).await?;
                all.push((saved, name));
            }
            Ok(Some(all))
        })
        .await?;
    let somebody = saved.is_some() || matches!(ctx.actor(), Actor::Client { .. });
    let can_add = somebody && saving(ctx).await?.is_some();
    Ok((saved.unwrap_or_default(), can_add))
}

/// What something is saved for, for people; empty: for everything.
async fn name_of(tx: &mut Tx, of: SavedFor) -> Result<String, Problem> {
    Ok(match of {
        SavedFor::Client => String::new(),
        SavedFor::Subscription(id) => {
            subscriptions::by_id(tx, id).await?.map(|sub| sub.name).unwrap_or_default()
        }
        SavedFor::Order(id) => {
            billing::by_id(tx, id).await?.map(|order| format!("#{}", order.number)).unwrap_or_default()
        }
    })
}

/// For what somebody who changes what a subscription is paid with saves something: for all they buy when they placed it
/// signed in, else for it alone.
///
/// # Errors
/// 409 `subscription_sign_in` when a link alone would open what its client saved.
pub(in crate::checkout::subscriptions) async fn way_of(
    ctx: &Ctx,
    id: SubscriptionId,
    who: Who,
) -> Result<SavedFor, Problem> {
    let alone = SavedFor::Subscription(id);
    let own = ctx
        .tx(who.permission, async |tx| {
            found(tx, id, who.by).await?;
            Ok::<_, Problem>(billing::is_by_client(tx, alone).await?)
        })
        .await?;
    if !own {
        return Ok(alone);
    }
    let signed_in = matches!((ctx.actor(), who.by), (Actor::Client { client: Some(own), .. }, By::Client(client)) if *own == client);
    if signed_in { Ok(SavedFor::Client) } else { Err(Problem::conflict("subscription_sign_in")) }
}

/// The way to pay that can save something, of those that are offered here.
async fn saving(ctx: &Ctx) -> Result<Option<Method>, Problem> {
    let settings = ctx.tx(ORDER_LINK, async |tx| Ok::<_, Problem>(billing::settings(tx).await?)).await?;
    Ok(billing::ways_to_save(&settings).into_iter().next())
}

/// The provider's page on which somebody saves something to pay with, and pays the subscription `pays` with from then on;
/// `back` is a path inside the tenant.
pub(in crate::checkout::subscriptions) async fn add_method(
    ctx: &Ctx,
    client: ClientId,
    of: SavedFor,
    pays: Option<SubscriptionId>,
    back: &str,
) -> Result<String, Problem> {
    let method = saving(ctx).await?.ok_or_else(|| Problem::conflict("no_way_to_save"))?;
    let provider = billing::installed().of(method).map_err(BillingError::from)?;
    let page = provider
        .portal(ctx, &ToSave { client, saved_for: of, pays, back })
        .await
        .map_err(BillingError::from)?;
    page.ok_or_else(|| Problem::conflict("no_way_to_save"))
}

/// Saves something to pay with; the subscription `pays` is paid with it from now on.
pub(in crate::checkout::subscriptions) async fn save(
    ctx: &Ctx,
    new: billing::NewSaved,
    pays: Option<SubscriptionId>,
) -> Result<(), Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let saved = billing::save_method(tx, new.clone()).await?;
        subscriptions::pay_with(tx, &saved).await?;
        match pays {
            Some(id) => subscriptions::use_method(tx, id, &saved).await,
            None => Ok(()),
        }
    })
    .await
}

/// The client that acts.
async fn client(ctx: &Ctx) -> Result<ClientId, Problem> {
    me(ctx).await?.ok_or_else(Problem::not_found)
}

/// The client that acts; who is signed in and bought nothing here yet becomes one.
///
/// # Errors
/// 404 for visitors, and for an e-mail that is a client's but was not proved by who acts.
pub(in crate::checkout::subscriptions) async fn client_to_be(ctx: &Ctx) -> Result<ClientId, Problem> {
    if let Some(known) = me(ctx).await? {
        return Ok(known);
    }
    let Actor::Client { name, email, .. } = ctx.actor() else { return Err(Problem::not_found()) };
    let new = clients::NewClient { name: name.clone(), email: email.clone(), ..Default::default() };
    let made =
        ctx.tx(OWN_SUBSCRIPTIONS, async |tx| Ok::<_, Problem>(clients::upsert(tx, new).await?)).await?;
    // One that was there would have been named as the one who acts.
    if made.created_at == ctx.now() { Ok(made.id) } else { Err(Problem::not_found()) }
}

/// Pays a subscription with something else of what its client saved, from now on. Their others stay as they are.
pub(in crate::checkout::subscriptions) async fn use_method(
    ctx: &Ctx,
    id: SubscriptionId,
    who: Who,
    method: SavedMethodId,
) -> Result<(), Problem> {
    let chosen = ctx
        .tx(who.permission, async |tx| {
            let sub = found(tx, id, who.by).await?;
            let mut all = billing::saved_methods(tx, sub.client_id).await?;
            all.extend(billing::saved_for(tx, sub.client_id, SavedFor::Subscription(id)).await?);
            let chosen = all.into_iter().find(|saved| saved.id == method).ok_or_else(Problem::not_found)?;
            subscriptions::use_method(tx, id, &chosen).await?;
            audit(tx, "subscription.way_chosen", id, json!({})).await?;
            Ok::<_, Problem>(chosen)
        })
        .await?;
    let provider = billing::installed().of(chosen.provider).map_err(BillingError::from)?;
    Ok(provider.prefer(ctx, &chosen).await.map_err(BillingError::from)?)
}

/// Uses another one of what a client saved.
pub(in crate::checkout::subscriptions) async fn choose_method(
    ctx: &Ctx,
    id: SavedMethodId,
) -> Result<(), Problem> {
    let client = client(ctx).await?;
    let chosen = ctx.tx(OWN_SUBSCRIPTIONS, async |tx| {
        let saved = billing::make_default(tx, client, id).await?;
        subscriptions::pay_with(tx, &saved).await?;
        Ok::<_, Problem>(saved)
    });
    let chosen = chosen.await?;
    let provider = billing::installed().of(chosen.provider).map_err(BillingError::from)?;
    Ok(provider.prefer(ctx, &chosen).await.map_err(BillingError::from)?)
}

/// Removes something that a client saved, here and at its provider.
pub(in crate::checkout::subscriptions) async fn remove_method(
    ctx: &Ctx,
    id: SavedMethodId,
) -> Result<(), Problem> {
    let client = client(ctx).await?;
    let removed = ctx.tx(OWN_SUBSCRIPTIONS, async |tx| billing::remove_method(tx, client, id).await).await?;
    let provider = billing::installed().of(removed.provider).map_err(BillingError::from)?;
    // Here it is gone; a provider that is away is asked again by the job that forgets.
    match provider.forget(ctx, &removed).await {
        Ok(()) => {
            ctx.tx(OWN_SUBSCRIPTIONS, async |tx| {
                Ok::<_, Problem>(billing::method_forgotten(tx, removed.id).await?)
            })
            .await
        }
        Err(error) => {
            tracing::warn!(%error, "a provider did not forget a saved way to pay");
            Ok(())
        }
    }
}
