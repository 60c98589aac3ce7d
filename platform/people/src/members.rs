//! A tenant's staff.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, Selectable, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use events::{AccountId, MemberId};
use kernel::Tx;
use serde::Serialize;

use crate::schema::members;

/// A person of the tenant's staff.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = members, check_for_backend(diesel::pg::Pg))]
pub struct Member {
    /// Their place in this tenant.
    pub id: MemberId,
    /// Their identity.
    pub account_id: AccountId,
    /// `owner`, `admin` or `coach`.
    pub role: String,
    /// Name for people.
    pub name: String,
    /// E-mail, in lower case.
    pub email: String,
    /// A few words about them, Markdown; may be empty.
    pub bio: String,
}

/// All staff, the longest serving first.
///
/// # Errors
/// When the database refuses the statement.
pub async fn list(tx: &mut Tx) -> QueryResult<Vec<Member>> {
    members::table.select(Member::as_select()).order((members::created_at, members::id)).load(&mut **tx).await
}

/// One of the staff; `None` when the tenant has no such member.
///
/// # Errors
/// When the database refuses the statement.
pub async fn by_id(tx: &mut Tx, id: MemberId) -> QueryResult<Option<Member>> {
    members::table.find(id).select(Member::as_select()).first(&mut **tx).await.optional()
}

/// The member with this identity.
///
/// # Errors
/// When the database refuses the statement.
pub async fn by_account(tx: &mut Tx, account: AccountId) -> QueryResult<Option<Member>> {
    let query = members::table.filter(members::account_id.eq(account)).select(Member::as_select());
    query.first(&mut **tx).await.optional()
}

/// Those of the staff who can be booked, the longest serving first: everyone, for now.
///
/// # Errors
/// When the database refuses the statement.
pub async fn coaches(tx: &mut Tx) -> QueryResult<Vec<Member>> {
    list(tx).await
}
