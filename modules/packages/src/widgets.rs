//! The module's parts on pages that are not its own.

use events::ClientId;
use kernel::{Block, BoxFuture, Ctx, Paging, Problem, PublicAction, Text, Widgets};

use crate::{
    policy::{CREDITS_READ, OFFERS_READ, ORDERS_READ, OWN_READ},
    service,
    views::{Card, ClientCard, CreditsCard, OffersBlock, RevenueCard, StudioOrderRow},
};

/// So many offers stand on the public page.
const SHOWN: usize = 6;

pub(crate) const WIDGETS: Widgets = Widgets {
    public_action: Some(|ctx| Box::pin(public_action(ctx))),
    public_blocks: Some(|ctx| Box::pin(public_blocks(ctx))),
    dashboard: Some(|ctx| Box::pin(dashboard(ctx))),
    client_home: Some(|ctx| Box::pin(client_home(ctx))),
    client_card: Some(client_card),
};

/// Buy: when something is for sale now; to the offer itself when there is but one.
async fn public_action(ctx: Ctx) -> Result<Option<PublicAction>, Problem> {
    if !ctx.may(OFFERS_READ) {
        return Ok(None);
    }
    let open = service::for_sale(&ctx).await?;
    let path = match open.as_slice() {
        [] => return Ok(None),
        [only] => format!("/buy/{}", only.row.slug),
        _ => "/buy".into(),
    };
    Ok(Some(PublicAction { label: Text::key("packages-buy"), icon: "tag", path, order: 20 }))
}

async fn public_blocks(ctx: Ctx) -> Result<Vec<Block>, Problem> {
    if !ctx.may(OFFERS_READ) {
        return Ok(Vec::new());
    }
    let all = service::catalogue(&ctx).await?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let offers = all.iter().take(SHOWN).map(|(offer, state)| Card::of(offer, *state)).collect();
    Ok(vec![OffersBlock { offers, more: all.len() > SHOWN }.block()])
}

async fn dashboard(ctx: Ctx) -> Result<Vec<Block>, Problem> {
    if !ctx.may(ORDERS_READ) {
        return Ok(Vec::new());
    }
    let takings = service::takings(&ctx).await?;
    let change = change(takings.last.total.amount, takings.this.total.amount);
    let card = RevenueCard {
        revenue: takings.this.total,
        orders: takings.this.orders,
        change,
        has_change: change.is_some(),
        waiting: takings.waiting,
    };
    Ok(vec![card.block()])
}

/// From `before` to `now` in whole percent; `None` when there was nothing before.
fn change(before: i64, now: i64) -> Option<i64> {
    let percent = (i128::from(now) - i128::from(before)).checked_mul(100)?.checked_div(i128::from(before))?;
    i64::try_from(percent).ok()
}

async fn client_home(ctx: Ctx) -> Result<Vec<Block>, Problem> {
    if !ctx.may(OWN_READ) {
        return Ok(Vec::new());
    }
    let (client, account) = service::own_account(&ctx, &Paging { after: None, limit: 1 }).await?;
    if client.is_none() || account.history.is_empty() {
        return Ok(Vec::new());
    }
    let card = CreditsCard {
        credits: account.balance.credits,
        expiring: account.balance.expiring,
        next_expiry: account.balance.next_expiry,
        buy: ctx.may(OFFERS_READ),
    };
    Ok(vec![card.block()])
}

fn client_card(ctx: Ctx, client: ClientId) -> BoxFuture<'static, Result<Vec<Block>, Problem>> {
    Box::pin(async move {
        if !ctx.may(ORDERS_READ) || !ctx.may(CREDITS_READ) {
            return Ok(Vec::new());
        }
        let account = service::client_account(&ctx, client, &Paging { after: None, limit: 1 }).await?;
        let orders = service::of_client(&ctx, client).await?;
        let card = ClientCard {
            credits: account.balance.credits,
            next_expiry: account.balance.next_expiry,
            orders: orders.iter().map(|order| StudioOrderRow::of(order, ctx.now())).collect(),
        };
        Ok(vec![card.block()])
    })
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
