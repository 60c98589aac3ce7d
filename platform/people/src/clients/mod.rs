//! The people a tenant serves.

mod notes;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, PgArrayExpressionMethods,
    PgTextExpressionMethods, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use events::{AccountId, ClientId, Instant};
use kernel::{Actor, Paging, Tx};
use serde::Serialize;

pub use notes::{Note, NoteId, NoteKind, note_add, notes};

use crate::{email::normalised, schema::clients};

/// A client has at most so many tags; further ones are not added.
pub const MAX_TAGS: usize = 50;

/// A person whom the tenant serves.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg))]
pub struct Client {
    /// Their place in this tenant.
    pub id: ClientId,
    /// The identity they sign in with, once its e-mail was verified.
    pub account_id: Option<AccountId>,
    /// Name for people.
    pub name: String,
    /// E-mail in lower case; one client an address.
    pub email: String,
    /// Telephone as typed; may be empty.
    pub phone: String,
    /// IANA zone they live in, if known.
    pub zone: Option<String>,
    /// Short words for sorting clients.
    pub tags: Vec<String>,
    /// When they first came.
    pub created_at: Instant,
}

/// Somebody who books or buys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewClient {
    /// Name for people, 1 to 120 characters.
    pub name: String,
    /// E-mail; normalised here.
    pub email: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// IANA zone, if known.
    pub zone: Option<String>,
}

/// Finds the client with this e-mail, or makes one. Two at once get the same row.
///
/// Invariant: somebody unknown cannot change an existing client by typing their e-mail. Only staff, the platform and
/// the client themself fill in a telephone or zone that was empty; the name stays as it is.
///
/// # Errors
/// When the database refuses the row.
pub async fn upsert(tx: &Tx, new: NewClient) -> QueryResult<Client> {
    let mut conn: &AsyncPgConnection = tx;
    let (id, now): (ClientId, _) = (tx.ctx().new_id(), tx.ctx().now());
    let email = normalised(&new.email);
    let row = (
        clients::id.eq(id),
        clients::name.eq(new.name.trim()),
        clients::email.eq(&email),
        clients::phone.eq(new.phone.trim()),
        clients::zone.eq(&new.zone),
        clients::created_at.eq(now),
    );
    let insert = diesel::insert_into(clients::table).values(row).on_conflict_do_nothing();
    let made = insert.returning(Client::as_returning()).get_result(&mut conn).await.optional()?;
    if let Some(client) = made {
        return Ok(client);
    }
    let found: Client =
        clients::table.filter(clients::email.eq(&email)).select(Client::as_select()).first(&mut conn).await?;
    complete(tx, found, &new).await
}

/// Fills in what was empty, when the acting person may.
async fn complete(tx: &Tx, mut client: Client, new: &NewClient) -> QueryResult<Client> {
    let trusted = match tx.ctx().actor() {
        Actor::Staff(_) | Actor::System { .. } => true,
        Actor::Client { client: own, .. } => *own == Some(client.id),
        Actor::Visitor => false,
    };
    let phone = new.phone.trim();
    let (take_phone, take_zone) =
        (client.phone.is_empty() && !phone.is_empty(), client.zone.is_none() && new.zone.is_some());
    if !trusted || !(take_phone || take_zone) {
        return Ok(client);
    }
    if take_phone {
        phone.clone_into(&mut client.phone);
    }
    if take_zone {
        client.zone.clone_from(&new.zone);
    }
    let change = (clients::phone.eq(&client.phone), clients::zone.eq(&client.zone));
    let mut conn: &AsyncPgConnection = tx;
    diesel::update(clients::table.find(client.id)).set(change).execute(&mut conn).await?;
    Ok(client)
}

/// One client; `None` when the tenant has no such client.
///
/// # Errors
/// When the database refuses the statement.
pub async fn by_id(tx: &mut Tx, id: ClientId) -> QueryResult<Option<Client>> {
    clients::table.find(id).select(Client::as_select()).first(&mut **tx).await.optional()
}

/// Those of these clients whom the tenant has, in no certain order.
///
/// # Errors
/// When the database refuses the statement.
pub async fn by_ids(tx: &mut Tx, ids: &[ClientId]) -> QueryResult<Vec<Client>> {
    clients::table.filter(clients::id.eq_any(ids)).select(Client::as_select()).load(&mut **tx).await
}

