use std::collections::HashMap;

use billing::{
    Discount, Dispute, Due, DueState, LineBack, Method, ORDER_LINK, ORDERS_READ, OWN_ORDERS, Order,
    OrderLine, Payment, PaymentStatus, Refund, Revenue, Settings, Step, TryState, UnusedWorth,
    office::{self, Flags, OrderFilter, Side, Sum, Todo},
};
use events::{ClientId, Instant, OrderId, RefundId};
use jiff::{Span, tz::TimeZone};
use kernel::{Block, Ctx, Cursor, Paging, Problem};
use people::clients;

use crate::checkout::views::RefundView;

/// An order as its buyer sees it.
#[derive(Clone, Debug)]
pub(crate) struct OrderView {
    pub(crate) order: Order,
    pub(crate) lines: Vec<OrderLine>,
    /// Whether the latest try to pay was refused.
    pub(crate) declined: bool,
    /// Whether the provider says that money is on its way.
    pub(crate) on_its_way: bool,
    pub(crate) settings: Settings,
    pub(crate) ways: Vec<Method>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) dues: Vec<Due>,
    /// What the module that sold it shows the buyer.
    pub(crate) cards: Vec<Block>,
}

/// An order as staff see it.
#[derive(Clone, Debug)]
pub(crate) struct OrderDetail {
    pub(crate) order: Order,
    /// With what went back of each.
    pub(crate) lines: Vec<LineBack>,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) dues: Vec<Due>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) disputes: Vec<Dispute>,
    pub(crate) steps: Vec<Step>,
    pub(crate) refunds: Vec<Refund>,
    /// Names of the lines that a refund is for; none: the order as a whole.
    pub(crate) refund_lines: HashMap<RefundId, Vec<String>>,
    pub(crate) flags: Flags,
    /// What can still be refunded, minor units.
    pub(crate) left: i64,
    /// What the unused part of its lines is worth.
    pub(crate) unused: Vec<UnusedWorth>,
    /// What the selling module shows.
    pub(crate) cards: Vec<Block>,
}

/// The order behind a link.
pub(crate) async fn by_link(ctx: &Ctx, token: &str) -> Result<OrderView, Problem> {
    let mut view = read_by_link(ctx, token).await?;
    // A module that is off shows nothing, as everywhere.
    if ctx.has(&view.order.module) {
        let buyer = billing::rules_of(&view.order.module).buyer;
        view.cards = buyer(ctx, &view.order, &view.lines).await?;
    }
    view.cards.extend(crate::checkout::subscriptions::buyer_card(ctx, &view.order).await?);
    Ok(view)
}

async fn read_by_link(ctx: &Ctx, token: &str) -> Result<OrderView, Problem> {
    ctx.tx(ORDER_LINK, async |tx| {
        let order = billing::by_token(tx, token).await?.ok_or_else(Problem::not_found)?;
        let tries = billing::payments(tx, order.id).await?;
        let last = billing::tries(tx, order.id).await?.into_iter().next();
        let no_card =
            order.waits_for_card() && last.as_ref().is_some_and(|last| last.state == TryState::Failed);
        let settings = billing::settings(tx).await?;
        Ok(OrderView {
            lines: billing::lines(tx, order.id).await?,
            declined: tries.last().is_some_and(|one| one.status == PaymentStatus::Failed) || no_card,
            on_its_way: order.due_now > 0 && last.is_some_and(|last| last.state == TryState::Processing),
            ways: billing::ways_now(&order, &settings, ctx.now()),
            settings,
            refunds: billing::refunds(tx, order.id).await?,
            discounts: billing::discounts(tx, order.id).await?,
            dues: billing::dues(tx, order.id).await?,
            cards: Vec::new(),
            order,
        })
    })
    .await
}

/// A part of the business's orders, as a page of the studio shows it.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) orders: Vec<Order>,
    pub(crate) flags: Flags,
    /// Where the parts before and behind begin, if there are any.
    pub(crate) newer: Option<Cursor>,
    pub(crate) older: Option<Cursor>,
    /// What the whole list comes to.
    pub(crate) sums: Vec<Sum>,
}

/// So many orders stand on a page of the studio.
const ON_A_PAGE: usize = 25;

/// A part of the business's orders with what all of them come to.
pub(crate) async fn leaf(ctx: &Ctx, filter: &OrderFilter, side: Side) -> Result<Leaf, Problem> {
    ctx.tx(ORDERS_READ, async |tx| {
        let mut orders = office::page(tx, filter, side, i64::try_from(ON_A_PAGE).unwrap_or(25)).await?;
        let more = orders.len() > ON_A_PAGE;
        match side {
            // Read towards the newer: the row too many is the first one.
            Side::Before(_) if more => drop(orders.remove(0)),
            Side::Before(_) => {}
            Side::First | Side::After(_) => orders.truncate(ON_A_PAGE),
        }
        let (is_first, is_last) = match side {
            Side::First => (true, !more),
            Side::After(_) => (false, !more),
            Side::Before(_) => (!more, false),
        };
        let at = |order: &Order| Cursor { at: order.created_at, id: order.id.uuid() };
        let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
        // A list that stands on one page is summed up from it.
        let sums = if is_first && is_last { summed(&orders) } else { office::sums(tx, filter).await? };
        Ok(Leaf {
            flags: office::flags(tx, &ids).await?,
            newer: orders.first().filter(|_| !is_first).map(at),
            older: orders.last().filter(|_| !is_last).map(at),
            sums,
            orders,
        })
    })
    .await
}

