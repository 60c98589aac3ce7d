//! The module's parts on pages that are not its own.

use events::ClientId;
use kernel::{Block, BoxFuture, Ctx, Paging, Problem, PublicAction, Text, Widgets};

use crate::{
    policy::{CREDITS_READ, OFFERS_READ, OWN_READ},
    service,
    views::{Card, ClientCard, CreditsCard, OffersBlock},
};

/// So many offers stand on the public page.
const SHOWN: usize = 6;

pub(crate) const WIDGETS: Widgets = Widgets {
    public_action: Some(|ctx| Box::pin(public_action(ctx))),
    public_blocks: Some(|ctx| Box::pin(public_blocks(ctx))),
    dashboard: None,
    client_home: Some(|ctx| Box::pin(client_home(ctx))),
    client_card: Some(client_card),
    credit_uses: None,
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
        if !ctx.may(CREDITS_READ) {
            return Ok(Vec::new());
        }
        let account = service::client_account(&ctx, client, &Paging { after: None, limit: 1 }).await?;
        let card = ClientCard {
            path: format!("/studio/credits/{client}"),
            credits: account.balance.credits,
            expiring: account.balance.expiring,
            next_expiry: account.balance.next_expiry,
        };
        Ok(vec![card.block()])
    })
}
