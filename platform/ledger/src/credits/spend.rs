use diesel::{BoolExpressionMethods, ExpressionMethods, PgArrayExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{ClientId, Instant, LotId};
use kernel::Tx;

use super::{
    CreditError, Spend, Spent, checked_amount,
    plan::{OpenLot, plan_spend},
    post::{Kind, Post, post, posted},
};
use crate::schema::credit_lots;

/// Takes credits from a client's lots: the one that expires first, then the oldest. The same source again takes nothing
/// and tells what it took.
///
/// # Errors
/// [`CreditError::Short`] when the client holds too few; nothing is taken then.
pub async fn spend(tx: &mut Tx, spend: Spend<'_>) -> Result<Spent, CreditError> {
    let credits = checked_amount(spend.credits)?;
    let now = tx.ctx().now();
    let source = format!("spend/{}", spend.source);
    // Locked first: whoever comes second waits here, and then sees what the first one wrote.
    let lots = lock_open(tx, spend.client, spend.pays_for).await?;
    if let Some(before) = posted(tx, Kind::Spend, &source).await? {
        return Ok(Spent::AlreadySpent(before.moves));
    }
    let takes =
        plan_spend(&lots, credits, now).map_err(|short| CreditError::Short { missing: short.missing })?;
    let (client, reason) = (spend.client, spend.reason);
    let entry = Post { client, kind: Kind::Spend, source: &source, reason, moves: &takes, reverses: None };
    if post(tx, entry).await? {
        return Ok(Spent::Spent(takes));
    }
    let before = posted(tx, Kind::Spend, &source).await?;
    before.map(|before| Spent::AlreadySpent(before.moves)).ok_or(CreditError::UnknownSource)
}

/// A client's lots that hold something and pay for the class type, locked in the order of their ids.
async fn lock_open(tx: &mut Tx, client: ClientId, pays_for: Option<&str>) -> QueryResult<Vec<OpenLot>> {
    let all = credit_lots::pays_for.eq(Vec::<String>::new());
    let named: Vec<String> = pays_for.map(str::to_owned).into_iter().collect();
    let open = credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .filter(all.or(credit_lots::pays_for.overlaps_with(named)))
        .order(credit_lots::id)
        .select((credit_lots::id, credit_lots::balance, credit_lots::expires_at, credit_lots::created_at))
        .for_no_key_update();
    let rows: Vec<(LotId, i32, Option<Instant>, Instant)> = open.load(&mut **tx).await?;
    let lot = |(id, balance, expires_at, created_at)| OpenLot { id, balance, expires_at, created_at };
    Ok(rows.into_iter().map(lot).collect())
}
