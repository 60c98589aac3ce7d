//! Stretches in which nothing is offered: of one coach, or of the whole business.

use std::collections::BTreeMap;

use events::{BlackoutId, Instant, MemberId};
use kernel::{Ctx, Paging, Permission, Problem, Tx, TxError, audit};
use people::members;
use serde_json::json;

use super::schedules::{require, write_permission};
use crate::{
    model::blackouts::{Blackout, BlackoutInput},
    policy::{AVAILABILITY_READ, AVAILABILITY_WRITE, OWN_AVAILABILITY_WRITE},
    queries::blackouts::{self as sql, BlackoutFilter},
};

/// A blackout, with the bookings inside it, which stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub blackout: Blackout,
    /// Whose it is; `None`: the whole business.
    pub coach_name: Option<String>,
    /// Bookings that hold time inside it.
    pub bookings: i64,
    /// Whether the acting person may take it away.
    pub may_remove: bool,
}

/// A question for blackouts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlackoutsAsked {
    /// Those of this coach and of the whole business; `None`: all that one may see.
    pub coach: Option<MemberId>,
    /// Ending after.
    pub from: Instant,
    /// Starting before.
    pub to: Option<Instant>,
}

/// One page in order of their starts: all for managers, a coach's own and those of the business for a coach.
///
/// # Errors
/// When the acting person may not see them.
pub(crate) async fn list(
    ctx: &Ctx,
    asked: &BlackoutsAsked,
    paging: &Paging,
) -> Result<(Vec<Counted>, Option<String>), Problem> {
    let own = ctx.actor().staff().map(|staff| staff.member);
    let coach = if ctx.may(AVAILABILITY_WRITE) { asked.coach } else { own };
    let filter = BlackoutFilter { coach, from: asked.from, to: asked.to };
    ctx.tx(AVAILABILITY_READ, async |tx: &mut Tx| {
        let rows = sql::blackouts_page(tx, &filter, paging).await?;
        let (rows, next) = paging.cut(rows, |row| (row.starts_at, row.id.uuid()));
        Ok((counted(tx, rows).await?, next))
    })
    .await
}

/// Closes a stretch of time. Bookings that were made stay.
///
/// # Errors
/// 422 with the fields at fault, 403 for somebody else's time without the right to it.
pub(crate) async fn add(ctx: &Ctx, input: BlackoutInput) -> Result<Counted, Problem> {
    let permission = permission_for(ctx, input.coach);
    require(ctx, permission)?;
    let row = input.check(ctx.new_id(), ctx.now())?;
    ctx.tx(permission, async |tx: &mut Tx| {
        sql::blackout_insert(tx, &row).await.map_err(unknown_coach)?;
        let about = json!({ "coach": row.coach_id, "start": row.starts_at, "end": row.ends_at });
        audit(tx, "blackout.added", row.id, about).await?;
        counted(tx, vec![row]).await?.pop().ok_or_else(Problem::not_found)
    })
    .await
}

/// Opens the stretch again.
///
/// # Errors
/// 404 when there is none; 403 for somebody else's time without the right to it.
pub(crate) async fn remove(ctx: &Ctx, id: BlackoutId) -> Result<(), Problem> {
    let all = ctx.may(AVAILABILITY_WRITE);
    let permission = if all { AVAILABILITY_WRITE } else { OWN_AVAILABILITY_WRITE };
    ctx.tx(permission, async |tx: &mut Tx| {
        let row = sql::blackout_for_change(tx, id).await?.ok_or_else(Problem::not_found)?;
        let own = tx.ctx().actor().staff().is_some_and(|staff| row.coach_id == Some(staff.member));
        if !all && !own {
            return Err(TxError::Denied(AVAILABILITY_WRITE).into());
        }
        sql::blackout_delete(tx, id).await?;
        let about = json!({ "coach": row.coach_id, "start": row.starts_at, "end": row.ends_at });
        audit(tx, "blackout.removed", id, about).await?;
        Ok(())
    })
    .await
}

fn unknown_coach(error: diesel::result::Error) -> Problem {
    match kernel::constraint(&error) {
        Some("blackouts_coach") => Problem::field("coach", "unknown_coach"),
        _ => error.into(),
    }
}

fn permission_for(ctx: &Ctx, coach: Option<MemberId>) -> Permission {
    coach.map_or(AVAILABILITY_WRITE, |coach| write_permission(ctx, coach))
}

async fn counted(tx: &mut Tx, rows: Vec<Blackout>) -> Result<Vec<Counted>, Problem> {
    let ids: Vec<BlackoutId> = rows.iter().map(|row| row.id).collect();
    let inside: BTreeMap<BlackoutId, i64> = sql::bookings_inside(tx, &ids).await?.into_iter().collect();
    let staff = members::list(tx).await?;
    let ctx = tx.ctx();
    let one = |row: Blackout| Counted {
        coach_name: row
            .coach_id
            .and_then(|id| staff.iter().find(|member| member.id == id))
            .map(|member| member.name.clone()),
        bookings: inside.get(&row.id).copied().unwrap_or(0),
        may_remove: ctx.may(permission_for(ctx, row.coach_id)),
        blackout: row,
    };
    Ok(rows.into_iter().map(one).collect())
}
