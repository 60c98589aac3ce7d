//! Stripe: takes money for the businesses of this installation, each on an account of its own.
//!
//! **Purpose.** The provider behind [`billing::Method::Stripe`]: payments on Stripe's page or by the card form on ours,
//! refunds, later instalments, subscriptions; and everything that Stripe tells on its own: events, disputes, payouts.
//!
//! **Words.** A business is *connected* when an account is: one made through Stripe Connect (*connect*), or its own with
//! its own *keys*. Its *style* says where buyers pay: on Stripe's page (*checkout*) or ours (*element*). An *event* is what
//! Stripe sends; the *inbox* keeps it before the answer. To *follow* an object is to read its present state and to write
//! down what it means here. The *mirror* is our offers as Stripe knows them; the *audit* holds both books together.
//!
//! **Invariants.**
//! - Nothing is believed of an event but the name of its object: what happened is read from Stripe. So order, number and
//!   loss of events don't matter.
//! - A call that makes something carries a key made of our identifiers, written down before the call.
//! - No call is made while a transaction is open.
//! - An object counts only for the tenant whose account it is in and whose name it carries.
//! - Secrets are stored encrypted and never shown again.

mod account;
mod api;
mod audit;
mod call;
mod connect;
mod failure;
mod follow;
mod handle;
mod jobs;
mod mirror;
mod model;
mod money_out;
mod pages;
mod poll;
mod provider;
mod queries;
mod receive;
mod requests;
mod routes;
mod schema;
mod service;
mod settings;
mod signature;
mod subscriptions;
mod vault;
mod views;

use std::{borrow::Cow, sync::Arc};

use kernel::{Api, JobDef, PageRoute, Source, ViewDef};

use call::{Line, SharedLine};
use vault::Vault;

pub use jobs::{REACTIONS, SCHEDULES};
pub use receive::{Delivery, MAX_BODY, Received};
pub use settings::{Settings, SettingsError};
pub use signature::{BadSignature, TOLERANCE, verify};

/// The way to Stripe of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Stripe(Arc<Inner>);

struct Inner {
    settings: Settings,
    vault: Vault,
    line: SharedLine,
    db: db::Db,
    entropy: kernel::Entropy,
}

impl Stripe {
    /// With `key`, of the installation alone, the secrets of businesses are encrypted.
    #[must_use]
    pub fn new(settings: Settings, key: [u8; 32], db: db::Db, entropy: kernel::Entropy) -> Self {
        let line = Arc::new(Line::new(&settings.api_url));
        Self(Arc::new(Inner { settings, vault: Vault::new(key), line, db, entropy }))
    }
    /// As it was set up.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }
    fn line(&self) -> &Line {
        &self.0.line
    }
    /// The provider, to be given to [`billing::Providers::with`].
    #[must_use]
    pub fn provider(&self) -> Box<dyn billing::PaymentProvider> {
        Box::new(self.clone())
    }
    /// Its jobs.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobDef> {
        jobs::jobs(self)
    }
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("api_url", &self.0.settings.api_url).finish_non_exhaustive()
    }
}

/// Pages, behind the gate but of no module. They find [`Stripe`] in the request's data.
#[must_use]
pub fn routes() -> Vec<PageRoute> {
    pages::all()
}

/// The API: the connection, events, audits. It finds [`Stripe`] in the request's data.
#[must_use]
pub fn api() -> Api {
    Api::new(api::StripeApi)
}

/// Views with samples.
#[must_use]
pub fn views() -> Vec<ViewDef> {
    views::all()
}

/// Templates and texts.
#[must_use]
pub fn source() -> Source {
    macro_rules! file {
        ($name:literal, $path:literal) => {
            ($name.to_owned(), Cow::Borrowed(include_str!($path)))
        };
    }
    Source {
        name: "stripe",
        templates: vec![
            file!("stripe/account", "../templates/account.hbs"),
            file!("stripe/audits", "../templates/audits.hbs"),
            file!("stripe/card", "../templates/card.hbs"),
            file!("stripe/event", "../templates/event.hbs"),
            file!("stripe/events", "../templates/events.hbs"),
            file!("stripe/keys", "../templates/keys.hbs"),
            file!("stripe/tabs", "../templates/tabs.hbs"),
            file!("stripe/wait", "../templates/wait.hbs"),
        ],
        texts: vec![file!("en", "../locales/en/stripe.ftl")],
    }
}
