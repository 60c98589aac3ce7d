use events::ClientId;
use kernel::Tx;

use super::{
    CreditError, checked_amount,
    plan::{Take, plan_spend},
    post::{Kind, Post, post, posted},
    spend::{Pays, lock_open},
};

/// Credits that staff take from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal<'a> {
    /// Whose.
    pub client: ClientId,
    /// What makes it one, exactly once: `staff/cli_…/…`.
    pub source: &'a str,
    /// Why, for the client's history.
    pub reason: &'a str,
    /// How many, 1 to [`super::MAX_CREDITS`].
    pub credits: i32,
}

/// Takes credits from a client, the first to expire first. The same source again takes nothing and tells what it took.
///
/// # Errors
/// [`CreditError::Short`] when the client holds too few; nothing is taken then.
pub async fn take(tx: &mut Tx, wanted: Withdrawal<'_>) -> Result<Vec<Take>, CreditError> {
    let credits = checked_amount(wanted.credits)?;
    super::due(tx, wanted.client).await?;
    let (source, now) = (format!("take/{}", wanted.source), tx.ctx().now());
    let lots = lock_open(tx, wanted.client, Pays::Anything).await?;
    if let Some(before) = posted(tx, Kind::Take, &source).await? {
        return Ok(before.moves);
    }
    let takes =
        plan_spend(&lots, credits, now).map_err(|short| CreditError::Short { missing: short.missing })?;
    let (client, reason) = (wanted.client, wanted.reason);
    let entry = Post { client, kind: Kind::Take, source: &source, reason, moves: &takes, reverses: None };
    if post(tx, entry).await? {
        return Ok(takes);
    }
    let before = posted(tx, Kind::Take, &source).await?;
    before.map(|before| before.moves).ok_or(CreditError::UnknownSource)
}
