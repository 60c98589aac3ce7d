use events::Instant;
use kernel::{Ctx, Paging, Problem};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    objects::OwnBooking,
    objects_client::{
        CalendarAddress, CalendarOf, LinkedBooking, MoveStart, MoveStarts, NewRating, OwnBookingList,
        PayPlace, RatingOut,
    },
};
use crate::{
    queries::bookings::BookingFilter,
    service::{
        cancel::{self, Claim},
        feeds, lists, mine, pay,
        ratings::{RateInput, rate},
        reschedule::move_slots,
    },
};

/// What clients do by the link of a booking, and with what is their own.
pub(crate) struct ClientsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Appointments")]
impl ClientsApi {
    /// Read a booking by its link
    #[oai(path = "/booking-links/:token", method = "get", operation_id = "getLinkedBooking")]
    async fn linked(
        &self,
        Data(ctx): Data<&Ctx>,
        /// The token of the booking.
        token: Path<String>,
    ) -> Result<Json<LinkedBooking>, Problem> {
        let detail = mine::detail(ctx, &token.0).await?;
        let preview = cancel::cancel_preview(ctx, &Claim::Link(token.0)).await?;
        let url = ctx.link(&detail.booking.path());
        Ok(Json(LinkedBooking::of(detail, &preview, ctx.now(), url)))
    }

    /// Begin the payment of a booking
    ///
    /// For a booking that is held. One that is paid: its page.
    #[oai(path = "/booking-links/:token/pay", method = "post", operation_id = "payLinkedBooking")]
    async fn pay(&self, Data(ctx): Data<&Ctx>, token: Path<String>) -> Result<Json<PayPlace>, Problem> {
        Ok(Json(PayPlace { url: pay::begin(ctx, &token.0).await? }))
    }

    /// Find times to move a booking to
    ///
    /// Starts in `[from, to)`, in order, at most 62 days at once. Move it with `rescheduleBooking` and the token.
    #[oai(path = "/booking-links/:token/slots", method = "get", operation_id = "findMoveSlots")]
    async fn slots(
        &self,
        Data(ctx): Data<&Ctx>,
        token: Path<String>,
        from: Query<Instant>,
        to: Query<Instant>,
    ) -> Result<Json<MoveStarts>, Problem> {
        let found = move_slots(ctx, &Claim::Link(token.0), (from.0, to.0)).await?.slots;
        let start = |slot: &crate::model::offer::SlotOut| MoveStart {
            start: slot.start,
            seats_left: slot.seats_left.into(),
        };
        Ok(Json(MoveStarts { items: found.iter().map(start).collect() }))
    }

    /// Rate a completed booking
    ///
    /// It can be changed until the business has decided about it. Doing it again changes nothing.
    #[oai(path = "/booking-links/:token/rating", method = "put", operation_id = "rateLinkedBooking")]
    async fn rate(
        &self,
        Data(ctx): Data<&Ctx>,
        token: Path<String>,
        new: Json<NewRating>,
    ) -> Result<Json<RatingOut>, Problem> {
        let input = RateInput { stars: Some(new.0.stars), words: new.0.words };
        Ok(Json(rate(ctx, &token.0, &input).await?.into()))
    }

    /// List one's own bookings
    ///
    /// Of the person who is signed in, as a client: also those made before they had an account, by its verified e-mail.
    #[oai(path = "/me/bookings", method = "get", operation_id = "listOwnBookings")]
    async fn own(
        &self,
        Data(ctx): Data<&Ctx>,
        /// Starting then or later.
        from: Query<Option<Instant>>,
        /// Starting before.
        to: Query<Option<Instant>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<OwnBookingList>, Problem> {
        let filter = BookingFilter { from: from.0, to: to.0, ..BookingFilter::default() };
        let page = lists::own(ctx, &filter, &Paging::new(cursor.as_deref(), limit.0)?).await?;
        let items = page.items.into_iter().map(|booking| {
            let url = ctx.link(&booking.path());
            OwnBooking::of(booking, url, None)
        });
        Ok(Json(OwnBookingList { items: items.collect(), next_cursor: page.next }))
    }

    /// Read the private address of one's own calendar
    #[oai(path = "/me/calendar-address", method = "get", operation_id = "getCalendarAddress")]
    async fn address(
        &self,
        Data(ctx): Data<&Ctx>,
        /// Left out: of the client.
        of: Query<Option<CalendarOf>>,
    ) -> Result<Json<CalendarAddress>, Problem> {
        Ok(Json(CalendarAddress { url: feeds::own(ctx, CalendarOf::mine(of.0)).await? }))
    }

    /// Make a new private address of one's own calendar
    ///
    /// An earlier one no longer works.
    #[oai(path = "/me/calendar-address", method = "post", operation_id = "renewCalendarAddress")]
    async fn renew(
        &self,
        Data(ctx): Data<&Ctx>,
        of: Query<Option<CalendarOf>>,
    ) -> Result<Json<CalendarAddress>, Problem> {
        Ok(Json(CalendarAddress { url: Some(feeds::renew(ctx, CalendarOf::mine(of.0)).await?) }))
    }

    /// Take away the private address of one's own calendar
    #[oai(path = "/me/calendar-address", method = "delete", operation_id = "revokeCalendarAddress")]
    async fn revoke(
        &self,
        Data(ctx): Data<&Ctx>,
        of: Query<Option<CalendarOf>>,
    ) -> Result<Json<CalendarAddress>, Problem> {
        feeds::revoke(ctx, CalendarOf::mine(of.0)).await?;
        Ok(Json(CalendarAddress { url: None }))
    }
}
