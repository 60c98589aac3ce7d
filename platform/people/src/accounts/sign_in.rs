use db::SystemTx;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use events::{AccountId, Instant};
use http::StatusCode;
use kernel::{Problem, TxError};

use super::{
    Accounts, IDLE_SECONDS, LIFETIME_SECONDS, Visit,
    throttle::{Limit, SIGN_IN_ACCOUNT, SIGN_IN_ADDRESS, SIGN_IN_PAIR, address_key, email_key},
    token::{self, Token},
};
use crate::{
    normalised,
    schema::{accounts, logins},
};

/// A browser that has just signed in.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// Goes into its cookie.
    pub token: Token,
    /// Who signed in.
    pub account: AccountId,
    /// When the cookie ends at the latest.
    pub expires_at: Instant,
}

/// What a sign-in is counted under: its address, its address with the account, the account.
fn sign_in_keys(email: &str, visit: &Visit) -> [(String, Limit); 3] {
    let (address, person) = (address_key(visit.address), email_key(email));
    [
        (format!("sign-in/from/{address}"), SIGN_IN_ADDRESS),
        (format!("sign-in/pair/{address}/{person}"), SIGN_IN_PAIR),
        (format!("sign-in/to/{person}"), SIGN_IN_ACCOUNT),
    ]
}

impl Accounts {
    /// Signs in by e-mail and password. The login that the browser had before (`previous`) ends.
    ///
    /// Invariant: a wrong password and an unknown e-mail give the same answer after the same work.
    ///
    /// # Errors
    /// 401 `wrong_credentials`, 429 after too many attempts, 503 when the machine is busy.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        visit: &Visit,
        previous: Option<&str>,
    ) -> Result<NewLogin, Problem> {
        let email = normalised(email);
        let counted = sign_in_keys(&email, visit);
        for (key, limit) in &counted {
            self.slow(key, *limit).await?;
        }
        let found = self.password_of(email).await?;
        let (account, stored) = found.unzip();
        if !self.hasher.verify(password, stored.flatten()).await? {
            let account = account.map(|account: AccountId| account.to_string());
            tracing::warn!(account, address = address_key(visit.address), "sign-in refused");
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "wrong_credentials"));
        }
        let account = account.ok_or_else(|| Problem::internal("a password without an account"))?;
        // Only guesses are slowed: somebody who knows the password may sign in as often as they like.
        for (key, limit) in &counted {
            self.throttle.forgive(key, *limit).await;
        }
        let previous = previous.map(token::hash);
        self.db
            .system_tx("sign in", async move |tx| {
                if let Some(previous) = previous {
                    diesel::delete(logins::table.find(previous)).execute(&mut **tx).await?;
                }
                self.new_login(tx, account, visit).await
            })
            .await
    }
    /// Ends a login. An unknown one is no error.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out(&self, secret: &str) -> Result<(), TxError> {
        let hash = token::hash(secret);
        self.db
            .system_tx("sign out", async move |tx| {
                diesel::delete(logins::table.find(hash)).execute(&mut **tx).await?;
                Ok(())
            })
            .await
    }
    /// Gives a login a new token, after its rights have grown; the old one is void.
    ///
    /// # Errors
    /// 401 when there is no such login any more.
    pub async fn rotate(&self, secret: &str) -> Result<NewLogin, Problem> {
        let (old, token) = (token::hash(secret), Token::new(&self.entropy));
        let hash = token.hash();
        let found: Option<(AccountId, Instant)> = self
            .db
            .system_tx("a login's new token", async move |tx| {
                let change = diesel::update(logins::table.find(old)).set(logins::token_hash.eq(hash));
                let row = change.returning((logins::account_id, logins::expires_at));
                Ok::<_, Problem>(row.get_result(&mut **tx).await.optional()?)
            })
            .await?;
        let (account, expires_at) =
            found.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign_in_required"))?;
        Ok(NewLogin { token, account, expires_at })
    }

    async fn password_of(&self, email: String) -> Result<Option<(AccountId, Option<String>)>, Problem> {
        self.db
            .system_tx("the password of a sign-in", async move |tx| {
                let query = accounts::table.filter(accounts::email.eq(email));
                let row = query.select((accounts::id, accounts::password_hash));
                Ok(row.first(&mut **tx).await.optional()?)
            })
            .await
    }

    pub(super) async fn new_login(
        &self,
        tx: &mut SystemTx,
        account: AccountId,
        visit: &Visit,
    ) -> Result<NewLogin, Problem> {
        let (token, now) = (Token::new(&self.entropy), self.now());
        let expires_at = now.plus_seconds(LIFETIME_SECONDS);
        let over = logins::table.filter(logins::account_id.eq(account)).filter(logins::expires_at.le(now));
        diesel::delete(over).execute(&mut **tx).await?;
        let idle = logins::last_seen_at.le(now.plus_seconds(-IDLE_SECONDS));
        let idle = logins::table.filter(logins::account_id.eq(account)).filter(idle);
        diesel::delete(idle).execute(&mut **tx).await?;
        let row = (
            logins::token_hash.eq(token.hash()),
            logins::account_id.eq(account),
            logins::created_at.eq(now),
            logins::last_seen_at.eq(now),
            logins::expires_at.eq(expires_at),
            logins::user_agent.eq(browser(&visit.user_agent)),
        );
        diesel::insert_into(logins::table).values(row).execute(&mut **tx).await?;
        Ok(NewLogin { token, account, expires_at })
    }
}

/// What is kept of a `User-Agent`.
fn browser(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_control()).take(300).collect()
}
