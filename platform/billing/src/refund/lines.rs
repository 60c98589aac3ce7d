use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult};
use diesel_async::RunQueryDsl;
use events::{OrderId, OrderLineId, RefundId};
use kernel::{Problem, Tx};

use super::Refund;
use crate::{BillingError, OrderLine, lines, schema::refund_lines as table};

/// A line of an order, with how much of it goes or went back by refunds that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBack {
    /// The line.
    pub line: OrderLine,
    /// Minor units: money, and what was taken off instalments for it.
    pub back: i64,
}

impl LineBack {
    /// What can still be given back of the line, minor units.
    #[must_use]
    pub const fn left(&self) -> i64 {
        let left = self.line.payable().saturating_sub(self.back);
        if left > 0 { left } else { 0 }
    }
    /// Whether all that was paid for it goes or went back.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.back > 0 && self.left() == 0
    }
}

/// The lines of an order, each with what goes or went back of it.
///
/// # Errors
/// When the database refuses.
pub async fn lines_back(tx: &mut Tx, order: OrderId) -> QueryResult<Vec<LineBack>> {
    let lines = lines(tx, order).await?;
    let back: Vec<(OrderLineId, i64)> = table::table
        .filter(table::order_id.eq(order))
        .filter(table::line_id.eq_any(lines.iter().map(|line| line.id).collect::<Vec<_>>()))
        .select((table::line_id, table::amount))
        .load(&mut **tx)
        .await?;
    let sum = |id: OrderLineId| back.iter().filter(|(line, _)| *line == id).map(|(_, amount)| amount).sum();
    Ok(lines.into_iter().map(|line| LineBack { back: sum(line.id), line }).collect())
}

/// Which lines a refund is for, with how much of each; none: the order as a whole.
///
/// # Errors
/// When the database refuses.
pub async fn lines_of_refund(tx: &mut Tx, refund: RefundId) -> QueryResult<Vec<(OrderLineId, i64)>> {
    let all = table::table.filter(table::refund_id.eq(refund).and(table::amount.gt(0)));
    all.select((table::line_id, table::amount)).load(&mut **tx).await
}

/// Invariant: the order is locked.
pub(super) async fn check(tx: &mut Tx, order: OrderId, wanted: &[(OrderLineId, i64)]) -> Result<(), Problem> {
    if wanted.is_empty() {
        return Ok(());
    }
    let lines = lines_back(tx, order).await?;
    let mut seen = std::collections::BTreeSet::new();
    for (id, amount) in wanted {
        let line = lines.iter().find(|one| one.line.id == *id).ok_or_else(Problem::not_found)?;
        if *amount <= 0 || *amount > line.left() || !seen.insert(*id) {
            return Err(BillingError::RefundAmount { left: line.left() }.into());
        }
    }
    Ok(())
}

/// Takes the parts of lines that come to so much from the front of what is left of them. Pure.
pub(super) fn take(rest: &mut Vec<(OrderLineId, i64)>, amount: i64) -> Vec<(OrderLineId, i64)> {
    let (mut missing, mut taken) = (amount, Vec::new());
    for (line, left) in rest.iter_mut() {
        let part = missing.min(*left);
        if part > 0 {
            (missing, *left) = (missing - part, *left - part);
            taken.push((*line, part));
        }
    }
    rest.retain(|(_, left)| *left > 0);
    taken
}

pub(super) async fn insert(tx: &mut Tx, refund: &Refund, lines: &[(OrderLineId, i64)]) -> QueryResult<()> {
    let row = |(line, amount): &(OrderLineId, i64)| {
        (
            table::refund_id.eq(refund.id),
            table::order_id.eq(refund.order_id),
            table::line_id.eq(*line),
            table::amount.eq(*amount),
        )
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(table::table).values(rows).execute(&mut **tx).await.map(drop)
}
