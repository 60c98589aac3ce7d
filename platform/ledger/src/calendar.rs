//! A coach's time: which stretches of it are taken, by whichever module.
//!
//! **Words.** A *block* is a stretch of one coach's time, buffers included. Its *source* is what takes it: a kind
//! (`booking`, `session`) and an identifier of that kind.
//!
//! **Invariants.**
//! - Two blocks of one coach never overlap. The database refuses it (an exclusion constraint), not only this code.
//! - Taking one block needs no lock. Taking or moving several goes through [`block_all`] or [`move_block`], which lock
//!   the coaches in sorted order first; the constraint alone would deadlock there. Releasing needs no lock. Whoever decides
//!   by more than one stretch locks with [`lock_time`] before reading.
//! - Reads cost what the asked range costs, however much time was taken in the past.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
    define_sql_function, sql_types as st,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{BlockId, Id, Instant, MemberId};
use kernel::{Tx, constraint};
use uuid::Uuid;

use crate::schema::calendar_blocks as blocks;

/// The longest block in days; the database holds it too.
pub const MAX_BLOCK_DAYS: i64 = 31;
const NO_OVERLAP: &str = "calendar_blocks_no_overlap";
/// Namespace of the advisory locks of coaches' time.
const LOCK_SPACE: i32 = 7302;

/// What takes a coach's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind of thing, for example `booking`.
    pub kind: &'static str,
    /// Which of them.
    pub id: Uuid,
}

impl Source {
    /// A thing of a kind.
    #[must_use]
    pub fn new<K>(kind: &'static str, id: Id<K>) -> Self {
        Self { kind, id: id.uuid() }
    }
}

/// A stretch of a coach's time to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose time.
    pub coach: MemberId,
    /// First moment, buffer included.
    pub from: Instant,
    /// End, buffer included, exclusive.
    pub to: Instant,
}

/// A stretch of time that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = blocks, check_for_backend(diesel::pg::Pg))]
pub struct Taken {
    /// Whose time.
    pub coach_id: MemberId,
    /// Kind of its source.
    pub kind: String,
    /// Identifier of its source.
    pub source_id: Uuid,
    /// First moment, buffer included.
    pub starts_at: Instant,
    /// End, buffer included, exclusive.
    pub ends_at: Instant,
}

/// Why time could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// Another block meets it.
    #[error("the coach's time is taken")]
    Taken,
    /// It ends before it begins, or is longer than [`MAX_BLOCK_DAYS`].
    #[error("not a stretch of time that can be taken")]
    Length,
    /// The database refused for another reason.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

impl BlockError {
    /// Names the constraint that was broken.
    fn from_db(error: diesel::result::Error) -> Self {
        match constraint(&error) {
            Some(NO_OVERLAP) => Self::Taken,
            Some("calendar_blocks_length") => Self::Length,
            _ => Self::Db(error),
        }
    }
}

