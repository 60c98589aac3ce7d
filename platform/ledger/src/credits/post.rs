//! Writing transactions with their entries.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{ClientId, Id, LotId};
use kernel::{Actor, Tx, prepared};

use super::plan::Take;
use crate::schema::{credit_entries, credit_transactions};

/// Marks identifiers of transactions and entries, which nobody outside sees.
pub(super) enum Posting {}
impl events::Kind for Posting {
    const PREFIX: &'static str = "cre";
}
/// Entries of most transactions, at most: of one lot or two.
const USUAL: usize = 4;

/// A transaction of the ledger.
pub(super) type TransactionId = Id<Posting>;

/// What kind of transaction; between which accounts it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Grant,
    Spend,
    Refund,
    Expire,
    Revoke,
    Take,
}

impl Kind {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Spend => "spend",
            Self::Refund => "refund",
            Self::Expire => "expire",
            Self::Revoke => "revoke",
            Self::Take => "take",
        }
    }
    /// The account on the other side of `held`, and whether `held` grows.
    const fn sides(self) -> (&'static str, i32) {
        match self {
            Self::Grant => ("issued", 1),
            Self::Spend => ("spent", -1),
            Self::Refund => ("spent", 1),
            Self::Expire => ("expired", -1),
            Self::Revoke | Self::Take => ("issued", -1),
        }
    }
}

/// A transaction to be written.
pub(super) struct Post<'a> {
    pub(super) client: ClientId,
    pub(super) kind: Kind,
    pub(super) source: &'a str,
    pub(super) reason: &'a str,
    pub(super) moves: &'a [Take],
    /// The spend that a refund returns.
    pub(super) reverses: Option<TransactionId>,
}

/// A transaction that stands.
pub(super) struct Posted {
    pub(super) id: TransactionId,
    pub(super) client: ClientId,
    /// What it moved, in the order it was written.
    pub(super) moves: Vec<Take>,
}

/// Writes a transaction. Answers `false`, having written nothing, when its source was used before.
///
/// Invariant: each move is two entries that sum to zero.
pub(super) async fn post(tx: &mut Tx, post: Post<'_>) -> QueryResult<bool> {
    let ctx = tx.ctx().clone();
    let id: TransactionId = ctx.new_id();
    let row = (
        credit_transactions::id.eq(id),
        credit_transactions::client_id.eq(post.client),
        credit_transactions::kind.eq(post.kind.code()),
        credit_transactions::source.eq(post.source),
        credit_transactions::reason.eq(post.reason),
        credit_transactions::reverses.eq(post.reverses),
        credit_transactions::at.eq(ctx.now()),
        credit_transactions::actor.eq(staff_name(ctx.actor())),
    );
    let made = diesel::insert_into(credit_transactions::table).values(row).on_conflict_do_nothing();
    if made.execute(&mut **tx).await? == 0 {
        return Ok(false);
    }
    let (other, sign) = post.kind.sides();
    let halves = post
        .moves
        .iter()
        .flat_map(|take| [(take.lot, "held", sign * take.credits), (take.lot, other, -sign * take.credits)]);
    let entries: Vec<_> = (0_i32..)
        .zip(halves)
        .map(|(position, (lot, account, amount))| {
            (
                credit_entries::id.eq(ctx.new_id::<Posting>()),
                credit_entries::transaction_id.eq(id),
                credit_entries::client_id.eq(post.client),
                credit_entries::lot_id.eq(lot),
                credit_entries::position.eq(position),
                credit_entries::account.eq(account),
                credit_entries::amount.eq(amount),
            )
        })
        .collect();
    let is_usual = entries.len() <= USUAL;
    let write = diesel::insert_into(credit_entries::table).values(entries);
    match is_usual {
        true => prepared(write).execute(&mut **tx).await?,
        false => write.execute(&mut **tx).await?,
    };
    Ok(true)
}

/// The name of the member of staff who acts; else empty.
fn staff_name(actor: &Actor) -> String {
    match actor {
        Actor::Staff(staff) => staff.name.chars().take(120).collect(),
        Actor::Visitor | Actor::Client { .. } | Actor::System { .. } => String::new(),
    }
}

/// The transaction of a source; `None` when there is none.
pub(super) async fn posted(tx: &mut Tx, kind: Kind, source: &str) -> QueryResult<Option<Posted>> {
    let found: Option<(TransactionId, ClientId)> = credit_transactions::table
        .filter(credit_transactions::source.eq(source))
        .filter(credit_transactions::kind.eq(kind.code()))
        .select((credit_transactions::id, credit_transactions::client_id))
        .first(&mut **tx)
        .await
        .optional()?;
    let Some((id, client)) = found else { return Ok(None) };
    let rows: Vec<(LotId, i32)> = credit_entries::table
        .filter(credit_entries::transaction_id.eq(id))
        .filter(credit_entries::account.eq("held"))
        .order(credit_entries::position)
        .select((credit_entries::lot_id, credit_entries::amount))
        .load(&mut **tx)
        .await?;
    let moves = rows.into_iter().map(|(lot, amount)| Take { lot, credits: amount.abs() }).collect();
    Ok(Some(Posted { id, client, moves }))
}

/// What the returns of a spend have given back, by lot.
pub(super) async fn returned(tx: &mut Tx, spend: TransactionId) -> QueryResult<Vec<(LotId, i32)>> {
    let refunds: Vec<TransactionId> = credit_transactions::table
        .filter(credit_transactions::reverses.eq(spend))
        .select(credit_transactions::id)
        .load(&mut **tx)
        .await?;
    credit_entries::table
        .filter(credit_entries::transaction_id.eq_any(refunds))
        .filter(credit_entries::account.eq("held"))
        .select((credit_entries::lot_id, credit_entries::amount))
        .load(&mut **tx)
        .await
}
