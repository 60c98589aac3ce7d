use events::{BookingId, ClientId, Instant, MemberId};
use kernel::{CallKey, Ctx, Paging, Problem};
use poem::{Request, web::Data};
use poem_openapi::{
    Enum, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    Tag,
    objects::{
        BookingHistory, BookingList, BookingOut, BookingState, Cancellation, Cancelled, Move, NewBooking,
        NewClientBooking, OwnBooking, Refusal,
    },
};
use crate::{
    model::State,
    queries::{bookings::BookingFilter, offers::TypeRef},
    service::{
        book::{self, BookInput, Booked, StaffBookInput},
        cancel::{self, CancelInput, Claim},
        decide, history, lists,
        reschedule::{self, MoveInput},
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
        /// Slug or identifier of an appointment type.
        #[oai(name = "type")]
        kind: Query<Option<String>>,
        client: Query<Option<ClientId>>,
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
            kind: kind.0.as_deref().map(TypeRef::parse),
            client: client.0,
            slot: None,
            from: from.0,
            to: to.0,
            search: search.0.unwrap_or_default().trim().to_owned(),
            phase: None,
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
            minutes: new.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            answers: new.answers,
            with_credits: new.pay_with_credits,
        };
        let booked = book::book(ctx, &input).await?;
        Ok(Json(own(ctx, booked)))
    }

    /// Book for a client
    ///
    /// By staff, also outside of hours, notice and limits; only time that is taken refuses.
    #[oai(path = "/bookings/for-client", method = "post", operation_id = "createBookingForClient")]
    async fn create_for_client(
        &self,
        Data(ctx): Data<&Ctx>,
        request: &Request,
        new: Json<NewClientBooking>,
    ) -> Result<Json<BookingOut>, Problem> {
        let new = new.0;
        let input = StaffBookInput {
            kind: new.kind,
            start: new.start,
            coach: new.coach.unwrap_or_default(),
            minutes: new.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            name: new.name,
            email: new.email,
            zone: new.zone.unwrap_or_default(),
            note: new.note,
            answers: new.answers,
            ask_payment: new.ask_payment,
            with_credits: new.pay_with_credits,
            form_key: CallKey::of(request).unwrap_or_default().to_owned(),
        };
        Ok(Json(book::book_for(ctx, &input).await?.booking.into()))
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
        let claim = claim(ctx, id.0, how.0.token).await?;
        let input = CancelInput { reason: how.0.reason, refund_percent: how.0.refund_percent };
        let booking = cancel::cancel(ctx, &claim, &input).await?;
        Ok(Json(Cancelled { id: booking.id, state: booking.state, cancelled_at: booking.cancelled_at }))
    }

    /// Move a booking
    ///
    /// By staff, or by its client with the token of the booking. It keeps its link, price, payment and answers. When
    /// somebody was faster the answer is 409 `slot_taken` with `nearest`. To where it is already: nothing changes.
    #[oai(path = "/bookings/:id/reschedule", method = "post", operation_id = "rescheduleBooking")]
    async fn reschedule(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        to: Json<Move>,
    ) -> Result<Json<BookingState>, Problem> {
        let to = to.0;
        let claim = claim(ctx, id.0, to.token).await?;
        let coach = to.coach.unwrap_or_default();
        let input = MoveInput { start: to.start, coach, reason: to.reason, anyway: to.anyway };
        Ok(Json(reschedule::reschedule(ctx, &claim, &input).await?.into()))
    }

    /// Approve a request
    ///
    /// It is confirmed, or held for its payment. Doing it again changes nothing.
    #[oai(path = "/bookings/:id/approve", method = "post", operation_id = "approveBooking")]
    async fn approve(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
    ) -> Result<Json<BookingState>, Problem> {
        Ok(Json(decide::approve(ctx, id.0).await?.into()))
    }

    /// Decline a request
    ///
    /// Its time is free again. Doing it again changes nothing.
    #[oai(path = "/bookings/:id/decline", method = "post", operation_id = "declineBooking")]
    async fn decline(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        how: Json<Refusal>,
    ) -> Result<Json<BookingState>, Problem> {
        Ok(Json(decide::decline(ctx, id.0, &how.0.reason).await?.into()))
    }

    /// Mark a booking as completed
    ///
    /// Once it has begun. Doing it again changes nothing.
    #[oai(path = "/bookings/:id/complete", method = "post", operation_id = "completeBooking")]
    async fn complete(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
    ) -> Result<Json<BookingState>, Problem> {
        Ok(Json(decide::complete(ctx, id.0).await?.into()))
    }

    /// Mark that the client did not come
    ///
    /// Once it has begun. Doing it again changes nothing.
    #[oai(path = "/bookings/:id/no-show", method = "post", operation_id = "markNoShow")]
    async fn no_show(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
    ) -> Result<Json<BookingState>, Problem> {
        Ok(Json(decide::no_show(ctx, id.0).await?.into()))
    }

    /// Read what happened to a booking
    #[oai(path = "/bookings/:id/history", method = "get", operation_id = "getBookingHistory")]
    async fn history(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
    ) -> Result<Json<BookingHistory>, Problem> {
        let steps = history::steps(ctx, &Claim::Staff(id.0)).await?;
        Ok(Json(BookingHistory { steps: steps.into_iter().map(Into::into).collect() }))
    }
}

/// The right to a booking: its token, or staff's.
async fn claim(ctx: &Ctx, id: BookingId, token: Option<String>) -> Result<Claim, Problem> {
    let Some(token) = token else { return Ok(Claim::Staff(id)) };
    // The token is the right; the identifier must only agree with it.
    if cancel::by_token(ctx, &token).await?.id != id {
        return Err(Problem::not_found());
    }
    Ok(Claim::Link(token))
}

/// What its client may know, with where to pay.
fn own(ctx: &Ctx, booked: Booked) -> OwnBooking {
    let url = ctx.link(&booked.booking.path());
    OwnBooking::of(booked.booking, url, booked.next)
}
