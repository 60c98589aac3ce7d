use std::{
    fmt,
    sync::{LazyLock, OnceLock},
};

use events::{ClientId, Instant, Money, SubscriptionId};
use kernel::{BoxFuture, Ctx, Problem, Tx};
use serde::Serialize;

use crate::{
    BillingError, Method, Order, Payment, Refund, Sandbox, SavedFor, SavedMethod, Try,
    subscriptions::SubscriptionProvider,
};

/// Whether the installation serves real businesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On somebody's machine, or in tests.
    Development,
    /// For real money.
    Production,
}

/// How a payment begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// There is nothing to pay.
    Paid,
    /// The buyer goes on to this page: a path of this host, or the provider's `https` address.
    Redirect(String),
    /// The buyer reads how to pay, and staff mark the order as paid.
    Instructions,
}

/// How a refund goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refunding {
    /// The money is on its way back; the provider calls it so.
    Done(String),
    /// It is owed to the client until staff say that they have paid it back.
    ByHand,
}

/// What became of money that was collected without the buyer, with something they saved to pay with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It came; the provider calls it so, and people read what it was paid with.
    Paid {
        /// What the provider calls the payment.
        reference: String,
        /// `Visa •• 4242`.
        label: String,
    },
    /// It is on its way; the provider will tell.
    Processing(String),
    /// The bank wants to see the buyer.
    NeedsBuyer,
    /// It was refused.
    Declined {
        /// What the provider calls the try; empty: nothing.
        reference: String,
        /// The provider's words.
        words: String,
    },
}

/// What the card form on our own page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ElementStart {
    /// Where the provider's script is.
    pub script: String,
    /// Names the business to the script; no secret.
    pub publishable_key: String,
    /// The connected account; empty: the key's own.
    pub account: String,
    /// Opens this one payment to the script.
    pub client_secret: String,
}

/// Money that a provider holds for a business, and has paid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payouts {
    /// Can be paid out now, by currency.
    pub available: Vec<Money>,
    /// Will be later.
    pub pending: Vec<Money>,
    /// The latest payouts, the newest first.
    pub latest: Vec<Payout>,
}

/// Money that a provider paid out to a business's bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// What the provider calls it.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// The provider's word for how far it has got: `paid`, `in_transit`.
    pub state: String,
    /// When it arrives.
    pub arrives: Instant,
}

/// Something to pay with that somebody wants to save.
#[derive(Clone, Copy, Debug)]
pub struct ToSave<'a> {
    /// Whose it will be.
    pub client: ClientId,
    /// For what it may be used.
    pub saved_for: SavedFor,
    /// The subscription that is paid with it from then on; what the client's others are paid with stays.
    pub pays: Option<SubscriptionId>,
    /// Where the page leads back to: a path inside the tenant.
    pub back: &'a str,
}

/// Why a provider did not start a payment, or gives no money back.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// It can't be reached, or answers nonsense; another try may help.
    #[error("the payment provider is away: {0}")]
    Away(String),
    /// The tenant or host does not offer it.
    #[error("the payment provider is not offered here")]
    NotOffered,
    /// It refuses for good; another try does not help.
    #[error("the payment provider refuses: {0}")]
    Refused(String),
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Away(cause) => {
                Self { cause: Some(cause), ..Self::new(http::StatusCode::BAD_GATEWAY, "payment_away") }
            }
            ProviderError::Refused(cause) => Self { cause: Some(cause), ..Self::conflict("payment_refused") },
            ProviderError::NotOffered => Self::field("method", "payment_method"),
        }
    }
}

