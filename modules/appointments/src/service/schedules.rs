//! Coaches' weekly windows.

use events::MemberId;
use kernel::{Check, Ctx, Permission, Problem, Tx, audit};
use people::members;
use serde_json::json;

use crate::{
    error::schedule_problem,
    model::hours::{self, Window, WindowInput},
    policy::{AVAILABILITY_READ, AVAILABILITY_WRITE, OWN_AVAILABILITY_WRITE},
    queries::schedules::{schedule_of, schedule_replace},
};

/// A coach's weekly hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weekly {
    pub coach: MemberId,
    /// A zone of their own; `None`: the tenant's.
    pub zone: Option<String>,
    pub windows: Vec<Window>,
}

/// Reads a coach's windows.
///
/// # Errors
/// 404 for a coach whom the tenant does not have.
pub(crate) async fn get(ctx: &Ctx, coach: MemberId) -> Result<Weekly, Problem> {
    ctx.tx(AVAILABILITY_READ, async |tx: &mut Tx| {
        members::by_id(tx, coach).await?.ok_or_else(Problem::not_found)?;
        let (zone, windows) = schedule_of(tx, coach).await?;
        Ok(Weekly { coach, zone, windows })
    })
    .await
}

/// Puts new windows in the place of all that a coach had. Bookings that were made stay.
///
/// # Errors
/// 422 with the fields at fault, 403 for somebody else's windows without the right to them.
pub(crate) async fn put(
    ctx: &Ctx,
    coach: MemberId,
    zone: Option<&str>,
    windows: &[WindowInput],
) -> Result<Weekly, Problem> {
    let permission = write_permission(ctx, coach);
    require(ctx, permission)?;
    let zone = zone.map(str::trim).filter(|zone| !zone.is_empty());
    let mut check = Check::new();
    let zone = zone.map(|zone| check.zone("zone", zone));
    check.finish()?;
    let windows = hours::check(coach, windows)?;
    ctx.tx(permission, async |tx: &mut Tx| {
        members::by_id(tx, coach).await?.ok_or_else(Problem::not_found)?;
        schedule_replace(tx, coach, zone.as_deref(), &windows).await.map_err(schedule_problem)?;
        audit(tx, "schedule.replaced", coach, json!({ "zone": zone, "windows": windows.len() })).await?;
        Ok(())
    })
    .await
    .map(|()| Weekly { coach, zone, windows })
}

/// One's own windows need less than somebody else's.
pub(crate) fn write_permission(ctx: &Ctx, coach: MemberId) -> Permission {
    let own = ctx.actor().staff().is_some_and(|staff| staff.member == coach);
    if own && !ctx.may(AVAILABILITY_WRITE) { OWN_AVAILABILITY_WRITE } else { AVAILABILITY_WRITE }
}

/// Refuses before anything else is looked at.
pub(crate) fn require(ctx: &Ctx, permission: Permission) -> Result<(), Problem> {
    if ctx.may(permission) { Ok(()) } else { Err(kernel::TxError::Denied(permission).into()) }
}

/// The staff who can be booked.
///
/// # Errors
/// When the acting person may not see them.
pub(crate) async fn coaches(ctx: &Ctx, permission: Permission) -> Result<Vec<members::Member>, Problem> {
    ctx.tx(permission, async |tx: &mut Tx| members::coaches(tx).await.map_err(Problem::from)).await
}
