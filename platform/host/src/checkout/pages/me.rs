use billing::{Order, OrderLine};
use kernel::{Ctx, Page, Paging, Problem};
use poem::{
    handler,
    web::{Data, Query},
};

use super::CursorQuery;
use crate::checkout::{
    service,
    views::{MyOrder, MyOrdersPage, Shown},
};

/// One's own orders.
#[handler]
pub(super) async fn orders(Data(ctx): Data<&Ctx>, Query(query): Query<CursorQuery>) -> Result<Page, Problem> {
    let paging = Paging::new(query.cursor.as_deref(), None)?;
    let (rows, next) = service::own_orders(ctx, &paging).await?;
    let view = |(order, lines): (Order, Vec<OrderLine>)| {
        let shown = Shown::of(&order, false, ctx.now());
        MyOrder {
            number: order.number,
            names: lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>().join(", "),
            total: order.total(),
            placed_at: order.created_at,
            state: shown.code(),
            state_label: shown.label(),
            token: order.token,
        }
    };
    Ok(Page::of(&MyOrdersPage { orders: rows.into_iter().map(view).collect(), next }))
}
