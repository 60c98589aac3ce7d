//! Use cases: permission → billing.

use billing::{
    BillingError, Method, ORDER_LINK, OWN_SUBSCRIPTIONS, Order, SUBSCRIPTIONS_READ, SUBSCRIPTIONS_WRITE,
    SavedFor, SavedMethod,
    subscriptions::{
        self, By, Carried, Figures, Listed, Preview, Subscription, SubscriptionFilter, SubscriptionStatus,
        SubscriptionStep, Terms, When, Wish,
    },
};
use events::{ClientId, SavedMethodId, SubscriptionId};
use kernel::{Actor, Check, Ctx, Paging, Permission, Problem, Tx};
use people::clients;

/// A subscription with all that belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Detail {
    pub(super) sub: Subscription,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) steps: Vec<SubscriptionStep>,
    pub(super) orders: Vec<Order>,
    /// What it is collected with, if it is.
    pub(super) way: Option<SavedMethod>,
    /// What it may be changed to.
    pub(super) choices: Vec<Terms>,
    /// Who looks at it.
    pub(super) by: By,
}

/// Who wants something, and the permission it needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) by: By,
    pub(super) permission: Permission,
}

/// Somebody who is signed in: staff who may change subscriptions, else the client that they are.
pub(super) async fn who(ctx: &Ctx) -> Result<Who, Problem> {
    if ctx.may(SUBSCRIPTIONS_WRITE) {
        return Ok(Who { by: By::Staff, permission: SUBSCRIPTIONS_WRITE });
    }
    own(ctx).await
}

/// The client that acts.
pub(super) async fn own(ctx: &Ctx) -> Result<Who, Problem> {
    let client = me(ctx).await?.ok_or_else(Problem::not_found)?;
    Ok(Who { by: By::Client(client), permission: OWN_SUBSCRIPTIONS })
}

async fn me(ctx: &Ctx) -> Result<Option<ClientId>, Problem> {
    let of = ctx.tx(OWN_SUBSCRIPTIONS, async |tx| Ok::<_, Problem>(clients::of_actor(tx).await?));
    Ok(of.await?.map(|client| client.id))
}

/// Whoever has the link: the client, for what a link may do.
pub(super) async fn by_link(ctx: &Ctx, token: &str) -> Result<(SubscriptionId, Who), Problem> {
    let find = ctx.tx(ORDER_LINK, async |tx| Ok::<_, Problem>(subscriptions::by_token(tx, token).await?));
    let sub = find.await?.ok_or_else(Problem::not_found)?;
    Ok((sub.id, Who { by: By::Client(sub.client_id), permission: ORDER_LINK }))
}

/// The subscription of an order whose link somebody has; the order's page names it.
pub(super) async fn of_order(ctx: &Ctx, id: SubscriptionId) -> Result<Option<Subscription>, Problem> {
    ctx.tx(ORDER_LINK, async |tx| Ok::<_, Problem>(subscriptions::by_id(tx, id).await?)).await
}

/// A page of the business's subscriptions.
pub(super) async fn list(
    ctx: &Ctx,
    filter: &SubscriptionFilter,
    paging: &Paging,
) -> Result<(Vec<Listed>, Option<String>), Problem> {
    if filter.search.chars().count() > 100 {
        return Err(Problem::invalid(vec![kernel::FieldError::new("search", "too_long").arg("max", 100)]));
    }
    let read = ctx
        .tx(SUBSCRIPTIONS_READ, async |tx| Ok::<_, Problem>(subscriptions::list(tx, filter, paging).await?));
    Ok(paging.cut(read.await?, |row| (row.subscription.created_at, row.subscription.id.uuid())))
}

/// The figures, and the choices of the filter.
pub(super) async fn overview(ctx: &Ctx) -> Result<(Figures, Vec<(String, String)>), Problem> {
    ctx.tx(SUBSCRIPTIONS_READ, async |tx| {
        Ok((subscriptions::figures(tx).await?, subscriptions::items(tx).await?))
    })
    .await
}