/// Takes one stretch of a coach's time for `source`.
///
/// When it is taken, the transaction stays usable: the caller may try another coach or read what is free. When the same
/// stretch is being taken by a transaction that has not ended, this one waits for its end.
///
/// # Errors
/// [`BlockError::Taken`] when another block meets it.
pub async fn block(tx: &Tx, source: Source, wanted: Wanted) -> Result<BlockId, BlockError> {
    let mut conn: &AsyncPgConnection = tx;
    let (id, now): (BlockId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let row = (
        blocks::id.eq(id),
        blocks::coach_id.eq(wanted.coach),
        blocks::kind.eq(source.kind),
        blocks::source_id.eq(source.id),
        blocks::starts_at.eq(wanted.from),
        blocks::ends_at.eq(wanted.to),
        blocks::created_at.eq(now),
    );
    // Answered by no row instead of an error, which would end the transaction. Without naming the constraint: diesel
    // prepares a statement that names one anew each time.
    let insert = diesel::insert_into(blocks::table).values(row).on_conflict_do_nothing();
    let made = insert.returning(blocks::id).get_result::<BlockId>(&mut conn).await.optional();
    made.map_err(BlockError::from_db)?.ok_or(BlockError::Taken)
}

/// Takes several stretches, all or (when this fails and the caller rolls back) none.
///
/// # Errors
/// [`BlockError::Taken`] when another block meets one of them.
pub async fn block_all(tx: &mut Tx, source: Source, wanted: &[Wanted]) -> Result<Vec<BlockId>, BlockError> {
    lock(tx, wanted.iter().map(|one| one.coach)).await?;
    let mut made = Vec::with_capacity(wanted.len());
    for one in wanted {
        made.push(block(&*tx, source, *one).await?);
    }
    Ok(made)
}

/// Moves the block of a source with one coach to other bounds, or to another coach.
///
/// # Errors
/// [`BlockError::Taken`] when another block meets the new place; the transaction has then failed and must be rolled back.
/// `NotFound` when the source holds no time of that coach.
pub async fn move_block(tx: &mut Tx, source: Source, from: MemberId, to: Wanted) -> Result<(), BlockError> {
    lock(tx, [from, to.coach].into_iter()).await?;
    let held = blocks::table
        .filter(blocks::kind.eq(source.kind))
        .filter(blocks::source_id.eq(source.id))
        .filter(blocks::coach_id.eq(from));
    let change = (blocks::coach_id.eq(to.coach), blocks::starts_at.eq(to.from), blocks::ends_at.eq(to.to));
    let moved = diesel::update(held).set(change).execute(&mut **tx).await.map_err(BlockError::from_db)?;
    if moved == 0 { Err(diesel::result::Error::NotFound.into()) } else { Ok(()) }
}

/// Frees all time that a source holds. Again: changes nothing.
///
/// # Errors
/// When the database refuses the statement.
pub async fn release(tx: &mut Tx, source: Source) -> QueryResult<()> {
    let held = blocks::table.filter(blocks::kind.eq(source.kind)).filter(blocks::source_id.eq(source.id));
    diesel::delete(held).execute(&mut **tx).await.map(drop)
}

/// The blocks of these coaches that meet `[from, to)`, in order of their starts.
///
/// # Errors
/// When the database refuses the statement.
pub async fn busy(tx: &Tx, coaches: &[MemberId], from: Instant, to: Instant) -> QueryResult<Vec<Taken>> {
    let mut conn: &AsyncPgConnection = tx;
    let latest_end = to.plus_minutes(MAX_BLOCK_DAYS * 1_440);
    blocks::table
        .filter(blocks::coach_id.eq_any(coaches))
        .filter(blocks::ends_at.gt(from))
        // Invariant: no block is longer than this, so the range of ends is bounded on both sides.
        .filter(blocks::ends_at.le(latest_end))
        .filter(blocks::starts_at.lt(to))
        .order(blocks::starts_at)
        .select(Taken::as_select())
        .load(&mut conn)
        .await
}

/// Locks the time of coaches until the transaction ends, in one order for all: for a decision that depends on more than
/// one stretch of it, such as a limit on a day. Whoever takes a single stretch does not wait for it.
///
/// # Errors
/// When the database refuses the statement.
pub async fn lock_time(tx: &mut Tx, coaches: &[MemberId]) -> QueryResult<()> {
    lock(tx, coaches.iter().copied()).await
}

define_sql_function! {
    /// Waits for the lock and keeps it until the transaction ends. Its answer is not read.
    fn pg_advisory_xact_lock(space: st::Integer, key: st::Integer) -> st::Bool;
}

async fn lock(tx: &mut Tx, coaches: impl Iterator<Item = MemberId>) -> QueryResult<()> {
    let tenant = tx.ctx().tenant().id.uuid();
    for key in lock_keys(tenant, coaches) {
        diesel::select(pg_advisory_xact_lock(LOCK_SPACE, key)).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Sorted and without repetition. Two coaches with one key only wait for each other without need.
fn lock_keys(tenant: Uuid, coaches: impl Iterator<Item = MemberId>) -> Vec<i32> {
    let fold = |id: Uuid| {
        id.as_bytes().chunks(4).fold(0_i32, |sum, part| {
            let word = part.iter().fold(0_i32, |word, byte| word.rotate_left(8) ^ i32::from(*byte));
            sum.rotate_left(7) ^ word
        })
    };
    let mut keys: Vec<i32> = coaches.map(|coach| fold(tenant).rotate_left(3) ^ fold(coach.uuid())).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u128) -> MemberId {
        Id::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn locks_are_taken_in_one_order() {
        let tenant = Uuid::from_u128(77);
        let one = lock_keys(tenant, [member(1), member(900), member(1 << 90)].into_iter());
        let other = lock_keys(tenant, [member(1 << 90), member(1), member(900), member(1)].into_iter());
        assert_eq!(one, other);
        assert_eq!(one.len(), 3);
        assert_ne!(
            one,
            lock_keys(Uuid::from_u128(78), [member(1), member(900), member(1 << 90)].into_iter())
        );
    }
}