/// One that takes money.
///
/// Invariant: called outside of any transaction, since it may speak to somebody over the network.
pub trait PaymentProvider: Send + Sync {
    /// The way to pay that it carries out.
    fn method(&self) -> Method;
    /// Begins the payment of an order that waits for it. Called again for the same order it begins another try.
    fn start<'a>(&'a self, ctx: &'a Ctx, order: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>>;
    /// Begins the payment of an order that was placed in this very transaction, where nobody far away is asked: the order and
    /// the beginning of its payment stand together. `None`: it is begun when the order stands.
    fn start_with<'a>(
        &'a self,
        tx: &'a Tx,
        order: &'a Order,
    ) -> BoxFuture<'a, Result<Option<Start>, BillingError>> {
        let _ = (tx, order);
        Box::pin(std::future::ready(Ok(None)))
    }
    /// Gives money of a payment back. Called again for the same refund (its identifier is the key) it gives nothing more.
    fn refund<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
        payment: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>>;
    /// Ends at the provider what nobody is to pay any more: its order took other money, or ended. What was paid there in the
    /// meantime is followed instead.
    fn close<'a>(&'a self, ctx: &'a Ctx, turn: &'a Try) -> BoxFuture<'a, Result<(), ProviderError>> {
        let _ = (ctx, turn);
        Box::pin(std::future::ready(Ok(())))
    }
    /// Whether it can collect later without the buyer.
    fn saves(&self) -> bool {
        false
    }
    /// Collects what `turn` is about with something that the buyer saved. Called again for the same try it collects
    /// nothing more.
    fn collect<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
        saved: &'a SavedMethod,
        turn: &'a Try,
    ) -> BoxFuture<'a, Result<Collected, ProviderError>> {
        let _ = (ctx, order, saved, turn);
        Box::pin(std::future::ready(Err(ProviderError::NotOffered)))
    }
    /// Begins a payment by the card form on our own page; `None`: this business sends buyers to the provider's page.
    fn element<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
    ) -> BoxFuture<'a, Result<Option<ElementStart>, ProviderError>> {
        let _ = (ctx, order);
        Box::pin(std::future::ready(Ok(None)))
    }
    /// Forgets what a buyer saved.
    fn forget<'a>(
        &'a self,
        ctx: &'a Ctx,
        saved: &'a SavedMethod,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        let _ = (ctx, saved);
        Box::pin(std::future::ready(Ok(())))
    }
    /// Uses what a client chose from now on, where the provider itself renews.
    fn prefer<'a>(
        &'a self,
        ctx: &'a Ctx,
        saved: &'a SavedMethod,
    ) -> BoxFuture<'a, Result<(), ProviderError>> {
        let _ = (ctx, saved);
        Box::pin(std::future::ready(Ok(())))
    }
    /// The provider's own page where somebody saves something to pay with: for all that a client buys, signed in, or for one
    /// thing alone, whether or not they bought anything before.
    fn portal<'a>(
        &'a self,
        ctx: &'a Ctx,
        wanted: &'a ToSave<'a>,
    ) -> BoxFuture<'a, Result<Option<String>, ProviderError>> {
        let _ = (ctx, wanted);
        Box::pin(std::future::ready(Ok(None)))
    }
    /// How it renews subscriptions itself; `None`: the platform does.
    fn subscriptions(&self) -> Option<&dyn SubscriptionProvider> {
        None
    }
    /// What it holds for the business and has paid out; `None`: it holds nothing.
    fn payouts<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Option<Payouts>, ProviderError>> {
        let _ = ctx;
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// For orders that cost nothing.
#[derive(Clone, Copy, Debug)]
pub struct Free;

impl PaymentProvider for Free {
    fn method(&self) -> Method {
        Method::Free
    }
    fn start<'a>(&'a self, _: &'a Ctx, order: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>> {
        let start = if order.total == 0 { Ok(Start::Paid) } else { Err(ProviderError::NotOffered) };
        Box::pin(std::future::ready(start))
    }
    fn refund<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a Order,
        _: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>> {
        // Nothing was paid, so nothing can be asked for; it is no error to give nothing back.
        Box::pin(std::future::ready(Ok(Refunding::Done(refund.id.to_string()))))
    }
}

/// Bank transfer or cash.
#[derive(Clone, Copy, Debug)]
pub struct Manual;

