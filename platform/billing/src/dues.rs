use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable,
    Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId};
use kernel::{Problem, Tx};
use serde::Serialize;

use crate::{
    NewDue, StepKind,
    schema::{order_dues as table, orders},
    step,
    tries::close_lowered,
};

crate::text_enum! {
    /// How far an instalment has got.
    pub enum DueState {
        /// Still to be paid.
        Open = "open",
        /// Paid.
        Paid = "paid",
        /// Not owed any more: all that was paid went back, or all of it was taken off.
        Void = "void",
    }
}

/// An instalment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = table, check_for_backend(diesel::pg::Pg))]
pub struct Due {
    /// Of which order.
    pub order_id: OrderId,
    /// 0 is the first, which makes the order paid.
    pub position: i32,
    /// What was agreed, minor units; less what was taken off it is what is to be paid: [`Due::amount`].
    #[diesel(column_name = amount)]
    pub agreed: i64,
    /// When it is due.
    pub due_at: Instant,
    /// How far it has got.
    pub state: DueState,
    /// Tries to collect it, or reminders.
    pub tries: i32,
    /// When the next of them is.
    pub next_try_at: Option<Instant>,
    /// What was taken off it since something of the order was given back, minor units.
    pub lowered: i64,
}

impl Due {
    /// What is to be paid, or was: what was agreed less what was taken off it. Minor units.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.agreed.saturating_sub(self.lowered)
    }
}

pub(crate) async fn insert(tx: &Tx, order: OrderId, dues: &[NewDue]) -> QueryResult<()> {
    let row = |(position, due): (i32, &NewDue)| {
        (
            table::order_id.eq(order),
            table::position.eq(position),
            table::amount.eq(due.amount),
            table::due_at.eq(due.due_at),
        )
    };
    let rows: Vec<_> = (0_i32..).zip(dues).map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(table::table).values(rows).execute(&mut &**tx).await.map(drop)
}

/// The instalments of an order, the first first; none when it is paid at once.
///
/// # Errors
/// When the database refuses.
pub async fn dues(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<Due>> {
    let all = table::table.filter(table::order_id.eq(order)).select(Due::as_select());
    all.order(table::position).load(&mut **tx).await
}

/// The instalment that is to be paid next; `None`: none, or the order has none.
///
/// # Errors
/// When the database refuses.
pub async fn next_due(tx: &mut Tx, order: OrderId) -> QueryResult<Option<Due>> {
    let open = table::table.filter(table::order_id.eq(order).and(table::state.eq(DueState::Open)));
    open.order(table::position).select(Due::as_select()).first(&mut **tx).await.optional()
}

/// Marks an instalment as paid. What the order is to be paid next follows. Again: nothing.
///
/// Invariant: the order is locked.
pub(crate) async fn mark(tx: &mut Tx, order: OrderId, position: i32) -> QueryResult<()> {
    let due = table::table.find((order, position)).filter(table::state.eq(DueState::Open));
    diesel::update(due).set(table::state.eq(DueState::Paid)).execute(&mut **tx).await?;
    follow(tx, order).await
}

/// What is still open is not owed any more.
///
/// Invariant: the order is locked.
pub(crate) async fn void(tx: &mut Tx, order: OrderId) -> QueryResult<()> {
    let open = table::table.filter(table::order_id.eq(order).and(table::state.eq(DueState::Open)));
    diesel::update(open).set(table::state.eq(DueState::Void)).execute(&mut **tx).await?;
    follow(tx, order).await
}

/// What is still to come of an order in instalments, minor units.
///
/// # Errors
/// When the database refuses.
pub async fn to_come(tx: &mut Tx, order: OrderId) -> QueryResult<i64> {
    let all = dues(tx, order).await?;
    Ok(all.iter().filter(|due| due.state == DueState::Open).map(Due::amount).sum())
}

/// Takes so much off what is still to come, from the last instalment backwards; one of which nothing is left is not owed any
/// more. Pages of a provider on which more is asked for are ended by a job.
///
/// Invariant: the order is locked, and so much is to come.
pub(crate) async fn lower(tx: &mut Tx, order: OrderId, off: i64) -> Result<(), Problem> {
    if off <= 0 {
        return Ok(());
    }
    let open: Vec<Due> =
        dues(tx, order).await?.into_iter().filter(|due| due.state == DueState::Open).collect();
    let amounts: Vec<i64> = open.iter().map(Due::amount).collect();
    let shares = from_last(off, &amounts).ok_or_else(|| Problem::internal("more than is to come"))?;
    for (due, share) in open.iter().zip(shares).filter(|(_, share)| *share > 0) {
        let state = if share == due.amount() { DueState::Void } else { DueState::Open };
        let change = (table::lowered.eq(due.lowered + share), table::state.eq(state));
        diesel::update(table::table.find((order, due.position))).set(change).execute(&mut **tx).await?;
    }
    follow(tx, order).await?;
    step(tx, order, StepKind::DuesLowered, &off.to_string()).await?;
    Ok(close_lowered(tx, order).await?)
}

/// How much of `off` is taken off each of these amounts, the last first. `None`: they are not as much together. Pure.
fn from_last(off: i64, amounts: &[i64]) -> Option<Vec<i64>> {
    let mut left = off;
    let mut shares: Vec<i64> = amounts
        .iter()
        .rev()
        .map(|amount| {
            let share = left.clamp(0, (*amount).max(0));
            left -= share;
            share
        })
        .collect();
    shares.reverse();
    (left == 0).then_some(shares)
}

/// Writes into the order what is to be paid next.
async fn follow(tx: &mut Tx, order: OrderId) -> QueryResult<()> {
    let next = next_due(tx, order).await?;
    let change = (
        orders::due_now.eq(next.as_ref().map_or(0, Due::amount)),
        orders::next_due_at.eq(next.map(|due| due.due_at)),
    );
    diesel::update(orders::table.find(order)).set(change).execute(&mut **tx).await.map(drop)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::from_last;

    #[test]
    fn the_last_part_goes_first() {
        assert_eq!(from_last(5_000, &[4_000, 4_000]), Some(vec![1_000, 4_000]));
        assert_eq!(from_last(8_000, &[4_000, 4_000]), Some(vec![4_000, 4_000]));
        assert_eq!(from_last(8_001, &[4_000, 4_000]), None);
        assert_eq!(from_last(0, &[]), Some(vec![]));
    }
    proptest! {
        #[test]
        fn to_the_cent_and_only_from_behind(
            amounts in proptest::collection::vec(1..=10_000_i64, 0..12), percent in 0..=100_i64,
        ) {
            let off = amounts.iter().sum::<i64>() * percent / 100;
            let shares = from_last(off, &amounts).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), off);
            prop_assert!(shares.iter().zip(&amounts).all(|(share, amount)| (0..=*amount).contains(share)));
            // Whatever is lowered at all: all behind it is gone.
            let first = shares.iter().position(|share| *share > 0).unwrap_or(amounts.len());
            prop_assert!(shares.iter().zip(&amounts).skip(first + 1).all(|(share, amount)| share == amount));
        }
    }
}
