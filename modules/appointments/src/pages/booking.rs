//! A booking behind its link: what was booked, calendar file, paying, calling it off, rating it.

use billing::Status;
use kernel::{Actor, Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{HeaderValue, StatusCode, header},
    web::{Data, Path},
};

use super::views::{
    AnswerRow, BookingView, CancelView, PlaceNote, Rated, Rules, SharedNote, Standing, is_long,
};
use crate::{
    ics::Method,
    invite::invite,
    model::{
        Booking, PlaceKind, State,
        note::{Note, RatingState, StaffRating},
        phone::PHONE,
        state::CancelledBy,
    },
    service::{
        cancel::{self, CancelInput, CancelPreview, Claim, by_token},
        mine::{Detail, detail},
        pay,
        ratings::{RateInput, rate},
    },
};

/// How often a page that waits looks again, in seconds.
const LOOK_AGAIN: &str = "3";

/// What its client is shown of a booking.
pub(super) fn view(ctx: &Ctx, detail: &Detail) -> BookingView {
    let (booking, now) = (&detail.booking, ctx.now());
    let names = std::iter::once(&booking.coach_name).chain(&detail.other_coaches);
    let open = booking.is_cancellable(now);
    BookingView {
        type_name: booking.type_name.clone(),
        coach_name: names.map(String::as_str).collect::<Vec<_>>().join(", "),
        client_name: booking.client_name.clone(),
        client_email: booking.client_email.clone(),
        state: booking.state,
        standing: standing(ctx, detail),
        held_until: booking.held_until.filter(|_| booking.state == State::Held),
        start: booking.starts_at,
        end: booking.ends_at,
        zone: booking.client_zone.clone(),
        place_kind: booking.place_kind,
        place: booking.told_place().to_owned(),
        place_note: place_note(booking),
        room_path: booking.room_path(),
        note: booking.note.clone(),
        note_long: is_long(&booking.note),
        answers: AnswerRow::all(&booking.answers),
        notes: detail.notes.iter().map(shared).collect(),
        price: booking.terms.price(),
        credits: booking.terms.credits,
        paid_with: detail.paid_with.clone(),
        order_path: detail.order.as_ref().map(billing::Order::own_path),
        paid: is_paid(detail),
        refunded: detail.refunded,
        cancel_reason: booking.cancel_reason.clone().filter(|reason| !reason.is_empty()),
        by_staff: booking.cancelled_by == Some(CancelledBy::Staff),
        // What is held has an order.
        undecided: booking.order_id.is_none(),
        contact_email: ctx.tenant().contact_email.clone(),
        path: booking.path(),
        again_path: format!("/book/{}", booking.type_id),
        own_area: matches!(ctx.actor(), Actor::Client { client: Some(id), .. } if *id == booking.client_id),
        cancellable: open,
        movable: open && matches!(booking.state, State::Confirmed | State::Requested),
        rules: Rules::of_terms(&booking.terms),
        may_rate: booking.state == State::Completed && booking.terms.asks_rating && !decided(detail),
        stars: detail.rating.as_ref().map_or(0, |rating| rating.stars),
        rating: detail.rating.as_ref().map(rated),
        form: rating_form(detail.rating.as_ref()),
    }
}

/// How both sides come together where the type names no number or link.
fn place_note(booking: &Booking) -> PlaceNote {
    if !booking.place.is_empty() || !booking.state.is_coming() {
        return PlaceNote::Nothing;
    }
    let has_number = booking.answers.0.iter().any(|answer| answer.key == PHONE);
    match booking.place_kind {
        PlaceKind::Phone if has_number => PlaceNote::Call,
        PlaceKind::Video => PlaceNote::LinkFollows,
        _ => PlaceNote::Nothing,
    }
}

fn shared(note: &Note) -> SharedNote {
    SharedNote { author_name: note.author_name.clone(), body: note.body.clone(), at: note.created_at }
}

fn rated(rating: &StaffRating) -> Rated {
    Rated { stars: rating.stars, words: rating.words.clone(), open: rating.state == RatingState::New }
}

fn rating_form(rating: Option<&StaffRating>) -> FormState {
    rating.map_or_else(FormState::default, |rating| {
        FormState::default().with("stars", rating.stars).with("words", &rating.words)
    })
}

/// What somebody of the business decided about can't be changed any more.
fn decided(detail: &Detail) -> bool {
    detail.rating.as_ref().is_some_and(|rating| rating.state != RatingState::New)
}

