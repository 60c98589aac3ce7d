use events::{BlackoutId, Instant, MemberId};
use kernel::{Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    objects_explain::Explanation,
    objects_hours::{
        AvailabilityOverrides, BlackoutList, BlackoutOut, NewAvailabilityOverride, NewBlackout, OverrideOut,
    },
};
use crate::{
    model::{
        blackouts::BlackoutInput,
        day::Day,
        when::{date_in, zone},
    },
    queries::offers::TypeRef,
    service::{
        blackouts::{self, BlackoutsAsked},
        explain::{ExplainAsked, explain},
        overrides, schedules,
    },
};

/// Exceptions from the weekly windows.
pub(crate) struct HoursApi;

#[OpenApi(prefix_path = "/api/v1/:slug/availability", tag = "Tag::Appointments")]
impl HoursApi {
    /// List a coach's dates with other hours
    #[oai(path = "/overrides", method = "get", operation_id = "listAvailabilityOverrides")]
    async fn overrides(
        &self,
        Data(ctx): Data<&Ctx>,
        coach: Query<MemberId>,
        /// Left out: today.
        from: Query<Option<Day>>,
        /// Inclusive; left out: 365 days after `from`. At most 400 days.
        to: Query<Option<Day>>,
    ) -> Result<Json<AvailabilityOverrides>, Problem> {
        let weekly = schedules::get(ctx, coach.0).await?;
        let tz = weekly.zone.unwrap_or_else(|| ctx.tenant().zone.clone());
        let from = from.0.unwrap_or_else(|| Day(date_in(ctx.now(), &zone(&tz))));
        let to = to.0.unwrap_or_else(|| Day(from.0.saturating_add(jiff::Span::new().days(365))));
        let found = overrides::list(ctx, coach.0, (from, to)).await?;
        let overrides = found.into_iter().map(OverrideOut::from).collect();
        Ok(Json(AvailabilityOverrides { coach: coach.0, zone: tz, overrides }))
    }

    /// Give a date other hours
    ///
    /// They take the place of its weekly windows and of what the date had before; no hours: it is closed. Bookings that
    /// were made stay.
    #[oai(path = "/overrides", method = "put", operation_id = "putAvailabilityOverride")]
    async fn put(
        &self,
        Data(ctx): Data<&Ctx>,
        new: Json<NewAvailabilityOverride>,
    ) -> Result<Json<OverrideOut>, Problem> {
        let hours: Vec<_> = new.0.hours.into_iter().map(Into::into).collect();
        Ok(Json(overrides::put(ctx, new.0.coach, new.0.date, &hours).await?.into()))
    }

    /// Give a date its usual hours again
    ///
    /// Doing it again changes nothing. The answer is what holds: no other hours.
    #[oai(path = "/overrides", method = "delete", operation_id = "deleteAvailabilityOverride")]
    async fn usual(
        &self,
        Data(ctx): Data<&Ctx>,
        coach: Query<MemberId>,
        date: Query<Day>,
    ) -> Result<Json<AvailabilityOverrides>, Problem> {
        overrides::remove(ctx, coach.0, date.0).await?;
        let weekly = schedules::get(ctx, coach.0).await?;
        let zone = weekly.zone.unwrap_or_else(|| ctx.tenant().zone.clone());
        Ok(Json(AvailabilityOverrides { coach: coach.0, zone, overrides: Vec::new() }))
    }

    /// Explain a start
    ///
    /// Which rules open or close it, coach by coach: hours, other hours of a date, blackouts, other appointments and the
    /// time kept free around them, notice, horizon, fixed range, limits, seats. The same engine as for the slots answers.
    #[oai(path = "/explain", method = "get", operation_id = "explainStart")]
    async fn explain(
        &self,
        Data(ctx): Data<&Ctx>,
        /// Slug or identifier of an appointment type, on or off.
        #[oai(name = "type")]
        kind: Query<String>,
        start: Query<Instant>,
        /// Left out: all who offer it.
        coach: Query<Option<MemberId>>,
        /// One of the lengths; left out: the first.
        minutes: Query<Option<i64>>,
    ) -> Result<Json<Explanation>, Problem> {
        let kind = TypeRef::parse(&kind.0);
        let asked = ExplainAsked { kind, coach: coach.0, minutes: minutes.0, start: start.0 };
        Ok(Json(explain(ctx, &asked).await?.into()))
    }

    /// List blackouts
    ///
    /// In order of their starts. A coach sees their own and those of the whole business.
    #[oai(path = "/blackouts", method = "get", operation_id = "listBlackouts")]
    async fn blackouts(
        &self,
        Data(ctx): Data<&Ctx>,
        /// Those of this coach and of the whole business.
        coach: Query<Option<MemberId>>,
        /// Ending after; left out: now.
        from: Query<Option<Instant>>,
        /// Starting before.
        to: Query<Option<Instant>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<BlackoutList>, Problem> {
        let asked = BlackoutsAsked { coach: coach.0, from: from.0.unwrap_or_else(|| ctx.now()), to: to.0 };
        let paging = Paging::new(cursor.as_deref(), limit.0)?;
        let (found, next_cursor) = blackouts::list(ctx, &asked, &paging).await?;
        Ok(Json(BlackoutList { items: found.into_iter().map(BlackoutOut::from).collect(), next_cursor }))
    }

    /// Close a stretch of time
    ///
    /// Nothing is offered in it. Bookings that were made before stay; the answer says how many.
    #[oai(path = "/blackouts", method = "post", operation_id = "createBlackout")]
    async fn close(
        &self,
        Data(ctx): Data<&Ctx>,
        new: Json<NewBlackout>,
    ) -> Result<Json<BlackoutOut>, Problem> {
        let NewBlackout { coach, start, end, reason } = new.0;
        Ok(Json(blackouts::add(ctx, BlackoutInput { coach, start, end, reason }).await?.into()))
    }

    /// Open a closed stretch again
    #[oai(path = "/blackouts/:id", method = "delete", operation_id = "deleteBlackout")]
    async fn open(&self, Data(ctx): Data<&Ctx>, id: Path<BlackoutId>) -> Result<Json<BlackoutGone>, Problem> {
        blackouts::remove(ctx, id.0).await?;
        Ok(Json(BlackoutGone { id: id.0 }))
    }
}

/// It is not there any more.
#[derive(Clone, Debug, poem_openapi::Object)]
pub(crate) struct BlackoutGone {
    pub id: BlackoutId,
}
