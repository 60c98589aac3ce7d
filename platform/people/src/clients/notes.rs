use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{ClientId, Id, Instant};
use kernel::Tx;
use serde::Serialize;

use crate::schema::client_notes;

/// Marker of identifiers that begin with `nte_`.
#[derive(Debug)]
pub enum NoteKind {}
impl events::Kind for NoteKind {
    const PREFIX: &'static str = "nte";
}
/// A note on a client.
pub type NoteId = Id<NoteKind>;

/// What staff or an automation wrote down about a client. Clients never see it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = client_notes, check_for_backend(diesel::pg::Pg))]
pub struct Note {
    /// Identity.
    pub id: NoteId,
    /// Whom it is about.
    pub client_id: ClientId,
    /// Who wrote it, as a name for people.
    pub author: String,
    /// Text of 1 to 4,000 characters.
    pub body: String,
    /// When it was written.
    pub created_at: Instant,
}

/// Writes a note. With a `source` (unique in the tenant, for example a run of an automation) it is written once: the
/// second time answers `false` and changes nothing.
///
/// # Errors
/// `NotFound` when the tenant has no such client, and when the database refuses the row.
pub async fn note_add(
    tx: &mut Tx,
    client: ClientId,
    author: &str,
    body: &str,
    source: Option<&str>,
) -> QueryResult<bool> {
    super::by_id(tx, client).await?.ok_or(diesel::result::Error::NotFound)?;
    let (id, now): (NoteId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let row = (
        client_notes::id.eq(id),
        client_notes::client_id.eq(client),
        client_notes::author.eq(author),
        client_notes::body.eq(body),
        client_notes::source.eq(source),
        client_notes::created_at.eq(now),
    );
    let insert = diesel::insert_into(client_notes::table).values(row).on_conflict_do_nothing();
    let made = insert.returning(client_notes::id).get_result::<NoteId>(&mut **tx).await.optional()?;
    Ok(made.is_some())
}

/// The notes on a client, the newest first, at most 100.
///
/// # Errors
/// When the database refuses the statement.
pub async fn notes(tx: &mut Tx, client: ClientId) -> QueryResult<Vec<Note>> {
    let query = client_notes::table.filter(client_notes::client_id.eq(client)).select(Note::as_select());
    query.order((client_notes::created_at.desc(), client_notes::id.desc())).limit(100).load(&mut **tx).await
}
