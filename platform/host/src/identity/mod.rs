//! Identity on the web: sign in and out, register, the account's own pages, and the same in the API.
//!
//! **Words.** A *login* is a browser that is signed in; its cookie carries a token of 256 bits. *From* is the business whose
//! page somebody came from: these pages, which belong to no tenant, wear its brand. *Next* is where they want to go.
//!
//! **Invariants.**
//! - Where to go next is a path of this host, whatever a link says ([`local_path`]).
//! - Looking at a link changes nothing; using it is a post.
//! - Answers do not tell whether an e-mail has an account.

mod account;
mod api;
mod commands;
mod cookie;
mod links;
mod mail;
mod sign_in;
#[cfg(test)]
mod tests;
mod throttle;
mod views;
mod way;

use std::{borrow::Cow, sync::Arc};

use events::TenantId;
use kernel::{Actor, Api, Clock, Entropy, Problem, ViewDef, mail::MailDef};
use people::accounts::{Accounts, SignedIn};
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Request, Response,
    endpoint::BoxEndpoint,
    get,
    http::{HeaderMap, HeaderValue},
    post,
};

use crate::config::Config;

pub use commands::{add_user, ensure_staff};
pub use mail::{Ready, mails, to_send};
pub use views::views;
pub use way::local_path;

/// Signs people in. Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    accounts: Accounts,
}

impl Identity {
    /// Slows attempts by the cache, which all replicas share.
    #[must_use]
    pub fn new(config: &Config, db: db::Db, clock: Clock, entropy: Entropy, cache: cache::Cache) -> Self {
        let throttle = Arc::new(throttle::CacheThrottle(cache));
        Self { accounts: Accounts::new(db, clock, entropy, throttle, config.server.origin.clone()) }
    }
    /// The accounts of the installation.
    #[must_use]
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }
    /// Who sent a request, if they are signed in.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn signed_in(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, Problem> {
        match cookie::token(headers) {
            Some(token) => Ok(self.accounts.session(token).await?),
            None => Ok(None),
        }
    }
    /// As what the sender of a request acts in a tenant.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn actor(&self, request: &Request, tenant: TenantId) -> Result<Actor, Problem> {
        let Some(token) = cookie::token(request.headers()) else { return Ok(Actor::Visitor) };
        let session = self.accounts.session_in_tenant(token, tenant).await?;
        Ok(session.map_or(Actor::Visitor, |session| session.actor))
    }
    /// Who looks at a page that belongs to no tenant, by the request's Cookie header. An error counts as nobody.
    pub async fn viewer(&self, cookies: Option<&HeaderValue>) -> Option<web::Viewer> {
        let token = cookie::token_of(cookies?)?;
        let signed_in = self.accounts.session(token).await.ok()??;
        Some(web::Viewer { name: signed_in.name, email: signed_in.email })
    }
}

/// Pages and API paths, to be mounted beside the platform's own. They find the application in the request's data.
#[must_use]
pub fn routes() -> Vec<(&'static str, BoxEndpoint<'static, Response>)> {
    fn boxed<E: IntoEndpoint>(endpoint: E) -> BoxEndpoint<'static, Response>
    where
        E::Endpoint: Endpoint + 'static,
    {
        endpoint.into_endpoint().map_to_response().boxed()
    }
    let api = Arc::new(api().endpoint);
    vec![
        ("/login", boxed(get(sign_in::show).post(sign_in::submit))),
        ("/logout", boxed(post(sign_in::sign_out))),
        ("/register", boxed(get(sign_in::register).post(sign_in::register_submit))),
        ("/register/sent", boxed(get(links::sent))),
        ("/account", boxed(get(account::show))),
        ("/account/logins/:id/end", boxed(post(account::end_login))),
        ("/account/verify", boxed(get(links::verify).post(links::verify_submit))),
        ("/account/verify/resend", boxed(post(account::resend))),
        ("/account/forgot", boxed(get(links::forgot).post(links::forgot_submit))),
        ("/account/forgot/sent", boxed(get(links::forgot_sent))),
        ("/account/reset", boxed(get(links::reset).post(links::reset_submit))),
        ("/api/v1/login", Shared(Arc::clone(&api)).boxed()),
        ("/api/v1/me", Shared(api).boxed()),
    ]
}

/// One endpoint at several paths.
struct Shared(Arc<BoxEndpoint<'static, Response>>);
impl Endpoint for Shared {
    type Output = Response;
    async fn call(&self, request: Request) -> poem::Result<Response> {
        self.0.call(request).await
    }
}

/// The API: sign in and out, and who one is.
#[must_use]
pub fn api() -> Api {
    Api::new(api::IdentityApi)
}

/// Templates and texts of these pages and mails.
#[must_use]
pub fn source() -> web::Source {
    macro_rules! files {
        ($($path:literal),* $(,)?) => {
            [$(($path.to_owned(), Cow::Borrowed(include_str!($path)))),*]
        };
    }
    let files = files![
        "templates/account.hbs",
        "templates/forgot.hbs",
        "templates/reset.hbs",
        "templates/sent.hbs",
        "templates/verify.hbs",
        "templates/mails/exists.mjml.hbs",
        "templates/mails/exists.subject.hbs",
        "templates/mails/exists.text.hbs",
        "templates/mails/invited.mjml.hbs",
        "templates/mails/invited.subject.hbs",
        "templates/mails/invited.text.hbs",
        "templates/mails/reset.mjml.hbs",
        "templates/mails/reset.subject.hbs",
        "templates/mails/reset.text.hbs",
        "templates/mails/verify.mjml.hbs",
        "templates/mails/verify.subject.hbs",
        "templates/mails/verify.text.hbs",
        "locales/en/account.ftl",
    ];
    web::Source::from_files("account", files)
}

/// Keys that code asks for, for the lint of the catalogues.
pub const USED_IN_CODE: [&str; 8] = [
    "account-account-title",
    "account-flash-*",
    "account-forgot-title",
    "account-mail-reason",
    "account-reset-title",
    "account-role-*",
    "account-sent-title",
    "account-verify-title",
];

/// The views and mails with their samples, for the test that renders all of them.
#[must_use]
pub fn samples() -> (Vec<ViewDef>, Vec<MailDef>) {
    (views(), mails())
}
