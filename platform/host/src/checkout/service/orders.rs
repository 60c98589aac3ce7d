use billing::{
    Method, ORDER_LINK, ORDERS_READ, OWN_ORDERS, Order, OrderFilter, OrderLine, Payment, PaymentStatus,
    Refund, Revenue, Settings, Step,
};
use events::{ClientId, Instant, OrderId};
use jiff::{Span, tz::TimeZone};
use kernel::{Block, Ctx, Paging, Problem};
use people::clients;

/// An order as its buyer sees it.
#[derive(Clone, Debug)]
pub(crate) struct OrderView {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    /// Whether the latest try to pay was refused.
    pub(crate) declined: bool,
    pub(crate) settings: Settings,
    pub(crate) ways: Vec<Method>,
    pub(crate) refunds: Vec<Refund>,
}

/// An order as staff see it.
#[derive(Clone, Debug)]
pub(crate) struct OrderDetail {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) steps: Vec<Step>,
    pub(crate) refunds: Vec<Refund>,
    /// What can still be refunded, minor units.
    pub(crate) left: i64,
    /// What the selling module shows.
    pub(crate) cards: Vec<Block>,
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
            ways: billing::ways_now(&order, &settings, ctx.now()),
            settings,
            refunds: billing::refunds(tx, order.id).await?,
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
    let mut detail = ctx
        .tx(ORDERS_READ, async |tx| {
            let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
            Ok::<_, Problem>(OrderDetail {
                lines: billing::lines(tx, id).await?,
                payments: billing::payments(tx, id).await?,
                steps: billing::steps(tx, id).await?,
                refunds: billing::refunds(tx, id).await?,
                left: billing::refundable(tx, id).await?,
                cards: Vec::new(),
                order,
            })
        })
        .await?;
    // A module that is off shows nothing, as everywhere.
    if ctx.has(&detail.order.module) {
        let card = billing::rules_of(&detail.order.module).card;
        detail.cards = card(ctx, &detail.order, &detail.lines).await?;
    }
    Ok(detail)
}

/// A page of orders with their lines, and where the next page begins.
pub(crate) type OwnOrders = (Vec<(Order, Vec<OrderLine>)>, Option<String>);

/// The orders of the client who acts.
pub(crate) async fn own_orders(ctx: &Ctx, paging: &Paging) -> Result<OwnOrders, Problem> {
    let rows = ctx
        .tx(OWN_ORDERS, async |tx| match clients::of_actor(tx).await? {
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

/// Where the month of a moment, the one before and the one after begin.
struct Months {
    last: Instant,
    this: Instant,
    next: Instant,
}

/// Where the months around `now` begin in `zone`; UTC when the zone is unknown.
fn months(now: Instant, zone: &str) -> Option<Months> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let first = now.timestamp().to_zoned(zone.clone()).date().first_of_month();
    let begin = |months: i64| {
        let day = first.checked_add(Span::new().try_months(months).ok()?).ok()?;
        Some(Instant::new(day.to_zoned(zone.clone()).ok()?.timestamp()))
    };
    Some(Months { last: begin(-1)?, this: begin(0)?, next: begin(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_at_local_midnight() {
        // 1 November, 00:30 in Berlin, is still October in UTC.
        let months = months("2026-10-31T23:30:00Z".parse().unwrap(), "Europe/Berlin").unwrap();
        assert_eq!(months.this.to_string(), "2026-10-31T23:00:00Z");
        assert_eq!(months.last.to_string(), "2026-09-30T22:00:00Z");
        assert_eq!(months.next.to_string(), "2026-11-30T23:00:00Z");
    }
}
