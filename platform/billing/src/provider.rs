use std::{
    fmt,
    sync::{LazyLock, OnceLock},
};

use kernel::{BoxFuture, Ctx, Problem};

use crate::{Method, Order, Payment, Refund, Sandbox};

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
    /// Gives money of a payment back. Called again for the same refund (its identifier is the key) it gives nothing more.
    fn refund<'a>(
        &'a self,
        ctx: &'a Ctx,
        order: &'a Order,
        payment: &'a Payment,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<Refunding, ProviderError>>;
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

    fn of(&self, method: Method) -> Result<&dyn PaymentProvider, ProviderError> {
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
