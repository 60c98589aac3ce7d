use events::ClientId;
use kernel::{Ctx, Paging, Problem};
use ledger::credits::{Lot, Movement};
use poem_openapi::payload::Json;

use super::types::{CreditsOut, LotOut, MovementOut};
use crate::service;

pub(super) async fn balance(
    ctx: &Ctx,
    client: Option<ClientId>,
    cursor: Option<String>,
    limit: Option<i64>,
) -> Result<Json<CreditsOut>, Problem> {
    let paging = Paging::new(cursor.as_deref(), limit)?;
    let (client, account) = service::account_of(ctx, client, &paging).await?;
    let lot =
        |lot: Lot| LotOut { id: lot.id, name: lot.name, credits: lot.balance, expires_at: lot.expires_at };
    let movement =
        |one: Movement| MovementOut { at: one.at, kind: one.kind, reason: one.reason, amount: one.amount };
    Ok(Json(CreditsOut {
        client,
        credits: account.balance.credits,
        next_expiry: account.balance.next_expiry,
        expiring: account.balance.expiring,
        lots: account.lots.into_iter().map(lot).collect(),
        history: account.history.into_iter().map(movement).collect(),
        next_cursor: account.next,
    }))
}
