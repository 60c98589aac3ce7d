//! Appointment types and who offers them.

use std::collections::BTreeMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult,
    SelectableHelper, dsl::exists,
};
use diesel_async::RunQueryDsl;
use events::{AppointmentTypeId, MemberId};
use kernel::{Paging, Tx};

use crate::{
    model::AppointmentType,
    schema::{appointment_type_coaches as offers, appointment_types as types, schedule_windows as windows},
};

/// Types in order of their making, one row more than the limit (see [`Paging::cut`]).
pub(crate) async fn types_page(
    tx: &mut Tx,
    only_active: bool,
    paging: &Paging,
) -> QueryResult<Vec<AppointmentType>> {
    let mut query = types::table.select(AppointmentType::as_select()).into_boxed();
    if only_active {
        query = query.filter(types::active.eq(true));
    }
    if let Some(after) = paging.after {
        let id = AppointmentTypeId::from_uuid(after.id);
        query = query
            .filter(types::created_at.ge(after.at))
            .filter(types::created_at.gt(after.at).or(types::id.gt(id)));
    }
    query.order((types::created_at, types::id)).limit(paging.limit + 1).load(&mut **tx).await
}

/// Types that can be booked now: active, and somebody who offers them has a window. In the order of the public page.
pub(crate) async fn types_bookable(tx: &mut Tx) -> QueryResult<Vec<AppointmentType>> {
    let somebody_open = offers::table
        .inner_join(windows::table.on(windows::coach_id.eq(offers::coach_id)))
        .filter(offers::type_id.eq(types::id));
    types::table
        .filter(types::active.eq(true))
        .filter(exists(somebody_open))
        .order((types::position, types::created_at))
        .select(AppointmentType::as_select())
        .limit(100)
        .load(&mut **tx)
        .await
}

/// All types in the order of the public page, for staff.
pub(crate) async fn types_all(tx: &mut Tx) -> QueryResult<Vec<AppointmentType>> {
    let query = types::table.order((types::position, types::created_at)).select(AppointmentType::as_select());
    query.limit(500).load(&mut **tx).await
}

/// One type with its coaches.
pub(crate) async fn type_by_id(
    tx: &mut Tx,
    id: AppointmentTypeId,
) -> QueryResult<Option<(AppointmentType, Vec<MemberId>)>> {
    let row = types::table.find(id).select(AppointmentType::as_select()).first(&mut **tx).await.optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut coaches = coaches_of(tx, &[id]).await?;
    Ok(Some((row, coaches.remove(&id).unwrap_or_default())))
}

/// Names of types.
pub(crate) async fn type_names(
    tx: &mut Tx,
    ids: &[AppointmentTypeId],
) -> QueryResult<Vec<(AppointmentTypeId, String)>> {
    types::table.filter(types::id.eq_any(ids)).select((types::id, types::name)).load(&mut **tx).await
}

/// Whether a type with this slug exists.
pub(crate) async fn type_exists(tx: &mut Tx, slug: &str) -> QueryResult<bool> {
    diesel::select(exists(types::table.filter(types::slug.eq(slug)))).get_result(&mut **tx).await
}

/// Who offers these types.
pub(crate) async fn coaches_of(
    tx: &mut Tx,
    of: &[AppointmentTypeId],
) -> QueryResult<BTreeMap<AppointmentTypeId, Vec<MemberId>>> {
    let query = offers::table.filter(offers::type_id.eq_any(of)).select((offers::type_id, offers::coach_id));
    let rows: Vec<(AppointmentTypeId, MemberId)> = query.order(offers::coach_id).load(&mut **tx).await?;
    let mut by_type: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (id, coach) in rows {
        by_type.entry(id).or_default().push(coach);
    }
    Ok(by_type)
}

pub(crate) async fn type_insert(tx: &mut Tx, row: &AppointmentType, coaches: &[MemberId]) -> QueryResult<()> {
    diesel::insert_into(types::table).values(row).execute(&mut **tx).await?;
    coaches_insert(tx, row.id, coaches).await
}

/// Writes a type and its coaches as they should be.
pub(crate) async fn type_update(tx: &mut Tx, row: &AppointmentType, coaches: &[MemberId]) -> QueryResult<()> {
    diesel::update(types::table.find(row.id)).set(row).execute(&mut **tx).await?;
    diesel::delete(offers::table.filter(offers::type_id.eq(row.id))).execute(&mut **tx).await?;
    coaches_insert(tx, row.id, coaches).await
}

async fn coaches_insert(tx: &mut Tx, id: AppointmentTypeId, coaches: &[MemberId]) -> QueryResult<()> {
    let rows: Vec<_> =
        coaches.iter().map(|coach| (offers::type_id.eq(id), offers::coach_id.eq(*coach))).collect();
    diesel::insert_into(offers::table).values(rows).execute(&mut **tx).await.map(drop)
}
