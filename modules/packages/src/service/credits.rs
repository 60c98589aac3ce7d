use events::ClientId;
use kernel::{Ctx, Paging, Problem, Tx};
use ledger::credits::{self, Balance, Lot, Movement};
use people::clients;

use crate::policy::{CREDITS_READ, OWN_READ};

/// A client's credits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) balance: Balance,
    pub(crate) lots: Vec<Lot>,
    pub(crate) history: Vec<Movement>,
    /// Where the next page of the history begins.
    pub(crate) next: Option<String>,
}

/// The credits of the client who acts; of somebody who is no client here: none.
pub(crate) async fn own_account(ctx: &Ctx, paging: &Paging) -> Result<(Option<ClientId>, Account), Problem> {
    ctx.tx(OWN_READ, async |tx| match clients::of_actor(tx).await? {
        Some(client) => Ok((Some(client.id), read(tx, client.id, paging).await?)),
        None => Ok((None, Account::default())),
    })
    .await
}

/// Any client's credits, for staff.
pub(crate) async fn client_account(ctx: &Ctx, client: ClientId, paging: &Paging) -> Result<Account, Problem> {
    ctx.tx(CREDITS_READ, async |tx| {
        clients::by_id(tx, client).await?.ok_or_else(Problem::not_found)?;
        read(tx, client, paging).await
    })
    .await
}

/// The credits of a client, who may be the one who acts. Somebody else's are found by staff only.
pub(crate) async fn account_of(
    ctx: &Ctx,
    client: Option<ClientId>,
    paging: &Paging,
) -> Result<(Option<ClientId>, Account), Problem> {
    if let Some(client) = client.filter(|_| ctx.may(CREDITS_READ)) {
        return Ok((Some(client), client_account(ctx, client, paging).await?));
    }
    let own = own_account(ctx, paging).await?;
    if client.is_some() && client != own.0 { Err(Problem::not_found()) } else { Ok(own) }
}

async fn read(tx: &mut Tx, client: ClientId, paging: &Paging) -> Result<Account, Problem> {
    let history = credits::history(tx, client, paging).await?;
    let (history, next) = paging.cut(history, |one| (one.at, one.id));
    Ok(Account {
        balance: credits::balance(tx, client).await?,
        lots: credits::lots(tx, client).await?,
        history,
        next,
    })
}
