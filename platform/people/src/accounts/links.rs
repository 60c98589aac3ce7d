//! Links by mail: single use, expiring, each for one purpose and one address.

use db::{SystemTx, enqueue_system};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use events::{AccountId, MailId};
use http::StatusCode;
use kernel::{Check, JobError, JobSpec, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Accounts, NewLogin, Visit,
    mails::NewMail,
    password,
    throttle::{LINK_ADDRESS, MAIL_PERSON, address_key, email_key},
    token::{self, Token},
};
use crate::{
    normalised,
    schema::{account_mails, account_tokens, accounts, clients, logins},
};

/// Kind of the job that mails a link for a new password to who asked for one.
pub const RESET_JOB: &str = "account.reset";

/// Arguments of such a job. Whoever asked for an address without an account leaves nothing of it.
#[derive(Serialize, Deserialize)]
struct Asked {
    account: Option<AccountId>,
    /// The mail to be written: what makes it one.
    mail: MailId,
    from: Option<String>,
    next: Option<String>,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Shows that the e-mail is the account's: 2 days.
    Verify,
    /// Chooses a (new) password: 1 hour.
    Reset,
    /// Chooses the first password of an account that somebody else made: 7 days.
    Invite,
}

impl Purpose {
    const fn column(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset | Self::Invite => "reset",
        }
    }
    const fn seconds(self) -> i64 {
        match self {
            Self::Verify => 2 * 86_400,
            Self::Reset => 3_600,
            Self::Invite => 7 * 86_400,
        }
    }
    const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/account/verify",
            Self::Reset | Self::Invite => "/account/reset",
        }
    }
}

/// Whose link it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The identity.
    pub account: AccountId,
    /// The address it was sent to.
    pub email: String,
}

fn expired() -> Problem {
    Problem::new(StatusCode::GONE, "link_expired")
}

impl Accounts {
    /// Looks at a link without using it: pages are also fetched by mail scanners.
    ///
    /// # Errors
    /// 410 when it is unknown, used or too old.
    pub async fn link(&self, secret: &str, purpose: Purpose) -> Result<Link, Problem> {
        if !token::looks_right(secret) {
            return Err(expired());
        }
        let (hash, now) = (token::hash(secret), self.now());
        let found = self
            .db
            .system_tx("look at a link", async move |tx| {
                let query =
                    account_tokens::table.find(hash).filter(account_tokens::purpose.eq(purpose.column()));
                let query = query.filter(account_tokens::expires_at.gt(now));
                let row = query.select((account_tokens::account_id, account_tokens::email));
                Ok::<_, Problem>(row.first::<(AccountId, String)>(&mut **tx).await.optional()?)
            })
            .await?;
        found.map(|(account, email)| Link { account, email }).ok_or_else(expired)
    }
    /// Uses a link that proves the e-mail of `account`, who must be signed in as it. Their earlier bookings of that address
    /// are theirs from now on, in every tenant.
    ///
    /// # Errors
    /// 410 when it is unknown, used, too old, or another's.
    pub async fn verify(&self, secret: &str, account: AccountId) -> Result<(), Problem> {
        let (hash, now) = (token::hash(secret), self.now());
        self.db
            .system_tx("verify an e-mail", async move |tx| {
                let link = use_link(tx, hash, Purpose::Verify, now).await?;
                if link.account != account {
                    return Err(expired());
                }
                self.proved(tx, &link).await
            })
            .await
    }
    /// Mails a new link to prove the e-mail; nothing when that is done already.
    ///
    /// # Errors
    /// 429 after too many.
    pub async fn resend(&self, account: AccountId, visit: &Visit) -> Result<(), Problem> {
        let row = accounts::table.find(account).filter(accounts::email_verified_at.is_null());
        let row = row.select((accounts::email, accounts::name));
        let found: Option<(String, String)> = self
            .db
            .system_tx("whose link is sent again", async move |tx| {
                Ok::<_, Problem>(row.first(&mut **tx).await.optional()?)
            })
            .await?;
        let Some((email, name)) = found else { return Ok(()) };
        // Attempts are counted elsewhere: no connection waits for that.
        self.slow(&format!("mail/{}", email_key(&email)), MAIL_PERSON).await?;
        self.db
            .system_tx("send the link again", async move |tx| {
                let link = self.new_link(tx, account, &email, Purpose::Verify, visit).await?;
                let data = json!({ "link": link, "name": name });
                self.queue(tx, NewMail::new(account, "account/verify", data), visit).await
            })
            .await
    }
    /// Has a link for a new password mailed, if there is such an account; the answer does not tell, and neither does the
    /// work: it is one look and one job either way, and what differs is done by the job ([`Accounts::mail_reset`]).
    ///
    /// # Errors
    /// 422 for what is no e-mail, 429 after too many from one address.
    pub async fn forgot(&self, email: &str, visit: &Visit) -> Result<(), Problem> {
        let mut check = Check::new();
        let email = check.email("email", email);
        check.finish()?;
        self.slow(&format!("link/{}", address_key(visit.address)), LINK_ADDRESS).await?;
        if self.slow(&format!("mail/{}", email_key(&email)), MAIL_PERSON).await.is_err() {
            return Ok(());
        }
        self.db
            .system_tx("a link for a new password", async move |tx| {
                let query = accounts::table.filter(accounts::email.eq(&email)).select(accounts::id);
                let account: Option<AccountId> = query.first(&mut **tx).await.optional()?;
                let mail = self.entropy.id(self.now());
                let asked = Asked { account, mail, from: visit.from.clone(), next: visit.next.clone() };
                let args = serde_json::to_value(asked).map_err(Problem::internal)?;
                Ok(enqueue_system(tx, JobSpec::new(RESET_JOB, args), &self.clock, &self.entropy).await?)
            })
            .await
    }
    /// Runs a job of kind [`RESET_JOB`]: mails the link for a new password, once, however often it runs.
    ///
    /// # Errors
    /// `Fail` when the arguments can't be read, `Retry` when the database is away.
    pub async fn mail_reset(&self, args: &Value) -> Result<(), JobError> {
        let asked = Asked::deserialize(args).map_err(|error| JobError::Fail(error.to_string()))?;
        let Some(account) = asked.account else { return Ok(()) };
        let visit = Visit { from: asked.from, next: asked.next, ..Visit::default() };
        self.db
            .system_tx("a link for a new password", async move |tx| {
                let written = account_mails::table.find(asked.mail).select(account_mails::id);
                if written.first::<MailId>(&mut **tx).await.optional()?.is_some() {
                    return Ok(());
                }
                let row = accounts::table.find(account).select((accounts::email, accounts::name));
                let found: Option<(String, String)> = row.first(&mut **tx).await.optional()?;
                let Some((email, name)) = found else { return Ok(()) };
                let link = self.new_link(tx, account, &email, Purpose::Reset, &visit).await?;
                let data = json!({ "link": link, "name": name });
                let mail = NewMail { id: Some(asked.mail), ..NewMail::new(account, "account/reset", data) };
                self.queue(tx, mail, &visit).await
            })
            .await
            .map_err(|problem: Problem| JobError::Retry(problem.cause.unwrap_or_default()))
    }
    /// Uses a link to choose a password: it also proves the e-mail, ends all logins of the account and signs in here.
    ///
    /// # Errors
    /// 422 when the password is refused (the link stays good), 410 when the link is unknown, used or too old.
    pub async fn reset(&self, secret: &str, password: &str, visit: &Visit) -> Result<NewLogin, Problem> {
        let link = self.link(secret, Purpose::Reset).await?;
        let mut check = Check::new();
        password::check(&mut check, "password", password, &link.email);
        check.finish()?;
        let password = self.hasher.hash(password, self.entropy.bytes()).await?;
        let (hash, now) = (token::hash(secret), self.now());
        self.db
            .system_tx("choose a password", async move |tx| {
                let link = use_link(tx, hash, Purpose::Reset, now).await?;
                let account = accounts::table.find(link.account);
                diesel::update(account).set(accounts::password_hash.eq(password)).execute(&mut **tx).await?;
                let others = account_tokens::table.filter(account_tokens::account_id.eq(link.account));
                diesel::delete(others).execute(&mut **tx).await?;
                diesel::delete(logins::table.filter(logins::account_id.eq(link.account)))
                    .execute(&mut **tx)
                    .await?;
                self.proved(tx, &link).await?;
                self.new_login(tx, link.account, visit).await
            })
            .await
    }

