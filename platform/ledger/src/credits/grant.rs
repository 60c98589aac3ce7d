use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use events::LotId;
use kernel::Tx;

use super::{
    CreditError, Grant, Granted, checked_amount,
    plan::Take,
    post::{Kind, Post, post},
};
use crate::schema::credit_lots;

/// Gives credits to a client as a new lot. The same source again gives nothing.
///
/// # Errors
/// [`CreditError::Amount`] for an amount or expiry that makes no sense, and what the database refuses.
pub async fn grant(tx: &mut Tx, grant: Grant<'_>) -> Result<Granted, CreditError> {
    grant_as(tx, Belongs::default(), grant).await
}

/// What a lot belongs to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Belongs<'a> {
    /// Its stream; empty: none.
    pub(super) stream: &'a str,
    /// The expired lot that it stands in for.
    pub(super) replaces: Option<LotId>,
}

/// The same as a lot that belongs to something.
pub(super) async fn grant_as(
    tx: &mut Tx,
    belongs: Belongs<'_>,
    grant: Grant<'_>,
) -> Result<Granted, CreditError> {
    let credits = checked_amount(grant.credits)?;
    let (lot, now): (LotId, _) = (tx.ctx().new_id(), tx.ctx().now());
    if grant.expires_at.is_some_and(|at| at <= now) {
        return Err(CreditError::Amount);
    }
    let row = (
        credit_lots::id.eq(lot),
        credit_lots::client_id.eq(grant.client),
        credit_lots::source.eq(grant.source),
        credit_lots::stream.eq(belongs.stream),
        credit_lots::replaces.eq(belongs.replaces),
        credit_lots::origin.eq(grant.origin.code()),
        credit_lots::name.eq(grant.name),
        credit_lots::pays_for.eq(grant.pays_for),
        credit_lots::expires_at.eq(grant.expires_at),
        credit_lots::created_at.eq(now),
    );
    let made = diesel::insert_into(credit_lots::table).values(row).on_conflict_do_nothing();
    if made.execute(&mut **tx).await? == 0 {
        let found = credit_lots::table.filter(credit_lots::source.eq(grant.source)).select(credit_lots::id);
        return Ok(Granted::AlreadyGranted(found.first(&mut **tx).await?));
    }
    let source = format!("grant/{}", grant.source);
    let moves = [Take { lot, credits }];
    let (client, reason) = (grant.client, grant.name);
    post(tx, Post { client, kind: Kind::Grant, source: &source, reason, moves: &moves, reverses: None })
        .await?;
    Ok(Granted::Granted(lot))
}
