//! Cards about orders on pages of the host.

use events::ClientId;
use kernel::{Block, Ctx, Problem};

use super::{
    service::{self, Takings},
    views::{ClientOrders, RevenueCard, StudioOrderRow, TodoCard},
};
use billing::ORDERS_READ;

/// What waits for somebody, and this month's revenue, on the dashboard, once there is something to tell.
///
/// # Errors
/// When the database is away.
pub async fn dashboard(ctx: &Ctx) -> Result<Vec<Block>, Problem> {
    if !ctx.may(ORDERS_READ) {
        return Ok(Vec::new());
    }
    let takings = service::takings(ctx).await?;
    let todo = (!takings.todo.is_empty())
        .then(|| TodoCard { todo: takings.todo, answer_by: takings.answer_by }.block());
    let plans = super::subscriptions::dashboard(ctx).await?;
    Ok(todo.into_iter().chain(plans).chain(revenue(&takings)).collect())
}

fn revenue(takings: &Takings) -> Option<Block> {
    if takings.this.orders == 0 && takings.last.orders == 0 {
        return None;
    }
    let change = change(takings.last.total.amount, takings.this.total.amount);
    let card = RevenueCard {
        revenue: takings.this.total,
        orders: takings.this.orders,
        change,
        has_change: change.is_some(),
    };
    Some(card.block())
}

/// From `before` to `now` in whole percent; `None` when there was nothing before.
fn change(before: i64, now: i64) -> Option<i64> {
    let percent = (i128::from(now) - i128::from(before)).checked_mul(100)?.checked_div(i128::from(before))?;
    i64::try_from(percent).ok()
}

/// A client's latest orders, on their page.
///
/// # Errors
/// When the database is away.
pub async fn client_card(ctx: &Ctx, client: ClientId) -> Result<Vec<Block>, Problem> {
    if !ctx.may(ORDERS_READ) {
        return Ok(Vec::new());
    }
    let orders = service::of_client(ctx, client).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let orders = orders.iter().map(|order| StudioOrderRow::of(order, ctx.now())).collect();
    Ok(vec![ClientOrders { orders }.block()])
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn change_in_percent() {
        assert_eq!(change(100, 150), Some(50));
        assert_eq!(change(150, 100), Some(-33));
        assert_eq!(change(100, 0), Some(-100));
        assert_eq!(change(0, 100), None);
        assert_eq!(change(1, i64::MAX), None, "nothing that a card could show");
    }
}