impl PaymentProvider for Manual {
    fn method(&self) -> Method {
        Method::Manual
    }
    fn start<'a>(&'a self, _: &'a Ctx, _: &'a Order) -> BoxFuture<'a, Result<Start, ProviderError>> {
        Box::pin(std::future::ready(Ok(Start::Instructions)))
    }
    fn refund<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a Order,
        _: &'a Payment,
        _: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>> {
        Box::pin(std::future::ready(Ok(Refunding::ByHand)))
    }
}

/// The providers of this installation.
pub struct Providers {
    all: Vec<Box<dyn PaymentProvider>>,
    sandbox: Option<Sandbox>,
}

impl Default for Providers {
    fn default() -> Self {
        Self::new()
    }
}

impl Providers {
    /// *Free* and *manual*, which every installation has.
    #[must_use]
    pub fn new() -> Self {
        Self { all: vec![Box::new(Free), Box::new(Manual)], sandbox: None }
    }
    /// Adds the sandbox.
    #[must_use]
    pub fn with_sandbox(mut self, sandbox: Sandbox) -> Self {
        self.all.push(Box::new(sandbox.clone()));
        self.sandbox = Some(sandbox);
        self
    }
    /// Adds a provider that another crate brings.
    #[must_use]
    pub fn with(mut self, provider: Box<dyn PaymentProvider>) -> Self {
        self.all.push(provider);
        self
    }
    /// Whether this installation has the method.
    #[must_use]
    pub fn has(&self, method: Method) -> bool {
        self.all.iter().any(|provider| provider.method() == method)
    }
    /// The sandbox, for its own page.
    #[must_use]
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }
    /// Begins the payment of an order by its method.
    ///
    /// # Errors
    /// [`ProviderError::NotOffered`] when this installation lacks the method, and what the provider answers.
    pub async fn start(&self, ctx: &Ctx, order: &Order) -> Result<Start, ProviderError> {
        self.of(order.provider)?.start(ctx, order).await
    }
    /// Begins the payment of an order for the provider's script, by the order's method; `None`: it has none.
    ///
    /// # Errors
    /// As [`Providers::start`].
    pub async fn element(&self, ctx: &Ctx, order: &Order) -> Result<Option<ElementStart>, ProviderError> {
        self.of(order.provider)?.element(ctx, order).await
    }
    /// Asks for a refund by the method of its payment.
    ///
    /// # Errors
    /// As [`Providers::start`].
    pub async fn refund(
        &self,
        ctx: &Ctx,
        order: &Order,
        payment: &Payment,
        refund: &Refund,
    ) -> Result<Refunding, ProviderError> {
        self.of(refund.provider)?.refund(ctx, order, payment, refund).await
    }

    /// What each provider holds for the business and has paid out, or why it does not tell.
    pub async fn payouts(&self, ctx: &Ctx) -> Vec<(Method, Result<Option<Payouts>, ProviderError>)> {
        let mut all = Vec::new();
        for provider in &self.all {
            all.push((provider.method(), provider.payouts(ctx).await));
        }
        all
    }
    /// The provider of a method.
    ///
    /// # Errors
    /// [`ProviderError::NotOffered`] when this installation lacks it.
    pub fn of(&self, method: Method) -> Result<&dyn PaymentProvider, ProviderError> {
        let provider = self.all.iter().find(|provider| provider.method() == method);
        Ok(provider.ok_or(ProviderError::NotOffered)?.as_ref())
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|provider| provider.method())).finish()
    }
}

static INSTALLED: OnceLock<Providers> = OnceLock::new();
static BUILT_IN: LazyLock<Providers> = LazyLock::new(Providers::new);

/// The host's door: the providers of this process, given once at start. Answers `false` when some were given before.
pub fn install(providers: Providers) -> bool {
    INSTALLED.set(providers).is_ok()
}

/// The providers of this process: those that the host installed, else *free* and *manual*.
pub fn installed() -> &'static Providers {
    INSTALLED.get().unwrap_or(&BUILT_IN)
}