fn is_paid(detail: &Detail) -> bool {
    detail.order.as_ref().is_some_and(|order| order.status.was_paid())
}

/// What follows from the order but has not been written yet is told as it will be.
fn standing(ctx: &Ctx, detail: &Detail) -> Standing {
    let booking = &detail.booking;
    let held = booking.state == State::Held;
    let paid = detail.order.as_ref().is_some_and(|order| order.status == Status::Paid);
    if paid && matches!(booking.state, State::Held | State::Expired) {
        return Standing::Confirming;
    }
    let over = held && booking.held_until.is_some_and(|until| until <= ctx.now());
    if over { Standing::HoldOver } else { Standing::Plain }
}

/// `/{slug}/booking/{token}`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = view(ctx, &detail(ctx, &token).await?);
    let mut response = Page::of(&view).private().into_response();
    if view.standing == Standing::Confirming {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(LOOK_AGAIN));
    }
    Ok(response)
}

/// `/{slug}/booking/{token}/calendar.ics`
#[handler]
pub(super) async fn calendar_file(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let booking = by_token(ctx, &token).await?;
    let method = if booking.state.holds_time() { Method::Publish } else { Method::Cancel };
    let file = invite(ctx, &booking, method, &[]);
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, format!("text/calendar; charset=utf-8; method={}", method.word()))
        .header(header::CONTENT_DISPOSITION, "attachment; filename=\"appointment.ics\"")
        .header(header::CACHE_CONTROL, "no-store")
        .body(file))
}

/// `/{slug}/booking/{token}/pay`: on to where it is paid. What can't be paid any more says so on its page.
#[handler]
pub(super) async fn submit_pay(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    match pay::begin(ctx, &token).await {
        Ok(next) => Ok(Redirect::to(next)),
        Err(problem) if problem.status == StatusCode::CONFLICT => {
            let booking = by_token(ctx, &token).await?;
            Ok(Redirect::to(ctx.path(&booking.path())))
        }
        Err(problem) => Err(problem),
    }
}

/// `/{slug}/booking/{token}/cancel`: asks first, and says what comes back.
#[handler]
pub(super) async fn ask_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let booking = by_token(ctx, &token).await?;
    if !booking.is_cancellable(ctx.now()) {
        return Ok(to_page(ctx, &booking).into_response());
    }
    let view = cancel_view(ctx, &token, FormState::default()).await?;
    Ok(Page::of(&view).private().into_response())
}

async fn cancel_view(ctx: &Ctx, token: &str, form: FormState) -> Result<CancelView, Problem> {
    let CancelPreview { refund, percent, credits, too_late, free_until } =
        cancel::cancel_preview(ctx, &Claim::Link(token.to_owned())).await?;
    let booking = view(ctx, &detail(ctx, token).await?);
    Ok(CancelView { booking, too_late, free_until, refund, percent, credits, form })
}

/// The client called it off.
#[handler]
pub(super) async fn submit_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let input = CancelInput { reason: form.string("reason"), refund_percent: None };
    match cancel::cancel(ctx, &Claim::Link(token.clone()), &input).await {
        Ok(booking) => {
            Ok(to_page(ctx, &booking).flash(Text::key("appointments-flash-cancelled")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let view = cancel_view(ctx, &token, form.refused(&problem)).await?;
            Ok(Page::of(&view).status(problem.status).private().into_response())
        }
        // The page that asks says by when it had to be.
        Err(problem) if problem.code == "too_late_to_cancel" => {
            let view = cancel_view(ctx, &token, form.state()).await?;
            let view = CancelView { too_late: true, ..view };
            Ok(Page::of(&view).status(problem.status).private().into_response())
        }
        Err(problem) => Err(problem),
    }
}

pub(super) fn to_page(ctx: &Ctx, booking: &Booking) -> Redirect {
    Redirect::to(ctx.path(&booking.path()))
}

/// `/{slug}/booking/{token}/rating`
#[handler]
pub(super) async fn submit_rating(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let input = RateInput { stars: form.text("stars").parse().ok(), words: form.string("words") };
    match rate(ctx, &token, &input).await {
        Ok(_) => {
            let to = Redirect::to(ctx.path(&format!("/booking/{token}")));
            Ok(to.flash(Text::key("appointments-flash-rated")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let view = view(ctx, &detail(ctx, &token).await?);
            let view = BookingView { form: form.refused(&problem), ..view };
            Ok(Page::of(&view).status(problem.status).private().into_response())
        }
        Err(problem) => Err(problem),
    }
}
