//! Identities across tenants: register, sign in and out, prove an e-mail, choose a new password.
//!
//! For the host only: it needs the pool. Modules see people through [`crate::clients`] and [`crate::members`].
//!
//! **Invariants.**
//! - Whether an e-mail has an account can't be told from an answer: text, status and work are alike.
//! - A secret (cookie, link) is kept as its SHA-256 only; a link works once and expires.
//! - A link proves an address to the account that knows its password, or lets its reader choose a new one. So an account
//!   that somebody made with another's address in advance is worth nothing to them.

mod admin;
mod links;
mod mails;
mod password;
mod places;
mod register;
mod session;
mod sign_in;
mod throttle;
mod token;

use std::{net::IpAddr, sync::Arc};

use db::Db;
use events::{AccountId, Instant};
use kernel::{Clock, Entropy, Problem};
use serde::Serialize;

pub use admin::{Made, NewStaff, NewUser};
pub use links::{Link, Purpose, RESET_JOB};
pub use mails::{AccountMail, KeptMail, MAIL_JOB};
pub use password::{Hasher, LONGEST, SHORTEST};
pub use places::Place;
pub use register::NewAccount;
pub use session::{LoginInfo, Session};
pub use sign_in::NewLogin;
pub use throttle::{Limit, LocalThrottle, Throttle};
pub use token::Token;

/// A login that is not used for so many seconds ends: 14 days.
pub const IDLE_SECONDS: i64 = 14 * 86_400;
/// A login ends after so many seconds however much it is used: 90 days.
pub const LIFETIME_SECONDS: i64 = 90 * 86_400;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedIn {
    /// The identity.
    pub account: AccountId,
    /// Name for people.
    pub name: String,
    /// E-mail, in lower case.
    pub email: String,
    /// Whether they are an operator of the installation.
    pub operator: bool,
    /// Whether they have shown that the e-mail is theirs.
    pub verified: bool,
}

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// Network address, as the edges found it.
    pub address: Option<IpAddr>,
    /// The browser's `User-Agent`; cut to 300 characters when it is kept.
    pub user_agent: String,
    /// Slug of the business whose page the person came from, if any: mails carry its brand.
    pub from: Option<String>,
    /// Path on this host where the person wants to go afterwards, if any; already checked to be one.
    pub next: Option<String>,
}

/// The accounts of the installation. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    db: Db,
    clock: Clock,
    entropy: Entropy,
    throttle: Arc<dyn Throttle>,
    hasher: Hasher,
    origin: String,
}

impl Accounts {
    /// `origin` is scheme and host of the links in mails, without a slash at the end.
    #[must_use]
    pub fn new(
        db: Db,
        clock: Clock,
        entropy: Entropy,
        throttle: Arc<dyn Throttle>,
        origin: impl Into<String>,
    ) -> Self {
        Self { db, clock, entropy, throttle, hasher: Hasher::default(), origin: origin.into() }
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
    /// Counts an attempt.
    ///
    /// # Errors
    /// 429 when it is one too many.
    async fn slow(&self, key: &str, limit: Limit) -> Result<(), Problem> {
        self.throttle.hit(key, limit, self.now()).await.map_err(throttle::too_many)
    }
}
