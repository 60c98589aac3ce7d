//! Use cases: permission → billing.

mod ways;

pub(super) use ways::{
    add_method, choose_method, client_to_be, methods, remove_method, save, use_method, way_of,
};

use billing::{
    Method, ORDER_LINK, OWN_SUBSCRIPTIONS, Order, SUBSCRIPTIONS_READ, SUBSCRIPTIONS_WRITE, SavedFor,
    SavedMethod,
    subscriptions::{
        self, By, Carried, Figures, Listed, News, Preview, Subscription, SubscriptionFilter,
        SubscriptionStatus, SubscriptionStep, Terms, When, Wish,
    },
};
use events::{ClientId, Instant, SubscriptionId};
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
    /// What else its client, who looks at it signed in, may choose for it.
    pub(super) others: Vec<SavedMethod>,
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

/// What ended since a moment, and what rests unpaid.
pub(super) async fn news(ctx: &Ctx, since: Instant) -> Result<News, Problem> {
    ctx.tx(SUBSCRIPTIONS_READ, async |tx| Ok::<_, Problem>(subscriptions::news(tx, since).await?)).await
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
        let way = if collects { billing::method_of(tx, &sub).await? } else { None };
        Ok(Detail {
            others: others(tx, &sub, way.as_ref()).await?,
            way,
            steps: subscriptions::steps(tx, id).await?,
            orders: subscriptions::orders_of(tx, id).await?,
            choices: if live { choices(tx, &sub, who.by).await? } else { Vec::new() },
            by: who.by,
            name,
            email,
            sub,
        })
    })
    .await
}

/// What its client saved, signed in, and may pay it with in place of what it is paid with now.
async fn others(
    tx: &mut Tx,
    sub: &Subscription,
    way: Option<&SavedMethod>,
) -> Result<Vec<SavedMethod>, Problem> {
    let own = matches!(tx.ctx().actor(), Actor::Client { client: Some(own), .. } if *own == sub.client_id);
    if !own || !sub.status.is_live() || !billing::is_by_client(tx, SavedFor::Subscription(sub.id)).await? {
        return Ok(Vec::new());
    }
    let mut all = billing::saved_methods(tx, sub.client_id).await?;
    // A provider that renews it takes what is saved there alone.
    all.retain(|one| !sub.is_followed() || one.provider == sub.provider);
    all.retain(|one| way.is_none_or(|way| way.id != one.id));
    Ok(all)
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
    Box::pin(subscriptions::carry_out(ctx, who.permission, id, wish, who.by, &reason)).await
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