    /// Writes a link and gives its address.
    pub(super) async fn new_link(
        &self,
        tx: &mut SystemTx,
        account: AccountId,
        email: &str,
        purpose: Purpose,
        visit: &Visit,
    ) -> Result<String, Problem> {
        let (token, now) = (Token::new(&self.entropy), self.now());
        let row = (
            account_tokens::token_hash.eq(token.hash()),
            account_tokens::account_id.eq(account),
            account_tokens::purpose.eq(purpose.column()),
            account_tokens::email.eq(email),
            account_tokens::created_at.eq(now),
            account_tokens::expires_at.eq(now.plus_seconds(purpose.seconds())),
        );
        let old = account_tokens::table.filter(account_tokens::expires_at.le(now));
        diesel::delete(old.filter(account_tokens::account_id.eq(account))).execute(&mut **tx).await?;
        diesel::insert_into(account_tokens::table).values(row).execute(&mut **tx).await?;
        Ok(self.url(purpose.path(), visit, &[("token", token.secret())]))
    }

    /// The e-mail is the account's: it is marked, its links for that are void, and client rows of the address are linked.
    ///
    /// Invariant: nothing else writes `clients.account_id` but the look-up of a session, which asks for the mark.
    pub(super) async fn proved(&self, tx: &mut SystemTx, link: &Link) -> Result<(), Problem> {
        let account = accounts::table.find(link.account).filter(accounts::email.eq(&link.email));
        let unmarked = account.filter(accounts::email_verified_at.is_null());
        diesel::update(unmarked).set(accounts::email_verified_at.eq(self.now())).execute(&mut **tx).await?;
        let links = account_tokens::account_id.eq(link.account).and(account_tokens::purpose.eq("verify"));
        diesel::delete(account_tokens::table.filter(links)).execute(&mut **tx).await?;
        let rows = clients::email.eq(normalised(&link.email)).and(clients::account_id.is_null());
        let own = diesel::update(clients::table.filter(rows)).set(clients::account_id.eq(link.account));
        own.execute(&mut **tx).await?;
        Ok(())
    }
}

/// Takes a link out of the table: whoever deletes the row has used it.
async fn use_link(
    tx: &mut SystemTx,
    hash: Vec<u8>,
    purpose: Purpose,
    now: events::Instant,
) -> Result<Link, Problem> {
    let row = account_tokens::table.find(hash).filter(account_tokens::purpose.eq(purpose.column()));
    let row = row.filter(account_tokens::expires_at.gt(now));
    let used = diesel::delete(row).returning((account_tokens::account_id, account_tokens::email));
    let found: Option<(AccountId, String)> = used.get_result(&mut **tx).await.optional()?;
    found.map(|(account, email)| Link { account, email }).ok_or_else(expired)
}