/// The subscriptions of the client who acts.
pub(super) async fn mine(ctx: &Ctx) -> Result<Vec<Subscription>, Problem> {
    ctx.tx(OWN_SUBSCRIPTIONS, async |tx| match clients::of_actor(tx).await? {
        Some(client) => Ok::<_, Problem>(subscriptions::of_client(tx, client.id).await?),
        None => Ok(Vec::new()),
    })
    .await
}

/// The subscriptions of a client, for staff.
pub(super) async fn of_client(ctx: &Ctx, client: ClientId) -> Result<Vec<Subscription>, Problem> {
    ctx.tx(SUBSCRIPTIONS_READ, async |tx| Ok::<_, Problem>(subscriptions::of_client(tx, client).await?)).await
}

/// One subscription, for staff who may only look, too.
pub(super) async fn for_staff(ctx: &Ctx, id: SubscriptionId) -> Result<Detail, Problem> {
    detail(ctx, id, Who { by: By::Staff, permission: SUBSCRIPTIONS_READ }).await
}

/// One subscription, for who may see it.
pub(super) async fn detail(ctx: &Ctx, id: SubscriptionId, who: Who) -> Result<Detail, Problem> {
    ctx.tx(who.permission, async |tx| {
        let sub = found(tx, id, who.by).await?;
        let (name, email) = subscriptions::payer(tx, id).await?;
        let live = matches!(sub.status, SubscriptionStatus::Active | SubscriptionStatus::Trialing);
        let collects = !matches!(sub.provider, Method::Manual | Method::Free);
        Ok(Detail {
            steps: subscriptions::steps(tx, id).await?,
            orders: subscriptions::orders_of(tx, id).await?,
            way: if collects { billing::method_of(tx, &sub).await? } else { None },
            choices: if live { choices(tx, &sub, who.by).await? } else { Vec::new() },
            by: who.by,
            name,
            email,
            sub,
        })
    })
    .await
}

/// What a subscription may be changed to by whoever looks at it.
async fn choices(tx: &mut Tx, sub: &Subscription, by: By) -> Result<Vec<Terms>, Problem> {
    let (mut all, now) = (subscriptions::choices(tx, sub).await?, tx.ctx().now());
    all.retain(|terms| {
        let wish = Wish::Change { terms: Box::new(terms.clone()), when: None };
        subscriptions::may(sub, &wish, by, now).is_ok()
    });
    Ok(all)
}

async fn found(tx: &mut Tx, id: SubscriptionId, by: By) -> Result<Subscription, Problem> {
    let sub = subscriptions::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
    match by {
        By::Client(client) if client != sub.client_id => Err(Problem::not_found()),
        _ => Ok(sub),
    }
}

/// Carries a wish out.
pub(super) async fn carry_out(
    ctx: &Ctx,
    id: SubscriptionId,
    who: Who,
    wish: &Wish,
    reason: &str,
) -> Result<Carried, Problem> {
    let mut check = Check::new();
    let reason = check.line("reason", reason, 0, 500);
    check.finish()?;
    subscriptions::carry_out(ctx, who.permission, id, wish, who.by, &reason).await
}

/// What a change to `item` would mean.
pub(super) async fn preview(
    ctx: &Ctx,
    id: SubscriptionId,
    who: Who,
    item: &str,
    when: Option<When>,
) -> Result<(Subscription, Terms, Preview), Problem> {
    ctx.tx(who.permission, async |tx| {
        let sub = found(tx, id, who.by).await?;
        let terms = choice(tx, &sub, item).await?;
        let wish = Wish::Change { terms: Box::new(terms.clone()), when };
        let now = tx.ctx().now();
        subscriptions::may(&sub, &wish, who.by, now)?;
        let preview = subscriptions::preview(tx, &sub, &terms, when).await?;
        Ok((sub, terms, preview))
    })
    .await
}

