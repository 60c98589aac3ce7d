//! Bought credits that are about to expire: their client is told, once a lot.

use std::collections::HashMap;

use events::{ClientId, Instant, LotId, packages::CreditsExpiring};
use kernel::{Ctx, Problem, Tx, mail};
use ledger::credits::{self, Lot};
use people::clients::{self, Client};

use crate::{
    mails::ExpiringMail,
    model::{NOTICE_DAYS, tell_from},
    policy::CREDITS_WRITE,
    queries,
};

/// So many lots are looked at in one transaction.
const BATCH: i64 = 100;

/// Tells the clients whose bought credits expire soon. Run twice, late or at once with itself, it tells nobody twice.
pub(crate) async fn tell_expiring(ctx: &Ctx) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let last = ctx.tx(CREDITS_WRITE, async |tx: &mut Tx| some(tx, after).await).await?;
        match last {
            Some(_) => after = last,
            None => return Ok(()),
        }
    }
}

/// Looks at some lots; answers where the next ones begin, if there may be any.
async fn some(tx: &mut Tx, after: Option<(Instant, LotId)>) -> Result<Option<(Instant, LotId)>, Problem> {
    let now = tx.ctx().now();
    let until = now.plus_minutes(NOTICE_DAYS * 24 * 60);
    let lots = credits::bought_expiring(tx, after, until, BATCH).await?;
    let due = |lot: &&Lot| lot.expires_at.is_some_and(|at| tell_from(lot.created_at, at) <= now);
    let due: Vec<&Lot> = lots.iter().filter(due).collect();
    let ids: Vec<ClientId> = due.iter().map(|lot| lot.client_id).collect();
    let all = clients::by_ids(tx, &ids).await?;
    let all: HashMap<ClientId, Client> = all.into_iter().map(|one| (one.id, one)).collect();
    for lot in due {
        if let (Some(client), Some(expires_at)) = (all.get(&lot.client_id), lot.expires_at) {
            tell(tx, lot, client, expires_at).await?;
        }
    }
    let full = i64::try_from(lots.len()).unwrap_or(0) >= BATCH;
    Ok(lots.last().filter(|_| full).and_then(|lot| Some((lot.expires_at?, lot.id))))
}

async fn tell(tx: &mut Tx, lot: &Lot, client: &Client, expires_at: Instant) -> Result<(), Problem> {
    if !queries::note_expiry(tx, lot.id).await? {
        return Ok(());
    }
    let event = CreditsExpiring {
        client: client.id,
        client_name: client.name.clone(),
        client_email: client.email.clone(),
        lot: lot.id,
        name: lot.name.clone(),
        credits: lot.balance,
        expires_at,
    };
    tx.emit(&event).await?;
    let draft = ExpiringMail::of(tx.ctx(), &event).draft(&event)?;
    Ok(mail::queue(tx, draft).await?)
}
