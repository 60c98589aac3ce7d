use billing::{Order, OrderLine};
use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    handler,
    web::{Data, Query},
};

use super::ListQuery;
use crate::{
    service,
    views::{MyCreditsPage, MyOrder, MyOrdersPage, Shown},
};

/// One's own orders.
#[handler]
pub(super) async fn orders(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::own_orders(ctx, &paging).await?;
    let view = |(order, lines): (Order, Vec<OrderLine>)| {
        let state = Shown::of(&order, false, ctx.now()).code();
        MyOrder {
            number: order.number,
            names: lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(", "),
            total: order.total(),
            placed_at: order.created_at,
            state,
            state_label: format!("packages-state-{state}"),
            token: order.token,
        }
    };
    Ok(Page::of(&MyOrdersPage { orders: rows.into_iter().map(view).collect(), next }))
}

/// One's own credits: balance, lots, history.
#[handler]
pub(super) async fn credits(Data(ctx): Data<&Ctx>, Query(query): Query<ListQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (_, account) = service::own_account(ctx, &paging).await?;
    Ok(Page::of(&MyCreditsPage::of(account)))
}
