mod json;

use events::{Instant, MemberId};
use jiff::tz::TimeZone;
use kernel::{Check, Ctx, Problem};
use poem::web::Data;
use poem_openapi::{OpenApi, param::Query, payload::Json};

use json::SlotsJson;

use super::{
    Tag,
    objects_hours::{AvailabilityWindows, NewAvailabilityWindows},
};
use crate::{
    model::when::moment,
    queries::offers::TypeRef,
    service::{
        schedules,
        slots::{SlotsAsked, slots},
    },
};

pub(crate) struct AvailabilityApi;

#[OpenApi(prefix_path = "/api/v1/:slug/availability", tag = "Tag::Appointments")]
impl AvailabilityApi {
    /// Find slots
    ///
    /// Starts on offer in `[from, to)`, in order, at most 62 days at once. `from` and `to` are instants (RFC 3339) or
    /// dates, which mean their midnight in `zone`. The zone changes how times are written, never which are on offer.
    #[oai(path = "/slots", method = "get", operation_id = "findSlots")]
    #[expect(clippy::too_many_arguments, reason = "one argument a query parameter")]
    async fn slots(
        &self,
        Data(ctx): Data<&Ctx>,
        /// Slug or identifier of an appointment type.
        #[oai(name = "type")]
        kind: Query<String>,
        /// Left out: any coach who offers the type.
        coach: Query<Option<MemberId>>,
        /// One of the type's lengths; left out: the first.
        minutes: Query<Option<i64>>,
        /// Left out: now.
        from: Query<Option<String>>,
        /// Left out: 31 days after `from`.
        to: Query<Option<String>>,
        /// IANA name; left out: the tenant's zone.
        zone: Query<Option<String>>,
    ) -> Result<SlotsJson, Problem> {
        let zone = zone.0.unwrap_or_else(|| ctx.tenant().zone.clone());
        let (tz, from, to) = range(ctx.now(), &zone, from.as_deref(), to.as_deref())?;
        let asked =
            SlotsAsked { kind: TypeRef::parse(&kind.0), coach: coach.0, minutes: minutes.0, from, to };
        let found = slots(ctx, &asked).await?;
        let end = |start: Instant| start.plus_minutes(found.minutes.into());
        let slots = found.slots.iter().map(|slot| (slot.start, end(slot.start), slot.seats_left));
        Ok(SlotsJson::new(&zone, &tz, found.minutes, slots))
    }

    /// Read a coach's weekly windows
    #[oai(path = "/windows", method = "get", operation_id = "getAvailabilityWindows")]
    async fn windows(
        &self,
        Data(ctx): Data<&Ctx>,
        coach: Query<MemberId>,
    ) -> Result<Json<AvailabilityWindows>, Problem> {
        let weekly = schedules::get(ctx, coach.0).await?;
        Ok(Json(AvailabilityWindows::of(&weekly, &ctx.tenant().zone)))
    }

    /// Replace a coach's weekly windows
    ///
    /// Bookings that were made stay.
    #[oai(path = "/windows", method = "put", operation_id = "replaceAvailabilityWindows")]
    async fn replace(
        &self,
        Data(ctx): Data<&Ctx>,
        new: Json<NewAvailabilityWindows>,
    ) -> Result<Json<AvailabilityWindows>, Problem> {
        let windows: Vec<_> = new.0.windows.into_iter().map(Into::into).collect();
        let weekly = schedules::put(ctx, new.0.coach, new.0.zone.as_deref(), &windows).await?;
        Ok(Json(AvailabilityWindows::of(&weekly, &ctx.tenant().zone)))
    }
}

/// Reads the range; all that is wrong with it is told at once.
fn range(
    now: Instant,
    zone: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(TimeZone, Instant, Instant), Problem> {
    let mut check = Check::new();
    let zone = check.zone("zone", zone);
    let tz = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
    let mut read = |field: &str, text: Option<&str>| match text.map(|text| moment(text, &tz)) {
        Some(None) => {
            check.require(false, field, "not_an_instant");
            None
        }
        Some(found) => found,
        None => None,
    };
    let from = read("from", from).unwrap_or(now);
    let to = read("to", to).unwrap_or_else(|| from.plus_minutes(31 * 1_440));
    check.finish()?;
    Ok((tz, from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::when::local;

    #[test]
    fn dates_are_midnights_of_the_zone() {
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let (tz, from, to) = range(now, "America/New_York", Some("2026-12-01"), None).unwrap();
        assert_eq!(
            (from.to_string().as_str(), to.to_string().as_str()),
            ("2026-12-01T05:00:00Z", "2027-01-01T05:00:00Z")
        );
        assert_eq!(local(from, &tz), "2026-12-01T00:00:00-05:00");
        let errors = range(now, "Mars/Base", Some("soon"), Some("2026-13-01")).unwrap_err().fields;
        assert_eq!(errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["zone", "from", "to"]);
    }
}
