//! Notes of staff on a booking.

use events::NoteId;
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path},
};

use super::{
    staff::{is_refusal, parse},
    studio_bookings::detail,
    views::{BookingFacts, NoteView},
};
use crate::{
    model::note::{Note, NoteInput},
    service::{cancel, notes},
};

fn input(form: &Form) -> NoteInput {
    NoteInput { body: form.string("body"), shared: form.ticked("shared") }
}

fn to_booking(ctx: &Ctx, id: &str, flash: &str) -> Response {
    let to = Redirect::to(ctx.path(&format!("/studio/bookings/{id}#notes")));
    to.flash(Text::key(flash)).into_response()
}

/// A note was written on the booking's page.
#[handler]
pub(super) async fn add(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let booking = parse(&id)?;
    match notes::add(ctx, booking, &input(&form)).await {
        Ok(_) => Ok(to_booking(ctx, &id, "appointments-flash-note-added")),
        Err(problem) if is_refusal(&problem) => {
            let view = detail(ctx, &cancel::by_id(ctx, booking).await?, form.refused(&problem)).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A note of the address that the acting person may change.
async fn find(ctx: &Ctx, id: &str, note: &str) -> Result<Note, Problem> {
    let wanted: NoteId = note.parse().map_err(|_| Problem::not_found())?;
    let all = notes::list(ctx, parse(id)?).await?;
    let found = all.into_iter().find(|note| note.id == wanted && notes::may_change(ctx, note));
    found.ok_or_else(Problem::not_found)
}

async fn view(ctx: &Ctx, note: &Note, form: FormState) -> Result<NoteView, Problem> {
    let booking = BookingFacts::of(&cancel::by_id(ctx, note.booking_id).await?);
    Ok(NoteView { path: format!("{}/notes/{}", booking.path, note.id), booking, form })
}

/// `/{slug}/studio/bookings/{id}/notes/{note}`
#[handler]
pub(super) async fn edit(
    Data(ctx): Data<&Ctx>,
    Path((_, id, note)): Path<(String, String, String)>,
) -> Result<Page, Problem> {
    let note = find(ctx, &id, &note).await?;
    let form =
        FormState::default().with("body", &note.body).with("shared", if note.shared { "on" } else { "" });
    Ok(Page::of(&view(ctx, &note, form).await?))
}

/// It was changed.
#[handler]
pub(super) async fn change(
    Data(ctx): Data<&Ctx>,
    Path((_, id, note)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let note = find(ctx, &id, &note).await?;
    match notes::change(ctx, note.booking_id, note.id, &input(&form)).await {
        Ok(_) => Ok(to_booking(ctx, &id, "appointments-flash-note-changed")),
        Err(problem) if is_refusal(&problem) => {
            let view = view(ctx, &note, form.refused(&problem)).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// It was deleted.
#[handler]
pub(super) async fn delete(
    Data(ctx): Data<&Ctx>,
    Path((_, id, note)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let note = find(ctx, &id, &note).await?;
    notes::delete(ctx, note.booking_id, note.id).await?;
    Ok(to_booking(ctx, &id, "appointments-flash-note-deleted"))
}
