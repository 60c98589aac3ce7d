//! Accounts made by operators: on the command line, and from tenant files.

use db::SystemTx;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, sql_types as st};
use diesel_async::RunQueryDsl;
use events::{AccountId, Instant, MemberId, TenantId};
use kernel::{Check, Problem};
use serde_json::json;

use super::{Accounts, Link, Purpose, Visit, mails::NewMail, password};
use crate::schema::{account_tokens, accounts, logins};

/// An account to be there.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// E-mail; it counts as proved, since an operator vouches for it.
    pub email: String,
    /// Name for people; empty: the part of the e-mail before the `@`.
    pub name: String,
    /// Whether they are an operator. `false` takes it from nobody.
    pub operator: bool,
    /// Their password. Without one they choose it by a link.
    pub password: Option<String>,
}

/// Somebody to be on a tenant's staff.
#[derive(Clone, Debug, Default)]
pub struct NewStaff {
    /// Their account.
    pub user: NewUser,
    /// `owner`, `admin` or `coach`.
    pub role: String,
    /// A few words about them.
    pub bio: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The identity.
    pub account: AccountId,
    /// Whether it is new.
    pub new: bool,
    /// A link to choose a password: for an account that has none. Single use, 7 days.
    pub link: Option<String>,
}

impl Accounts {
    /// Makes sure that an account is there. An existing one keeps its name and password; it becomes an operator when that is
    /// asked for. The link is given back and not mailed: for the command line.
    ///
    /// # Errors
    /// 422 with the fields at fault.
    pub async fn ensure_user(&self, user: NewUser) -> Result<Made, Problem> {
        let (user, hash) = self.prepared(user).await?;
        self.db
            .system_tx("make an account", async move |tx| {
                self.ensure(tx, &user, hash, &Visit::default()).await
            })
            .await
    }
    /// A fresh link to choose a password, for an account that exists: for the command line.
    ///
    /// # Errors
    /// 404 when there is no such account.
    pub async fn password_link(&self, email: &str) -> Result<String, Problem> {
        let email = crate::normalised(email);
        self.db
            .system_tx("a link for a new password", async move |tx| {
                let query = accounts::table.filter(accounts::email.eq(&email)).select(accounts::id);
                let id: AccountId = query.first(&mut **tx).await?;
                self.new_link(tx, id, &email, Purpose::Invite, &Visit::default()).await
            })
            .await
    }
    /// Makes sure that somebody is on a tenant's staff, with this role, name and bio. Somebody new without a password is
    /// invited by mail.
    ///
    /// # Errors
    /// 422 with the fields at fault.
    pub async fn ensure_staff(&self, tenant: TenantId, slug: &str, staff: NewStaff) -> Result<Made, Problem> {
        let NewStaff { user, role, bio } = staff;
        if !["owner", "admin", "coach"].contains(&role.as_str()) {
            return Err(Problem::field("role", "unknown_role"));
        }
        let (user, hash) = self.prepared(user).await?;
        let visit =
            Visit { from: Some(slug.to_owned()), next: Some(format!("/{slug}/studio")), ..Visit::default() };
        self.db
            .system_tx("put somebody on a tenant's staff", async move |tx| {
                let made = self.ensure(tx, &user, hash, &visit).await?;
                self.member(tx, tenant, made.account, &user, &role, &bio).await?;
                if let (true, Some(link)) = (made.new, &made.link) {
                    let data = json!({ "link": link, "name": user.name });
                    let mail = NewMail::new(made.account, "account/invited", data);
                    self.queue(tx, mail, &visit).await?;
                }
                Ok(made)
            })
            .await
    }

    async fn prepared(&self, user: NewUser) -> Result<(NewUser, Option<String>), Problem> {
        let mut check = Check::new();
        let email = check.email("email", &user.email);
        let local = email.split('@').next().unwrap_or_default();
        let name = if user.name.trim().is_empty() { local } else { &user.name };
        let name = check.line("name", name, 1, 120);
        if let Some(password) = &user.password {
            password::check(&mut check, "password", password, &email);
        }
        check.finish()?;
        let hash = match &user.password {
            Some(password) => Some(self.hasher.hash(password, self.entropy.bytes()).await?),
            None => None,
        };
        Ok((NewUser { email, name, ..user }, hash))
    }

