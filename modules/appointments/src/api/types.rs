use events::AppointmentTypeId;
use kernel::{Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    objects_type_input::{AppointmentTypeChange, NewAppointmentType},
    objects_types::{AppointmentTypeList, TypeOut},
};
use crate::{
    policy::TYPES_WRITE,
    service::types::{self, Offered},
};

pub(crate) struct TypesApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Appointments")]
impl TypesApi {
    /// List appointment types
    ///
    /// Those that are off are shown only to who may change them.
    #[oai(path = "/appointment-types", method = "get", operation_id = "listAppointmentTypes")]
    async fn list(
        &self,
        Data(ctx): Data<&Ctx>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<AppointmentTypeList>, Problem> {
        let (rows, next_cursor) = types::page(ctx, &Paging::new(cursor.as_deref(), limit.0)?).await?;
        let items = rows.into_iter().map(|row| out(ctx, row, ctx.may(TYPES_WRITE))).collect();
        Ok(Json(AppointmentTypeList { items, next_cursor }))
    }

    /// Create an appointment type
    #[oai(path = "/appointment-types", method = "post", operation_id = "createAppointmentType")]
    async fn create(
        &self,
        Data(ctx): Data<&Ctx>,
        new: Json<NewAppointmentType>,
    ) -> Result<Json<TypeOut>, Problem> {
        Ok(Json(out(ctx, types::create(ctx, new.0.input(ctx.tenant().currency)?).await?, true)))
    }

    /// Read an appointment type
    #[oai(path = "/appointment-types/:id", method = "get", operation_id = "getAppointmentType")]
    async fn get(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<AppointmentTypeId>,
    ) -> Result<Json<TypeOut>, Problem> {
        Ok(Json(out(ctx, types::get(ctx, id.0).await?, ctx.may(TYPES_WRITE))))
    }

    /// Change an appointment type
    ///
    /// What is left out stays. Bookings that were made keep the name and place they were made with.
    #[oai(path = "/appointment-types/:id", method = "patch", operation_id = "changeAppointmentType")]
    async fn change(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<AppointmentTypeId>,
        change: Json<AppointmentTypeChange>,
    ) -> Result<Json<TypeOut>, Problem> {
        change.0.check(ctx.tenant().currency)?;
        let changed = types::update(ctx, id.0, |now| change.0.onto(now)).await?;
        Ok(Json(out(ctx, changed, true)))
    }
}

fn out(ctx: &Ctx, row: Offered, with_place: bool) -> TypeOut {
    TypeOut::of(row, ctx.tenant().currency, with_place)
}