/// Locks a client until the transaction ends, so that what is counted for one is counted once at a time.
///
/// # Errors
/// `NotFound` when the tenant has no such client, and when the database refuses the statement.
pub async fn lock(tx: &mut Tx, id: ClientId) -> QueryResult<()> {
    let row = clients::table.find(id).select(clients::id).for_no_key_update();
    row.first::<ClientId>(&mut **tx).await.map(drop)
}

/// The client with this identity.
///
/// # Errors
/// When the database refuses the statement.
pub async fn by_account(tx: &mut Tx, account: AccountId) -> QueryResult<Option<Client>> {
    let query = clients::table.filter(clients::account_id.eq(account)).select(Client::as_select());
    query.order(clients::created_at).first(&mut **tx).await.optional()
}

/// The client who acts; `None` for visitors, jobs, and people who are signed in but no clients here.
///
/// Invariant: the host names a client in the actor only by an account whose e-mail was verified, so that nobody reaches
/// the bookings of an address by registering it.
///
/// # Errors
/// When the database refuses the statement.
pub async fn of_actor(tx: &mut Tx) -> QueryResult<Option<Client>> {
    match tx.ctx().actor().clone() {
        Actor::Client { client: Some(id), .. } => by_id(tx, id).await,
        Actor::Staff(staff) => by_account(tx, staff.account).await,
        Actor::Client { client: None, .. } | Actor::Visitor | Actor::System { .. } => Ok(None),
    }
}

/// Clients, the newest first, whose name, e-mail, telephone or a tag contains `search` (empty: all). One row more than
/// the limit is read, as [`Paging::cut`] wants it: key `(client.created_at, client.id.uuid())`.
///
/// # Errors
/// When the database refuses the statement.
pub async fn list(tx: &mut Tx, search: &str, paging: &Paging) -> QueryResult<Vec<Client>> {
    let mut query = clients::table.select(Client::as_select()).into_boxed();
    let search = search.trim();
    if !search.is_empty() {
        let like = kernel::contains_pattern(search);
        let own = clients::name.ilike(like.clone()).or(clients::email.ilike(like.clone()));
        let more = clients::phone.ilike(like).or(clients::tags.contains(vec![search.to_lowercase()]));
        query = query.filter(own.or(more));
    }
    if let Some(after) = paging.after {
        let id = ClientId::from_uuid(after.id);
        let tie = clients::created_at.lt(after.at).or(clients::id.lt(id));
        query = query.filter(clients::created_at.le(after.at)).filter(tie);
    }
    query
        .order((clients::created_at.desc(), clients::id.desc()))
        .limit(paging.limit + 1)
        .load(&mut **tx)
        .await
}

/// Puts a tag on a client: lower case, trimmed, at most 40 characters. Tells whether something changed: not when the tag
/// is there already, is empty, or the client has [`MAX_TAGS`].
///
/// # Errors
/// `NotFound` when the tenant has no such client, and when the database refuses the statement.
pub async fn tag(tx: &mut Tx, client: ClientId, tag: &str) -> QueryResult<bool> {
    let tag = tag_normalised(tag);
    change_tags(tx, client, |tags| {
        let fits = !tag.is_empty() && tags.len() < MAX_TAGS && !tags.contains(&tag);
        if fits {
            tags.push(tag);
        }
        fits
    })
    .await
}

/// Takes a tag off a client. Tells whether it was there.
///
/// # Errors
/// `NotFound` when the tenant has no such client, and when the database refuses the statement.
pub async fn untag(tx: &mut Tx, client: ClientId, tag: &str) -> QueryResult<bool> {
    let tag = tag_normalised(tag);
    change_tags(tx, client, |tags| {
        let before = tags.len();
        tags.retain(|own| *own != tag);
        tags.len() < before
    })
    .await
}

async fn change_tags(
    tx: &mut Tx,
    client: ClientId,
    change: impl FnOnce(&mut Vec<String>) -> bool,
) -> QueryResult<bool> {
    let row = clients::table.find(client).select(clients::tags).for_no_key_update();
    let mut tags: Vec<String> = row.first(&mut **tx).await?;
    let changed = change(&mut tags);
    if changed {
        diesel::update(clients::table.find(client)).set(clients::tags.eq(tags)).execute(&mut **tx).await?;
    }
    Ok(changed)
}

fn tag_normalised(tag: &str) -> String {
    let words: Vec<&str> = tag.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::tag_normalised;

    #[test]
    fn tags_are_one_spelling() {
        assert_eq!(tag_normalised("  New\tClient "), "new client");
        assert_eq!(tag_normalised(&"x".repeat(90)).len(), 40);
    }
}
