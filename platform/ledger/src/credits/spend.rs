use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult};
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
    let pays = spend.pays_for.map_or(Pays::All, Pays::For);
    spend_from(tx, spend, pays).await
}

/// The same, only from lots that were made for what is paid: those that pay for everything stay as they are.
///
/// # Errors
/// As [`spend`].
pub async fn spend_made_for(tx: &mut Tx, spend: Spend<'_>) -> Result<Spent, CreditError> {
    let pays = spend.pays_for.map_or(Pays::All, Pays::Only);
    spend_from(tx, spend, pays).await
}

async fn spend_from(tx: &mut Tx, spend: Spend<'_>, pays: Pays<'_>) -> Result<Spent, CreditError> {
    let credits = checked_amount(spend.credits)?;
    super::due(tx, spend.client).await?;
    let now = tx.ctx().now();
    let source = format!("spend/{}", spend.source);
    // Locked first: whoever comes second waits here, and then sees what the first one wrote.
    let lots = lock_open(tx, spend.client, pays).await?;
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

/// Which lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pays<'a> {
    /// Whatever they pay for.
    Anything,
    /// Those that pay for everything.
    All,
    /// Those that pay for this, or for everything.
    For(&'a str),
    /// Those made for this.
    Only(&'a str),
}

impl Pays<'_> {
    /// Whether a lot that pays for these keys is one of them.
    pub(super) fn fit(self, keys: &[String]) -> bool {
        let named = |key: &str| keys.iter().any(|one| one == key);
        match self {
            Self::Anything => true,
            Self::All => keys.is_empty(),
            Self::For(key) => keys.is_empty() || named(key),
            Self::Only(key) => named(key),
        }
    }
}

/// A client's lots that hold something and pay for that, locked in the order of their ids.
pub(super) async fn lock_open(tx: &mut Tx, client: ClientId, pays: Pays<'_>) -> QueryResult<Vec<OpenLot>> {
    let open = credit_lots::table
        .filter(credit_lots::client_id.eq(client).and(credit_lots::balance.gt(0)))
        .order(credit_lots::id)
        .select((
            credit_lots::id,
            credit_lots::balance,
            credit_lots::expires_at,
            credit_lots::created_at,
            credit_lots::pays_for,
        ))
        .for_no_key_update();
    let rows: Vec<(LotId, i32, Option<Instant>, Instant, Vec<String>)> = open.load(&mut **tx).await?;
    let fitting = rows.into_iter().filter(|(.., keys)| pays.fit(keys));
    let lot = |(id, balance, expires_at, created_at, _)| OpenLot { id, balance, expires_at, created_at };
    Ok(fitting.map(lot).collect())
}
