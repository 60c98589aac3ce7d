use billing::{Method, Order, OrderFilter, OrderLine, Payment, PaymentStatus, Revenue, Settings, Step};
use events::{ClientId, OrderId};
use kernel::{Ctx, Paging, Problem, Tx};
use ledger::credits::{self, Lot};
use people::clients;

use super::grant::sources;
use crate::{
    model::months,
    policy::{ORDER_LINK, ORDERS_READ, OWN_READ},
};

/// An order as its buyer sees it.
#[derive(Clone, Debug)]
pub(crate) struct OrderView {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    /// Whether the latest try to pay was refused.
    pub(crate) declined: bool,
    pub(crate) settings: Settings,
    pub(crate) ways: Vec<Method>,
}

/// An order as staff see it.
#[derive(Clone, Debug)]
pub(crate) struct OrderDetail {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) steps: Vec<Step>,
    pub(crate) lots: Vec<Lot>,
}

/// The order behind a link.
pub(crate) async fn by_link(ctx: &Ctx, token: &str) -> Result<OrderView, Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        let tries = billing::payments(tx, order.id).await?;
        let settings = billing::settings(tx).await?;
        Ok(OrderView {
            lines: billing::lines(tx, order.id).await?,
            declined: tries.last().is_some_and(|one| one.status == PaymentStatus::Failed),
            ways: billing::methods(&settings, billing::installed(), order.total),
            settings,
            order,
        })
    })
    .await
}

/// A page of the business's orders.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &OrderFilter,
    paging: &Paging,
) -> Result<(Vec<Order>, Option<String>), Problem> {
    let rows =
        ctx.tx(ORDERS_READ, async |tx| Ok::<_, Problem>(billing::list(tx, filter, paging).await?)).await?;
    Ok(paging.cut(rows, |order| (order.created_at, order.id.uuid())))
}

/// One order with all that happened to it.
pub(crate) async fn detail(ctx: &Ctx, id: OrderId) -> Result<OrderDetail, Problem> {
    ctx.tx(ORDERS_READ, async |tx| {
        let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        with_details(tx, order).await
    })
    .await
}

async fn with_details(tx: &mut Tx, order: Order) -> Result<OrderDetail, Problem> {
    let lines = billing::lines(tx, order.id).await?;
    let lots = credits::lots_of_sources(tx, &sources(&lines)).await?;
    let (payments, steps) = (billing::payments(tx, order.id).await?, billing::steps(tx, order.id).await?);
    Ok(OrderDetail { order, lines, payments, steps, lots })
}

/// A page of orders with their lines, and where the next page begins.
pub(crate) type OwnOrders = (Vec<(Order, Vec<OrderLine>)>, Option<String>);

/// The orders of the client who acts.
pub(crate) async fn own_orders(ctx: &Ctx, paging: &Paging) -> Result<OwnOrders, Problem> {
    let rows = ctx
        .tx(OWN_READ, async |tx| match clients::of_actor(tx).await? {
            Some(client) => Ok::<_, Problem>(billing::list_of_client(tx, client.id, paging).await?),
            None => Ok(Vec::new()),
        })
        .await?;
    Ok(paging.cut(rows, |(order, _)| (order.created_at, order.id.uuid())))
}

/// The latest orders of a client, for their card in the studio.
pub(crate) async fn of_client(ctx: &Ctx, client: ClientId) -> Result<Vec<Order>, Problem> {
    let filter = OrderFilter { client: Some(client), ..OrderFilter::default() };
    let paging = Paging { after: None, limit: 5 };
    Ok(list(ctx, &filter, &paging).await?.0)
}

/// What came in this month and the one before, and how many orders wait for a transfer.
#[derive(Clone, Debug)]
pub(crate) struct Takings {
    pub(crate) this: Revenue,
    pub(crate) last: Revenue,
    pub(crate) waiting: i64,
}

/// The figures of the dashboard.
pub(crate) async fn takings(ctx: &Ctx) -> Result<Takings, Problem> {
    let (now, tenant) = (ctx.now(), ctx.tenant().clone());
    let at = months(now, &tenant.zone).ok_or_else(|| Problem::internal("no such month"))?;
    ctx.tx(ORDERS_READ, async |tx| {
        Ok(Takings {
            this: billing::revenue(tx, at.this, at.next, tenant.currency).await?,
            last: billing::revenue(tx, at.last, at.this, tenant.currency).await?,
            waiting: billing::waiting(tx, Method::Manual).await?,
        })
    })
    .await
}
