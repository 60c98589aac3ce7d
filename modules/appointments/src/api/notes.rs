//! Notes of staff on bookings.

use events::{BookingId, Instant, MemberId, NoteId};
use kernel::{Ctx, Problem};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::Tag;
use crate::{
    model::note::{Note, NoteInput},
    service::notes,
};

/// A note of staff on a booking.
#[derive(Clone, Debug, Object)]
#[oai(rename = "BookingNote")]
pub(crate) struct NoteOut {
    pub id: NoteId,
    pub author: MemberId,
    pub author_name: String,
    pub body: String,
    /// Whether the client reads it too.
    pub shared: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl From<Note> for NoteOut {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            author: note.author_id,
            author_name: note.author_name,
            body: note.body,
            shared: note.shared,
            created_at: note.created_at,
            updated_at: note.updated_at,
        }
    }
}

/// The notes of a booking, the oldest first; at most 500.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingNoteList {
    pub items: Vec<NoteOut>,
}

/// A note as it should be.
#[derive(Clone, Debug, Object)]
pub(crate) struct BookingNoteText {
    #[oai(validator(min_length = 1, max_length = 10000))]
    pub body: String,
    /// Whether the client reads it too.
    #[oai(default)]
    pub shared: bool,
}

impl From<BookingNoteText> for NoteInput {
    fn from(text: BookingNoteText) -> Self {
        Self { body: text.body, shared: text.shared }
    }
}

/// What was deleted.
#[derive(Clone, Debug, Object)]
pub(crate) struct DeletedNote {
    pub id: NoteId,
}

pub(crate) struct NotesApi;

#[OpenApi(prefix_path = "/api/v1/:slug", tag = "Tag::Appointments")]
impl NotesApi {
    /// List the notes on a booking
    #[oai(path = "/bookings/:id/notes", method = "get", operation_id = "listBookingNotes")]
    async fn list(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
    ) -> Result<Json<BookingNoteList>, Problem> {
        let items = notes::list(ctx, id.0).await?.into_iter().map(NoteOut::from).collect();
        Ok(Json(BookingNoteList { items }))
    }

    /// Write a note on a booking
    #[oai(path = "/bookings/:id/notes", method = "post", operation_id = "createBookingNote")]
    async fn create(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        text: Json<BookingNoteText>,
    ) -> Result<Json<NoteOut>, Problem> {
        Ok(Json(notes::add(ctx, id.0, &text.0.into()).await?.into()))
    }

    /// Change a note
    ///
    /// One's own; those who run the business change anybody's.
    #[oai(path = "/bookings/:id/notes/:note", method = "put", operation_id = "putBookingNote")]
    async fn put(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        note: Path<NoteId>,
        text: Json<BookingNoteText>,
    ) -> Result<Json<NoteOut>, Problem> {
        Ok(Json(notes::change(ctx, id.0, note.0, &text.0.into()).await?.into()))
    }

    /// Delete a note
    ///
    /// One's own; those who run the business delete anybody's.
    #[oai(path = "/bookings/:id/notes/:note", method = "delete", operation_id = "deleteBookingNote")]
    async fn delete(
        &self,
        Data(ctx): Data<&Ctx>,
        id: Path<BookingId>,
        note: Path<NoteId>,
    ) -> Result<Json<DeletedNote>, Problem> {
        notes::delete(ctx, id.0, note.0).await?;
        Ok(Json(DeletedNote { id: note.0 }))
    }
}
