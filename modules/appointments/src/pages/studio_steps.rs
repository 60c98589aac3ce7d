//! What staff do with a booking: approve, decline, cancel, mark what became of it, judge its rating.

use events::Money;
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path},
};

use super::{
    staff::{is_refusal, parse},
    studio_bookings::{actions, detail},
    views::{BookingFacts, StudioCancelView},
};
use crate::{
    model::{Booking, note::RatingState},
    policy::BOOKINGS_REFUND,
    service::{
        cancel::{self, CancelInput, Claim},
        decide, ratings_staff,
    },
};

type Place = Path<(String, String)>;

/// Back to the booking with a message, or the booking with what was wrong.
async fn answer(
    ctx: &Ctx,
    id: &str,
    done: Result<Booking, Problem>,
    flash: &str,
) -> Result<Response, Problem> {
    match done {
        Ok(booking) => Ok(to_booking(ctx, &booking).flash(Text::key(flash)).into_response()),
        Err(problem) if is_refusal(&problem) => {
            let booking = cancel::by_id(ctx, parse(id)?).await?;
            let form = FormState { error: Some(problem.text()), ..FormState::default() };
            Ok(Page::of(&detail(ctx, &booking, form).await?).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn to_booking(ctx: &Ctx, booking: &Booking) -> Redirect {
    Redirect::to(ctx.path(&format!("/studio/bookings/{}", booking.id)))
}

/// A request becomes an appointment.
#[handler]
pub(super) async fn approve(Data(ctx): Data<&Ctx>, Path((_, id)): Place) -> Result<Response, Problem> {
    let done = decide::approve(ctx, parse(&id)?).await;
    answer(ctx, &id, done, "appointments-flash-approved").await
}

/// It took place.
#[handler]
pub(super) async fn complete(Data(ctx): Data<&Ctx>, Path((_, id)): Place) -> Result<Response, Problem> {
    let done = decide::complete(ctx, parse(&id)?).await;
    answer(ctx, &id, done, "appointments-flash-completed").await
}

/// The client did not come.
#[handler]
pub(super) async fn no_show(Data(ctx): Data<&Ctx>, Path((_, id)): Place) -> Result<Response, Problem> {
    let done = decide::no_show(ctx, parse(&id)?).await;
    answer(ctx, &id, done, "appointments-flash-no-show").await
}

/// What the client said is approved for the public page, or hidden.
#[handler]
pub(super) async fn rating(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Place,
    form: Form,
) -> Result<Redirect, Problem> {
    let state = if form.text("state") == "approved" { RatingState::Approved } else { RatingState::Hidden };
    let rating = ratings_staff::decide(ctx, parse(&id)?, state).await?;
    let to = Redirect::to(ctx.path(&format!("/studio/bookings/{}", rating.booking_id)));
    Ok(to.flash(Text::key("appointments-flash-rating")))
}

/// `/{slug}/studio/bookings/{id}/decline`: asks for a reason.
#[handler]
pub(super) async fn ask_decline(Data(ctx): Data<&Ctx>, Path((_, id)): Place) -> Result<Response, Problem> {
    let booking = cancel::by_id(ctx, parse(&id)?).await?;
    if !actions(ctx, &booking).decide {
        return Ok(to_booking(ctx, &booking).into_response());
    }
    Ok(Page::of(&declining(&booking, FormState::default())).into_response())
}

fn declining(booking: &Booking, form: FormState) -> StudioCancelView {
    StudioCancelView {
        booking: BookingFacts::of(booking),
        decline: true,
        refund: None,
        is_rest: false,
        may_choose: false,
        form,
    }
}

/// It was declined.
#[handler]
pub(super) async fn submit_decline(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Place,
    form: Form,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    match decide::decline(ctx, id, form.text("reason")).await {
        Ok(booking) => {
            Ok(to_booking(ctx, &booking).flash(Text::key("appointments-flash-declined")).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let view = declining(&cancel::by_id(ctx, id).await?, form.refused(&problem));
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// `/{slug}/studio/bookings/{id}/cancel`: asks first, for a reason, and how much goes back.
#[handler]
pub(super) async fn ask_cancel(Data(ctx): Data<&Ctx>, Path((_, id)): Place) -> Result<Response, Problem> {
    let booking = cancel::by_id(ctx, parse(&id)?).await?;
    if !actions(ctx, &booking).cancel {
        return Ok(to_booking(ctx, &booking).into_response());
    }
    let form = FormState::default().with("refund_percent", 100);
    Ok(Page::of(&cancelling(ctx, &booking, form).await?).into_response())
}

async fn cancelling(ctx: &Ctx, booking: &Booking, form: FormState) -> Result<StudioCancelView, Problem> {
    let preview = cancel::cancel_preview(ctx, &Claim::Staff(booking.id)).await?;
    let less = |refund: &Money| booking.terms.price().is_some_and(|price| refund.amount < price.amount);
    Ok(StudioCancelView {
        booking: BookingFacts::of(booking),
        decline: false,
        is_rest: preview.refund.as_ref().is_some_and(less),
        refund: preview.refund,
        may_choose: preview.refund.is_some() && ctx.may(BOOKINGS_REFUND),
        form,
    })
}

/// Staff called it off.
#[handler]
pub(super) async fn submit_cancel(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Place,
    form: Form,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    let done = match share(&form) {
        Ok(refund_percent) => {
            let input = CancelInput { reason: form.string("reason"), refund_percent };
            cancel::cancel(ctx, &Claim::Staff(id), &input).await
        }
        Err(problem) => Err(problem),
    };
    match done {
        Ok(booking) => {
            Ok(to_booking(ctx, &booking).flash(Text::key("appointments-flash-cancelled")).into_response())
        }
        Err(problem) if is_refusal(&problem) => {
            let booking = cancel::by_id(ctx, id).await?;
            let view = cancelling(ctx, &booking, form.refused(&problem)).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The share that goes back, when one was typed.
fn share(form: &Form) -> Result<Option<i64>, Problem> {
    match form.text("refund_percent") {
        "" => Ok(None),
        _ => form.parse("refund_percent", "not_a_number").map(Some),
    }
}