async fn choice(tx: &mut Tx, sub: &Subscription, item: &str) -> Result<Terms, Problem> {
    let all = subscriptions::choices(tx, sub).await?;
    all.into_iter().find(|terms| terms.item == item).ok_or_else(|| Problem::field("to", "plan_choice"))
}

/// Changes to `item`. Answers where the buyer goes on, when something is to be paid first.
pub(super) async fn change(
    ctx: &Ctx,
    id: SubscriptionId,
    who: Who,
    item: &str,
    when: Option<When>,
    reason: &str,
) -> Result<Carried, Problem> {
    let (_, terms, _) = preview(ctx, id, who, item, when).await?;
    carry_out(ctx, id, who, &Wish::Change { terms: Box::new(terms), when }, reason).await
}

/// Where the client pays what is owed; back to the subscription when nothing is.
pub(super) async fn pay(ctx: &Ctx, id: SubscriptionId, who: Who) -> Result<Option<String>, Problem> {
    let order = ctx
        .tx(who.permission, async |tx| {
            let sub = found(tx, id, who.by).await?;
            subscriptions::order_to_pay(tx, sub.id).await
        })
        .await?;
    // The order's own page offers every way to pay.
    Ok(order.map(|order| ctx.path(&order.own_path())))
}

/// What the client who acts saved to pay with, then what was saved for single things of theirs with the names of these,
/// and whether they can save something here.
pub(super) async fn methods(ctx: &Ctx) -> Result<(Vec<(SavedMethod, String)>, bool), Problem> {
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
pub(super) async fn way_of(ctx: &Ctx, id: SubscriptionId, who: Who) -> Result<SavedFor, Problem> {
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
    let offered = billing::methods(&settings, billing::installed(), 1);
    let saves = |method: &Method| billing::installed().of(*method).is_ok_and(|provider| provider.saves());
    Ok(offered.into_iter().find(saves))
}

/// The provider's page on which somebody saves something to pay with; `back` is a path inside the tenant.
pub(super) async fn add_method(
    ctx: &Ctx,
    client: ClientId,
    of: SavedFor,
    back: &str,
) -> Result<String, Problem> {
    let method = saving(ctx).await?.ok_or_else(|| Problem::conflict("no_way_to_save"))?;
    let provider = billing::installed().of(method).map_err(BillingError::from)?;
    let page = provider.portal(ctx, client, of, back).await.map_err(BillingError::from)?;
    page.ok_or_else(|| Problem::conflict("no_way_to_save"))
}

/// Saves something to pay with: it is used from now on.
pub(super) async fn save(ctx: &Ctx, new: billing::NewSaved) -> Result<(), Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let saved = billing::save_method(tx, new.clone()).await?;
        Ok(subscriptions::pay_with(tx, &saved).await?)
    })
    .await
}

/// The client that acts.
pub(super) async fn client(ctx: &Ctx) -> Result<ClientId, Problem> {
    me(ctx).await?.ok_or_else(Problem::not_found)
}

/// The client that acts; who is signed in and bought nothing here yet becomes one.
///
/// # Errors
/// 404 for visitors, and for an e-mail that is a client's but was not proved by who acts.
pub(super) async fn client_to_be(ctx: &Ctx) -> Result<ClientId, Problem> {
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

/// Uses another one of what a client saved.
pub(super) async fn choose_method(ctx: &Ctx, id: SavedMethodId) -> Result<(), Problem> {
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
pub(super) async fn remove_method(ctx: &Ctx, id: SavedMethodId) -> Result<(), Problem> {
    let client = client(ctx).await?;
    let removed = ctx.tx(OWN_SUBSCRIPTIONS, async |tx| billing::remove_method(tx, client, id).await).await?;
    let provider = billing::installed().of(removed.provider).map_err(BillingError::from)?;
    // Here it is gone; a provider that is away keeps a card that nobody uses any more.
    if let Err(error) = provider.forget(ctx, &removed).await {
        tracing::warn!(%error, "a provider did not forget a saved way to pay");
    }
    Ok(())
}
