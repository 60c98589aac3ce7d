//! A note that staff share: its client is told where to read it. Ten minutes later, so that it can be put right or taken
//! back before; once for each note, however often it is changed.

use events::NoteId;
use kernel::{Ctx, JobError, JobSpec, Tx};
use serde::Deserialize;
use serde_json::json;

use super::scene::Scene;
use crate::{mails::NoteShared, model::State, policy::BOOKINGS_READ, queries::letters::shared_note};

/// Kind of the job.
pub(super) const TELL: &str = "appointments.tell_shared_note";
/// Until the client is told.
const MINUTES: i64 = 10;

/// Arguments of the job.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Telling {
    note: NoteId,
}

/// Tells the client of a note in ten minutes, if it is shared then. Call it whenever a note is shared.
///
/// # Errors
/// When the database refuses the row.
pub(crate) async fn tell_later(tx: &mut Tx, note: NoteId) -> diesel::QueryResult<()> {
    let at = tx.ctx().now().plus_minutes(MINUTES);
    let job = JobSpec::new(TELL, json!({ "note": note })).at(at).once(format!("{TELL}/{note}"));
    tx.enqueue(job).await
}

pub(super) async fn tell(ctx: &Ctx, args: &Telling) -> Result<(), JobError> {
    ctx.tx(BOOKINGS_READ, async |tx: &mut Tx| {
        let Some((booking, author)) = shared_note(tx, args.note).await? else { return Ok(()) };
        let scene = Scene::load(tx, booking).await?;
        if matches!(scene.booking.state, State::Cancelled | State::Declined | State::Expired) {
            return Ok(());
        }
        let view = NoteShared { facts: scene.client_facts(ctx), author };
        scene.queue_to_client(tx, format!("note/{}/client", args.note), None, &view).await
    })
    .await
}