/// What a few orders come to, by currency.
fn summed(orders: &[Order]) -> Vec<Sum> {
    let mut sums: Vec<Sum> = Vec::new();
    for order in orders {
        match sums.iter_mut().find(|sum| sum.total.currency == order.currency) {
            Some(sum) => {
                sum.orders += 1;
                sum.total.amount = sum.total.amount.saturating_add(order.total);
            }
            None => sums.push(Sum { orders: 1, total: order.total() }),
        }
    }
    sums
}

/// A page of the business's orders.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &OrderFilter,
    paging: &Paging,
) -> Result<(Vec<Order>, Option<String>), Problem> {
    let side = paging.after.map_or(Side::First, Side::After);
    let rows = ctx
        .tx(ORDERS_READ, async |tx| Ok::<_, Problem>(office::page(tx, filter, side, paging.limit).await?))
        .await?;
    Ok(paging.cut(rows, |order| (order.created_at, order.id.uuid())))
}

/// One order with all that happened to it.
pub(crate) async fn detail(ctx: &Ctx, id: OrderId) -> Result<OrderDetail, Problem> {
    let mut detail = ctx
        .tx(ORDERS_READ, async |tx| {
            let order = billing::by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
            let (lines, refunds) = (billing::lines_back(tx, id).await?, billing::refunds(tx, id).await?);
            let mut refund_lines = HashMap::new();
            for refund in &refunds {
                let parts = billing::lines_of_refund(tx, refund.id).await?;
                let name = |id| lines.iter().find(|one| one.line.id == id).map(|one| one.line.name.clone());
                refund_lines.insert(refund.id, parts.into_iter().filter_map(|(id, _)| name(id)).collect());
            }
            Ok::<_, Problem>(OrderDetail {
                lines,
                discounts: billing::discounts(tx, id).await?,
                dues: billing::dues(tx, id).await?,
                payments: billing::payments(tx, id).await?,
                disputes: billing::disputes(tx, id).await?,
                steps: billing::steps(tx, id).await?,
                flags: office::flags(tx, &[id]).await?,
                refunds,
                refund_lines,
                left: billing::refundable(tx, id).await?,
                unused: billing::unused(tx, id).await?,
                cards: Vec::new(),
                order,
            })
        })
        .await?;
    // A module that is off shows nothing, as everywhere.
    if ctx.has(&detail.order.module) {
        let card = billing::rules_of(&detail.order.module).card;
        let lines: Vec<OrderLine> = detail.lines.iter().map(|one| one.line.clone()).collect();
        detail.cards = card(ctx, &detail.order, &lines).await?;
    }
    detail.cards.extend(crate::checkout::subscriptions::order_card(ctx, &detail.order).await?);
    Ok(detail)
}

impl OrderDetail {
    /// What is still owed in instalments, minor units.
    pub(crate) fn owed(&self) -> i64 {
        self.dues.iter().filter(|due| due.state == DueState::Open).map(Due::amount).sum()
    }
    /// Its refunds as the studio shows them; `may`: the viewer may give money back.
    pub(crate) fn refund_views(&self, may: bool) -> Vec<RefundView> {
        let mut views = RefundView::all(&self.refunds, true, may);
        for (view, refund) in views.iter_mut().zip(&self.refunds) {
            view.lines = self.refund_lines.get(&refund.id).map(|names| names.join(", ")).unwrap_or_default();
        }
        views
    }
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

/// What came in this month and the one before, and what waits for somebody.
#[derive(Clone, Debug)]
pub(crate) struct Takings {
    pub(crate) this: Revenue,
    pub(crate) last: Revenue,
    /// What waits for somebody.
    pub(crate) todo: Todo,
    /// The earliest moment until which a bank takes an answer.
    pub(crate) answer_by: Option<Instant>,
}

/// The figures of the dashboard.
pub(crate) async fn takings(ctx: &Ctx) -> Result<Takings, Problem> {
    let (now, tenant) = (ctx.now(), ctx.tenant().clone());
    let at = months(now, &tenant.zone).ok_or_else(|| Problem::internal("no such month"))?;
    ctx.tx(ORDERS_READ, async |tx| {
        Ok(Takings {
            this: billing::revenue(tx, at.this, at.next, tenant.currency).await?,
            last: billing::revenue(tx, at.last, at.this, tenant.currency).await?,
            todo: office::todo(tx).await?,
            answer_by: billing::open_disputes(tx, 1).await?.first().and_then(|one| one.answer_by),
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