    async fn ensure(
        &self,
        tx: &mut SystemTx,
        user: &NewUser,
        hash: Option<String>,
        visit: &Visit,
    ) -> Result<Made, Problem> {
        let (id, now): (AccountId, _) = (self.entropy.id(self.now()), self.now());
        let row = (
            accounts::id.eq(id),
            accounts::email.eq(&user.email),
            accounts::name.eq(&user.name),
            accounts::password_hash.eq(&hash),
            accounts::email_verified_at.eq(hash.as_ref().map(|_| now)),
            accounts::operator.eq(user.operator),
            accounts::created_at.eq(now),
        );
        let insert = diesel::insert_into(accounts::table).values(row).on_conflict_do_nothing();
        let new = insert.execute(&mut **tx).await? == 1;
        let query = accounts::table.filter(accounts::email.eq(&user.email));
        let columns = (accounts::id, accounts::password_hash, accounts::email_verified_at);
        let (account, mut stored, proved): (AccountId, Option<String>, Option<Instant>) =
            query.select(columns).first(&mut **tx).await?;
        if !new && proved.is_none() {
            self.take_over(tx, account, &hash).await?;
            stored.clone_from(&hash);
        }
        if user.operator && !new {
            diesel::update(accounts::table.find(account))
                .set(accounts::operator.eq(true))
                .execute(&mut **tx)
                .await?;
        }
        if hash.is_some() && (new || proved.is_none()) {
            self.proved(tx, &Link { account, email: user.email.clone() }).await?;
        }
        let link = match stored {
            Some(_) => None,
            None => Some(self.new_link(tx, account, &user.email, Purpose::Invite, visit).await?),
        };
        Ok(Made { account, new, link })
    }

    /// Whoever registered the address without proving it loses password and logins, before the account gets rights.
    async fn take_over(
        &self,
        tx: &mut SystemTx,
        account: AccountId,
        hash: &Option<String>,
    ) -> Result<(), Problem> {
        diesel::update(accounts::table.find(account))
            .set(accounts::password_hash.eq(hash))
            .execute(&mut **tx)
            .await?;
        diesel::delete(logins::table.filter(logins::account_id.eq(account))).execute(&mut **tx).await?;
        let links = account_tokens::table.filter(account_tokens::account_id.eq(account));
        diesel::delete(links).execute(&mut **tx).await?;
        Ok(())
    }

    /// Binds the tenant for the trigger that tells its public page of the change; the role stays the system's.
    async fn member(
        &self,
        tx: &mut SystemTx,
        tenant: TenantId,
        account: AccountId,
        user: &NewUser,
        role: &str,
        bio: &str,
    ) -> Result<(), Problem> {
        let id: MemberId = self.entropy.id(self.now());
        let bind = diesel::sql_query("SELECT set_config('app.tenant_id', $1, true)");
        bind.bind::<st::Text, _>(tenant.uuid().to_string()).execute(&mut **tx).await?;
        let sql = "INSERT INTO members (tenant_id, id, account_id, role, name, email, bio, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT (tenant_id, account_id) DO UPDATE SET role = $4, name = $5, bio = $7 \
                   WHERE (members.role, members.name, members.bio) IS DISTINCT FROM ($4, $5, $7)";
        diesel::sql_query(sql)
            .bind::<st::Uuid, _>(tenant)
            .bind::<st::Uuid, _>(id)
            .bind::<st::Uuid, _>(account)
            .bind::<st::Text, _>(role)
            .bind::<st::Text, _>(&user.name)
            .bind::<st::Text, _>(&user.email)
            .bind::<st::Text, _>(bio)
            .bind::<st::Timestamptz, _>(self.now())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
    /// The account with this e-mail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_email(&self, email: &str) -> Result<Option<AccountId>, Problem> {
        let email = crate::normalised(email);
        self.db
            .system_tx("find an account", async move |tx| {
                let query = accounts::table.filter(accounts::email.eq(&email)).select(accounts::id);
                Ok(query.first(&mut **tx).await.optional()?)
            })
            .await
    }
}
