use events::{BookingId, Instant, MemberId};
use kernel::{CallKey, Ctx, Paging, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    Enum, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    objects::{BookingList, BookingOut, Cancellation, Cancelled, NewBooking, OwnBooking},
};
use crate::{
    model::State,
    queries::bookings::BookingFilter,
    service::{
        book::{self, BookInput},
        cancel::{self, CancelInput, Claim},
        lists,
    },
};

/// Order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum BookingOrder {
    /// The earliest start first.
    #[oai(rename = "start")]
    Start,
    /// The latest start first.
    #[oai(rename = "-start")]
    StartDescending,
}

pub(crate) struct BookingsApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Appointments")]
impl BookingsApi {
    /// List bookings
    #[oai(path = "/bookings", method = "get", operation_id = "listBookings")]
    #[expect(clippy::too_many_arguments, reason = "one argument a query parameter")]
    async fn list(
        &self,
        Data(ctx): Data<&Ctx>,
        status: Query<Option<State>>,
        coach: Query<Option<MemberId>>,
        /// Starting then or later.
        from: Query<Option<Instant>>,
        /// Starting before.
        to: Query<Option<Instant>>,
        /// Part of the client's name or e-mail.
        search: Query<Option<String>>,
        /// Left out: the earliest start first.
        sort: Query<Option<BookingOrder>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<i64>>,
    ) -> Result<Json<BookingList>, Problem> {
        let filter = BookingFilter {
            state: status.0,
            coach: coach.0,
            client: None,
            from: from.0,
            to: to.0,
            search: search.0.unwrap_or_default().trim().to_owned(),
            latest_first: sort.0 == Some(BookingOrder::StartDescending),
        };
        let page = lists::all(ctx, &filter, &Paging::new(cursor.as_deref(), limit.0)?).await?;
        let items = page.items.into_iter().map(BookingOut::from).collect();
        Ok(Json(BookingList { items, next_cursor: page.next }))
    }

    /// Book a slot
    ///
    /// For anyone. When somebody was faster the answer is 409 `slot_taken` with `nearest`: the nearest free starts.
    #[oai(path = "/bookings", method = "post", operation_id = "createBooking")]
    async fn create(
        &self,
        Data(ctx): Data<&Ctx>,
        request: &Request,
        new: Json<NewBooking>,
    ) -> Result<Json<OwnBooking>, Problem> {
        let new = new.0;
        let input = BookInput {
            kind: new.kind,
            start: new.start,
            coach: new.coach.unwrap_or_default(),
            name: new.name,
            email: new.email,
            zone: new.zone.unwrap_or_else(|| ctx.tenant().zone.clone()),
            note: new.note,
            form_key: CallKey::of(request).unwrap_or_default().to_owned(),
            ..BookInput::default()
                    };
        let booking = book::book(ctx, &input).await?.booking;
        let url = ctx.link(&booking.path());
        Ok(Json(OwnBooking::of(booking, url)))
    }

    /// Read a booking
    #[oai(path = "/bookings/:id", method = "get", operation_id = "getBooking")]
    async fn get(&self, Data(ctx): Data<&Ctx>, id: Path<BookingId>) -> Result<Json<BookingOut>, Problem> {
        Ok(Json(cancel::by_id(ctx, id.0).await?.into()))
    }

    /// Cancel a booking
    ///
    /// By staff, or by its client with the token of the booking. Doing it again changes nothing.
    #[oai(path = "/bookings/:id/cancel", method = "post", operation_id = "cancelBooking")]
    async fn cancel(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        how: Json<Cancellation>,
    ) -> Result<Json<Cancelled>, Problem> {
        let claim = match how.0.token {
            Some(token) => {
                // The token is the right; the identifier must only agree with it.
                let booking = cancel::by_token(ctx, &token).await?;
                if booking.id != id.0 {
                    return Err(Problem::not_found());
                }
                Claim::Link(token)
            }
            None => Claim::Staff(id.0),
        };
        let booking = cancel::cancel(ctx, &claim, &CancelInput { reason: how.0.reason, refund_percent: None }).await?;
        Ok(Json(Cancelled { id: booking.id, state: booking.state, cancelled_at: booking.cancelled_at }))
    }
}
