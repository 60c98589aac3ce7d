//! Instalments that are due: collected with what the buyer saved, else the buyer is asked to pay them.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, dsl};
use diesel_async::RunQueryDsl;
use events::{Instant, OrderId};
use kernel::{Ctx, JobSpec, Permission, Problem, Tx};
use serde_json::json;

use crate::{
    DueState, StepKind, lock, next_due,
    schema::{order_dues as table, orders},
    step,
    subscriptions::{DUNNING_DAYS, Outcome, collect},
};

/// Kind of the job that collects instalments. The host runs it.
pub const INSTALMENTS_JOB: &str = "billing.instalments";
/// Kind of the job that asks a buyer to pay an instalment; `{"order": "ord_…", "due": 1, "reminder": 1, "reason": "declined"}`.
/// The host runs it.
pub const TELL_INSTALMENT_JOB: &str = "billing.tell_instalment";

const DAY: i64 = 24 * 3600;
/// Minutes after which another run looks at an instalment that this one works on, should it be killed.
const LEASE_MINUTES: i64 = 15;

/// Collects up to `most` instalments that are due, each by itself. Answers how many were looked at. One that can't be
/// collected is tried again three, five and seven days after it was due, and each time its buyer is told; then staff see
/// what is owed.
///
/// # Errors
/// What went wrong with one of them first, after all others were seen to.
pub async fn collect_dues(ctx: &Ctx, permission: Permission, most: i64) -> Result<usize, Problem> {
    let look = ctx.read_tx(permission, async |tx: &mut Tx| Ok::<_, Problem>(due(tx, most).await?));
    let (dues, mut failed) = (look.await?, None);
    for (order, position) in &dues {
        if let Err(problem) = one(ctx, permission, *order, *position).await {
            failed = failed.or(Some(problem));
        }
    }
    failed.map_or(Ok(dues.len()), Err)
}

async fn one(ctx: &Ctx, permission: Permission, order: OrderId, position: i32) -> Result<(), Problem> {
    let ours = ctx.tx(permission, async |tx: &mut Tx| Ok::<_, Problem>(claim(tx, order, position).await?));
    if !ours.await? {
        return Ok(());
    }
    match collect(ctx, permission, order).await? {
        Outcome::Paid | Outcome::Nothing => Ok(()),
        Outcome::Processing => {
            let later = ctx.now().plus_seconds(DAY);
            ctx.tx(permission, async |tx: &mut Tx| {
                Ok::<_, Problem>(look_at(tx, order, position, Some(later)).await?)
            })
            .await
        }
        Outcome::Failed { reason, .. } => {
            ctx.tx(permission, async |tx: &mut Tx| Ok(remind(tx, order, position, reason).await?)).await
        }
    }
}

/// Instalments of orders that were begun to be paid, that are due and to be looked at.
async fn due(tx: &mut Tx, limit: i64) -> QueryResult<Vec<(OrderId, i32)>> {
    let now = tx.ctx().now();
    let told = i32::try_from(DUNNING_DAYS.len()).unwrap_or(i32::MAX);
    let begun = orders::table.filter(orders::id.eq(table::order_id)).filter(orders::paid_at.is_not_null());
    table::table
        .filter(table::state.eq(DueState::Open).and(table::position.gt(0)))
        .filter(table::due_at.le(now).and(table::tries.lt(told)))
        .filter(table::next_try_at.is_null().or(table::next_try_at.le(now)))
        .filter(dsl::exists(begun))
        .order((table::due_at, table::order_id, table::position))
        .limit(limit)
        .select((table::order_id, table::position))
        .load(&mut **tx)
        .await
}

/// Takes an instalment for this run; `false`: another run has it, or it is paid meanwhile.
async fn claim(tx: &mut Tx, order: OrderId, position: i32) -> QueryResult<bool> {
    let now = tx.ctx().now();
    let open = table::table.find((order, position)).filter(table::state.eq(DueState::Open));
    let free = open.filter(table::next_try_at.is_null().or(table::next_try_at.le(now)));
    let lease = table::next_try_at.eq(now.plus_minutes(LEASE_MINUTES));
    if diesel::update(free).set(lease).execute(&mut **tx).await? != 1 {
        return Ok(false);
    }
    let first = next_due(tx, order).await?.is_some_and(|next| next.position == position);
    if !first {
        // One before it is owed, and asked for.
        look_at(tx, order, position, Some(now.plus_seconds(DAY))).await?;
    }
    Ok(first)
}

async fn look_at(tx: &mut Tx, order: OrderId, position: i32, at: Option<Instant>) -> QueryResult<()> {
    let change = table::next_try_at.eq(at);
    diesel::update(table::table.find((order, position))).set(change).execute(&mut **tx).await.map(drop)
}

/// The buyer is told once more.
async fn remind(tx: &mut Tx, id: OrderId, position: i32, reason: &str) -> QueryResult<()> {
    let Some(order) = lock(tx, id).await? else { return Ok(()) };
    let Some(due) = next_due(tx, id).await?.filter(|due| due.position == position) else {
        return look_at(tx, id, position, None).await;
    };
    let (now, told) = (tx.ctx().now(), due.tries + 1);
    let next = next_try(due.due_at, told, now);
    let change = (table::tries.eq(told), table::next_try_at.eq(next));
    diesel::update(table::table.find((id, position))).set(change).execute(&mut **tx).await?;
    let kind = if reason == "no_method" { StepKind::InstalmentReminded } else { StepKind::InstalmentFailed };
    step(tx, id, kind, &due.amount().to_string()).await?;
    let args = json!({ "order": order.id, "due": position, "reminder": told, "reason": reason });
    let key = format!("{TELL_INSTALMENT_JOB}/{id}/{position}/{told}");
    tx.enqueue(JobSpec::new(TELL_INSTALMENT_JOB, args).once(key)).await
}

/// When the next try is after so many; `None`: there is none. A run that comes late leaves a day between two mails.
fn next_try(due_at: Instant, told: i32, now: Instant) -> Option<Instant> {
    let days = *DUNNING_DAYS.get(usize::try_from(told).ok()?)?;
    Some(due_at.plus_seconds(days * DAY).max(now.plus_seconds(DAY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_times_and_no_more() {
        let at = |second| Instant::new(jiff::Timestamp::from_second(second).unwrap());
        let days: Vec<_> = (1..6).map(|told| next_try(at(0), told, at(0))).collect();
        assert_eq!(days, [Some(at(3 * DAY)), Some(at(5 * DAY)), Some(at(7 * DAY)), None, None]);
        assert_eq!(next_try(at(0), 1, at(6 * DAY)), Some(at(7 * DAY)), "a late run leaves a day");
    }
}
