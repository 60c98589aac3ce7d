//! Appointment types.

use std::collections::BTreeMap;

use events::{AppointmentTypeId, MemberId};
use kernel::{Ctx, Paging, Problem, Tx, audit};
use serde_json::json;

use crate::{
    error::type_problem,
    model::{AppointmentType, type_input::TypeInput},
    policy::{AVAILABILITY_READ, TYPES_READ, TYPES_WRITE},
    queries::types as sql,
};

/// A type with the coaches who offer it.
pub(crate) type Offered = (AppointmentType, Vec<MemberId>);

/// One page of the types; those that are off only for who may change them.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn page(ctx: &Ctx, paging: &Paging) -> Result<(Vec<Offered>, Option<String>), Problem> {
    let only_active = !ctx.may(TYPES_WRITE);
    ctx.tx(TYPES_READ, async |tx: &mut Tx| {
        let rows = sql::types_page(tx, only_active, paging).await?;
        let (rows, next) = paging.cut(rows, |row| (row.created_at, row.id.uuid()));
        Ok((with_coaches(tx, rows).await?, next))
    })
    .await
}

/// All types in the order of the public page, for the studio.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn all(ctx: &Ctx) -> Result<Vec<Offered>, Problem> {
    ctx.tx(TYPES_WRITE, async |tx: &mut Tx| {
        let rows = sql::types_all(tx).await?;
        with_coaches(tx, rows).await
    })
    .await
}

/// All types with what they are, for staff who may see hours.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn for_staff(ctx: &Ctx) -> Result<Vec<AppointmentType>, Problem> {
    ctx.tx(AVAILABILITY_READ, async |tx: &mut Tx| sql::types_all(tx).await.map_err(Problem::from)).await
}

/// The types that can be booked now, in the order of the public page.
///
/// # Errors
/// When the acting person may not.
pub(crate) async fn bookable(ctx: &Ctx) -> Result<Vec<AppointmentType>, Problem> {
    ctx.tx(TYPES_READ, async |tx: &mut Tx| sql::types_bookable(tx).await.map_err(Problem::from)).await
}

/// One type.
///
/// # Errors
/// 404 when there is none, or it is off and the acting person may not know of it.
pub(crate) async fn get(ctx: &Ctx, id: AppointmentTypeId) -> Result<Offered, Problem> {
    let found: Option<Offered> =
        ctx.tx(TYPES_READ, async |tx: &mut Tx| sql::type_by_id(tx, id).await.map_err(Problem::from)).await?;
    found.filter(|(row, _)| row.active || ctx.may(TYPES_WRITE)).ok_or_else(Problem::not_found)
}

/// Makes a type.
///
/// # Errors
/// 422 with the fields at fault.
pub(crate) async fn create(ctx: &Ctx, input: TypeInput) -> Result<Offered, Problem> {
    let (row, coaches) = input.check(ctx.new_id(), ctx.now())?;
    ctx.tx(TYPES_WRITE, async |tx: &mut Tx| {
        sql::type_insert(tx, &row, &coaches).await.map_err(type_problem)?;
        audit(tx, "appointment_type.created", row.id, json!({ "slug": row.slug })).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok((row, coaches))
}

/// Changes a type: `change` gets what it is, and answers what it should be. Bookings that were made stay as they are.
///
/// # Errors
/// 404 when there is none, 422 with the fields at fault.
pub(crate) async fn update(
    ctx: &Ctx,
    id: AppointmentTypeId,
    change: impl FnOnce(TypeInput) -> TypeInput + Send,
) -> Result<Offered, Problem> {
    ctx.tx(TYPES_WRITE, async move |tx: &mut Tx| {
        let (before, coaches) = sql::type_by_id(tx, id).await?.ok_or_else(Problem::not_found)?;
        let (row, coaches) = change(TypeInput::of(&before, coaches)).check(id, tx.ctx().now())?;
        let row = AppointmentType { created_at: before.created_at, ..row };
        sql::type_update(tx, &row, &coaches).await.map_err(type_problem)?;
        audit(tx, "appointment_type.updated", id, json!({ "slug": row.slug, "active": row.active })).await?;
        Ok((row, coaches))
    })
    .await
}

async fn with_coaches(tx: &mut Tx, rows: Vec<AppointmentType>) -> Result<Vec<Offered>, Problem> {
    let ids: Vec<AppointmentTypeId> = rows.iter().map(|row| row.id).collect();
    let mut coaches: BTreeMap<_, _> = sql::coaches_of(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (coaches.remove(&row.id).unwrap_or_default(), row))
        .map(|(c, row)| (row, c))
        .collect())
}
