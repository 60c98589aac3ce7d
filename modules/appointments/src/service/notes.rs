//! Notes of staff on bookings. Whoever wrote one changes and deletes it; those who run the business any.

use events::{BookingId, NoteId};
use kernel::{Ctx, FieldError, Problem, Tx, TxError, audit};
use serde_json::json;

use crate::{
    jobs::tell_of_shared_note,
    model::note::{Note, NoteInput},
    policy::{BOOKINGS_READ, NOTES_MANAGE, NOTES_WRITE},
    queries::{bookings::booking_within_reach, notes as sql},
};

/// The most notes of one booking.
const MAX_NOTES: i64 = 500;

/// All notes on a booking, the oldest first.
///
/// # Errors
/// 404 when there is no such booking.
pub(crate) async fn list(ctx: &Ctx, booking: BookingId) -> Result<Vec<Note>, Problem> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        booking_within_reach(tx, booking).await?.ok_or_else(Problem::not_found)?;
        Ok(sql::notes_of(tx, booking, false).await?)
    })
    .await
}

/// Whether the acting person may change and delete a note.
pub(crate) fn may_change(ctx: &Ctx, note: &Note) -> bool {
    let own = ctx.actor().staff().is_some_and(|staff| staff.member == note.author_id);
    ctx.may(NOTES_MANAGE) || (own && ctx.may(NOTES_WRITE))
}

/// Adds a note.
///
/// # Errors
/// 404 when there is no such booking, 422 at `body`, 403 for who is no staff.
pub(crate) async fn add(ctx: &Ctx, booking: BookingId, input: &NoteInput) -> Result<Note, Problem> {
    let body = input.check()?;
    let author = ctx.actor().staff().cloned().ok_or(TxError::Denied(NOTES_WRITE))?;
    ctx.tx(NOTES_WRITE, async |tx: &mut Tx| {
        booking_within_reach(tx, booking).await?.ok_or_else(Problem::not_found)?;
        if sql::note_count(tx, booking).await? >= MAX_NOTES {
            return Err(Problem::invalid(vec![
                FieldError::new("body", "too_many_notes").arg("max", MAX_NOTES),
            ]));
        }
        let now = ctx.now();
        let note = Note {
            id: ctx.new_id(),
            booking_id: booking,
            author_id: author.member,
            author_name: author.name.clone(),
            body: body.clone(),
            shared: input.shared,
            created_at: now,
            updated_at: now,
        };
        sql::note_insert(tx, &note).await?;
        if note.shared {
            tell_of_shared_note(tx, note.id).await?;
        }
        audit(tx, "booking_note.added", note.id, json!({ "booking": booking, "shared": note.shared }))
            .await?;
        Ok(note)
    })
    .await
}

/// Changes a note: its text, and whether the client reads it.
///
/// # Errors
/// 404 when the booking has no such note, 422 at `body`, 403 for somebody else's.
pub(crate) async fn change(
    ctx: &Ctx,
    booking: BookingId,
    id: NoteId,
    input: &NoteInput,
) -> Result<Note, Problem> {
    let body = input.check()?;
    ctx.tx(NOTES_WRITE, async |tx: &mut Tx| {
        let before = own(tx, booking, id).await?;
        let note = Note { body: body.clone(), shared: input.shared, updated_at: ctx.now(), ..before };
        sql::note_update(tx, &note).await?;
        if note.shared {
            tell_of_shared_note(tx, note.id).await?;
        }
        audit(tx, "booking_note.changed", id, json!({ "booking": booking, "shared": note.shared })).await?;
        Ok(note)
    })
    .await
}

/// Deletes a note.
///
/// # Errors
/// 404 when the booking has no such note, 403 for somebody else's.
pub(crate) async fn delete(ctx: &Ctx, booking: BookingId, id: NoteId) -> Result<(), Problem> {
    ctx.tx(NOTES_WRITE, async |tx: &mut Tx| {
        own(tx, booking, id).await?;
        sql::note_delete(tx, id).await?;
        audit(tx, "booking_note.deleted", id, json!({ "booking": booking })).await?;
        Ok(())
    })
    .await
}

/// A note that the acting person may change.
async fn own(tx: &mut Tx, booking: BookingId, id: NoteId) -> Result<Note, Problem> {
    booking_within_reach(tx, booking).await?.ok_or_else(Problem::not_found)?;
    let note = sql::note_for_change(tx, booking, id).await?.ok_or_else(Problem::not_found)?;
    if may_change(tx.ctx(), &note) { Ok(note) } else { Err(TxError::Denied(NOTES_MANAGE).into()) }
}
