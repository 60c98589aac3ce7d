//! Who a cookie is, in one query.

use db::SystemTx;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, sql_types as st};
use diesel_async::RunQueryDsl;
use events::{AccountId, ClientId, Instant, MemberId, TenantId};
use kernel::{Actor, Staff, TxError, prepared};

use super::{Accounts, IDLE_SECONDS, SignedIn, token};
use crate::schema::logins;

/// `last_seen_at` is written at most each so many seconds.
const SEEN_SECONDS: i64 = 300;

/// Somebody signed in, and what they are in the tenant that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub signed_in: SignedIn,
    /// As what they act: staff of the tenant, its client, or (with no client row) somebody who may become one.
    pub actor: Actor,
}

/// A browser that is signed in, for its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginInfo {
    /// Names it in [`Accounts::sign_out_one`]; does not sign in.
    pub id: String,
    /// What the browser said it is.
    pub user_agent: String,
    /// When it signed in.
    pub created_at: Instant,
    /// When it was last used, to five minutes.
    pub last_seen_at: Instant,
    /// Whether it is the one that asks.
    pub current: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = st::Uuid)]
    account: AccountId,
    #[diesel(sql_type = st::Text)]
    name: String,
    #[diesel(sql_type = st::Text)]
    email: String,
    #[diesel(sql_type = st::Bool)]
    operator: bool,
    #[diesel(sql_type = st::Bool)]
    verified: bool,
    #[diesel(sql_type = st::Timestamptz)]
    last_seen_at: Instant,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    member: Option<MemberId>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    role: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    member_name: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Text>)]
    member_email: Option<String>,
    #[diesel(sql_type = st::Nullable<st::Uuid>)]
    client: Option<ClientId>,
    #[diesel(sql_type = st::Nullable<st::Bool>)]
    linked: Option<bool>,
}

/// Invariant: a client row is joined by the account it is linked to, or by the e-mail of an account that has proved it.
const QUERY: &str = "
SELECT a.id AS account, a.name, a.email, a.operator, a.email_verified_at IS NOT NULL AS verified, l.last_seen_at,
       m.id AS member, m.role, m.name AS member_name, m.email AS member_email, c.id AS client, c.linked
FROM logins l
JOIN accounts a ON a.id = l.account_id
LEFT JOIN members m ON m.tenant_id = $4 AND m.account_id = a.id
LEFT JOIN LATERAL (
  SELECT c.id, c.account_id IS NOT NULL AS linked FROM clients c
  WHERE c.tenant_id = $4 AND a.email_verified_at IS NOT NULL
    AND (c.account_id = a.id OR (c.account_id IS NULL AND c.email = a.email))
  ORDER BY c.account_id NULLS LAST, c.created_at LIMIT 1) c ON true
WHERE l.token_hash = $1 AND l.expires_at > $2 AND l.last_seen_at > $3";

impl Accounts {
    /// Who a cookie's token is; `None` when it is unknown, idle for too long, or over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session(&self, secret: &str) -> Result<Option<SignedIn>, TxError> {
        Ok(self.find(secret, None).await?.map(|session| session.signed_in))
    }
    /// Who a cookie's token is, and as what they act in a tenant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session_in_tenant(
        &self,
        secret: &str,
        tenant: TenantId,
    ) -> Result<Option<Session>, TxError> {
        self.find(secret, Some(tenant)).await
    }
    /// The browsers in which an account is signed in, the last used first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn logins(&self, account: AccountId, current: &str) -> Result<Vec<LoginInfo>, TxError> {
        let (current, now) = (token::hash(current), self.now());
        self.db
            .system_tx("an account's own logins", async move |tx| {
                let live =
                    logins::table.filter(logins::account_id.eq(account)).filter(logins::expires_at.gt(now));
                let live = live.filter(logins::last_seen_at.gt(now.plus_seconds(-IDLE_SECONDS)));
                let columns =
                    (logins::token_hash, logins::user_agent, logins::created_at, logins::last_seen_at);
                let rows: Vec<(Vec<u8>, String, Instant, Instant)> = live
                    .select(columns)
                    .order(logins::last_seen_at.desc())
                    .limit(100)
                    .load(&mut **tx)
                    .await?;
                let info = |(hash, user_agent, created_at, last_seen_at): (Vec<u8>, _, _, _)| LoginInfo {
                    id: login_id(&hash),
                    user_agent,
                    created_at,
                    last_seen_at,
                    current: hash == current,
                };
                Ok(rows.into_iter().map(info).collect())
            })
            .await
    }
    /// Ends one of an account's own logins by its [`LoginInfo::id`]. Tells whether it was there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out_one(&self, account: AccountId, id: &str) -> Result<bool, TxError> {
        let id = id.to_owned();
        self.db
            .system_tx("end one of an account's own logins", async move |tx| {
                let own = logins::table.filter(logins::account_id.eq(account)).select(logins::token_hash);
                let hashes: Vec<Vec<u8>> = own.load(&mut **tx).await?;
                let Some(hash) = hashes.into_iter().find(|hash| login_id(hash) == id) else {
                    return Ok(false);
                };
                Ok(diesel::delete(logins::table.find(hash)).execute(&mut **tx).await? == 1)
            })
            .await
    }

    async fn find(&self, secret: &str, tenant: Option<TenantId>) -> Result<Option<Session>, TxError> {
        if !token::looks_right(secret) {
            return Ok(None);
        }
        let (hash, now) = (token::hash(secret), self.now());
        self.db
            .system_tx("who a cookie is", async move |tx| {
                let query = diesel::sql_query(QUERY)
                    .bind::<st::Bytea, _>(&hash)
                    .bind::<st::Timestamptz, _>(now)
                    .bind::<st::Timestamptz, _>(now.plus_seconds(-IDLE_SECONDS))
                    .bind::<st::Nullable<st::Uuid>, _>(tenant);
                let Some(row) = prepared(query).get_result::<Row>(&mut **tx).await.optional()? else {
                    return Ok(None);
                };
                if now.seconds_since(row.last_seen_at) >= SEEN_SECONDS {
                    let login = diesel::update(logins::table.find(&hash));
                    login.set(logins::last_seen_at.eq(now)).execute(&mut **tx).await?;
                }
                if let (Some(client), Some(tenant), Some(false)) = (row.client, tenant, row.linked) {
                    link(tx, tenant, client, row.account).await?;
                }
                Ok(Some(row.into()))
            })
            .await
    }
}

/// Links a client row that came to be after the e-mail was proved. Happens once a row.
async fn link(tx: &mut SystemTx, tenant: TenantId, client: ClientId, account: AccountId) -> QueryResult<()> {
    let sql = "UPDATE clients SET account_id = $3 WHERE tenant_id = $1 AND id = $2 AND account_id IS NULL";
    let query = diesel::sql_query(sql).bind::<st::Uuid, _>(tenant).bind::<st::Uuid, _>(client);
    query.bind::<st::Uuid, _>(account).execute(&mut **tx).await.map(drop)
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        let Row { account, name, email, operator, verified, client, .. } = row;
        let actor = match (row.member, row.role, row.member_name, row.member_email) {
            (Some(member), Some(role), Some(name), Some(email)) => {
                Actor::Staff(Staff { account, member, role, name, email })
            }
            _ => Actor::Client { account, client, name: name.clone(), email: email.clone() },
        };
        Self { signed_in: SignedIn { account, name, email, operator, verified }, actor }
    }
}

/// Half of the hash: enough to name a login, and of no use as a token.
fn login_id(hash: &[u8]) -> String {
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
