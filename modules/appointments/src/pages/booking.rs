//! A booking behind its link: what was booked, calendar file, calling it off.

use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    http::{StatusCode, header},
    web::{Data, Path},
};

use super::views::{BookingView, CancelView};
use crate::{
    ics::Method,
    invite::invite,
    model::Booking,
    service::cancel::{self, CancelInput, Claim, by_token},
};

fn view(ctx: &Ctx, booking: &Booking) -> BookingView {
    BookingView::of(booking, ctx.now(), &ctx.tenant().contact_email)
}

/// `/{slug}/booking/{token}`
#[handler]
pub(super) async fn show(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Page, Problem> {
    Ok(Page::of(&view(ctx, &by_token(ctx, &token).await?)).private())
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

/// `/{slug}/booking/{token}/cancel`: asks first.
#[handler]
pub(super) async fn ask_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let booking = by_token(ctx, &token).await?;
    if !booking.is_cancellable(ctx.now()) {
        return Ok(Redirect::to(ctx.path(&booking.path())).into_response());
    }
    let view = CancelView { booking: view(ctx, &booking), form: FormState::default() };
    Ok(Page::of(&view).private().into_response())
}

/// The client called it off.
#[handler]
pub(super) async fn submit_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, token)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    match cancel::cancel(ctx, &Claim::Link(token.clone()), &CancelInput { reason: form.string("reason"), refund_percent: None }).await {
        Ok(booking) => {
            let to = Redirect::to(ctx.path(&booking.path()));
            Ok(to.flash(Text::key("appointments-flash-cancelled")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let booking = by_token(ctx, &token).await?;
            let view = CancelView { booking: view(ctx, &booking), form: form.refused(&problem) };
            Ok(Page::of(&view).status(problem.status).private().into_response())
        }
        Err(problem) => Err(problem),
    }
}
